/// One conversation: its context, and how far it has come. Who plays it makes the calls and keeps the
/// time (docs/semantics.md, "Conversations").
public struct Conversation: Sendable {
  /// What a call that is due becomes.
  public enum Next: Hashable, Sendable {
    /// It is made.
    case call
    /// A call for a summary is made first.
    case compaction
    /// Its prompt is too long: it is not made.
    case overflow
  }

  public let rules: ConversationRules
  public private(set) var context: ConversationContext
  /// From 0.
  public private(set) var turn = -1
  /// Tool steps of this turn that are over.
  public private(set) var step = 0
  /// The context without what the next call brings.
  private var oldCount = 0
  private let isFork: Bool
  /// The prompt that is being sent; its segments are the context's own, but for a compaction's.
  public private(set) var prompt: ContextPrompt
  private var results: [Int64] = []
  private var pending = 0
  private var readyAt = SimTime.distantPast
  /// The first place of the context whose boundary has changed since `takeCut`.
  private var cut = Int.max

  /// - Parameter prefix: the boundary and length of the static prefix; a length of 0 is none.
  public init(_ rules: ConversationRules, prefix: (boundary: UInt64, tokens: Int64)) {
    self.rules = rules
    context = ConversationContext(prefix: prefix)
    prompt = ContextPrompt(context)
    isFork = false
  }

  /// Begins with another one's context as it stands.
  public init(_ rules: ConversationRules, forking parent: Conversation) {
    self.rules = rules
    context = parent.context.inherited
    prompt = ContextPrompt(context)
    isFork = true
  }

  /// A new turn starts with a message of the user.
  public mutating func beginTurn(user: Int64, _ numbers: inout BoundaryNumbers) {
    turn += 1
    step = 0
    if rules.keptReasoning == .turn, turn > 0 {
      release()
      let segments = context.segments
      note(context.keep(&numbers) { segments[$0].kind != .reasoning })
    }
    oldCount = context.segments.count
    add(.user, user, &numbers)
  }

  /// What the call that is due becomes; the prompt is ready if it is made.
  /// - Parameter limit: the least prompt that is too long.
  public mutating func prepare(limit: Int64?, _ numbers: inout BoundaryNumbers) -> Next {
    guard let full = rules.full, let limit, context.tokens >= limit else {
      setPrompt(&numbers)
      return .call
    }
    switch full.action {
    case .fail: return .overflow
    case .truncate(let tokens): truncate(to: tokens, &numbers)
    case .compact(let instruction, _):
      guard oldCount > context.prefixCount else { break }
      var old = context.first(oldCount)
      old.add(
        .instruction, tokens: instruction, turn: Int32(turn + 1), boundary: numbers.next())
      prompt = ContextPrompt(old)
      return .compaction
    }
    setPrompt(&numbers)
    return .call
  }

  /// The summary has come: the call that was due is made now, with the prompt that is ready.
  public mutating func compacted(summary: Int64, _ numbers: inout BoundaryNumbers) {
    guard case .compact(_, let keep)? = rules.full?.action else { return }
    release()
    let segments = context.segments
    let (old, prefix) = (oldCount, context.prefixCount)
    let firstKept = Int32(turn + 1) - keep
    note(
      context.keep(summary: summary, &numbers) { place in
        place < prefix || place >= old || keep > 0 && segments[place].turn >= max(0, firstKept)
      })
    setPrompt(&numbers)
  }

  /// A turn's last call has been answered.
  public mutating func answered(
    visible: Int64, reasoning: Int64, _ numbers: inout BoundaryNumbers
  ) {
    takeOutput(
      visible: visible, reasoning: rules.keptReasoning == .all ? reasoning : 0, blocks: 1, &numbers)
  }

  /// A tool call has been answered: tools and sub-agents start.
  /// - Parameters:
  ///   - results: the tokens of what each tool brings, at the latest at `end`.
  ///   - agents: the number of sub-agents that start.
  /// - Returns: When the next call arrives, if that depends on no sub-agent.
  public mutating func calledTools(
    visible: Int64, reasoning: Int64, results: [Int64], end: SimTime, agents: Int,
    _ numbers: inout BoundaryNumbers
  ) -> SimTime? {
    takeOutput(
      visible: visible, reasoning: rules.keptReasoning == .none ? 0 : reasoning,
      blocks: max(1, results.count + agents), &numbers)
    self.results = results + Array(repeating: 0, count: agents)
    pending = agents
    readyAt = end
    return pending == 0 ? end : nil
  }

  /// A sub-agent has ended.
  /// - Parameters:
  ///   - place: its place among those of its step.
  ///   - result: the tokens that it brings.
  /// - Returns: When the next call arrives, if this was the last one.
  public mutating func agentEnded(_ place: Int, of agents: Int, result: Int64, at e: SimTime)
    -> SimTime?
  {
    results[results.count - agents + place] = result
    pending -= 1
    readyAt = max(readyAt, e)
    return pending == 0 ? readyAt : nil
  }

  /// The step's results are there; the next call arrives.
  public mutating func takeResults(_ numbers: inout BoundaryNumbers) {
    oldCount = context.segments.count
    for tokens in results { add(.result, tokens, &numbers) }
    results = []
    step += 1
  }

  /// The first place of the context whose boundary is another one than it was when this was asked last;
  /// nil: all are as they were.
  public mutating func takeCut() -> Int? {
    defer { cut = .max }
    return cut == .max ? nil : cut
  }

  private mutating func note(_ cut: Int?) { self.cut = min(self.cut, cut ?? .max) }

  // MARK: Parts

  private mutating func takeOutput(
    visible: Int64, reasoning: Int64, blocks: Int, _ numbers: inout BoundaryNumbers
  ) {
    let boundary = prompt.output
    release()
    add(.reasoning, reasoning, &numbers)
    context.add(
      .output, tokens: visible, blocks: blocks, turn: Int32(turn + 1), boundary: boundary)
    oldCount = context.segments.count
  }

  private mutating func add(
    _ kind: ContextSegment.Kind, _ tokens: Int64, _ numbers: inout BoundaryNumbers
  ) {
    release()
    context.add(kind, tokens: tokens, turn: Int32(turn + 1), boundary: numbers.next())
  }

  /// The context is about to change: a prompt that shares its segments would have them copied.
  private mutating func release() { prompt.segments = [] }

  private mutating func setPrompt(_ numbers: inout BoundaryNumbers) {
    prompt = ContextPrompt(context, output: numbers.next())
  }

  private mutating func truncate(to tokens: Int64, _ numbers: inout BoundaryNumbers) {
    let segments = context.segments
    var excess = context.tokens - tokens
    var firstKept = segments.map(\.turn).first { $0 >= 0 } ?? Int32(turn + 1)
    while excess > 0, firstKept <= turn {
      for place in segments.indices where segments[place].turn == firstKept {
        excess -= segments[place].end - (place > 0 ? segments[place - 1].end : 0)
      }
      firstKept += 1
    }
    release()
    note(context.keep(&numbers) { segments[$0].turn >= firstKept || segments[$0].turn < 0 })
    oldCount = segments.indices.filter { $0 < oldCount }.count { place in
      segments[place].turn >= firstKept || segments[place].turn < 0
    }
  }
}
