import CostModel

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Hand-made results whose tables agree to the picodollar, for tests of what is written.
struct SampleReport {
  var name = "sample"
  var title = "A <sample> & its | bill"
  var users = [50, 1_000]
  /// Name and picodollars a user and day.
  var models: [(name: String, cost: Int64)] = [
    ("deepseek-v3", 22_666_666_667), ("deepseek-r1", 6_666_666_661), ("mistral", 3_333_333_333),
  ]
  var budget: Int128? = 1_000
  var alertsPerPlan = 0
  var fixedMonthly: Int64 = 0
  var runs: [Int64] = []
  /// Of going over the budget; nil: 1 if the plan does, else 0.
  var chance: Double?

  static let zone = "Europe/Paris"

  var report: ScenarioReport {
    var scenario = Scenario(
      name: name, period: Self.november, seed: 42,
      plans: users.map { PlanSpec(name: "users-\($0)", users: $0) }, catalog: catalog,
      policy: Policy(name: "logged", rules: []),
      behaviours: models.map { _ in Self.behaviour }, workloads: [])
    scenario.title = title
    scenario.budget = budget.map(Self.budget)
    scenario.assumptions = [
      Assumption(text: "mistral costs $0.33 a 1,000 calls: *the document says tokens*.")
    ]
    scenario.inputs = [InputFile(path: "scenarios/sample.yaml", hash: 0xAF)]
    scenario.alerts = [
      RollingAlert(
        name: "error rate", type: .error, severity: .high,
        metric: ScenarioBuilder.metric("error_rate"),
        comparison: .above, threshold: 0.05, window: .hour, message: "=too many errors",
        statedThreshold: 0.1)
    ]
    scenario.cache.mode = .rate
    scenario.cache.classes = [
      "classification": CacheSettings.Class(ttl: .hour, hitRate: 0.9)
    ]
    scenario.published = users.map { users in
      PublishedPlan(
        users: users, total: MoneySum(picodollars: 900 * Self.dollar),
        rows: [
          PublishedPlan.Row(
            label: "V3", models: [ModelID(0)], cost: MoneySum(picodollars: 680 * Self.dollar)),
          PublishedPlan.Row(
            label: "others", models: [], cost: MoneySum(picodollars: 520 * Self.dollar)),
        ], source: "complete-guide.md:12")
    }
    return ScenarioReport(scenario: scenario, plans: scenario.plans.map { plan($0, scenario) })
  }

  static let dollar = MoneySum.picodollarsPerDollar

  /// Half a second, and a hundred requests a minute.
  private static var behaviour: TargetBehaviour {
    var behaviour = TargetBehaviour(latency: .fixed(500_000))
    behaviour.quota.requestsPerMinute = 100
    return behaviour
  }

  private var catalog: Catalog {
    var catalog = Catalog()
    for model in models { catalog.add(Model(name: model.name, provider: "azure")) }
    return catalog
  }

  /// November 2026 in Paris: UTC+1 throughout.
  static let november: Period = {
    let first = CivilDate(year: 2026, month: 11, day: 1).daysSinceEpoch
    func midnight(_ day: Int) -> SimTime {
      SimTime(microseconds: Int64(first + day) * SimDuration.day.microseconds - 3_600_000_000)
    }
    return Period(
      timeZone: zone, offsets: [Period.Offset(from: .distantPast, seconds: 3600)],
      months: [Period.Span(start: midnight(0), end: midnight(30))],
      days: (0..<30).map {
        Period.Day(date: CivilDate(daysSinceEpoch: first + $0), start: midnight($0))
      })
  }()

  private static func budget(_ dollars: Int128) -> Budget {
    func threshold(_ percent: Int128, _ severity: Severity) -> Budget.Threshold {
      Budget.Threshold(
        name: "budget-\(percent)%", kind: .actual,
        amount: MoneySum(picodollars: dollars * dollar / 100 * percent), severity: severity,
        message: "\(percent) % of the budget is used")
    }
    return Budget(
      amount: MoneySum(picodollars: dollars * dollar),
      thresholds: [threshold(75, .high), threshold(90, .critical)])
  }

  private func plan(_ spec: PlanSpec, _ scenario: Scenario) -> PlanReport {
    var result = PlanResult(plan: spec, run: 1)
    fillCosts(&result)
    if let budget = scenario.budget { fillBudget(&result, budget) }
    fillService(&result)
    var expectation = Expectation(cost: result.cost.dollars * 1.001, variance: 4)
    expectation.overBudgetProbability = budget.map {
      chance ?? (result.cost > MoneySum(picodollars: $0 * Self.dollar) ? 1 : 0)
    }
    expectation.anyMonthOverBudgetProbability = expectation.overBudgetProbability
    expectation.crossings =
      scenario.budget.map { budget in
        [
          Expectation.Crossing(
            rule: "budget", amount: budget.amount, at: crossing(budget.amount, result))
        ]
      } ?? []
    expectation.cacheBounds = [
      Expectation.CacheBound(
        name: "classification", ttl: .hour, claimed: 0.9, attainable: 0.58, lookups: 100)
    ]
    expectation.quotaLoads = [
      Expectation.QuotaLoad(
        target: "deepseek-v3", limit: "requests/min", allowed: 100, offeredMean: 6.9,
        offeredBusiestHour: 20, saturatesAtUsersMean: 14_400.5,
        saturatesAtUsersBusiestHour: .infinity)
    ]
    let runCosts = runs.map { MoneySum(picodollars: Int128($0) * Self.dollar) }
    let summary =
      runs.isEmpty
      ? RunsSummary()
      : RunsSummary(
        costs: runCosts, overruns: budget.map { b in runs.map { $0 > Int64(b) ? 1 : 0 } } ?? [])
    return PlanReport(result: result, runs: summary, expectation: expectation)
  }

