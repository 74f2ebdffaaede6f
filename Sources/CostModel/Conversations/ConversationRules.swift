/// How a conversation marks its prompts, and what it does with a context that is full.
public struct ConversationRules: Hashable, Sendable {
  public enum KeptReasoning: String, CaseIterable, Sendable {
    /// No thinking is ever sent again.
    case none
    /// That of tool calls is, until the next turn starts.
    case turn
    /// All of it is, for good.
    case all
  }

  public var marks = CacheMarks()
  public var keptReasoning = KeptReasoning.none
  public var full: FullRule?

  public init() {}
}

/// Where a request asks a provider to store its prompt, and for how long.
public struct CacheMarks: Hashable, Sendable, BitwiseCopyable {
  public enum Breakpoints: String, CaseIterable, Sendable, BitwiseCopyable {
    case none
    /// The static prefix's end.
    case prefix
    /// The static prefix's end and the prompt's.
    case rolling
    /// The prompt's end.
    case automatic
  }

  public var breakpoints: Breakpoints
  public var prefixIsLong: Bool
  public var restIsLong: Bool

  public init(
    _ breakpoints: Breakpoints = .rolling, prefixIsLong: Bool = false, restIsLong: Bool = false
  ) {
    self.breakpoints = breakpoints
    self.prefixIsLong = prefixIsLong
    self.restIsLong = restIsLong
  }
}

/// What happens when the prompt of the next call is too long.
public struct FullRule: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// A call asks for a summary, with an instruction of so many tokens; so many whole turns stay.
    case compact(instruction: Int64, keep: Int32)
    /// Whole turns are dropped, the oldest first, down to so many tokens.
    case truncate(to: Int64)
    case fail
  }

  public enum Limit: Hashable, Sendable, BitwiseCopyable {
    case tokens(Int64)
    /// A share of the routed model's context window, in billionths.
    case windowShare(Int64)

    public var isShare: Bool { if case .windowShare = self { true } else { false } }

    /// The least prompt that is too long, at a model of that window; nil: there is none.
    public func tokens(window: Int64?) -> Int64? {
      switch self {
      case .tokens(let tokens): return tokens
      case .windowShare(let billionths):
        guard let window else { return nil }
        let (high, low) = window.multipliedFullWidth(by: billionths)
        let (quotient, rest) = (1_000_000_000 as Int64).dividingFullWidth((high, low))
        return quotient + (rest > 0 ? 1 : 0)
      }
    }
  }

  public var limit: Limit
  public var action: Action

  public init(at limit: Limit, _ action: Action) {
    self.limit = limit
    self.action = action
  }
}

/// What a model's context window holds.
public enum ContextWindow {
  /// Whether a prompt fits; a model without a window takes any.
  @inlinable
  public static func holds(_ prompt: Int64, reserve: Int64, window: Int64?) -> Bool {
    guard let window else { return true }
    return prompt <= window && reserve <= window - prompt
  }
}

/// What kind of call a conversation makes.
public enum ConversationCall: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// Ends a turn.
  case answer
  /// Ends in calls of tools or sub-agents.
  case tool
  /// Asks for a summary of the context.
  case compaction

  /// The name in policies and tables.
  public var name: String {
    switch self {
    case .answer: "answer"
    case .tool: "tool"
    case .compaction: "compaction"
    }
  }
}
