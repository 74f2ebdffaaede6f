import CostModel

/// Which models of the chains can do a task, as far as the catalog tells (docs/semantics.md, "Routing").
extension Scenario {
  /// Models of which the catalog lists no capability of the task's name, though it lists it of another one:
  /// a catalog that lists it of none does not tell.
  package func incapable(of task: String?) -> Set<ModelID> {
    let needs = selection?.needs ?? SelectionReader.standardNeeds
    guard let task, needs.contains(task),
      catalog.models.contains(where: { $0.capabilities.contains(task) })
    else { return [] }
    return Set(
      catalog.models.indices.filter { !catalog.models[$0].capabilities.contains(task) }
        .map { ModelID(UInt16($0)) })
  }

  /// Takes such models out of the calls' chains.
  package mutating func leaveOutIncapable() {
    let found = incapableByTask
    for place in workloads.indices {
      workloads[place].changeVariants {
        $0.unfit = $0.attributes[.task].flatMap { found[$0] } ?? []
      }
    }
  }

  /// The same of calls that checks look at one by one.
  package func leaveOutIncapable(of calls: inout [PlacedVariant]) {
    let found = incapableByTask
    for call in calls.indices {
      let task = calls[call].variant.attributes[.task]
      calls[call].variant.unfit = task.flatMap { found[$0] } ?? []
    }
  }

  /// Tasks of its calls that take a capability of their name, by name.
  package var neededCapabilities: [String] {
    let needs = selection?.needs ?? SelectionReader.standardNeeds
    let tasks = workloads.flatMap(\.stages).flatMap(\.calls).flatMap(\.mix)
      .compactMap { $0.attributes[.task] }
    return Set(tasks).intersection(needs).sorted()
  }

  /// Tasks for which there are none are left out.
  private var incapableByTask: [String: Set<ModelID>] {
    let needs = selection?.needs ?? SelectionReader.standardNeeds
    return Dictionary(uniqueKeysWithValues: needs.map { ($0, incapable(of: $0)) })
      .filter { !$0.value.isEmpty }
  }

  /// What calls of one tier and task are never sent to.
  package struct UnaskedFallbacks: Hashable, Sendable {
    /// How calls come to the tier.
    package enum Way: Hashable, Sendable {
      case own
      /// A line of the budget moves them there.
      case moved
      /// A line of the budget would, but none of its models can do the task.
      case refused
    }

    package var task: String
    package var tier: String
    /// Names, in the chain's order.
    package var models: [String]
    package var way = Way.own

    /// `calls of the tier standard whose task is vision never fall back to a and b, of which …`
    package func text(_ list: ([String]) -> String) -> String {
      let lack = "of which the catalog lists no \(task) among the capabilities"
      switch way {
      case .own:
        return
          "calls of the tier \(tier) whose task is \(task) never fall back to \(list(models)), \(lack)"
      case .moved:
        return
          "calls whose task is \(task) are never sent to \(list(models)) where a line of the budget moves "
          + "them to the tier \(tier): these are models \(lack)"
      case .refused:
        return
          "calls whose task is \(task) are refused where a line of the budget would move them to the tier "
          + "\(tier): its models are \(list(models)), \(lack)"
      }
    }
  }

  /// Those of calls that there are, each once; a log's are not known before it is read.
  package var unaskedFallbacks: [UnaskedFallbacks] {
    var found: [UnaskedFallbacks] = []
    for workload in workloads {
      for variant in workload.stages.lazy.flatMap(\.calls).flatMap(\.mix)
      where !variant.unfit.isEmpty {
        guard let task = variant.attributes[.task] else { continue }
        let unfit = incapable(of: task)
        var seen = variant.attributes
        seen[.useCase] = seen[.useCase] ?? workload.useCase
        let own = (seen[.tier] ?? ChainTable.defaultTier, UnaskedFallbacks.Way.own)
        for (tier, way) in [own] + tiersOfActions(for: seen).map({ ($0, .moved) }) {
          let chain = chains[tier] ?? []
          let models = chain.filter(unfit.contains).map { catalog[$0].name }
          guard !models.isEmpty else { continue }
          let isRefused = way == .moved && models.count == chain.count
          let item = UnaskedFallbacks(
            task: task, tier: tier, models: models, way: isRefused ? .refused : way)
          if !found.contains(item) { found.append(item) }
        }
      }
    }
    return found
  }

  /// Tiers that the budget may move such calls to, whatever their account's plan.
  private func tiersOfActions(for attributes: CallAttributes) -> [String] {
    (budget?.actions ?? []).compactMap { action in
      guard case .tier(let tier) = action.effect else { return nil }
      let conditions = action.conditions.filter { $0.attribute != .accountPlan }
      return attributes.satisfies(conditions) ? tier : nil
    }
  }
}

extension Workload {
  /// Changes each kind of its calls.
  package mutating func changeVariants(_ change: (inout Variant) -> Void) {
    for stage in stages.indices {
      for call in stages[stage].calls.indices {
        for variant in stages[stage].calls[call].mix.indices {
          change(&stages[stage].calls[call].mix[variant])
        }
      }
    }
  }
}
