/// What a routing rule may test of a call, and how logged calls were billed. Keys of calls, conditions and
/// their docs iterate over it; `TraceColumn` has its column in logs.
public enum Attribute: Int, CaseIterable, Sendable {
  case task, complexity, priority, budget, tier, taskType, cacheClass, action, segment
  case useCase, accountPlan
  case kind, turn
  case batch, serviceTier, region

  /// Who says it.
  package enum Origin: Sendable {
    case call
    /// The workload or the user whose call it is.
    case owner
    /// The call's place in its conversation; it states it nowhere.
    case conversation
    /// A log alone: how the call was billed, which no rule tests.
    case log
  }

  private var words: (name: String, origin: Origin, about: String, example: String?) {
    switch self {
    case .task: ("task", .call, "What rules may test: the task.", "generation")
    case .complexity: ("complexity", .call, "`simple`, `standard`, `high`, …", nil)
    case .priority: ("priority", .call, "`low`, `normal`, `high`, …", nil)
    case .budget: ("budget", .call, "`economy`, `standard`, `premium`, …", nil)
    case .tier: ("tier", .call, "Picks the fallback chain.", nil)
    case .taskType: ("task_type", .call, "What rules may test: the task type.", "chatbot")
    case .cacheClass: ("cache_class", .call, "Class of the response cache.", "classification")
    case .action: ("action", .call, "What rules may test: the action.", nil)
    case .segment: ("segment", .call, "What rules may test: the segment.", nil)
    case .useCase: ("use_case", .owner, "The workload's use case.", nil)
    case .accountPlan: ("account_plan", .owner, "The user's account plan.", nil)
    case .kind:
      (
        "kind", .conversation,
        "What a conversation's call is for: `answer`, `tool` or `compaction`.", "tool"
      )
    case .turn:
      (
        "turn", .conversation,
        "The turn of a conversation's call, from 1; a sub-agent's turns are its own.", "2.."
      )
    case .batch: ("batch", .log, "Whether it was billed at batch prices.", nil)
    case .serviceTier: ("service_tier", .log, "The service tier that it was billed at.", nil)
    case .region: ("region", .log, "The region that it was billed in.", nil)
    }
  }

  /// The name in scenario, policy and trace files.
  public var name: String { words.name }
  package var origin: Origin { words.origin }
  /// What it is and an example, for docs.
  package var about: String { words.about }
  package var example: String? { words.example }

  /// What rules may test.
  public static let ofRules = allCases.filter { $0.origin != .log }
  /// What a call states of itself.
  package static let ofCalls = allCases.filter { $0.origin == .call }

  /// Whether calls are told it by their place in a conversation, and state it nowhere.
  public var isOfConversations: Bool { origin == .conversation }

  /// What a call is that does not say: rules see it so. nil: then it is nothing that they test.
  public var standard: String? { self == .tier ? ChainTable.defaultTier : nil }
}
