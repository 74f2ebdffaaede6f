import CostModel
import Scenarios

/// What few logs meter of a request; 0 or −1 where they do not tell it.
package struct LoggedMeters: Sendable, BitwiseCopyable {
  package var inputAudio: Int64 = 0
  package var inputImage: Int64 = 0
  package var outputAudio: Int64 = 0
  package var outputImage: Int64 = 0
  package var characters: Int64 = 0
  package var pages: Int64 = 0
  package var images: Int64 = 0
  package var searches: Int64 = 0
  package var documents: Int64 = 0
  /// Microseconds.
  package var video: Int64 = 0
  /// Part of the input, written to the provider's cache for the longer time.
  package var cacheWriteLong: Int64 = 0

  package init() {}

  /// The meter's field.
  package static func path(_ meter: CallMeter) -> WritableKeyPath<LoggedMeters, Int64> {
    switch meter {
    case .inputAudio: \.inputAudio
    case .inputImage: \.inputImage
    case .outputAudio: \.outputAudio
    case .outputImage: \.outputImage
    case .characters: \.characters
    case .pages: \.pages
    case .searches: \.searches
    case .images: \.images
    case .documents: \.documents
    case .video: \.video
    }
  }

  /// Adds what was metered. Tokens are parts of totals, which cut them.
  package func add(to usage: inout Usage) {
    for (_, meter) in TraceColumn.meters {
      usage[meter.dimension] += max(0, self[keyPath: Self.path(meter)])
    }
    usage.cutParts()
    let left = usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens
    usage.cacheWriteLongTokens = max(0, min(cacheWriteLong, left))
  }

  /// Whether it meters nothing: asked of every logged call.
  @inline(__always)
  package var isEmpty: Bool {
    let tokens = inputAudio <= 0 && inputImage <= 0 && outputAudio <= 0 && outputImage <= 0
    let pieces = characters <= 0 && pages <= 0 && images <= 0 && searches <= 0 && documents <= 0
    return tokens && pieces && video <= 0 && cacheWriteLong <= 0
  }
}
