/// What a conversation sends with its next call: a list of segments, of which those without tokens
/// are left out.
public struct ConversationContext: Sendable {
  /// Of a context that keeps its end alone, the static prefix's.
  public private(set) var segments: [ContextSegment]
  /// Of the static prefix.
  public private(set) var prefixCount: Int
  /// What all segments come to.
  public private(set) var end = ContextEnd()
  /// Place of the first segment of thinking; `Int32.max`: there is none.
  public private(set) var firstReasoning = Int32.max
  private let keepsSegments: Bool

  /// - Parameters:
  ///   - prefix: the boundary and length of the static prefix; a length of 0 is none.
  ///   - keepsSegments: false where nobody asks for anything but the end of what is behind the prefix,
  ///     and nothing is ever taken out.
  public init(prefix: (boundary: UInt64, tokens: Int64), keepsSegments: Bool = true) {
    segments = []
    prefixCount = 0
    self.keepsSegments = keepsSegments
    add(.prefix, tokens: prefix.tokens, turn: -1, boundary: prefix.boundary)
    prefixCount = segments.count
  }

  /// A static prefix of several segments, and a rest of the call's own.
  public init(prefix: [(boundary: UInt64, tokens: Int64)], rest: (boundary: UInt64, tokens: Int64))
  {
    segments = []
    prefixCount = 0
    keepsSegments = true
    for part in prefix { add(.prefix, tokens: part.tokens, turn: -1, boundary: part.boundary) }
    prefixCount = segments.count
    add(.user, tokens: rest.tokens, turn: 1, boundary: rest.boundary)
  }

  /// What a fork begins with: all of it, as one turn.
  var inherited: ConversationContext {
    var context = self
    for place in prefixCount..<segments.count { context.segments[place].turn = 0 }
    return context
  }

  public var tokens: Int64 { end.tokens }

  /// What the first segments come to.
  public func end(_ count: Int) -> ContextEnd {
    count == Int(end.count)
      ? end : count > 0 ? ContextEnd(segments[count - 1], count) : ContextEnd()
  }

  mutating func add(
    _ kind: ContextSegment.Kind, tokens: Int64, blocks: Int = 1, turn: Int32, boundary: UInt64,
    identity: UInt64? = nil
  ) {
    guard tokens > 0 else { return }
    if kind == .reasoning, firstReasoning == .max { firstReasoning = end.count }
    end.add(kind, tokens: tokens, blocks: blocks)
    guard keepsSegments || kind == .prefix else { return }
    segments.append(
      ContextSegment(
        identity: identity ?? boundary, boundary: boundary, end: end.tokens, blocks: end.blocks,
        runs: end.runs, turn: turn, kind: kind))
  }

  /// The first segments alone.
  func first(_ count: Int) -> ConversationContext {
    var context = self
    context.removeLast(from: count)
    return context
  }

  private mutating func removeLast(from count: Int) {
    end = end(count)
    segments.removeLast(segments.count - count)
    if firstReasoning >= end.count { firstReasoning = .max }
  }

  /// Takes segments out. What stays behind the first of them has other boundaries.
  /// - Parameters:
  ///   - summary: the tokens of a segment that goes in behind the prefix.
  ///   - first: all before it are kept.
  /// - Returns: The first place whose boundary is another one; nil: nothing has changed.
  @discardableResult
  mutating func keep(
    summary: Int64 = 0, from first: Int = 0, _ numbers: inout BoundaryNumbers,
    where isKept: (Int, ContextSegment) -> Bool
  ) -> Int? {
    let cut = segments.indices.dropFirst(max(first, prefixCount)).first {
      !isKept($0, segments[$0])
    }
    guard let from = summary > 0 ? prefixCount : cut else { return nil }
    var before = end(from)
    let old = Array(segments[from...])
    removeLast(from: from)
    add(.summary, tokens: summary, turn: -1, boundary: numbers.next())
    for (place, segment) in old.enumerated() {
      let own = (tokens: segment.end - before.tokens, blocks: Int(segment.blocks - before.blocks))
      before = ContextEnd(segment, from + place + 1)
      guard isKept(from + place, segment) else { continue }
      add(
        segment.kind, tokens: own.tokens, blocks: own.blocks, turn: segment.turn,
        boundary: BoundaryNumbers.moved(
          segment.identity, behind: segments.last?.boundary ?? 0),
        identity: segment.identity)
    }
    return from
  }
}
