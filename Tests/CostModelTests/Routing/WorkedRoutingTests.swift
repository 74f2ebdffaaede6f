import CostModel
import Testing

/// The worked routing examples of the documents.
struct WorkedRoutingTests {
  let policies = DocumentPolicies()

  private func decided(
    _ policy: Policy, task: String, complexity: String? = nil, priority: String? = nil,
    budget: String? = nil
  ) throws -> String {
    var attributes = CallAttributes()
    attributes[.task] = task
    attributes[.complexity] = complexity
    attributes[.priority] = priority
    attributes[.budget] = budget
    let rule = try #require(policy.firstMatch(attributes))
    guard case .model(let model) = rule.choice else { return "a mix" }
    let ms = (rule.estimatedLatency?.microseconds ?? 0) / 1000
    let cost = MoneySum(rule.estimatedCost ?? .zero).exactDecimal
    return "\(policies.catalog[model].name), \(ms) ms, $\(cost)"
  }

  @Test func decideModelExamples1To4() throws {
    // complete-guide.md:1469-1503
    let decide = policies.decide
    #expect(
      try decided(
        decide, task: "generation", complexity: "simple", priority: "high", budget: "economy")
        == "phi4-mini, 300 ms, $0.0008")
    #expect(
      try decided(
        decide, task: "generation", complexity: "standard", priority: "normal", budget: "standard")
        == "deepseek-v3, 800 ms, $0.11")
    #expect(
      try decided(
        decide, task: "reasoning", complexity: "high", priority: "normal", budget: "premium")
        == "deepseek-r1, 3000 ms, $0.20")
    #expect(
      try decided(
        decide, task: "vision", complexity: "standard", priority: "normal", budget: "standard")
        == "phi-4-multimodal, 1500 ms, $0.0008")
  }

  /// Finding: complete-guide.md:1505-1512 claims "Mistral Large (1500ms, $0.33)", but `decideModel`
  /// (lines 1379-1451) has no rule for `creative` and never returns mistral.
  @Test func decideModelExample5ContradictsItsOwnCode() throws {
    #expect(
      try decided(
        policies.decide, task: "creative", complexity: "standard", priority: "low",
        budget: "premium") == "deepseek-v3, 800 ms, $0.11")
    for rule in policies.decide.rules {
      #expect(rule.choice != .model(policies.id("mistral")))
    }
  }

  @Test func requestFlowsOfTheButler() throws {
    // complete-guide.md:1151-1152, 1182-1184, 1221-1225
    let butler = policies.majordome
    #expect(
      try decided(butler, task: "generation", complexity: "simple").hasPrefix("phi4-mini,"))
    #expect(try decided(butler, task: "reasoning", complexity: "high").hasPrefix("deepseek-r1,"))
    #expect(try decided(butler, task: "vision").hasPrefix("phi-4-multimodal,"))
    #expect(try decided(butler, task: "transcription").hasPrefix("azure-speech-batch,"))
    #expect(try decided(butler, task: "reasoning").hasPrefix("deepseek-r1,"))
  }

  /// Finding: the two `selectModel` disagree on audio and on high complexity
  /// (models-explained.md:490, complete-guide.md:716 and 726).
  @Test func theTwoSelectModelsDisagree() throws {
    #expect(try decided(policies.strategy, task: "audio").hasPrefix("azure-speech-batch,"))
    #expect(try decided(policies.majordome, task: "audio").hasPrefix("phi-4-multimodal,"))
    #expect(
      try decided(policies.strategy, task: "creative", complexity: "high").hasPrefix("mistral,"))
    #expect(
      try decided(policies.majordome, task: "creative", complexity: "high")
        .hasPrefix("deepseek-r1,"))
    #expect(
      try decided(policies.strategy, task: "generation", complexity: "high").hasPrefix("llama,"))
  }

  @Test func twoTierExamples() throws {
    // routing-strategy.md:52-67
    for (taskType, model) in [("chatbot", "gpt-4o-mini"), ("strategy", "gpt-4o")] {
      var attributes = CallAttributes()
      attributes[.taskType] = taskType
      let rule = try #require(policies.twoTier.firstMatch(attributes))
      #expect(rule.choice == .model(policies.id(model)))
    }
  }
}