  /// Every user makes one call a day to every model, and calls of odd users cost a little more.
  private func fillCosts(_ result: inout PlanResult) {
    let users = Int64(result.plan.users)
    let odd = (users + 1) / 2
    var accounts = (1...result.plan.users).map {
      AccountCell(user: $0, accountPlan: $0 % 2 == 0 ? "pro" : nil, calls: 0, cost: .zero)
    }
    for (index, model) in models.enumerated() {
      let daily = MoneySum(picodollars: Int128(users * model.cost + odd * 1_000_001))
      let monthly = MoneySum(picodollars: daily.picodollars * 30)
      var cell = CostCell(
        useCase: index == 0 ? "fan messages" : "campaigns, \"other\"", model: model.name,
        provider: "azure", tier: "standard")
      cell.calls = users * 30
      cell.attempts = users * 30
      cell.inputTokens = users * 30 * 800
      cell.outputTokens = users * 30 * 200
      cell.audio = SimDuration(microseconds: users * 1_500_000)
      cell.inputCost = MoneySum(picodollars: monthly.picodollars / 3)
      cell.outputCost = monthly - cell.inputCost
      result.costs.append(cell)
      for day in Self.november.days {
        result.days.append(
          DayCell(date: day.date, model: model.name, calls: users, cost: daily))
      }
      for user in accounts.indices {
        let extra: Int64 = user % 2 == 0 ? 1_000_001 : 0
        accounts[user].calls += 30
        accounts[user].cost += MoneySum(picodollars: Int128(30 * (model.cost + extra)))
      }
      result.cost += monthly
      result.calls += users * 30
      var target = TargetPerformance(model: model.name)
      target.calls = users * 30
      target.attempts = users * 30
      target.failures = users
      target.quotaUtilisationPeak = index == 0 ? 0.5 : nil
      target.requestsPerMinuteMean = Double(users) * 30 / 43_200
      target.latency.add(812_500, count: users)
      for minute in 0..<30 {
        let start =
          Self.november.start.microseconds / 60_000_000 + Int64(minute * 1_440 + index * 60)
        target.hours.add(minute: start, requests: users, tokens: 0, in: Self.november)
      }
      result.performance.append(target)
    }
    result.accounts = accounts
    result.billedCalls = result.calls
    if fixedMonthly > 0 { addFixed(&result) }
  }

  private func addFixed(_ result: inout PlanResult) {
    let money = MoneySum(picodollars: Int128(fixedMonthly))
    var cell = CostCell(useCase: nil, model: models[0].name, provider: "azure", tier: "standard")
    cell.otherCost = money
    result.costs.append(cell)
    result.days.append(
      DayCell(
        date: Self.november.days[0].date, model: models[0].name, calls: 0, cost: money))
    result.accounts.append(AccountCell(user: nil, accountPlan: nil, calls: 0, cost: money))
    result.cost += money
  }

  private func fillBudget(_ result: inout PlanResult, _ budget: Budget) {
    var month = BudgetMonth(month: Self.november.months[0], cost: result.cost)
    for threshold in budget.thresholds {
      var line = BudgetMonth.Line(rule: threshold.name, amount: threshold.amount)
      line.crossedAt = crossing(threshold.amount, result)
      line.alertedAt = line.crossedAt
      month.lines.append(line)
      guard let at = line.crossedAt else { continue }
      result.alerts.append(
        AlertEvent(
          at: at, type: .cost, severity: threshold.severity, rule: threshold.name, state: .fired,
          value: threshold.amount.dollars, threshold: threshold.amount.dollars,
          message: threshold.message))
    }
    month.crossedAt = crossing(budget.amount, result)
    result.budgetMonths = [month]
    for index in 0..<alertsPerPlan {
      result.alerts.append(
        AlertEvent(
          at: SimTime(microseconds: month.month.start.microseconds + Int64(index) * 3_600_000_000),
          type: .error, metric: ScenarioBuilder.metric("error_rate"), severity: .high,
          rule: "error rate",
          state: index % 2 == 0 ? .fired : .cleared, value: 0.0625, threshold: 0.05,
          message: "=too many errors"))
    }
  }

  /// When a cost that grows evenly exceeds the amount.
  private func crossing(_ amount: MoneySum, _ result: PlanResult) -> SimTime? {
    guard result.cost > amount else { return nil }
    let month = Self.november.months[0]
    let share = amount.dollars / result.cost.dollars
    let span = Double((month.end - month.start).microseconds)
    return SimTime(microseconds: month.start.microseconds + Int64(share * span))
  }

  private func fillService(_ result: inout PlanResult) {
    result.cacheHits = 3
    result.cacheMisses = 4
    result.cacheClasses = [CacheClassResult(name: "classification", hits: 3, misses: 4)]
    result.latency.add(5_000, count: 3)
    result.latency.add(1_001, count: 97)
    result.queueMax = SimDuration(microseconds: 1_250_000)
    var flow = FlowResult(workload: "videos", started: 10, completed: 9, failed: 1)
    flow.latency.add(6_000_000)
    result.flows = [flow]
  }
}
