import CostModel

/// The columns of a file of usage (docs/usage-format.md): those of the canonical trace that say what
/// was used, and one for every other dimension of a price.
package enum UsageColumn: String, CaseIterable, Sendable {
  case timestamp, model, provider, status, batch
  case serviceTier = "service_tier"
  case region
  case searchSize = "search_context_size"
  case inputTokens = "input_tokens"
  case cachedInputTokens = "cached_input_tokens"
  case cacheWriteTokens = "cache_write_tokens"
  case cacheWriteLongTokens = "cache_write_1h_tokens"
  case outputTokens = "output_tokens"
  case reasoningTokens = "reasoning_tokens"
  case inputAudioTokens = "input_audio_tokens"
  case outputAudioTokens = "output_audio_tokens"
  case inputImageTokens = "input_image_tokens"
  case outputImageTokens = "output_image_tokens"
  case audioSeconds = "audio_seconds"
  case videoSeconds = "video_seconds"
  case characters, images, pages, searches, documents, calls

  /// The dimension that it counts; nil where it is no quantity.
  package var dimension: BillingDimension? {
    switch self {
    case .timestamp, .model, .provider, .status, .batch, .serviceTier, .region,
      .searchSize:
      nil
    case .inputTokens: .inputTokens
    case .cachedInputTokens: .cacheReadTokens
    case .cacheWriteTokens: .cacheWriteTokens
    case .cacheWriteLongTokens: .cacheWriteLongTokens
    case .outputTokens: .outputTokens
    case .reasoningTokens: .reasoningTokens
    case .inputAudioTokens: .inputAudioTokens
    case .outputAudioTokens: .outputAudioTokens
    case .inputImageTokens: .inputImageTokens
    case .outputImageTokens: .outputImageTokens
    case .audioSeconds: .audioSeconds
    case .videoSeconds: .videoSeconds
    case .characters: .characters
    case .images: .images
    case .pages: .pages
    case .searches: .searches
    case .documents: .documents
    case .calls: .calls
    }
  }

  package static let names = allCases.map(\.rawValue)
}

/// One row of usage as it is read.
package struct UsageRow: Sendable {
  /// Data row, from 1.
  package var number: Int64
  /// The moment of the use; nil where the row does not tell it.
  package var time: SimTime?
  package var model = ""
  /// The provider of the model; nil where the row does not tell it.
  package var provider: String?
  package var variant = BillingVariant()
  /// Whether it states any quantity but how many calls it is, though it be 0.
  package var statesUse = false
  /// Failed calls cost nothing.
  package var hasFailed = false
  package var usage = Usage()

  package init(
    number: Int64, time: SimTime? = nil, model: String = "", provider: String? = nil,
    variant: BillingVariant = BillingVariant(), statesUse: Bool = false, hasFailed: Bool = false,
    usage: Usage = Usage()
  ) {
    self.number = number
    self.time = time
    self.model = model
    self.provider = provider
    self.variant = variant
    self.statesUse = statesUse
    self.hasFailed = hasFailed
    self.usage = usage
  }
}
