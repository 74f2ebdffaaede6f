import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// Months to come, each a scenario of its own: more users, the prices that then hold, its budget.
///
/// A month begins with empty caches and idle quotas, but with what a knowledge base is expected to have
/// learnt before. All months share their luck (as plans do), so that the curve shows growth and prices,
/// not chance.
package struct Forecast: Sendable {
  package let scenario: Scenario
  package let spec: ForecastSpec
  package let months: [ForecastMonth]
  /// What the closed form only approximates, in the last month that it is used for.
  package let approximations: [Expectation.Approximation]

  /// - Parameters:
  ///   - scenario: with a period of as many months as `spec` has.
  ///   - tree: what it was read from, where inputs with a range are to be drawn.
  ///   - runs: months to simulate of each; 0: closed forms only, but one of each month in which the
  ///     budget may act, since these know nothing of that.
  package init(
    _ scenario: Scenario, _ spec: ForecastSpec, tree: ScenarioTree? = nil, runs: Int = 0,
    threads: Int = 1, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    precondition(scenario.period.months.count == spec.months, "a month of the period for each")
    try scenario.needClosedForms()
    self.scenario = scenario
    self.spec = spec
    let draws = InputDraws(scenario)
    let drawn = draws.isEmpty ? nil : tree
    let sets = try drawn.map { tree in
      try Parallel.map(draws.evenSettings(InputDraws.sets), threads: threads) {
        try tree.scenario($0)
      }
    }
    let growth = spec.users(of: scenario)
    try SimulationLimits.shipped.get().checkWork(
      variants: runs > 0 ? growth.count : 0, runs: runs
    ) { Self.month(scenario, spec, index: $0, growth) }
    var months: [ForecastMonth] = []
    for index in growth.indices {
      let total = months.last?.total ?? .init()
      func own(_ scenario: Scenario) -> Scenario {
        Self.month(scenario, spec, index: index, growth)
      }
      var month = try Self.expected(
        own(scenario), sets: (sets ?? []).map(own), number: index + 1, after: total,
        threads: threads)
      let mayAct = month.budgetMayAct
      if runs > 0 || mayAct {
        let likely = try Simulation(month.scenario).reduced(
          to: { ($0.cost, $0.run == 1 && mayAct ? $0 : nil, CallTrouble($0)) },
          runs: 1..<(drawn == nil ? max(1, runs) : 1) + 1, threads: threads, progress: progress)[0]
        month.likelyBill = likely.first?.0
        month.firstRun = likely.first?.1
        month.simulated = likely.map(\.0)
        month.trouble = likely.map(\.2).reduce(CallTrouble(), +)
        if let drawn, runs > 1 {
          let months = try Parallel.map(Array(1...runs), threads: threads) { run in
            let drawn = Self.month(
              try drawn.scenario(draws.settings(run: run)), spec, index: index, growth)
            let result = try Simulation(drawn).result(of: drawn.plans[0], run: run)
            return (result.cost, CallTrouble(result))
          }
          month.simulated = months.map(\.0)
          month.trouble = months.map(\.1).reduce(CallTrouble(), +)
        }
      }
      if mayAct { month.takeSimulated(after: total) }
      months.append(month)
    }
    self.months = months
    approximations =
      months.last { !$0.isSimulated }.map {
        let cost = ExpectedCost(scenario: $0.scenario.withoutActions, plan: $0.plan)
        return Approximations(cost).list() + Self.ofSeveral(months, cost)
      } ?? []
  }

  /// What only the sum of several months approximates.
  private static func ofSeveral(
    _ months: [ForecastMonth], _ cost: ExpectedCost
  ) -> [Expectation.Approximation] {
    guard months.count > 1 else { return [] }
    let isRounded = months.contains { month in
      month.scenario.workloads.contains {
        let calls = $0.volume * Double(month.plan.users)
        return $0.arrivals == .exact
          && ((calls - calls.rounded()).magnitude > 1e-9 || !$0.volumeByAccountPlan.isEmpty)
      }
    }
    let rounding = Expectation.Approximation(
      part: "exact arrivals",
      reason: "each month is rounded to whole calls by itself, `run` rounds the sum of its months")
    return Approximations.sharedUsers(of: cost) + (isRounded ? [rounding] : [])
  }

  /// - Parameter growth: users by month.
  private static func month(
    _ scenario: Scenario, _ spec: ForecastSpec, index: Int, _ growth: [Int]
  ) -> Scenario {
    let users = growth[index]
    var month = scenario
    month.period = scenario.period.month(index)
    if let knowledge = scenario.knowledge {
      month.knowledge?.known = (0..<index).reduce(knowledge.known) { known, before in
        var earlier = scenario
        earlier.period = scenario.period.month(before)
        let traffic = ExpectedTraffic(scenario: earlier, users: growth[before])
        return known + knowledge.expectedConversions(of: earlier, traffic)
      }
    }
    month.plans = [PlanSpec(name: "users-\(users)", users: users)]
    if let last = spec.budgets.last {
      let amount = index < spec.budgets.count ? spec.budgets[index] : last
      month.budget = (scenario.budget ?? Budget(amount: amount, thresholds: [])).changed(to: amount)
    }
    return month
  }

  /// - Parameter sets: the month with each set of inputs; empty where none has a range.
  private static func expected(
    _ scenario: Scenario, sets: [Scenario], number: Int, after total: MonthBill, threads: Int
  ) throws -> ForecastMonth {
    let budget = scenario.budget?.amount.dollars
    let variants = sets.isEmpty ? [scenario] : sets
    let parts = try Parallel.map(variants, threads: threads) { set in
      // Where a line that acts may be crossed, the month is simulated in its place.
      let cost = ExpectedCost(scenario: set.withoutActions, plan: set.plans[0])
      try set.needClosedForms(
        obstacles: cost.conversations.obstacles, or: "somewhere in the ranges of its inputs")
      let why = Approximations(cost).whyNoChance
      return (
        bill: MonthBill(cost), law: why == nil ? BillLaw(cost, budget: budget) : nil, why: why
      )
    }
    let count = Double(parts.count)
    var bill = MonthBill()
    for part in parts {
      bill.mean += part.bill.mean / count
      bill.callVariance += part.bill.callVariance / count
      bill.sharedDeviation += part.bill.sharedDeviation / count
    }
    if !sets.isEmpty { bill.byInputs = parts.map(\.bill.mean) }
    var month = ForecastMonth(number: number, scenario: scenario, bill: bill, total: total + bill)
    month.budget = scenario.budget?.amount
    let likely = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    month.leftOut = Expectation.leftOut(of: likely)
    if !sets.isEmpty { month.likely = likely.total }
    month.whyNoChance = parts.compactMap(\.why).first
    if month.whyNoChance == nil { month.spread = BillMixture(parts.compactMap(\.law)) }
    month.overBudgetProbability = month.spread?.monthOver
    if let budget {
      let scale = likely.total > 0 ? bill.mean / likely.total : 1
      month.expectedCrossing = CostCurve(likely).crossing(of: budget / scale, month: 0)
    }
    return month
  }

  /// The first month whose expected bill is over its budget.
  package var firstOverBudget: ForecastMonth? { months.first { $0.isOverBudget == true } }
}

