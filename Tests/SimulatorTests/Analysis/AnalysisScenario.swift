import CostModel

@testable import Analysis
@testable import Scenarios
@testable import Support

/// Small scenarios for the closed forms.
enum AnalysisScenario {
  /// 2026-06-01T00:00:00Z, a Monday.
  static let start = SimTime(microseconds: 1_780_272_000_000_000)

  /// Months of 30 days in UTC.
  static func period(months: Int = 1) -> Period {
    let day = SimDuration.day.microseconds
    let at = { (days: Int) in SimTime(microseconds: start.microseconds + Int64(days) * day) }
    let first = Int(start.microseconds / day)
    return Period(
      timeZone: "UTC", offsets: [Period.Offset(from: .distantPast, seconds: 0)],
      months: (0..<months).map { Period.Span(start: at($0 * 30), end: at($0 * 30 + 30)) },
      days: (0..<months * 30).map {
        Period.Day(date: CivilDate(daysSinceEpoch: first + $0), start: at($0))
      })
  }

  /// Dollars per million tokens.
  static func model(
    _ name: String, input: Double, output: Double, change: (inout PriceSheet) -> Void = { _ in }
  ) -> Model {
    var sheet = PriceSheet()
    sheet.rates[.inputTokens] = rate(perMillion: input)
    sheet.rates[.outputTokens] = rate(perMillion: output)
    change(&sheet)
    var model = Model(name: name, provider: "test")
    model.prices = [sheet]
    return model
  }

  static func rate(perMillion dollars: Double) -> Rate {
    Rate(picodollars: Int64((dollars * 1e12).rounded()), per: 1_000_000)
  }

  /// A call of each user goes to the first model, unless the policy says otherwise.
  static func make(
    models: [Model], workloads: [Workload], months: Int = 1, users: UserPopulation = .init(),
    choice: Policy.Choice = .model(ModelID(0))
  ) -> Scenario {
    var catalog = Catalog()
    for model in models { catalog.add(model) }
    return Scenario(
      name: "test", period: period(months: months), seed: 20_260_601, plans: [],
      catalog: catalog,
      policy: Policy(
        name: "test", rules: [Policy.Rule(name: "all", conditions: [], choice: choice)]),
      behaviours: models.map { _ in TargetBehaviour(latency: .fixed(1_000_000)) },
      users: users, workloads: workloads)
  }

  static func workload(
    _ name: String = "w", volume: Double, arrivals: ArrivalProcess = .poisson,
    profile: TrafficProfile = .flat, mix: [Variant]
  ) -> Workload {
    Workload(
      name: name, useCase: name, volume: volume, profile: profile, arrivals: arrivals,
      stages: [Stage(calls: [StageCall(mix: mix)])])
  }

  static func variant(_ share: Double = 1, input: Distribution, output: Distribution) -> Variant {
    Variant(share: share, input: input, output: output)
  }

  static func plan(_ users: Int) -> PlanSpec { PlanSpec(name: "users-\(users)", users: users) }
}

/// `Testing` has an `Expectation` of its own; this file does not import it.
typealias PlanExpectation = Expectation
