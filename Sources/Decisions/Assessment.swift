import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// What one plan of one variant comes to: in one closed form, over drawn inputs, over months.
package struct Assessment: Sendable {
  /// The outcome by closed forms with the inputs at their likely values; nil where it was
  /// simulated.
  package var expected: Outcome?
  /// The outcome of each run: simulated months, or closed forms of drawn inputs; empty where
  /// nothing is drawn.
  package var runs: [Outcome]

  /// `run` is never empty where nothing is expected.
  private var one: Outcome { expected ?? runs[0] }

  package var users: Int { one.users }

  /// Whether the runs are closed forms of sets of inputs.
  package var isOverRanges: Bool { expected != nil && !runs.isEmpty }

  /// Dollars of the period: the mean over the ranges of the inputs, if any has one; of simulated months
  /// their mean.
  package var cost: Double { mean(\.cost) ?? expected?.cost ?? 0 }

  /// The same with the inputs at their likely values; nil where the months are simulated.
  package var likelyCost: Double? { expected?.cost }

  /// Chance that a month goes over the budget, and that any month of the period does.
  package var overrun: Double? { chance(\.overrun) }
  package var anyOverrun: Double? { chance(\.anyOverrun) }

  /// How far a chance may be from what more sets of inputs, or months, would give: two standard
  /// errors. nil where nothing is drawn.
  package func precision(of value: KeyPath<Outcome, Double?>) -> Double? {
    let values = runs.compactMap { $0[keyPath: value] }
    guard values.count == runs.count, values.count > 1 else { return nil }
    // Sets of inputs are even: every eighth of them fills the ranges on its own.
    let count = isOverRanges ? 8 : values.count
    let parts = (0..<count).map { part in
      let own = stride(from: part, to: values.count, by: count).map { values[$0] }
      return own.reduce(0, +) / Double(own.count)
    }
    let mean = parts.reduce(0, +) / Double(count)
    let variance = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    return 2 * (variance / Double(count)).squareRoot()
  }

  package var latencyP50: Double? { mean(\.latencyP50) }
  package var latencyP95: Double? { mean(\.latencyP95) }
  package var hitRate: Double? { mean(\.hitRate) }
  package var errorRate: Double? { mean(\.errorRate) }
  package var quotaUse: Double? { expected?.quotaUse ?? mean(\.quotaUse) }
  package var crossedAt: SimTime? { one.crossedAt }
  /// The parts that its closed form leaves out; none where it was simulated.
  package var leftOut: [Expectation.Approximation] { expected?.leftOut ?? [] }

  /// The same anywhere in the ranges of its inputs.
  package var everyLeftOut: [[Expectation.Approximation]] {
    [leftOut] + (isOverRanges ? runs.map(\.leftOut) : [])
  }

  /// What became of the calls of all simulated months; nil: closed forms.
  package var trouble: CallTrouble? {
    let told = runs.compactMap(\.trouble)
    return told.isEmpty ? nil : told.reduce(CallTrouble(), +)
  }

  /// The bill that is not exceeded with that probability; nil where nothing is known to vary, or the
  /// closed form does not tell.
  package func quantile(_ p: Double) -> Double? {
    if let expected {
      let laws = (runs.isEmpty ? [expected] : runs).compactMap(\.law)
      guard laws.count == max(1, runs.count) else { return nil }
      return BillMixture(laws).quantile(p)
    }
    guard runs.count > 1 else { return nil }
    let sorted = runs.map(\.cost).sorted()
    let rank = Int((p * Double(sorted.count) - 1e-9).rounded(.up))
    return sorted[max(1, rank) - 1]
  }

  /// Dollars a month that it was judged by; nil: there is none.
  package var budget: Double? { one.budget }

  /// Whether a month is more likely than not to go over its budget.
  package func isOver(months: Int) -> Bool {
    overrun.map { $0 > 0.5 } ?? budget.map { cost / Double(months) > $0 } ?? false
  }

  /// Whether simulated periods are all on one side of an amount, the mean at least eight of their standard
  /// deviations from it: with twenty of them, more would not change a chance.
  package func isFar(from dollars: Double) -> Bool {
    let costs = runs.map(\.cost)
    guard costs.count > 1, runs.allSatisfy({ ($0.overrun ?? 0) == (runs[0].overrun ?? 0) }),
      [0, 1].contains(runs[0].overrun ?? 0)
    else { return false }
    let mean = costs.reduce(0, +) / Double(costs.count)
    let variance = costs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(costs.count - 1)
    return (mean - dollars).magnitude > 8 * variance.squareRoot()
  }

  package var percentiles: Expectation.Percentiles? {
    guard let p05 = quantile(0.05), let p50 = quantile(0.5), let p95 = quantile(0.95) else {
      return nil
    }
    return Expectation.Percentiles(p05: p05, p50: p50, p95: p95)
  }

  /// nil unless all of them tell.
  private func chance(_ value: KeyPath<Outcome, Double?>) -> Double? {
    runs.contains { $0[keyPath: value] == nil } ? nil : mean(value)
  }

  /// Over the runs that have one, else the closed form's.
  private func mean(_ value: KeyPath<Outcome, Double?>) -> Double? {
    let values = runs.isEmpty ? [expected?[keyPath: value]] : runs.map { $0[keyPath: value] }
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  private func mean(_ value: KeyPath<Outcome, Double>) -> Double? {
    runs.isEmpty ? nil : runs.reduce(0) { $0 + $1[keyPath: value] } / Double(runs.count)
  }
}

extension Expectation {
  /// Chances, percentiles and the mean over the ranges of the inputs; the bill remains that of their
  /// likely values.
  package mutating func take(_ ranges: Assessment) {
    meanOverRanges = ranges.cost
    overBudgetProbability = ranges.overrun
    anyMonthOverBudgetProbability = ranges.anyOverrun
    percentiles = ranges.percentiles
    if percentiles == nil, whyNoChance == nil {
      whyNoChance = "the inputs: somewhere in their ranges the formula does not tell"
    }
  }
}

/// Assesses variants of one scenario, all with the same luck and the same drawn inputs.
package struct Assessor: Sendable {
  package let tree: ScenarioTree
  /// The number of months that are simulated; nil: closed forms.
  package private(set) var runs: Int?
  /// The first of them.
  package var firstRun = 1
  package let threads: Int
  private var draws: InputDraws
  /// Whether months are simulated where a closed form tells no chance.
  package var simulatesChances = false
  /// So many: a chance of 5 % is then known to 2 %.
  package static let chanceMonths = 400
  /// Months that are simulated first, to see whether the budget is anywhere near.
  package static let probeMonths = 20

  package init(_ tree: ScenarioTree, scenario: Scenario, runs: Int?, threads: Int) {
    self.tree = tree
    // Closed forms do not know of calls that a budget refuses or moves.
    self.runs = runs ?? (scenario.budget?.acts == true ? 1 : nil)
    self.threads = threads
    draws = InputDraws(scenario)
  }

  /// The same without draws: inputs with a range at their likely values.
  package var atLikelyInputs: Assessor {
    var result = self
    result.draws.inputs = []
    return result
  }

  /// Whether inputs are drawn, so that an assessment takes as long as a hundred.
  package var drawsInputs: Bool { !draws.isEmpty }

  /// The first plan's bill over the ranges of inputs, by closed forms; nil where none has a range, or
  /// the budget acts.
  package static func overRanges(
    _ tree: ScenarioTree, _ scenario: Scenario, threads: Int
  ) throws -> Assessment? {
    try plansOverRanges(tree, scenario, threads: threads)?.first
  }

  /// The same of every plan; nil also where closed forms do not tell it somewhere in the ranges.
  package static func plansOverRanges(
    _ tree: ScenarioTree, _ scenario: Scenario, threads: Int
  ) throws -> [Assessment]? {
    guard !scenario.ranges.isEmpty, scenario.budget?.acts != true else { return nil }
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: threads)
    let plans = try assessor.formulas([Variant()])[0]
    return plans.contains { $0.cost.isNaN } ? nil : plans
  }

  /// A variant of the scenario: what is changed in it.
  package struct Variant: Sendable {
    package var settings: [InputSetting] = []
    package var overrides: [String] = []
    /// What errors in the overrides are said to be in.
    package var source = "--override"

    package init(
      settings: [InputSetting] = [], overrides: [String] = [], source: String = "--override"
    ) {
      self.settings = settings
      self.overrides = overrides
      self.source = source
    }
  }

  /// Assesses all variants: the result is by variant, then plan.
  package func assess(
    _ variants: [Variant], progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> [[Assessment]] {
    guard let runs else {
      let formulas = try expected(variants)
      guard simulatesChances else { return formulas }
      return try zip(variants, formulas).map { variant, plans in
        plans.allSatisfy { $0.overrun != nil }
          ? plans : try simulatedChance(variant, progress: progress)
      }
    }
    try SimulationLimits.shipped.get().checkWork(
      variants: variants.count, runs: runs
    ) { try read(variants[$0], run: 0) }
    let numbers = firstRun..<firstRun + runs
    let drawn = try scenarios(variants, runs: draws.isEmpty ? 1..<2 : numbers)
    if draws.isEmpty {
      return try Outcomes.simulated(
        drawn.map { $0[0] }, runs: firstRun...firstRun + runs - 1, threads: threads,
        progress: progress
      ).map { $0.map { Assessment(runs: $0) } }
    }
    let outcomes = try Parallel.map(
      drawn.indices.flatMap { variant in numbers.map { (variant: variant, run: $0) } },
      threads: threads
    ) { job in
      try Outcomes.simulated(
        [drawn[job.variant][job.run - firstRun]], runs: job.run...job.run, threads: 1,
        progress: progress
      )[0].map { $0[0] }
    }
    return drawn.indices.map { variant in
      drawn[variant][0].plans.indices.map { plan in
        Assessment(runs: outcomes[variant * runs..<(variant + 1) * runs].map { $0[plan] })
      }
    }
  }

  /// Months that tell a chance: few where none of them comes near the budget.
  private func simulatedChance(
    _ variant: Variant, progress: @escaping @Sendable (Int) -> Void
  ) throws -> [Assessment] {
    var simulating = self
    let scenario = try read(variant, run: 0)
    if draws.isEmpty, let budget = scenario.budget?.amount.dollars {
      simulating.runs = Self.probeMonths
      let probe = try simulating.assess([variant], progress: progress)[0]
      let months = Double(scenario.period.months.count)
      if probe.allSatisfy({ $0.isFar(from: budget * months) }) { return probe }
    }
    simulating.runs = Self.chanceMonths
    return try simulating.assess([variant], progress: progress)[0]
  }

  private func expected(_ variants: [Variant]) throws -> [[Assessment]] {
    let result = try formulas(variants)
    for (variant, plans) in zip(variants, result) {
      guard plans.contains(where: { $0.cost.isNaN }) else { continue }
      let all = Expectation.union(plans.flatMap(\.everyLeftOut))
      try read(variant, run: 0).needClosedForms(
        obstacles: all, or: "'--runs 1' simulates them")
    }
    return result
  }

  private func formulas(_ variants: [Variant]) throws -> [[Assessment]] {
    let sets = draws.isEmpty ? 0 : InputDraws.sets
    let inputs = variants.map { draws.evenSettings(sets, except: $0.settings) }
    let outcomes = try Parallel.map(
      variants.indices.flatMap { variant in (0...sets).map { (variant: variant, run: $0) } },
      threads: threads
    ) { job in
      let variant = variants[job.variant]
      let drawn = job.run > 0 ? inputs[job.variant][job.run - 1] : []
      let scenario = try tree.scenario(
        drawn + variant.settings, overrides: variant.overrides, source: variant.source)
      return scenario.plans.map { Outcome(expected: scenario, plan: $0) }
    }
    return variants.indices.map { variant in
      let own = outcomes[variant * (sets + 1)..<(variant + 1) * (sets + 1)]
      return (own.first ?? []).indices.map { plan in
        Assessment(expected: own.first?[plan], runs: own.dropFirst().map { $0[plan] })
      }
    }
  }

  private func scenarios(_ variants: [Variant], runs: Range<Int>) throws -> [[Scenario]] {
    try Parallel.map(variants, threads: threads) { variant in
      try runs.map { try read(variant, run: draws.isEmpty ? 0 : $0) }
    }
  }

  /// `run` 0: inputs at their likely values.
  private func read(_ variant: Variant, run: Int) throws(InputErrors) -> Scenario {
    let drawn = run > 0 ? draws.settings(run: run, except: variant.settings) : []
    return try tree.scenario(
      drawn + variant.settings, overrides: variant.overrides, source: variant.source)
  }
}
