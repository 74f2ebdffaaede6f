import CostModel

/// A policy beside the documents' own code, for every combination of the attributes' values, of
/// values that no rule knows, and of attributes that a call does not have.
public struct TruthTable {
  /// Combinations compared.
  public private(set) var rows = 0
  /// Those where the policy does something else, said in words.
  public private(set) var differences: [String] = []

  private let policy: Policy
  private let catalog: Catalog

  private static let tasks = [
    nil, "vision", "audio", "transcription", "reasoning", "generation", "creative", "Vision", "?",
  ]
  private static let complexities = [nil, "simple", "standard", "high", "?"]
  private static let priorities = [nil, "low", "normal", "high", "?"]
  private static let budgets = [nil, "economy", "standard", "premium", "?"]
  private static let useCases = [
    nil, "fan messages", "marketing and campaigns", "content trends", "segmentation", "?",
  ]
  private static let taskTypes = [
    nil, "?", "chatbot", "support", "moderation", "marketing_simple", "analytics_basic",
    "sentiment", "strategy", "planning", "analysis_advanced", "prediction", "compliance", "legal",
    "documentation", "code_generation",
  ]

  private init(_ policy: Policy, _ catalog: Catalog) {
    self.policy = policy
    self.catalog = catalog
  }

  public static func strategy(_ policy: Policy, _ catalog: Catalog) -> TruthTable {
    byTask(policy, catalog, DocumentCode.strategy)
  }

  public static func majordome(_ policy: Policy, _ catalog: Catalog) -> TruthTable {
    byTask(policy, catalog, DocumentCode.majordome)
  }

  private static func byTask(
    _ policy: Policy, _ catalog: Catalog, _ code: (String?, String?) -> String
  ) -> TruthTable {
    var table = TruthTable(policy, catalog)
    for task in tasks {
      for complexity in complexities {
        table.compareShares([.task: task, .complexity: complexity], [code(task, complexity): 100])
      }
    }
    return table
  }

  /// Model, reason, and the estimates that the code returns.
  public static func decide(_ policy: Policy, _ catalog: Catalog) -> TruthTable {
    var table = TruthTable(policy, catalog)
    for task in tasks {
      for complexity in complexities {
        for priority in priorities {
          for budget in budgets {
            let code = DocumentCode.decide(
              task: task, complexity: complexity, priority: priority, budget: budget)
            table.compareDecision(
              [.task: task, .complexity: complexity, .priority: priority, .budget: budget], code)
          }
        }
      }
    }
    return table
  }

  /// Models with their percentages.
  public static func mix(_ policy: Policy, _ catalog: Catalog) -> TruthTable {
    var table = TruthTable(policy, catalog)
    for useCase in useCases {
      for task in tasks {
        table.compareShares(
          [.useCase: useCase, .task: task], DocumentCode.mix(useCase: useCase, task: task))
      }
    }
    return table
  }

  public static func twoTier(_ policy: Policy, _ catalog: Catalog) -> TruthTable {
    var table = TruthTable(policy, catalog)
    for taskType in taskTypes {
      table.compareShares([.taskType: taskType], [DocumentCode.twoTier(taskType: taskType): 100])
    }
    return table
  }

  private mutating func compareShares(_ values: [Attribute: String?], _ expected: [String: Int]) {
    guard let table = RoutingTable(policy, kinds: [call(values)]) else {
      return note(values, "no rule", "\(expected)")
    }
    var percent: [String: Int] = [:]
    // A hundred evenly spread draws fall to each model exactly in proportion.
    for draw in 0..<100 {
      let model = table.choose(kind: 0, u: (Double(draw) + 0.5) / 100)
      percent[model.map { catalog[$0].name } ?? "(logged)", default: 0] += 1
    }
    note(values, "\(percent.sorted { $0 < $1 })", "\(expected.sorted { $0 < $1 })")
  }

  private mutating func compareDecision(
    _ values: [Attribute: String?], _ expected: DocumentCode.Decision
  ) {
    guard let rule = policy.firstMatch(call(values)), case .model(let model) = rule.choice else {
      return note(values, "no single model", "\(expected)")
    }
    let decision = DocumentCode.Decision(
      catalog[model].name, rule.name, (rule.estimatedCost?.picodollars ?? -1) / 1_000_000,
      (rule.estimatedLatency?.microseconds ?? -1) / 1_000)
    note(values, "\(decision)", "\(expected)")
  }

  private mutating func note(_ values: [Attribute: String?], _ found: String, _ expected: String) {
    rows += 1
    guard found != expected else { return }
    let given = values.sorted { "\($0.key)" < "\($1.key)" }
      .map { "\($0.key) \($0.value ?? "absent")" }
    differences.append("\(given.joined(separator: ", ")): \(found), not \(expected)")
  }

  private func call(_ values: [Attribute: String?]) -> CallAttributes {
    var attributes = CallAttributes()
    for (attribute, value) in values { attributes[attribute] = value }
    return attributes
  }
}
