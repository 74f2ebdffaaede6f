import CostModel
import Support

/// Reads `swaps`: models used in place of those that the policy chooses.
package struct SwapReader {
  package let log: InputLog
  package let models: ModelNames

  /// The policy with the swap made; as it was where something is wrong.
  package func read(_ node: YAMLNode, in policy: Policy) -> Policy {
    guard let fields = Fields(node, as: ScenarioFormat.swap, log: log),
      let model = fields["model"].flatMap({ models.id($0) }),
      let by = fields["by"].flatMap({ models.id($0) })
    else { return policy }
    return policy.swapping(model, by: by, useCase: fields.text("use_case"))
  }
}

extension Policy {
  /// The same rules with another model in place of one; with a use case, for that one alone.
  package func swapping(_ model: ModelID, by other: ModelID, useCase: String?) -> Policy {
    var result = self
    result.rules = rules.flatMap { rule -> [Rule] in
      guard rule.models.contains(model) else { return [rule] }
      var changed = rule
      changed.choice = rule.choice.swapping(model, by: other)
      guard let useCase else { return [changed] }
      changed.conditions.append(Condition(.useCase, in: [useCase]))
      return [changed, rule]
    }
    return result
  }
}

extension Policy.Choice {
  fileprivate func swapping(_ model: ModelID, by other: ModelID) -> Policy.Choice {
    switch self {
    case .model(let id): .model(id == model ? other : id)
    case .weighted(let list):
      .weighted(
        list.map {
          Policy.WeightedModel($0.model == model ? other : $0.model, weight: $0.weight)
        })
    case .logged: .logged
    }
  }
}
