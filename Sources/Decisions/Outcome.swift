import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// One plan of one variant, in one run, reduced to what decisions are about.
package struct Outcome: Sendable {
  package var users: Int
  /// Dollars of the whole period; simulated ones are exact to the picodollar in `bill`.
  package var cost: Double
  /// The exact bill of the simulated month; nil for a closed form.
  package var bill: MoneySum?
  /// Dollars of the period, by model (with its region) and by use case; closed forms know no use
  /// cases.
  package var costByModel: [String: Double] = [:]
  package var costByUseCase: [String: Double] = [:]
  /// The standard error of the period's cost, in dollars; a simulated month has none.
  package var standardError: Double?
  /// Milliseconds, of ok calls; nil: a closed form, or no calls.
  package var latencyP50: Double?
  package var latencyP95: Double?
  /// The share of look-ups that the response cache answers; nil without any.
  package var hitRate: Double?
  /// Failed calls; nil: a closed form.
  package var errorRate: Double?
  /// Share of the busiest limit that is asked for in its busiest hour (docs/semantics.md, "Tables");
  /// nil without limits.
  package var quotaUse: Double?
  /// Dollars a month that it was judged by; nil: there is none.
  package var budget: Double?
  /// Chance that a month goes over the budget; of one simulated run the share of its months. nil
  /// without a budget, or where the closed form does not tell.
  package var overrun: Double?
  /// Chance that any month of the period does; of one simulated run 0 or 1.
  package var anyOverrun: Double?
  /// How the period's bill spreads by chance; nil: simulated, or the closed form does not tell.
  package var law: BillLaw?
  /// When the first month's budget is used up; nil: it is not, or there is none.
  package var crossedAt: SimTime?
  /// The parts that a closed form leaves out; none where it was simulated.
  package var leftOut: [Expectation.Approximation] = []
  /// What became of the calls of a simulated month; nil for a closed form.
  package var trouble: CallTrouble?

  package init(
    users: Int, cost: Double, bill: MoneySum? = nil, costByModel: [String: Double] = [:],
    costByUseCase: [String: Double] = [:], standardError: Double? = nil, latencyP50: Double? = nil,
    latencyP95: Double? = nil, hitRate: Double? = nil, errorRate: Double? = nil,
    quotaUse: Double? = nil, overrun: Double? = nil, anyOverrun: Double? = nil, law: BillLaw? = nil,
    crossedAt: SimTime? = nil, leftOut: [Expectation.Approximation] = [],
    trouble: CallTrouble? = nil
  ) {
    self.users = users
    self.cost = cost
    self.bill = bill
    self.costByModel = costByModel
    self.costByUseCase = costByUseCase
    self.standardError = standardError
    self.latencyP50 = latencyP50
    self.latencyP95 = latencyP95
    self.hitRate = hitRate
    self.errorRate = errorRate
    self.quotaUse = quotaUse
    self.overrun = overrun
    self.anyOverrun = anyOverrun
    self.law = law
    self.crossedAt = crossedAt
    self.leftOut = leftOut
    self.trouble = trouble
  }
}

extension Outcome {
  /// Computes the outcome that closed forms expect of a plan, without simulating.
  package init(expected scenario: Scenario, plan: PlanSpec) {
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    self.init(users: plan.users, cost: cost.total)
    costByModel = cost.byModel.mapValues(\.cost)
    standardError = cost.variance.squareRoot()
    let quotas = QuotaLoads(scenario: scenario, traffic: cost.traffic, calls: cost.calls)
    let loads = quotas.loads()
    quotaUse = loads.map(\.busiestShare).max()
    let approximations = Approximations(cost: cost, quotaLoads: quotas, loads: loads)
    leftOut = approximations.leftOut()
    budget = scenario.budget?.amount.dollars
    if let budget { crossedAt = CostCurve(cost).crossing(of: budget, month: 0) }
    guard approximations.whyNoChance == nil else { return }
    let law = BillLaw(cost, budget: budget)
    (self.law, overrun, anyOverrun) = (law, law.monthOver, law.anyMonthOver)
  }

  /// Takes the outcome of one simulated run of a plan.
  package init(_ result: PlanResult, budget: Budget?) {
    self.init(users: result.plan.users, cost: result.cost.dollars, bill: result.cost)
    for cell in result.costs {
      costByModel[cell.model, default: 0] += cell.cost.dollars
      if let useCase = cell.useCase { costByUseCase[useCase, default: 0] += cell.cost.dollars }
    }
    trouble = CallTrouble(result)
    latencyP50 = result.latency.percentile(50).map { Double($0) / 1_000 }
    latencyP95 = result.latency.percentile(95).map { Double($0) / 1_000 }
    let lookups = result.cacheHits + result.cacheMisses
    hitRate = lookups > 0 ? Double(result.cacheHits) / Double(lookups) : nil
    errorRate = result.calls > 0 ? Double(result.failedCalls) / Double(result.calls) : nil
    self.budget = budget?.amount.dollars
    if let budget {
      let over = result.budgetMonths.count { $0.cost > budget.amount }
      overrun = Double(over) / Double(max(1, result.budgetMonths.count))
      anyOverrun = over > 0 ? 1 : 0
      crossedAt = result.budgetMonths.first?.crossedAt
    }
  }
}

/// Evaluates many variants, on as many threads as asked for, with the same result for any number.
package enum Outcomes {
  /// Every plan of every variant in these runs of the same seed, so that variants share their
  /// luck: by variant, plan, run.
  package static func simulated(
    _ scenarios: [Scenario], runs: ClosedRange<Int>, threads: Int,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> [[[Outcome]]] {
    try SimulationLimits.shipped.get().checkWork(
      variants: scenarios.count, runs: runs.count
    ) { scenarios[$0] }
    let simulations = try Parallel.map(scenarios, threads: threads) { Simulation($0) }
    let jobs = scenarios.indices.flatMap { variant in
      scenarios[variant].plans.flatMap { plan in
        runs.map { (variant: variant, plan: plan, run: $0) }
      }
    }
    var outcomes = try Parallel.map(jobs, threads: threads) { job in
      var told = 0
      let result = try simulations[job.variant].result(of: job.plan, run: job.run) { count in
        progress(count - told)
        told = count
      }
      return Outcome(result, budget: scenarios[job.variant].budget)
    }[...]
    return scenarios.map { scenario in
      scenario.plans.map { plan in
        defer { outcomes = outcomes.dropFirst(runs.count) }
        let quotaUse = quotaUse(of: plan, scenario)
        return outcomes.prefix(runs.count).map { outcome in
          var outcome = outcome
          outcome.quotaUse = quotaUse
          return outcome
        }
      }
    }
  }

  /// Expected, as ever: what chance does in a month's busiest minute is another figure.
  private static func quotaUse(of plan: PlanSpec, _ scenario: Scenario) -> Double? {
    guard scenario.behaviours.contains(where: { !$0.quota.isUnlimited }) else { return nil }
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    return QuotaLoads(scenario: scenario, traffic: cost.traffic, calls: cost.calls).loads()
      .map(\.busiestShare).max()
  }
}
