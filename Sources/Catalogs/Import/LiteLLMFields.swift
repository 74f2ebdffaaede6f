import CostModel
import Scenarios

/// What the price fields of LiteLLM's list mean.
///
/// A field is a base name, then perhaps `_above_1hr`, `_above_{N}k_tokens` and a variant, in this
/// order: `cache_read_input_token_cost_above_272k_tokens_priority`.
package struct LiteLLMField: Hashable {
  package enum Variant: Hashable {
    case ordinary, batch
    case serviceTier(String)
  }

  package var base: String
  package var dimension: BillingDimension
  /// The input size in tokens above which it holds; 0: from the first token on.
  package var above: Int64
  package var variant: Variant

  private static let bases: [String: BillingDimension] = [
    "input_cost_per_token": .inputTokens, "output_cost_per_token": .outputTokens,
    "cache_read_input_token_cost": .cacheReadTokens,
    "cache_creation_input_token_cost": .cacheWriteTokens,
    "output_cost_per_reasoning_token": .reasoningTokens,
    "input_cost_per_audio_token": .inputAudioTokens,
    "output_cost_per_audio_token": .outputAudioTokens,
    "input_cost_per_image_token": .inputImageTokens,
    "output_cost_per_image_token": .outputImageTokens,
    "input_cost_per_second": .audioSeconds, "output_cost_per_second": .audioSeconds,
    "input_cost_per_audio_per_second": .audioSeconds,
    "input_cost_per_character": .characters, "input_cost_per_image": .images,
    "output_cost_per_image": .images, "ocr_cost_per_page": .pages,
    "input_cost_per_query": .calls, "input_cost_per_request": .calls,
  ]
  private static let variants = ["priority", "flex", "balanced", "ultrafast", "decisions"]

  package var unit: ImportedPrice.Unit {
    switch dimension {
    case .audioSeconds: .second
    case .images, .pages, .searches, .calls: .piece
    default: .token
    }
  }

  /// nil if the field is none of these, or its threshold more than a catalog can state.
  package init?(_ field: String) {
    let candidates = Self.bases.keys.filter { field == $0 || field.hasPrefix($0 + "_") }
    guard let base = candidates.max(by: { $0.count < $1.count }),
      let dimension = Self.bases[base],
      let match = field.dropFirst(base.count)
        .wholeMatch(of: /(_above_1hr)?(?:_above_(\d+)(k?)_tokens)?(?:_([a-z]+))?/)
    else { return nil }
    self.base = base
    self.dimension = dimension
    let size: Int64 = match.3 == "k" ? 1_000 : 1
    guard let count = Int64(match.2 ?? "0"), count <= PriceSheetReader.mostTokens / size else {
      return nil
    }
    above = count * size
    if match.1 != nil {
      guard dimension == .cacheWriteTokens else { return nil }
      self.dimension = .cacheWriteLongTokens
    }
    switch match.4.map(String.init) {
    case nil: variant = .ordinary
    case "batches": variant = .batch
    case let name? where Self.variants.contains(name): variant = .serviceTier(name)
    default: return nil
    }
  }

  /// Whether a field that is not understood says something of prices.
  package static func isPrice(_ field: String) -> Bool {
    field.contains("cost") || field.contains("pricing") || field.contains("multiplier")
      || field == "search_free_requests" || field == "provider_specific_entry"
  }
}

/// What the names of fields mean, each looked at once in an import.
package final class LiteLLMFieldNames {
  private var meanings: [String: LiteLLMField?] = [:]

  package subscript(name: String) -> LiteLLMField? {
    if let known = meanings[name] { return known }
    let meaning = LiteLLMField(name)
    meanings[name] = .some(meaning)
    return meaning
  }
}
