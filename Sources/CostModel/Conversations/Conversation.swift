/// One conversation: its context, and how far it has come. Who plays it makes the calls and keeps the
/// time (docs/semantics.md, "Conversations").
public struct Conversation: ~Copyable, Sendable {
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
  /// The boundary behind the output of the call that is due.
  private var output: UInt64 = 0
  /// Of the instruction of a compaction that is due or under way.
  private var instruction: (tokens: Int64, boundary: UInt64)?
  private var results: [Int64] = []
  private var pending = 0
  private var readyAt = SimTime.distantPast
  /// The first place of the context whose boundary has changed since `takeCut`.
  private var cut = Int.max

  /// - Parameters:
  ///   - prefix: the boundary and length of the static prefix; a length of 0 is none.
  ///   - keepsSegments: false where nobody asks for the prompt but by its ends, nothing is ever taken out
  ///     of the context, and no other one is forked from it.
  public init(
    _ rules: ConversationRules, prefix: (boundary: UInt64, tokens: Int64),
    keepsSegments: Bool = true
  ) {
    self.rules = rules
    context = ConversationContext(prefix: prefix, keepsSegments: keepsSegments)
    isFork = false
  }

  /// Begins with another one's context as it stands.
  public init(_ rules: ConversationRules, forking parent: borrowing Conversation) {
    self.rules = rules
    context = parent.context.inherited
    isFork = true
  }

  /// The prompt that is being sent; its segments are the context's own, but for a compaction's.
  public var prompt: ContextPrompt {
    guard let instruction else { return ContextPrompt(context, output: output) }
    var old = context.first(oldCount)
    old.add(
      .instruction, tokens: instruction.tokens, turn: Int32(turn + 1),
      boundary: instruction.boundary)
    return ContextPrompt(old)
  }

  public var promptTokens: Int64 {
    guard let instruction else { return context.tokens }
    return context.end(oldCount).tokens + instruction.tokens
  }

  /// What that prompt comes to.
  public var ends: PromptEnds {
    var own = context.end
    var all = own
    if let instruction {
      own = context.end(oldCount)
      all = own
      if instruction.tokens > 0 {
        all.add(.instruction, tokens: instruction.tokens, blocks: 1)
      }
    }
    return PromptEnds(
      all: all, own: own, prefix: context.end(context.prefixCount),
      boundary: context.prefixCount > 0 ? context.segments[0].boundary : 0,
      fallback: rules.keptReasoning == .turn ? context.firstReasoning : .max)
  }

  /// A new turn starts with a message of the user.
  public mutating func beginTurn(user: Int64, _ numbers: inout BoundaryNumbers) {
    turn += 1
    step = 0
    if rules.keptReasoning == .turn, turn > 0 {
      if context.firstReasoning != .max {
        let first = Int(context.firstReasoning)
        note(context.keep(from: first, &numbers) { $1.kind != .reasoning })
      }
    }
    oldCount = Int(context.end.count)
    add(.user, user, &numbers)
  }

  /// What the call that is due becomes; the prompt is ready if it is made.
  /// - Parameter limit: the least prompt that is too long.
  public mutating func prepare(limit: Int64?, _ numbers: inout BoundaryNumbers) -> Next {
    defer { output = numbers.next() }
    guard let full = rules.full, let limit, context.tokens >= limit else { return .call }
    switch full.action {
    case .fail: return .overflow
    case .truncate(let tokens): truncate(to: tokens, &numbers)
    case .compact(let instruction, _):
      guard oldCount > context.prefixCount else { break }
      self.instruction = (instruction, numbers.next())
      return .compaction
    }
    return .call
  }

  /// The summary has come: the call that was due is made now, with the prompt that is ready.
  public mutating func compacted(summary: Int64, _ numbers: inout BoundaryNumbers) {
    guard case .compact(_, let keep)? = rules.full?.action else { return }
    instruction = nil
    let (old, prefix) = (oldCount, context.prefixCount)
    let firstKept = Int32(turn + 1) - keep
    note(
      context.keep(summary: summary, &numbers) { place, segment in
        place < prefix || place >= old || keep > 0 && segment.turn >= max(0, firstKept)
      })
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
    oldCount = Int(context.end.count)
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
    add(.reasoning, reasoning, &numbers)
    context.add(
      .output, tokens: visible, blocks: blocks, turn: Int32(turn + 1), boundary: output)
    oldCount = Int(context.end.count)
  }

  private mutating func add(
    _ kind: ContextSegment.Kind, _ tokens: Int64, _ numbers: inout BoundaryNumbers
  ) {
    context.add(kind, tokens: tokens, turn: Int32(turn + 1), boundary: numbers.next())
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
    note(context.keep(&numbers) { $1.turn >= firstKept || $1.turn < 0 })
    oldCount = segments.indices.filter { $0 < oldCount }.count { place in
      segments[place].turn >= firstKept || segments[place].turn < 0
    }
  }
}
