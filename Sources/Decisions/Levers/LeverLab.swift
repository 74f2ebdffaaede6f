import Audit
import CostModel
import Scenarios
import Simulator
import Support

/// Simulates months with and without levers.
package struct LeverLab {
  /// Without a catalog to compare with: what that one does not price can be used all the same.
  private var tree: ScenarioTree
  private let scenario: Scenario
  private let plan: PlanSpec
  private let threads: Int

  package init(_ tree: ScenarioTree, _ scenario: Scenario, threads: Int) {
    self.tree = tree
    self.tree.root = tree.root.without("compare_catalog")
    self.scenario = scenario
    plan = scenario.plans[0]
    self.threads = threads
  }

  private func outcomes(_ scenarios: [Scenario]) throws -> [Outcome] {
    try Outcomes.simulated(scenarios, of: plan, threads: threads)
  }

  // MARK: Alone

  /// A lever that is taken away with an effect is in use; otherwise it is put to use.
  package func results(of levers: [Lever], base: Outcome) throws -> [LeverResult] {
    let without = try tried(levers, \.without)
    let isUsed = without.map { outcome in
      if case .success(let outcome) = outcome { return outcome.differs(from: base) }
      return false
    }
    let with = try tried(levers) { lever in isUsed[lever] ? [] : levers[lever].with }
    return levers.indices.map { index in
      LeverResult(
        lever: isUsed[index] ? levers[index].asUsed : levers[index],
        verdict: misfit(levers[index]).map { .inapplicable($0) }
          ?? verdict(
            with: with[index], without: isUsed[index] ? without[index] : nil, base: base))
    }
  }

  /// Why the lever's figures say nothing of this plan; nil: they do.
  private func misfit(_ lever: Lever) -> String? {
    if let users = lever.users, users != plan.users { return "its figures are of \(users) users" }
    return lever.needs.lazy.compactMap { $0.lacking(in: scenario) }.first
  }

  private func verdict(
    with: Result<Outcome, Inapplicable>?, without: Result<Outcome, Inapplicable>?, base: Outcome
  ) -> LeverResult.Verdict {
    if case .success(let outcome) = without { return .inUse(without: outcome) }
    switch with {
    case .success(let outcome): return outcome.differs(from: base) ? .available(outcome) : .idle
    case .failure(let error): return .inapplicable(error.reason)
    case nil: return .inapplicable("it is not in use here")
    }
  }

  private func tried(
    _ levers: [Lever], _ overrides: KeyPath<Lever, [String]>
  ) throws -> [Result<Outcome, Inapplicable>?] {
    try tried(levers) { levers[$0][keyPath: overrides] }
  }

  /// The month of each lever under overrides; nil where it has none.
  private func tried(
    _ levers: [Lever], _ overrides: (Int) -> [String]
  ) throws -> [Result<Outcome, Inapplicable>?] {
    let variants = levers.indices.map { index -> Result<Scenario, Inapplicable>? in
      let list = misfit(levers[index]) == nil ? overrides(index) : []
      return list.isEmpty ? nil : tree.variant(list, source: "lever \(levers[index].name)")
    }
    var simulated = try outcomes(variants.compactMap { try? $0?.get() })[...]
    return variants.map { variant in
      variant.map { $0.flatMap { _ in .success(simulated.removeFirst()) } }
    }
  }

  // MARK: Together

  /// The levers one after the other in that order, as far as each saves something on top of those before;
  /// their overrides are applied in the order of `file`, in which its author can put what others build on
  /// first.
  package func steps(
    _ ranked: [Lever], in file: [Lever], base: Outcome
  ) throws -> (steps: [LeverStep], clashes: [LeverClash]) {
    var steps: [LeverStep] = []
    var clashes: [LeverClash] = []
    var left = ranked
    while !left.isEmpty {
      var taken = steps.map(\.lever)
      var scenarios: [Scenario] = []
      for lever in left {
        switch tree.variant(Self.overrides(of: taken + [lever], in: file), source: "levers") {
        case .success(let scenario):
          taken.append(lever)
          scenarios.append(scenario)
        case .failure(let error):
          clashes.append(LeverClash(lever: lever, reason: .unreadable(error.reason)))
        }
      }
      var tried = taken.dropFirst(steps.count)
      left = []
      for outcome in try outcomes(scenarios) {
        let lever = tried.removeFirst()
        let saving = (steps.last?.outcome ?? base).amount - outcome.amount
        guard saving > .zero else {
          let reason: LeverClash.Reason = saving < .zero ? .dearer(.zero - saving) : .idle
          clashes.append(LeverClash(lever: lever, reason: reason))
          // The months of those behind it were simulated with it.
          left = Array(tried)
          break
        }
        steps.append(LeverStep(lever: lever, outcome: outcome, saving: saving))
      }
    }
    return (steps, clashes)
  }

  /// Of several levers at once, in the order of `file`.
  package static func overrides(of levers: [Lever], in file: [Lever]) -> [String] {
    let names = Set(levers.map(\.name))
    return file.filter { names.contains($0.name) }.flatMap(\.with)
  }
}

extension Outcomes {
  /// One month of each scenario, with that plan and the same luck.
  package static func simulated(
    _ scenarios: [Scenario], of plan: PlanSpec, threads: Int
  ) throws -> [Outcome] {
    try Parallel.map(scenarios, threads: threads) { scenario in
      Outcome(try Simulation(scenario).result(of: plan, run: 1), budget: scenario.budget)
    }
  }
}
