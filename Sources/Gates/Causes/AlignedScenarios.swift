import CostModel
import Scenarios

/// Two scenarios with the same models and workloads in the same places, so that parts of one can
/// take the place of the other's.
///
/// A model or workload that one side lacks is taken from the other: a model then has the same price
/// on both sides (what sends calls to it is routing), a workload has no stages on one, and a
/// variant a share below 0, until `withoutMissing` leaves it out.
package struct AlignedScenarios: Sendable {
  package let base: Scenario
  package let head: Scenario

  package init(base: Scenario, head: Scenario) {
    var names = head.catalog.models.map(\.name)
    let known = Set(names)
    names += base.catalog.models.map(\.name).filter { !known.contains($0) }
    var (b, h) = (
      Self.withModels(names, of: base, else: head), Self.withModels(names, of: head, else: base)
    )
    let workloads =
      h.workloads.map(\.name)
      + b.workloads.map(\.name).filter { name in
        !h.workloads.contains { $0.name == name }
      }
    let (inBase, inHead) = (b.workloads, h.workloads)
    b.workloads = workloads.compactMap { Self.workload($0, in: inBase, else: inHead) }
    h.workloads = workloads.compactMap { Self.workload($0, in: inHead, else: inBase) }
    for index in b.workloads.indices { Self.alignMixes(&b.workloads[index], &h.workloads[index]) }
    self.base = b
    self.head = h
  }

  // MARK: Models

  private static func withModels(
    _ names: [String], of scenario: Scenario, else other: Scenario
  ) -> Scenario {
    var result = scenario
    var catalog = Catalog()
    var behaviours: [TargetBehaviour] = []
    for name in names {
      let own = scenario.catalog.id(named: name).flatMap { id in
        scenario.catalog[id].name == name ? id : nil
      }
      guard let id = own ?? other.catalog.id(named: name) else { continue }
      let owner = own == nil ? other : scenario
      var model = owner.catalog[id]
      // Names are resolved by now, and one model's alias may be another one's name elsewhere.
      model.aliases = []
      catalog.add(model)
      behaviours.append(owner.behaviours[id.index])
    }
    let new = scenario.catalog.models.map { catalog.id(named: $0.name) ?? ModelID(0) }
    let moved = { (id: ModelID) in new[id.index] }
    result.catalog = catalog
    result.behaviours = behaviours
    result.chains = scenario.chains.mapValues { $0.map(moved) }
    result.leaveOutIncapable()
    result.regions = Dictionary(
      uniqueKeysWithValues: scenario.regions.map { (moved($0.key), $0.value) })
    for index in result.outages.indices {
      result.outages[index].model = moved(result.outages[index].model)
    }
    result.policy = scenario.policy.moved(moved)
    for index in result.budget?.actions.indices ?? 0..<0 {
      guard case .policy(let policy)? = result.budget?.actions[index].effect else { continue }
      result.budget?.actions[index].effect = .policy(policy.moved(moved))
    }
    result.classifier = scenario.classifier.map { classifier in
      Classifier(
        model: moved(classifier.model), accuracy: classifier.accuracy,
        wrong: classifier.wrong.map { Policy.WeightedModel(moved($0.model), weight: $0.weight) })
    }
    for workload in result.workloads.indices {
      result.workloads[workload].changeVariants { $0.pinned = $0.pinned?.moved(moved) }
      for level in result.workloads[workload].conversation?.levels.indices ?? 0..<0 {
        let compactor = result.workloads[workload].conversation?.levels[level].compactor
        result.workloads[workload].conversation?.levels[level].compactor = compactor.map(moved)
      }
    }
    for experiment in result.experiments.indices {
      for arm in result.experiments[experiment].arms.indices {
        let model = result.experiments[experiment].arms[arm].model
        result.experiments[experiment].arms[arm].model = model.map(moved)
      }
    }
    result.published = []
    return result
  }

  // MARK: Workloads

  private static func workload(
    _ name: String, in own: [Workload], else other: [Workload]
  ) -> Workload? {
    if let workload = own.first(where: { $0.name == name }) { return workload }
    var missing = other.first { $0.name == name }
    missing?.volume = 0
    missing?.stages = []
    missing?.conversation = nil
    return missing
  }

  /// Gives both the same variants in the same places, as long as the flows have the same steps.
  private static func alignMixes(_ base: inout Workload, _ head: inout Workload) {
    guard base.hasSteps(of: head) else { return }
    for stage in base.stages.indices {
      for call in base.stages[stage].calls.indices {
        let (old, new) = (base.stages[stage].calls[call].mix, head.stages[stage].calls[call].mix)
        let names = Self.names(old) + Self.names(new).filter { !Self.names(old).contains($0) }
        base.stages[stage].calls[call].mix = names.compactMap { variant($0, in: old, else: new) }
        head.stages[stage].calls[call].mix = names.compactMap { variant($0, in: new, else: old) }
      }
    }
  }

  /// Variants without a name are known by their place.
  private static func names(_ mix: [Variant]) -> [String] {
    mix.enumerated().map { $1.name.isEmpty ? "#\($0 + 1)" : $1.name }
  }

  private static func variant(
    _ name: String, in own: [Variant], else other: [Variant]
  ) -> Variant? {
    if let place = names(own).firstIndex(of: name) { return own[place] }
    var missing = names(other).firstIndex(of: name).map { other[$0] }
    missing?.share = -1
    return missing
  }
}

extension Workload {
  /// Whether both make the same calls in the same stages, whatever these look like.
  package func hasSteps(of other: Workload) -> Bool {
    stages.map(\.calls.count) == other.stages.map(\.calls.count)
  }
}

extension Policy {
  /// The same rules where models have other numbers.
  fileprivate func moved(_ new: (ModelID) -> ModelID) -> Policy {
    var result = self
    result.rules = rules.map { $0.moved(new) }
    return result
  }
}

extension Policy.Rule {
  fileprivate func moved(_ new: (ModelID) -> ModelID) -> Policy.Rule {
    var result = self
    result.choice = choice.moved(new)
    return result
  }
}

extension Policy.Choice {
  fileprivate func moved(_ new: (ModelID) -> ModelID) -> Policy.Choice {
    switch self {
    case .model(let id): .model(new(id))
    case .weighted(let list):
      .weighted(list.map { Policy.WeightedModel(new($0.model), weight: $0.weight) })
    case .logged: .logged
    }
  }
}

extension Scenario {
  /// The scenario without the variants that alignment has added.
  package var withoutMissing: Scenario {
    var result = self
    for w in result.workloads.indices {
      for s in result.workloads[w].stages.indices {
        for c in result.workloads[w].stages[s].calls.indices {
          result.workloads[w].stages[s].calls[c].mix.removeAll { $0.share < 0 }
        }
      }
    }
    return result
  }
}
