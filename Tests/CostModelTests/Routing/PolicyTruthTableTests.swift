import CostModel
import Testing

/// Every rule set against the documents' own code, for every combination of the attributes'
/// values, of values that no rule knows, and of attributes that a call does not have.
struct PolicyTruthTableTests {
  let policies = DocumentPolicies()
  static let tasks = [
    nil, "vision", "audio", "transcription", "reasoning", "generation", "creative", "Vision", "?",
  ]
  static let complexities = [nil, "simple", "standard", "high", "?"]
  static let priorities = [nil, "low", "normal", "high", "?"]
  static let budgets = [nil, "economy", "standard", "premium", "?"]

  private func call(_ values: [Attribute: String?]) -> CallAttributes {
    var attributes = CallAttributes()
    for (attribute, value) in values { attributes[attribute] = value }
    return attributes
  }

  private func routed(_ policy: Policy, _ attributes: CallAttributes) throws -> String {
    let table = try #require(RoutingTable(policy, kinds: [attributes]))
    let model = try #require(table.choose(kind: 0, u: 0.5))
    return policies.catalog[model].name
  }

  @Test(arguments: tasks, complexities)
  func strategyAndMajordome(task: String?, complexity: String?) throws {
    let attributes = call([.task: task, .complexity: complexity])
    #expect(
      try routed(policies.strategy, attributes)
        == DocumentCode.strategy(task: task, complexity: complexity))
    #expect(
      try routed(policies.majordome, attributes)
        == DocumentCode.majordome(task: task, complexity: complexity))
  }

  @Test(arguments: tasks, complexities)
  func decide(task: String?, complexity: String?) throws {
    for priority in Self.priorities {
      for budget in Self.budgets {
        let attributes = call([
          .task: task, .complexity: complexity, .priority: priority, .budget: budget,
        ])
        let rule = try #require(policies.decide.firstMatch(attributes))
        let decision = DocumentCode.Decision(
          try routed(policies.decide, attributes), rule.name,
          (rule.estimatedCost?.picodollars ?? -1) / 1_000_000,
          (rule.estimatedLatency?.microseconds ?? -1) / 1000)
        #expect(
          decision
            == DocumentCode.decide(
              task: task, complexity: complexity, priority: priority, budget: budget))
      }
    }
  }

  @Test(
    arguments: [
      nil, "fan messages", "marketing and campaigns", "content trends", "segmentation", "?",
    ], tasks)
  func mix(useCase: String?, task: String?) throws {
    let attributes = call([.useCase: useCase, .task: task])
    let table = try #require(RoutingTable(policies.mix, kinds: [attributes]))
    var percent: [String: Int] = [:]
    // A hundred evenly spread draws fall to each model exactly in proportion.
    for draw in 0..<100 {
      let model = try #require(table.choose(kind: 0, u: (Double(draw) + 0.5) / 100))
      percent[policies.catalog[model].name, default: 0] += 1
    }
    #expect(percent == DocumentCode.mix(useCase: useCase, task: task))
  }

  @Test(arguments: [nil, "?"] + DocumentPolicies.simpleTasks + DocumentPolicies.complexTasks)
  func twoTier(taskType: String?) throws {
    #expect(
      try routed(policies.twoTier, call([.taskType: taskType]))
        == DocumentCode.twoTier(taskType: taskType))
  }
}
