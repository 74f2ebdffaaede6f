/// What a routing rule may test of a call.
public enum Attribute: Int, CaseIterable, Sendable {
  case task, complexity, priority, budget, tier, taskType, cacheClass, action, segment
  case useCase, accountPlan
  /// Of a conversation's calls alone: what the call is for, and its turn from 1.
  case kind, turn
  /// Of logged calls alone: how they were billed, which no rule tests.
  case batch, serviceTier, region

  /// The name in scenario, policy and trace files.
  public var name: String {
    switch self {
    case .task: "task"
    case .complexity: "complexity"
    case .priority: "priority"
    case .budget: "budget"
    case .tier: "tier"
    case .taskType: "task_type"
    case .cacheClass: "cache_class"
    case .action: "action"
    case .segment: "segment"
    case .useCase: "use_case"
    case .accountPlan: "account_plan"
    case .kind: "kind"
    case .turn: "turn"
    case .batch: "batch"
    case .serviceTier: "service_tier"
    case .region: "region"
    }
  }

  /// What rules may test.
  public static let ofRules = allCases.filter {
    $0 != .batch && $0 != .serviceTier && $0 != .region
  }

  /// Whether calls are told it by their place in a conversation, and state it nowhere.
  public var isOfConversations: Bool { self == .kind || self == .turn }

  /// What a call is that does not say: rules see it so. nil: then it is nothing that they test.
  public var standard: String? { self == .tier ? ChainTable.defaultTier : nil }
}
