import CostModel

/// A model that is asked before each request which model is to answer it, and is wrong now and then.
package struct Classifier: Hashable, Sendable {
  /// Its own calls stand under this tier in all tables, and have its fallback chain.
  package static let tier = "classifier"

  package var model: ModelID
  /// Chance that it names the model that the policy means.
  package var accuracy: Double
  /// What it names otherwise, with weights; models that the rule may choose are left out.
  package var wrong: [Policy.WeightedModel]

  package init(model: ModelID, accuracy: Double, wrong: [Policy.WeightedModel]) {
    self.model = model
    self.accuracy = accuracy
    self.wrong = wrong
  }

  /// The rule as the classifier answers it: the right models first, so that a draw below the accuracy
  /// chooses as the policy would.
  package func misrouting(_ rule: Policy.Rule) -> Policy.Rule {
    let right: [Policy.WeightedModel]
    switch rule.choice {
    case .model(let model): right = [Policy.WeightedModel(model, weight: 1)]
    case .weighted(let models): right = models
    case .logged: return rule
    }
    let others = wrong.filter { other in !right.contains { $0.model == other.model } }
    let total = right.reduce(0) { $0 + $1.weight }
    let wrongTotal = others.reduce(0) { $0 + $1.weight }
    guard accuracy < 1, wrongTotal > 0, total > 0 else { return rule }
    var result = rule
    result.choice = .weighted(
      right.map { Policy.WeightedModel($0.model, weight: accuracy * $0.weight / total) }
        + others.map {
          Policy.WeightedModel($0.model, weight: (1 - accuracy) * $0.weight / wrongTotal)
        })
    return result
  }
}

extension Scenario {
  /// The same with a classifier that is always right.
  package var withoutMisrouting: Scenario {
    var scenario = self
    scenario.classifier?.accuracy = 1
    return scenario
  }
}
