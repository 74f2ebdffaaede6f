/// What one attempt consumed: whole quantities, none negative.
@frozen
public struct Usage: Hashable, Sendable {
  /// All input tokens: fresh, cache-read, cache-written, audio and image ones.
  public var inputTokens: Int64 = 0
  /// Read from the provider's prompt cache.
  public var cacheReadTokens: Int64 = 0
  /// Written to it for 5 minutes, and for an hour.
  public var cacheWriteTokens: Int64 = 0
  public var cacheWriteLongTokens: Int64 = 0
  public var inputAudioTokens: Int64 = 0
  public var inputImageTokens: Int64 = 0
  /// All output tokens: visible, reasoning, audio and image ones.
  public var outputTokens: Int64 = 0
  public var reasoningTokens: Int64 = 0
  public var outputAudioTokens: Int64 = 0
  public var outputImageTokens: Int64 = 0
  /// Length of audio, billed by time.
  public var audioMicroseconds: Int64 = 0
  public var characters: Int64 = 0
  public var images: Int64 = 0
  public var pages: Int64 = 0
  public var searches: Int64 = 0
  public var calls: Int64 = 0

  @inlinable
  public init() {}
}
