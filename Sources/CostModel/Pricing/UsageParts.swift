/// A usage's totals divided into what is billed separately, checked.
@frozen
@usableFromInline
struct UsageParts: Sendable {
  /// Fresh input that is neither audio nor image.
  @usableFromInline var text: Int64
  /// Fresh audio and image input.
  @usableFromInline var audio: Int64 = 0
  @usableFromInline var images: Int64 = 0
  /// Output that is neither reasoning nor audio nor image.
  @usableFromInline var visible: Int64

  @inlinable
  init(_ usage: Usage) throws(PricingError) {
    if usage.hasNegative { throw .negativeQuantity(usage.firstNegative) }
    text = usage.inputTokens - usage.cacheReadTokens
    if text < 0 { throw .moreCachedThanInput }
    visible = usage.outputTokens - usage.reasoningTokens
    if usage.hasRareParts { try takeRareParts(usage) }
    if visible < 0 { throw .moreReasoningThanOutput }
  }

  /// Quantities are not negative, so that taking one after the other off cannot overflow.
  @usableFromInline
  mutating func takeRareParts(_ usage: Usage) throws(PricingError) {
    text -= usage.cacheWriteTokens
    if text < 0 { throw .moreCachedThanInput }
    text -= usage.cacheWriteLongTokens
    if text < 0 { throw .moreCachedThanInput }
    guard usage.inputAudioTokens <= usage.inputTokens,
      usage.inputImageTokens <= usage.inputTokens - usage.inputAudioTokens
    else { throw .moreMediaThanInput }
    audio = min(usage.inputAudioTokens, text)
    text -= audio
    images = min(usage.inputImageTokens, text)
    text -= images
    if visible < 0 { throw .moreReasoningThanOutput }
    visible -= usage.outputAudioTokens
    if visible < 0 { throw .moreReasoningThanOutput }
    visible -= usage.outputImageTokens
  }
}
