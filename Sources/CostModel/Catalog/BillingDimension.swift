/// What a provider counts and bills.
@frozen
public enum BillingDimension: Int, CaseIterable, Sendable {
  case inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens
  case outputTokens, reasoningTokens
  case inputAudioTokens, outputAudioTokens, inputImageTokens, outputImageTokens
  case audioSeconds, videoSeconds, characters, images, pages, searches, documents, calls

  /// Whose price applies where this dimension has none of its own; nil: then it is unpriced
  /// (`calls`: then nothing is due for a call as such).
  public var parent: BillingDimension? {
    switch self {
    case .cacheReadTokens, .cacheWriteTokens, .inputAudioTokens, .inputImageTokens: .inputTokens
    case .cacheWriteLongTokens: .cacheWriteTokens
    case .reasoningTokens, .outputAudioTokens, .outputImageTokens: .outputTokens
    case .inputTokens, .outputTokens: nil
    case .audioSeconds, .videoSeconds, .characters, .images, .pages, .searches, .documents,
      .calls:
      nil
    }
  }

  /// Whether it counts tokens.
  public var isTokens: Bool { rawValue <= BillingDimension.outputImageTokens.rawValue }

  /// Whether it counts time, in microseconds.
  public var isTime: Bool { self == .audioSeconds || self == .videoSeconds }

  /// What people call it, in plain words; the only place that says them. Never a key of a file: those are
  /// for programs.
  public var label: String {
    switch self {
    case .inputTokens: "input tokens"
    case .cacheReadTokens: "tokens read from the prompt cache"
    case .cacheWriteTokens: "tokens written to the prompt cache"
    case .cacheWriteLongTokens: "tokens kept longer in the prompt cache"
    case .outputTokens: "output tokens"
    case .reasoningTokens: "reasoning tokens"
    case .inputAudioTokens: "input audio tokens"
    case .outputAudioTokens: "output audio tokens"
    case .inputImageTokens: "input image tokens"
    case .outputImageTokens: "output image tokens"
    case .audioSeconds: "audio"
    case .videoSeconds: "video"
    case .characters: "characters"
    case .images: "images"
    case .pages: "pages"
    case .searches: "searches"
    case .documents: "documents"
    case .calls: "calls"
    }
  }
}
