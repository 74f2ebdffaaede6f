import CostModel
import Support

/// A quantity of a call beside its text tokens, thinking and audio time: what providers meter. One
/// descriptor each; keys of scenarios, draws, prices, closed forms, causes and tables iterate over them.
package enum CallMeter: Int, CaseIterable, BitwiseCopyable, Sendable {
  case inputAudio, inputImage, outputAudio, outputImage
  case characters, pages, images, searches, documents, video

  /// Of what total its tokens are a part.
  package enum Whole: String, Sendable { case input, output }

  /// Its key in scenarios.
  package var key: String {
    switch self {
    case .inputAudio: "input_audio"
    case .inputImage: "input_image"
    case .outputAudio: "output_audio"
    case .outputImage: "output_image"
    case .characters, .pages, .images, .searches, .documents, .video: "\(self)"
    }
  }

  /// Its column in logs and usage files.
  package var column: String {
    dimension.isTokens ? key + "_tokens" : dimension.isTime ? key + "_seconds" : key
  }

  /// What it is billed as.
  package var dimension: BillingDimension {
    switch self {
    case .inputAudio: .inputAudioTokens
    case .inputImage: .inputImageTokens
    case .outputAudio: .outputAudioTokens
    case .outputImage: .outputImageTokens
    case .characters: .characters
    case .pages: .pages
    case .images: .images
    case .searches: .searches
    case .documents: .documents
    case .video: .videoSeconds
    }
  }

  /// nil: it is billed beside all tokens.
  package var whole: Whole? {
    switch self {
    case .inputAudio, .inputImage: .input
    case .outputAudio, .outputImage: .output
    case .characters, .pages, .images, .searches, .documents, .video: nil
    }
  }

  /// Billed units of one unit of its law: video is stated in seconds and counted in microseconds.
  package var scale: Double { dimension.isTime ? 1e6 : 1 }

  /// `2 images`, `8.5 seconds of video`.
  package func text(of quantity: Int128) -> String {
    if dimension.isTime {
      let seconds = DecimalText.trimmed(DecimalText.ratio(quantity, 1_000_000, places: 6))
      return "\(seconds) seconds of \(dimension.label)"
    }
    let label = quantity == 1 ? String(dimension.label.dropLast()) : dimension.label
    return "\(InputLog.grouped(Int64(clamping: quantity))) \(label)"
  }

  /// What it is, for docs.
  package var summary: String {
    switch self {
    case .inputAudio: "Audio tokens, part of `input`."
    case .inputImage: "Image tokens, part of `input`, beside those of `frames`."
    case .outputAudio: "Audio tokens, part of `output`."
    case .outputImage: "Image tokens, part of `output`."
    case .characters: "Characters billed by the piece (speech, translation)."
    case .pages: "Pages billed by the piece (documents that are read)."
    case .images: "Images sent or made, billed by the piece."
    case .searches: "Searches billed by the piece."
    case .documents: "Documents to rank, billed by the piece or by `search_documents` of the price."
    case .video: "Video billed by its length."
    }
  }

  package var example: String {
    switch self {
    case .inputAudio, .outputAudio: "600"
    case .inputImage, .outputImage: "765"
    case .characters: "1200"
    case .pages: "1..8"
    case .images, .searches: "1"
    case .documents: "140"
    case .video: "8s"
    }
  }
}

extension BillingDimension {
  /// What meters.csv tells of, in its order: every meter of a call, and audio by its length.
  package static let metered = CallMeter.allCases.map(\.dimension) + [.audioSeconds]

  /// The key in scenarios of what is metered.
  package var meterKey: String {
    CallMeter.allCases.first { $0.dimension == self }?.key ?? "audio"
  }

  /// What metered quantities are told in.
  package var meterUnit: String { isTokens ? "tokens" : isTime ? "seconds" : label }

  /// Counted units of one told unit: time is told in seconds and counted in microseconds.
  package var meterScale: Int128 { isTime ? 1_000_000 : 1 }
}

/// What a call bills at another model beside its own, if it is answered.
package struct ModelUse: Hashable, Sendable {
  /// As the file names it.
  package var model: String
  package var input = Distribution.fixed(0)
  package var output = Distribution.fixed(0)
  package var audio = Distribution.fixed(0)
  package var meters: [CallMeter: Distribution] = [:]

  package init(model: String) { self.model = model }

  /// A call of that model that would be billed the same.
  package var variant: Variant {
    var variant = Variant(share: 1, input: input, output: output, audio: audio)
    variant.meters = meters
    return variant
  }
}

extension Scenario {
  /// Meters that any call states, also of what it bills at other models, or that a replayed log tells:
  /// columns of calls.csv.
  package var statedMeters: [CallMeter] {
    let stated = variants.flatMap { variant in
      variant.meters.keys + variant.uses.flatMap(\.meters.keys)
    }
    let all = Set(stated)
    return CallMeter.allCases.filter {
      all.contains($0) || loggedQuantities.contains($0.dimension)
    }
  }

  /// Whether any call states a meter or bills other models beside its own, or a replayed log tells what its
  /// requests were metered for.
  package var statesMeters: Bool {
    !loggedQuantities.isEmpty || !statedMeters.isEmpty
      || variants.contains { !$0.uses.isEmpty }
  }
}

extension Variant {
  /// What a call has of a meter.
  package subscript(meter: CallMeter) -> Distribution {
    get { meters[meter] ?? .fixed(0) }
    set { meters[meter] = newValue == .fixed(0) ? nil : newValue }
  }

  /// The meters that it states, in their order.
  package var statedMeters: [(meter: CallMeter, law: Distribution)] {
    CallMeter.allCases.compactMap { meter in meters[meter].map { (meter, $0) } }
  }

  /// Whether a draw of the meter may be more than the total that it is a part of: it is then cut to
  /// the total.
  package func mayExceed(_ meter: CallMeter) -> Bool {
    guard let whole = meter.whole, drawnWhole[whole] != meter else { return false }
    let others = statedMeters.filter { $0.meter.whole == whole && $0.meter != meter }
    let parts = others.reduce(meters[meter]?.largestValue ?? 0) { $0 + $1.law.largestValue }
    switch whole {
    case .input: return parts > input.least
    case .output: return parts > min(maxTokens.map(Double.init) ?? .infinity, output.least)
    }
  }
}
