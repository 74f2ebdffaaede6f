/// What an attempt used, as providers count it (docs/semantics.md, "Price of an attempt").
@frozen
public struct Usage: Hashable, Sendable {
  /// All input: fresh, read from and written to the provider's cache, audio and images.
  public var inputTokens: Int64 = 0
  /// Part of the input.
  public var cacheReadTokens: Int64 = 0
  /// Part of the input, written for the shorter time (5 minutes).
  public var cacheWriteTokens: Int64 = 0
  /// Part of the input, written for the longer time (1 hour).
  public var cacheWriteLongTokens: Int64 = 0
  /// All output: visible, reasoning, audio and images.
  public var outputTokens: Int64 = 0
  /// Part of the output.
  public var reasoningTokens: Int64 = 0
  /// Part of the input.
  public var inputAudioTokens: Int64 = 0
  /// Part of the output.
  public var outputAudioTokens: Int64 = 0
  /// Part of the input.
  public var inputImageTokens: Int64 = 0
  /// Part of the output.
  public var outputImageTokens: Int64 = 0
  /// Audio that is billed by its length, beside any tokens.
  public var audioMicroseconds: Int64 = 0
  /// Video that is billed by its length, beside any tokens.
  public var videoMicroseconds: Int64 = 0
  public var characters: Int64 = 0
  /// Images billed by the piece.
  public var images: Int64 = 0
  public var pages: Int64 = 0
  public var searches: Int64 = 0
  /// Documents that a model ranks: billed by the piece, or so many of them as one search.
  public var documents: Int64 = 0
  public var calls: Int64 = 0

  @inlinable
  public init() {}
}