/// How long a prepaid sum lasts.
package struct Runway: Sendable {
  /// When it is used up; nil: not within the forecast.
  package var end: SimTime?
  /// The same where spending runs high or low, as it does in 5 % of cases each.
  package var earliest: SimTime?
  package var latest: SimTime?
  /// Dollars that are left when the forecast ends; negative where more was needed.
  package var left: Double
}

extension Forecast {
  /// How long a prepaid sum lasts; nil without one.
  package var runway: Runway? {
    guard let prepaid = spec.prepaid?.dollars, let total = months.last?.total else { return nil }
    let end = moment(of: prepaid)
    let spent = end.flatMap { end in months.first { end < $0.period.end } }?.total ?? total
    let swing = MonthBill.quantile95 * spent.deviation
    return Runway(
      end: end, earliest: moment(of: prepaid - swing), latest: moment(of: prepaid + swing),
      left: prepaid - total.mean)
  }

  /// When the expected spending of all months passes an amount.
  private func moment(of dollars: Double) -> SimTime? {
    guard let month = months.first(where: { $0.total.mean > dollars }) else { return nil }
    let left = dollars - (month.total.mean - month.bill.mean)
    if month.isSimulated { return month.simulatedCrossing(of: left) }
    let curve = CostCurve(ExpectedCost(scenario: month.scenario, plan: month.plan))
    return curve.crossing(of: left, month: 0)
  }
}
