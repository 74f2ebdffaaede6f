/// What a routing rule may test of a call.
public enum Attribute: Int, CaseIterable, Sendable {
  case task, complexity, priority, budget, tier, taskType, cacheClass, action, segment
  case useCase, accountPlan

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
    }
  }

  /// What a call is that does not say: rules see it so. nil: then it is nothing that they test.
  public var standard: String? { self == .tier ? ChainTable.defaultTier : nil }
}
