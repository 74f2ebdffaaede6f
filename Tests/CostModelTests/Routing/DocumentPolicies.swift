import CostModel

/// The documents' rule sets as policies. The shipped files say the same in YAML.
struct DocumentPolicies {
  let catalog: Catalog

  init() {
    var catalog = Catalog()
    for name in [
      "deepseek-v3", "deepseek-r1", "phi-4-multimodal", "phi4-mini", "azure-speech-batch", "llama",
      "mistral", "gpt-4o", "gpt-4o-mini", "claude-3-5",
    ] {
      catalog.add(Model(name: name, provider: "test"))
    }
    self.catalog = catalog
  }

  func id(_ name: String) -> ModelID {
    guard let id = catalog.id(named: name) else { fatalError("no model \(name)") }
    return id
  }

  func rule(
    _ name: String, _ model: String, _ conditions: [Attribute: [String]] = [:]
  ) -> Policy.Rule {
    Policy.Rule(
      name: name, conditions: conditions.map { Policy.Condition($0.key, in: $0.value) },
      choice: .model(id(model)))
  }

  func mixed(
    _ name: String, _ shares: [(String, Double)], _ conditions: [Attribute: [String]] = [:]
  ) -> Policy.Rule {
    Policy.Rule(
      name: name, conditions: conditions.map { Policy.Condition($0.key, in: $0.value) },
      choice: .weighted(shares.map { Policy.WeightedModel(id($0.0), weight: $0.1) }))
  }

  var strategy: Policy {
    Policy(
      name: "strategy",
      rules: [
        rule("vision", "phi-4-multimodal", [.task: ["vision"]]),
        rule("audio", "azure-speech-batch", [.task: ["audio"]]),
        rule("reasoning", "deepseek-r1", [.task: ["reasoning"]]),
        rule(
          "simple generation", "phi4-mini", [.task: ["generation"], .complexity: ["simple"]]),
        rule(
          "standard generation", "deepseek-v3",
          [.task: ["generation"], .complexity: ["standard"]]),
        rule("creative", "mistral", [.task: ["creative"]]),
        rule("fallback", "llama"),
      ])
  }

  var majordome: Policy {
    Policy(
      name: "majordome",
      rules: [
        rule("vision or audio", "phi-4-multimodal", [.task: ["vision", "audio"]]),
        rule("transcription", "azure-speech-batch", [.task: ["transcription"]]),
        rule("reasoning", "deepseek-r1", [.task: ["reasoning"]]),
        rule("high complexity", "deepseek-r1", [.complexity: ["high"]]),
        rule(
          "simple generation", "phi4-mini", [.task: ["generation"], .complexity: ["simple"]]),
        rule(
          "standard generation", "deepseek-v3",
          [.task: ["generation"], .complexity: ["standard"]]),
        rule("creative", "mistral", [.task: ["creative"]]),
        rule("fallback", "llama"),
      ])
  }

  var decide: Policy {
    func estimated(_ rule: Policy.Rule, _ microdollars: Int64, _ ms: Int64) -> Policy.Rule {
      var rule = rule
      rule.estimatedCost = Money(picodollars: microdollars * 1_000_000)
      rule.estimatedLatency = µs(ms * 1000)
      return rule
    }
    return Policy(
      name: "decide",
      rules: [
        estimated(
          rule("Multimodal analysis required", "phi-4-multimodal", [.task: ["vision"]]), 800, 1500),
        estimated(
          rule("Audio transcription required", "azure-speech-batch", [.task: ["transcription"]]),
          1500, 2000),
        estimated(
          rule("Deep reasoning required", "deepseek-r1", [.complexity: ["high"]]), 200_000, 3000),
        estimated(
          rule("Fast generation sufficient", "phi4-mini", [.complexity: ["simple"]]), 800, 300),
        estimated(rule("Economy mode", "phi4-mini", [.budget: ["economy"]]), 800, 300),
        estimated(rule("Low latency required", "phi4-mini", [.priority: ["high"]]), 800, 300),
        estimated(rule("Standard generation", "deepseek-v3"), 110_000, 800),
      ])
  }

  var mix: Policy {
    Policy(
      name: "mix",
      rules: [
        mixed(
          "fan messages", [("deepseek-v3", 0.7), ("phi4-mini", 0.3)],
          [.useCase: ["fan messages"]]),
        mixed(
          "campaigns", [("deepseek-v3", 0.8), ("mistral", 0.2)],
          [.useCase: ["marketing and campaigns"]]),
        rule(
          "content trends, frames", "phi-4-multimodal",
          [.useCase: ["content trends"], .task: ["vision"]]),
        rule(
          "content trends, audio", "azure-speech-batch",
          [.useCase: ["content trends"], .task: ["transcription"]]),
        rule(
          "content trends, reasoning", "deepseek-r1",
          [.useCase: ["content trends"], .task: ["reasoning"]]),
        rule("segmentation", "deepseek-r1", [.useCase: ["segmentation"]]),
        rule("fallback", "llama"),
      ])
  }

  static let simpleTasks = [
    "chatbot", "support", "moderation", "marketing_simple", "analytics_basic", "sentiment",
  ]
  static let complexTasks = [
    "strategy", "planning", "analysis_advanced", "prediction", "compliance", "legal",
    "documentation", "code_generation",
  ]

  var twoTier: Policy {
    Policy(
      name: "two-tier",
      rules: [
        rule("simple task", "gpt-4o-mini", [.taskType: Self.simpleTasks]),
        rule("complex task", "gpt-4o", [.taskType: Self.complexTasks]),
        rule("default", "gpt-4o-mini"),
      ])
  }
}
