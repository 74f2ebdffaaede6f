import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// The effect of one shock on a plan's bill.
package struct ShockResult: Sendable {
  /// The month under it.
  package struct Month: Sendable {
    package var bill: MoneySum
    /// The cost of each local day, fixed prices included.
    package var days: [MoneySum]
    /// Of the month lived under the shock; where it holds for some days only, as on those.
    package var outcome: Outcome
    package var fallbackCalls: Int64
    package var failedCalls: Int64
    /// Flows and conversations that found no free place.
    package var refusedRuns: Int64
    /// The day on which a month's budget is used up, as an index into the period's days.
    package var crossedDay: Int?
    /// Whether days were taken from a month lived under the shock from its start.
    package var isSpliced: Bool
  }

  package var shock: Shock
  /// The span that the shock holds for; nil: all of the period.
  package var window: Period.Span?
  package var month: Month?
  /// Why there is none.
  package var reason: String?
}

/// Named shocks, each against the same month without it. No call falls back to a model that cannot
/// do its task, whatever the scenario's chains say.
package struct StressStudy: Sendable {
  package let scenario: Scenario
  package let plan: PlanSpec
  package let base: ShockResult.Month
  /// The shocks in the order of the files.
  package let results: [ShockResult]
  /// The bill without any shock over the ranges of inputs; nil where none has one.
  package let overRanges: Assessment?
  /// Fallbacks of the chains that cannot do a task, and so are never asked.
  package let unfit: [UnfitFallback]
  /// The bill without a shock where chains are followed as they stand, if it is another one.
  package let billAsChained: MoneySum?

  package init(
    _ tree: ScenarioTree, _ original: Scenario, shocks: [Shock], rules: SelectionRules,
    threads: Int
  ) throws {
    try original.needClosedForms()
    let scenario = original.withFitFallbacks(rules)
    self.scenario = scenario
    overRanges = try Assessor.overRanges(tree, scenario, threads: threads)
    let plan = scenario.plans[0]
    self.plan = plan
    let calm = try Simulation(scenario).result(of: plan, run: 1)
    let base = ShockResult.Month(calm, in: scenario)
    self.base = base
    let unfit = UnfitFallback.all(of: original, plan: plan, rules: rules)
    self.unfit = unfit
    let chained =
      unfit.isEmpty ? base.bill : try Simulation(original).result(of: plan, run: 1).cost
    billAsChained = chained == base.bill ? nil : chained
    let busiest = BusiestTime(scenario: scenario, plan: plan)
    let variants = shocks.flatMap { $0.expanded(over: calm) }.map { shock in
      ShockVariant(shock, tree: tree, scenario: scenario, busiest: busiest, rules: rules)
    }
    let results = try Parallel.map(variants, threads: threads) { variant -> ShockResult in
      var result = ShockResult(shock: variant.shock, window: variant.window)
      switch variant.scenario {
      case .failure(let error): result.reason = error.reason
      case .success(let shocked):
        let month = ShockResult.Month(
          try Simulation(shocked).result(of: plan, run: 1), in: shocked)
        result.month = variant.isSpliced ? month.spliced(into: base, variant, scenario) : month
      }
      return result
    }
    self.results = results
  }
}

/// A shock with its time and its scenario.
private struct ShockVariant: Sendable {
  var shock: Shock
  var window: Period.Span?
  var isSpliced: Bool
  var scenario: Result<Scenario, Inapplicable>

  init(
    _ shock: Shock, tree: ScenarioTree, scenario: Scenario, busiest: BusiestTime,
    rules: SelectionRules
  ) {
    self.shock = shock
    let placed = shock.window(in: scenario.period, busiest)
    window = try? placed?.get()
    isSpliced = window != nil && !shock.with.joined().contains("$from")
    if case .failure(let error) = placed {
      self.scenario = .failure(error)
      return
    }
    if let reason = shock.needs.lazy.compactMap({ $0.lacking(in: scenario) }).first {
      self.scenario = .failure(Inapplicable(reason: reason))
      return
    }
    var values: [String: String] = [:]
    if let window {
      values = [
        "from": window.start.description,
        "for": "\((window.end - window.start).microseconds / 1_000)ms",
      ]
    }
    let text = VariantText(values: values)
    self.scenario = tree.variant(
      shock.with.map(text.override), source: "shock \(shock.name)"
    ).map { $0.withFitFallbacks(rules) }
  }
}

