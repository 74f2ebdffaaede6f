import Catalogs
import Support

/// What a shape says where to find: the canonical columns of requests, buckets and charges.
package enum LogColumn: String, CaseIterable, Sendable {
  case timestamp
  /// Where a record tells no start.
  case ended
  case model
  case requestedModel = "requested_model"
  case provider, account, session, prompt, status
  case latencyMs = "latency_ms"
  case loggedCost = "logged_cost_usd"
  case serviceTier = "service_tier"
  case batch, region
  case inputTokens = "input_tokens"
  case cachedInputTokens = "cached_input_tokens"
  case cacheWriteTokens = "cache_write_tokens"
  case cacheWriteLongTokens = "cache_write_1h_tokens"
  /// Written tokens whose life is not told, or those of both lives together.
  case cacheWriteFlat = "cache_write_flat_tokens"
  case inputAudioTokens = "input_audio_tokens"
  case inputImageTokens = "input_image_tokens"
  case outputTokens = "output_tokens"
  case reasoningTokens = "reasoning_tokens"
  case outputAudioTokens = "output_audio_tokens"
  case outputImageTokens = "output_image_tokens"
  case audioSeconds = "audio_seconds"
  case characters, images, pages, searches, documents
  case videoSeconds = "video_seconds"
  case calls
  case streamed, billing, key
  case periodStart = "period_start"
  case periodEnd = "period_end"
  case project, meter, kind, category, quantity, unit, amount, currency, credits, service
  case chargeClass = "charge_class"
  case product
  case contextWindow = "context_window"

  /// What the column counts; nil: it is no quantity.
  package var quantity: LogQuantity? { LogQuantity(rawValue: rawValue) }
}

/// The kinds of usage of a row, in the order of its columns.
package enum LogQuantity: String, CaseIterable, Sendable {
  case inputTokens = "input_tokens"
  case cachedInputTokens = "cached_input_tokens"
  case cacheWriteTokens = "cache_write_tokens"
  case cacheWriteLongTokens = "cache_write_1h_tokens"
  case inputAudioTokens = "input_audio_tokens"
  case inputImageTokens = "input_image_tokens"
  case outputTokens = "output_tokens"
  case reasoningTokens = "reasoning_tokens"
  case outputAudioTokens = "output_audio_tokens"
  case outputImageTokens = "output_image_tokens"
  case audioSeconds = "audio_seconds"
  case characters, images, pages, searches, documents
  case videoSeconds = "video_seconds"

  package static let tokens: [LogQuantity] = Array(allCases.prefix { $0 != .audioSeconds })
  /// Its place among all, which every access to a row's amounts needs.
  package var place: Int {
    switch self {
    case .inputTokens: 0
    case .cachedInputTokens: 1
    case .cacheWriteTokens: 2
    case .cacheWriteLongTokens: 3
    case .inputAudioTokens: 4
    case .inputImageTokens: 5
    case .outputTokens: 6
    case .reasoningTokens: 7
    case .outputAudioTokens: 8
    case .outputImageTokens: 9
    case .audioSeconds: 10
    case .characters: 11
    case .images: 12
    case .pages: 13
    case .searches: 14
    case .documents: 15
    case .videoSeconds: 16
    }
  }

  /// What a usage file calls it.
  package var usageColumn: UsageColumn? { UsageColumn(rawValue: rawValue) }
  /// Decimal places of the unit in which it is kept.
  package var places: Int { isTime ? 6 : 0 }
  /// An amount as text.
  package func plain(_ amount: Int64) -> String {
    places == 0
      ? String(amount) : ExactDecimal(digits: Int128(amount), places: places).plain
  }

  /// Whether it counts seconds.
  package var isTime: Bool { self == .audioSeconds || self == .videoSeconds }
  /// Whether `read` writes its column behind the others and only where a row tells it; the others always.
  package var isWrittenWhereTold: Bool { self == .documents || self == .videoSeconds }
}
