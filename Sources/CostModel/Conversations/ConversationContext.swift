/// What a conversation sends with its next call: a list of segments, of which those without tokens
/// are left out.
public struct ConversationContext: Sendable {
  public private(set) var segments: [ContextSegment]
  /// Of the static prefix.
  public private(set) var prefixCount: Int

  /// - Parameter prefix: the boundary and length of the static prefix; a length of 0 is none.
  public init(prefix: (boundary: UInt64, tokens: Int64)) {
    segments = []
    prefixCount = 0
    add(.prefix, tokens: prefix.tokens, turn: -1, boundary: prefix.boundary)
    prefixCount = segments.count
  }

  /// A static prefix of several segments, and a rest of the call's own.
  public init(prefix: [(boundary: UInt64, tokens: Int64)], rest: (boundary: UInt64, tokens: Int64))
  {
    segments = []
    prefixCount = 0
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

  public var tokens: Int64 { segments.last?.end ?? 0 }

  mutating func add(
    _ kind: ContextSegment.Kind, tokens: Int64, blocks: Int = 1, turn: Int32, boundary: UInt64,
    identity: UInt64? = nil
  ) {
    guard tokens > 0 else { return }
    let last = segments.last
    let joins = kind == .result && last?.kind == .result
    segments.append(
      ContextSegment(
        identity: identity ?? boundary, boundary: boundary, end: (last?.end ?? 0) + tokens,
        blocks: (last?.blocks ?? 0) + Int32(clamping: blocks),
        runs: (last?.runs ?? 0) + (joins ? 0 : 1), turn: turn, kind: kind))
  }

  /// The first segments alone.
  func first(_ count: Int) -> ConversationContext {
    var context = self
    context.segments.removeLast(segments.count - count)
    return context
  }

  /// Takes segments out. What stays behind the first of them has other boundaries.
  /// - Parameter summary: the tokens of a segment that goes in behind the prefix.
  /// - Returns: The first place whose boundary is another one; nil: nothing has changed.
  @discardableResult
  mutating func keep(
    summary: Int64 = 0, _ numbers: inout BoundaryNumbers, where isKept: (Int) -> Bool
  ) -> Int? {
    let cut = segments.indices.first { $0 >= prefixCount && !isKept($0) }
    guard let from = summary > 0 ? prefixCount : cut else { return nil }
    let old = segments
    segments.removeLast(old.count - from)
    add(.summary, tokens: summary, turn: -1, boundary: numbers.next())
    for place in from..<old.count where isKept(place) {
      let before: (end: Int64, blocks: Int32) =
        place == 0 ? (0, 0) : (old[place - 1].end, old[place - 1].blocks)
      add(
        old[place].kind, tokens: old[place].end - before.end,
        blocks: Int(old[place].blocks - before.blocks), turn: old[place].turn,
        boundary: BoundaryNumbers.moved(
          old[place].identity, behind: segments.last?.boundary ?? 0),
        identity: old[place].identity)
    }
    return from
  }
}