extension Shock {
  /// nil: all of the period; empty: a moment.
  package func window(
    in period: Period, _ busiest: BusiestTime
  ) -> Result<Period.Span, Inapplicable>? {
    guard let from else { return nil }
    let start: SimTime
    switch from {
    case .moment(let moment): start = moment
    case .day(let day):
      guard day <= period.days.count else {
        return .failure(Inapplicable(reason: "the period has no day \(day)"))
      }
      start = period.days[day - 1].start
    case .busiestDay: start = busiest.day(lasting: length ?? .day)
    case .busiestHour: start = busiest.hour(lasting: length ?? .hour)
    }
    guard start >= period.start, start < period.end else {
      return .failure(Inapplicable(reason: "its time lies outside the period"))
    }
    return .success(Period.Span(start: start, end: min(start + (length ?? .zero), period.end)))
  }

  /// One shock for each provider that calls go to, or itself.
  fileprivate func expanded(over month: PlanResult) -> [Shock] {
    guard isByProvider else { return [self] }
    let providers = Set(month.costs.filter { $0.calls > 0 }.map(\.provider))
    return providers.sorted().map { provider in
      let text = VariantText(values: ["provider": provider])
      var shock = self
      shock.name = "\(name): \(provider)"
      shock.title = text.title(title)
      shock.with = with.map(text.override)
      return shock
    }
  }
}

extension ShockResult.Month {
  fileprivate init(_ result: PlanResult, in scenario: Scenario) {
    let costs = Dictionary(result.days.map { ($0.date, $0.cost) }, uniquingKeysWith: +)
    bill = result.cost
    days = scenario.period.days.map { costs[$0.date] ?? .zero }
    outcome = Outcome(result, budget: scenario.budget)
    fallbackCalls = result.performance.reduce(0) { $0 + $1.fallbackCalls }
    failedCalls = result.failedCalls
    refusedRuns = result.flows.reduce(0) { $0 + $1.refused }
    isSpliced = false
    crossedDay = Self.crossing(days, in: scenario)
  }

  /// The base's month with the shock's days in the window.
  fileprivate func spliced(
    into base: Self, _ variant: ShockVariant, _ scenario: Scenario
  ) -> Self {
    var result = self
    result.isSpliced = true
    for (index, day) in scenario.period.days.enumerated() {
      guard let window = variant.window, window.start <= day.start, day.start < window.end else {
        result.days[index] = base.days[index]
        continue
      }
    }
    result.bill = result.days.reduce(.zero, +)
    result.crossedDay = Self.crossing(result.days, in: scenario)
    return result
  }

  /// The first day at whose end a month's bill is over the budget.
  private static func crossing(_ days: [MoneySum], in scenario: Scenario) -> Int? {
    guard let budget = scenario.budget?.amount else { return nil }
    var spent = MoneySum.zero
    let starts = Set(scenario.period.months.map(\.start))
    for (index, day) in scenario.period.days.enumerated() {
      if starts.contains(day.start) { spent = .zero }
      spent += days[index]
      if spent > budget { return index }
    }
    return nil
  }
}

extension Scenario {
  /// The same with chains that leave out what cannot do the task.
  fileprivate func withFitFallbacks(_ rules: SelectionRules) -> Scenario {
    var result = self
    let fit = ModelFit(scenario: self, rules: rules)
    let models = Set(chains.values.joined())
    for place in workloads.indices {
      result.workloads[place].changeVariants { variant in
        let seen = variant
        variant.unfit = models.filter { fit.obstacle($0, to: seen) != nil }
      }
    }
    return result
  }
}

/// A model of a chain that cannot do the task of some calls.
package struct UnfitFallback: Hashable, Sendable {
  /// Name of the kind of call.
  package var calls: String
  package var model: String
  package var reason: String

  /// Those that calls of the plan would be sent to, each once.
  package static func all(
    of scenario: Scenario, plan: PlanSpec, rules: SelectionRules
  ) -> [UnfitFallback] {
    let fit = ModelFit(scenario: scenario, rules: rules)
    var seen: Set<UnfitFallback> = []
    // As the file states the chains: `run` leaves out those of which the catalog lists no capability.
    var whole = scenario
    for place in whole.workloads.indices { whole.workloads[place].changeVariants { $0.unfit = [] } }
    return ExpectedCost(scenario: whole, plan: plan).calls.flatMap { call in
      call.chain.filter { $0.model != call.routed }.compactMap { target in
        fit.obstacle(target.model, to: call.variant).map {
          UnfitFallback(
            calls: SelectionCase.name(of: call, in: scenario.workloads[call.workload]),
            model: scenario.catalog[target.model].name, reason: $0)
        }
      }
    }.filter { seen.insert($0).inserted }
  }
}
