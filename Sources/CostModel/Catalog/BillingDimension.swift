/// What a provider counts and bills.
@frozen
public enum BillingDimension: Int, CaseIterable, Sendable {
  case inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens
  case outputTokens, reasoningTokens
  case inputAudioTokens, outputAudioTokens, inputImageTokens, outputImageTokens
  case audioSeconds, characters, images, pages, searches, calls

  /// Whose price applies where this dimension has none of its own; nil: then it is unpriced
  /// (`calls`: then nothing is due for a call as such).
  public var parent: BillingDimension? {
    switch self {
    case .cacheReadTokens, .cacheWriteTokens, .inputAudioTokens, .inputImageTokens: .inputTokens
    case .cacheWriteLongTokens: .cacheWriteTokens
    case .reasoningTokens, .outputAudioTokens, .outputImageTokens: .outputTokens
    case .inputTokens, .outputTokens: nil
    case .audioSeconds, .characters, .images, .pages, .searches, .calls: nil
    }
  }

  /// Whether it counts tokens.
  public var isTokens: Bool { rawValue <= BillingDimension.outputImageTokens.rawValue }

  /// What people call it.
  public var label: String {
    switch self {
    case .inputTokens: "input tokens"
    case .cacheReadTokens: "cache-read tokens"
    case .cacheWriteTokens: "cache-write tokens"
    case .cacheWriteLongTokens: "long cache-write tokens"
    case .outputTokens: "output tokens"
    case .reasoningTokens: "reasoning tokens"
    case .inputAudioTokens: "input audio tokens"
    case .outputAudioTokens: "output audio tokens"
    case .inputImageTokens: "input image tokens"
    case .outputImageTokens: "output image tokens"
    case .audioSeconds: "audio"
    case .characters: "characters"
    case .images: "images"
    case .pages: "pages"
    case .searches: "searches"
    case .calls: "calls"
    }
  }
}
