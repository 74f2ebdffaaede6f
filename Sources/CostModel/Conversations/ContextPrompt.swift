/// What a call sends: the segments of a context.
public struct ContextPrompt: Sendable {
  public let segments: [ContextSegment]
  public let prefixCount: Int
  /// The boundary behind the call's output; 0: the output joins no context.
  public let output: UInt64
  public let tokens: Int64

  public init(_ context: ConversationContext, output: UInt64 = 0) {
    segments = context.segments
    prefixCount = context.prefixCount
    tokens = context.tokens
    self.output = output
  }

  /// A prompt that a log tells as blocks: each boundary is that of all blocks before it.
  /// - Parameters:
  ///   - input: tokens of the prompt; the last block may be cut short, what lies behind it is no segment.
  ///   - prefix: tokens at its beginning that are marked; cut to whole blocks.
  public init(
    blocks: some Sequence<UInt64>, blockSize: Int64, input: Int64, prefix: Int64
  ) {
    var segments: [ContextSegment] = []
    var (chain, end): (UInt64, Int64) = (0, 0)
    for block in blocks {
      guard end < input else { break }
      chain = (chain &+ block.mixed).mixed
      end = min(end + blockSize, input)
      let place = Int32(clamping: segments.count + 1)
      segments.append(
        ContextSegment(
          identity: block, boundary: chain >> 2 | 1 << 62, end: end, blocks: place, runs: place,
          turn: -1, kind: .user))
    }
    self.segments = segments
    prefixCount = blockSize > 0 ? min(segments.count, Int(clamping: prefix / blockSize)) : 0
    output = 0
    tokens = end
  }

  /// Tokens up to the end of the segment at that place.
  @inlinable
  func end(_ place: Int) -> Int64 { segments[place].end }
}

/// What a prompt comes to: all that a cache asks of one whose conversation keeps its own entries.
@frozen
public struct PromptEnds: Hashable, Sendable, BitwiseCopyable {
  public var all: ContextEnd
  /// Without the instruction of a compaction.
  public var own: ContextEnd
  public var prefix: ContextEnd
  /// Of the prefix; no meaning without one.
  public var boundary: UInt64
  /// Place of the first segment that is taken out again; `Int32.max`: there is none.
  public var fallback: Int32
}

/// How the input of an attempt is billed; what is left of it is fresh.
@frozen
public struct InputSplit: Hashable, Sendable {
  /// Read from the cache.
  public var read: Int64 = 0
  /// Written for the shorter time.
  public var short: Int64 = 0
  /// Written for the longer time.
  public var long: Int64 = 0

  @inlinable
  public init(read: Int64 = 0, short: Int64 = 0, long: Int64 = 0) {
    self.read = read
    self.short = short
    self.long = long
  }
}
