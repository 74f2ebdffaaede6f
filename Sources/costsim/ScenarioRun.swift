import Analysis
import Catalogs
import Decisions
import Reports
import Scenarios
import Simulator

/// The months of one scenario that `run` simulates, all of them or a part, and the report of all.
struct ScenarioRun {
  let scenario: Scenario
  /// Months of each plan, in all.
  let runs: Int
  let threads: Int
  /// What variants of the scenario are read from.
  let tree: () throws -> ScenarioTree
  private let simulation: Simulation

  init(
    _ scenario: Scenario, runs: Int, threads: Int, tree: @escaping () throws -> ScenarioTree
  ) {
    self.scenario = scenario
    self.runs = runs
    self.threads = threads
    self.tree = tree
    simulation = Simulation(scenario)
  }

  /// A bar for months of every plan.
  func progress(ofMonths count: Int, isQuiet: Bool) -> ProgressBar {
    ProgressBar(
      total: simulation.expectedArrivals(runs: drawsInputs ? 2 * count : count), isQuiet: isQuiet)
  }

  /// Whether the months are simulated a second time, with inputs drawn from their ranges.
  var drawsInputs: Bool { runs > 1 && !scenario.ranges.isEmpty }

  /// Months of every plan: all of the first one, of all of them what they came to.
  func months(
    _ numbers: Range<Int>, log: CallLog? = nil,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> (first: [PlanResult], bills: [PlanBills]) {
    guard !numbers.isEmpty else { return ([], scenario.plans.map { _ in PlanBills() }) }
    let budget = scenario.budget
    let months = try simulation.reduced(
      to: { SimulatedMonth($0, budget: budget) }, runs: numbers, threads: threads,
      log: log, progress: progress)
    var bills = months.map { months in
      var bills = PlanBills()
      bills.likely = months.map(\.bill)
      return bills
    }
    if drawsInputs {
      var assessor = Assessor(
        try tree(), scenario: scenario, runs: numbers.count, threads: threads)
      assessor.firstRun = numbers.lowerBound
      let drawn = try assessor.assess([Assessor.Variant()], progress: progress)[0]
      for place in bills.indices { bills[place].drawn = drawn[place].runs.map { RunBill($0) } }
    }
    return (months.compactMap { $0.first?.first }, bills)
  }

  /// The first month of every plan.
  func firstMonths(progress: @escaping @Sendable (Int) -> Void) throws -> [PlanResult] {
    try simulation.results(runs: 1, threads: threads, progress: progress).compactMap(\.first)
  }

  /// The report of all months.
  func report(first: [PlanResult], bills: [PlanBills]) throws -> ScenarioReport {
    var plans = zip(first, bills).map { PlanReport(scenario: scenario, first: $0, bills: $1) }
    if let over = try Assessor.plansOverRanges(tree(), scenario, threads: threads) {
      for place in plans.indices {
        plans[place].expectation.take(over[place])
        plans[place].overRanges = over[place]
        plans[place].rangedInputs = scenario.ranges.count
      }
    }
    if scenario.budget?.acts == true {
      let unenforced = try Simulation(scenario.withoutActions).results(runs: 1, threads: threads)
      for (place, runs) in unenforced.enumerated() { plans[place].unenforced = runs[0] }
    }
    if let classifier = scenario.classifier, classifier.accuracy < 1 {
      let right = try Simulation(scenario.withoutMisrouting).results(runs: 1, threads: threads)
      for (place, runs) in right.enumerated() { plans[place].wellRouted = runs[0] }
    }
    for place in plans.indices where Attention(plan: plans[place]).isTroubled {
      let result = try Simulation(scenario.untroubled).result(of: plans[place].plan, run: 1)
      plans[place].untroubled = result.cost
    }
    if !scenario.experiments.isEmpty {
      let analysis = ExperimentAnalysis(scenario: scenario, standard: try StandardFiles.detect())
      for place in plans.indices {
        plans[place].experiments = analysis.findings(
          plans[place].result, plans[place].expectation)
      }
    }
    // The comparison is by closed forms, which know nothing of a budget that acts.
    let comparison =
      scenario.budget?.acts == true || scenario.hasConversations ? nil : CatalogComparison(scenario)
    var report = ScenarioReport(scenario: scenario, plans: plans, comparison: comparison)
    let simulated = scenario.closedFormObstacles.isEmpty ? report.largestPlan : nil
    report.savings = try report.largestPlan.flatMap { plan in
      try BestSavings(
        tree(), scenario, month: plan.result, expected: plan.expectation.cost,
        levers: try levers(), threads: threads)
    }
    report.assumed = try simulated.flatMap { plan in
      try AssumedBills(scenario, of: plan.plan) { try tree() }
    }
    return report
  }

  /// The standard ones and the scenario's own.
  private func levers() throws -> [Lever] {
    StandardFiles.merged(try StandardFiles.levers(), with: scenario.levers, name: \.name)
  }

  /// Reads every variant that the report may look at and that may name a file: the files are known then.
  func readVariants() throws {
    let changes =
      try levers().flatMap { [$0.with, $0.without] }
      + scenario.assumptions.flatMap { $0.variants.map(\.with) }
    let naming = changes.filter { list in
      list.contains { text in
        ["policy", "catalog", ".yaml", ".yml"].contains { text.contains($0) }
      }
    }
    let tree = try tree()
    for change in naming { _ = tree.variant(change, source: "--partial") }
  }
}

/// What the report needs of one run of a plan: all of the first, of the others what they came to.
private struct SimulatedMonth: Sendable {
  let first: PlanResult?
  let bill: RunBill

  init(_ result: PlanResult, budget: Budget?) {
    first = result.run == 1 ? result : nil
    bill = RunBill(Outcome(result, budget: budget))
  }
}

extension PlanReport {
  /// All months of one plan, by number of the run, and the same months with the inputs drawn if any
  /// is.
  fileprivate init(scenario: Scenario, first: PlanResult, bills: PlanBills) {
    let outcomes = bills.drawn.isEmpty ? bills.likely : bills.drawn
    self.init(
      result: first,
      runs: RunsSummary(
        costs: outcomes.map(\.bill), overruns: outcomes.compactMap(\.overrun)),
      expectation: Expectation(scenario: scenario, plan: first.plan))
    guard !bills.drawn.isEmpty else { return }
    spread = CostSpread(
      likely: bills.likely.map { $0.outcome(of: first.plan) },
      drawn: bills.drawn.map { $0.outcome(of: first.plan) })
  }
}
