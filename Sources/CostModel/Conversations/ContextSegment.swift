/// One part of a context, and the boundary that lies behind it (docs/semantics.md, "Conversations").
@frozen
public struct ContextSegment: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    case prefix, user, reasoning, output, result, summary, instruction
  }

  /// The segment itself, wherever it stands.
  public var identity: UInt64
  /// Identifies the context from its beginning up to this segment's end: two contexts agree up to
  /// there if they have the same boundary.
  public var boundary: UInt64
  /// Tokens from the context's beginning up to this segment's end.
  public var end: Int64
  /// Blocks of content from the context's beginning.
  public var blocks: Int32
  /// Segments from the context's beginning, neighbouring results being one.
  public var runs: Int32
  /// The turn that it belongs to, from 1; 0: inherited by a fork; negative: to none.
  public var turn: Int32
  public var kind: Kind
}

/// What the first segments of a context come to.
@frozen
public struct ContextEnd: Hashable, Sendable, BitwiseCopyable {
  public private(set) var tokens: Int64 = 0
  /// Segments.
  public private(set) var count: Int32 = 0
  /// Blocks of content.
  public private(set) var blocks: Int32 = 0
  /// Segments, neighbouring results being one.
  public private(set) var runs: Int32 = 0
  private var isResult = false

  public init() {}

  /// Up to the end of the last of so many segments.
  init(_ segment: ContextSegment, _ count: Int) {
    tokens = segment.end
    self.count = Int32(clamping: count)
    blocks = segment.blocks
    runs = segment.runs
    isResult = segment.kind == .result
  }

  mutating func add(_ kind: ContextSegment.Kind, tokens: Int64, blocks: Int) {
    self.tokens += tokens
    count += 1
    self.blocks += Int32(clamping: blocks)
    runs += kind == .result && isResult ? 0 : 1
    isResult = kind == .result
  }
}

/// Hands out the identities of boundaries: each is given once.
@frozen
public struct BoundaryNumbers: Sendable {
  private var last: UInt64 = 0

  public init() {}

  /// A boundary that no context has had.
  public mutating func next() -> UInt64 {
    last += 1
    return last
  }

  /// The boundary behind a segment that now stands behind another boundary than it did at first. It
  /// is the same for all contexts that come to be the same.
  static func moved(_ identity: UInt64, behind boundary: UInt64) -> UInt64 {
    (boundary &+ identity.mixed).mixed >> 2 | 1 << 62
  }

  /// The boundary of a prefix that others may share, told apart by its key.
  public static func prefix(_ key: UInt64) -> UInt64 { key | 1 << 63 }
}
