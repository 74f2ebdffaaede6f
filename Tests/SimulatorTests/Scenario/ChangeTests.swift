import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What a scenario says of times when things are different: surges, price changes, outages of a
/// provider, a user who runs wild, swapped models.
@Suite struct ChangeTests {
  static let catalog = """
    models:
      small: {provider: a, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens}
      big:
        provider: b
        latency: 1s
        prices:
          - {input: $10 per 1M tokens, output: $30 per 1M tokens}
          - {effective_from: 2026-06-11, input: $20 per 1M tokens, output: $30 per 1M tokens}
      fixed: {provider: b, latency: 1s, fixed_monthly: $200}
    """
  static let scenario = """
    period: {start: 2026-06-01, days: 30}
    plans: [10]
    catalog: catalog.yaml
    policy:
      rules:
        - {name: hard, when: {complexity: high}, model: big}
        - {name: mixed, when: {task: chat}, mix: {small: 50%, big: 50%}}
        - {name: rest, model: small}
    users: {activity: {classes: {light: {share: 90%, weight: 1}, heavy: {share: 10%, weight: 5}}}}
    traffic: {arrivals: exact}
    workloads:
      easy: {volume: 30, input: 100, output: 10}
      hard: {volume: 30, complexity: high, input: 100, output: 10}
    """

  private func read(_ overrides: String...) throws -> Scenario { try read(overrides) }

  /// - Parameter users: what stands in place of the two classes.
  private func read(_ overrides: [String], users: String? = nil) throws -> Scenario {
    let text = Self.scenario.split(separator: "\n").map { line in
      line.hasPrefix("users:") ? users.map { "users: {\($0)}" } ?? String(line) : String(line)
    }.joined(separator: "\n")
    let folder = try ScenarioFolder(["catalog.yaml": Self.catalog, "s.yaml": text])
    return try folder.read(overrides: overrides)
  }

  private func expected(_ scenario: Scenario) -> Double {
    ExpectedCost(scenario: scenario, plan: scenario.plans[0]).total
  }

  // MARK: Surges

  /// A day of ten times the traffic is nine more days' worth: 30 + 9 days' calls.
  @Test func aSurgeComesOnTopOfTheVolume() throws {
    let base = try read()
    let surged = try read("traffic.surges=[{from: 2026-06-10, for: 24h, factor: 10}]")
    let plan = base.plans[0]
    let calls = try Simulation(base).result(of: plan, run: 1).calls
    let more = try Simulation(surged).result(of: plan, run: 1)
    #expect(calls == 600)
    #expect((more.calls - 780).magnitude <= 40)
    let day = more.days.filter { $0.date.description == "2026-06-10" }.reduce(0) { $0 + $1.calls }
    #expect(day > 100)
    // 300 calls a workload and month, 90 more; `big` is at its old price on that day.
    let cost = 300 * (0.00012 + 0.0013 / 3 + 0.0023 * 2 / 3)
    #expect((expected(base) - cost).magnitude < 1e-9)
    #expect((expected(surged) - cost - 90 * (0.00012 + 0.0013)).magnitude < 1e-9)
    let expectation = Expectation(scenario: surged, plan: plan)
    #expect((more.cost.dollars / expectation.cost - 1).magnitude < 0.07)
  }

  /// `*` in a model's name means all that it matches; a model's own entry goes before it.
  @Test func patternsNameModels() throws {
    let scenario = try read(
      "price_changes=[{models: [\"b*\"], factor: 2}]",
      "models={\"*\": {failure_rate: 5%}, small: {failure_rate: 1%}}",
      "regions={\"*i*\": [eu, us]}")
    let rates = scenario.catalog.models.map { $0.prices[0].rates[.inputTokens]?.picodollars }
    #expect(rates == [1_000_000, 20_000_000, nil])
    #expect(scenario.behaviours.map(\.failureRate) == [0.01, 0.05, 0.05])
    #expect(scenario.regions.keys.map(\.index).sorted() == [1, 2])
    #expect(throws: InputErrors.self) {
      _ = try read("price_changes=[{models: [\"x*\"], factor: 2}]")
    }
  }

  @Test func aSurgeOfNothingIsNoTraffic() throws {
    let scenario = try read("traffic.surges=[{from: 2026-06-01, for: 720h, factor: 0}]")
    #expect(try Simulation(scenario).result(of: scenario.plans[0], run: 1).calls == 0)
    #expect(expected(scenario).magnitude < 1e-12)
  }

  @Test func timelineOfASurge() throws {
    let period = AnalysisScenario.period()
    func at(_ hours: Int64) -> SimTime {
      period.start + SimDuration(microseconds: hours * SimDuration.hour.microseconds)
    }
    var profile = TrafficProfile.flat
    profile.surges = [
      Surge(from: at(24), to: at(48), factor: 3), Surge(from: at(36), to: at(60), factor: 2),
    ]
    let timeline = Timeline(period: period, profile: profile)
    let day = 1.0 / 30
    // Day 2: half a day ×3, half ×6; day 3: half a day ×2.
    for (hour, days) in [(24, 1.0), (36, 2.5), (48, 5.5), (60, 6.5), (720, 34)] {
      #expect((timeline.operational(at: at(Int64(hour))) - days * day).magnitude < 1e-12)
    }
    #expect((timeline.length - 34 * day).magnitude < 1e-12)
    #expect((timeline.time(at: 4 * day) - at(42).microseconds).magnitude <= 1)
  }

  // MARK: Prices

  @Test func aFactorOnEveryPrice() throws {
    let base = try read()
    let dear = try read("price_changes=[{factor: 150%}]")
    let plan = base.plans[0]
    let bills = try [base, dear].map { try Simulation($0).result(of: plan, run: 1).cost }
    #expect(bills[1].picodollars * 2 == bills[0].picodollars * 3)
    #expect((expected(dear) / expected(base) - 1.5).magnitude < 1e-12)
    #expect(
      dear.catalog.models[2].prices[0].fixedMonthly == Money(picodollars: 300_000_000_000_000))
  }

  /// The sheets of `big` change on the 11th; the change holds from the 6th to the 16th.
  @Test func aPriceChangeCutsSheetsAtItsEnds() throws {
    let scenario = try read(
      "price_changes=[{from: 2026-06-06, to: 2026-06-16, models: [big], factor: 0.3}]")
    let sheets = scenario.catalog.models[1].prices
    #expect(
      sheets.dropFirst().map { $0.effectiveFrom.description.prefix(10) } == [
        "2026-06-06", "2026-06-11", "2026-06-16",
      ])
    let perMillion = sheets.map { sheet in
      sheet.rates[.inputTokens].map { Double($0.picodollars) / Double($0.per) }
    }
    #expect(perMillion == [10e6, 3e6, 6e6, 20e6])
    #expect(scenario.catalog.models[0].prices.count == 1)
  }

  // MARK: The rest

  @Test func anOutageOfAProviderIsOneOfAllItsModels() throws {
    let scenario = try read("outages=[{provider: b, from: 2026-06-10, for: 24h}]")
    #expect(scenario.outages.map(\.model.index) == [1, 2])
  }

  /// Of users of two account plans, one with ten times the volume; and of drawn activities.
  @Test(
    arguments: [
      "activity: {classes: {light: {share: 90%, weight: 1}, heavy: {share: 10%, weight: 5}}}, "
        + "account_plans: {few: 50%, many: 50%}", "activity: {cv: 1.5}",
      "activity: {cv: 0.7}, account_plans: {few: 80%, many: 20%}",
    ])
  func aRogueIsTheUserWithMostCalls(users: String) throws {
    func calls(_ users: String) throws -> [Int64] {
      let volumes =
        users.contains("many") ? ["workloads.easy.volume_by_account_plan={many: 10}"] : []
      let scenario = try read(volumes, users: users)
      return try Simulation(scenario).result(of: scenario.plans[0], run: 1).accounts.map(\.calls)
    }
    let (calm, wild) = (try calls(users), try calls(users + ", rogue: {factor: 4}"))
    let heaviest = try #require(calm.indices.max { (calm[$0], $1) < (calm[$1], $0) })
    for user in calm.indices {
      let wanted = calm[user] * (user == heaviest ? 4 : 1)
      #expect((wild[user] - wanted).magnitude <= 4, "user \(user) of \(calm), \(wild)")
    }
  }

  /// The closed form knows the heaviest of drawn users in the mean. Over 400 seeds the simulated
  /// activity that a rogue adds lies within 5 standard errors of it (false alarms: 6e-7).
  @Test func theHeaviestOfDrawnUsersIsExpected() throws {
    let scenario = try read(
      ["workloads.easy.volume_by_account_plan={many: 3}"],
      users: "activity: {cv: 1.2}, rogue: {factor: 11}, account_plans: {few: 80%, many: 20%}")
    var calm = scenario
    calm.users.rogue = nil
    func flows(_ scenario: Scenario) -> Double {
      ExpectedTraffic(scenario: scenario, users: 40).flows.joined().reduce(0, +)
    }
    let added = (0..<400).map { seed -> Double in
      let draws = Draws(seed: UInt64(seed), run: 1)
      let users = [scenario, calm].map { Population($0, users: 40, draws: draws) }
      let of = users[1].deal.callsByAccountPlan(calm.callRates)
      return (0..<40).reduce(0) {
        $0 + (users[0].activity(of: $1) - users[1].activity(of: $1))
          * of[users[1].accountPlan(of: $1)]
      }
    }
    let mean = added.reduce(0, +) / 400
    let error = (added.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399 / 400).squareRoot()
    #expect(error < mean / 10)
    #expect((flows(scenario) - flows(calm) - mean).magnitude < 5 * error)
    // Of two alike: E max = 2 Φ(σ/√2) of a mean of 1.
    let law = Lognormal(mean: 1, cv: 0.8)
    let two = law.largest(of: [(2, 3)])[0]
    #expect((two.mean - 2 * Normal.cdf(law.sigma / 2.0.squareRoot())).magnitude < 1e-4)
    #expect((two.chance - 1).magnitude < 1e-4)
  }

  @Test func aRogueIsTheFirstOfTheHeaviest() throws {
    let calm = try Simulation(read()).result(of: read().plans[0], run: 1).accounts.map(\.calls)
    let scenario = try read("users.rogue={factor: 4}")
    let wild = try Simulation(scenario).result(of: scenario.plans[0], run: 1).accounts.map(\.calls)
    let heaviest = try #require(calm.indices.max { calm[$0] < calm[$1] })
    for user in calm.indices {
      let wanted = calm[user] * (user == heaviest ? 4 : 1)
      #expect((wild[user] - wanted).magnitude <= 2)
    }
    let more = expected(scenario) / expected(try read()) - 1
    #expect((more - 3 * 5 / 14.0).magnitude < 0.01)
  }

  @Test func swapsReplaceModelsAfterRouting() throws {
    func chosen(_ scenario: Scenario, _ values: [Attribute: String]) -> [String] {
      var attributes = CallAttributes()
      for (attribute, value) in values { attributes[attribute] = value }
      let rule = scenario.policy.firstMatch(attributes)
      return rule?.models.map { scenario.catalog[$0].name } ?? []
    }
    let all = try read("swaps=[{model: big, by: fixed}]")
    #expect(chosen(all, [.complexity: "high"]) == ["fixed"])
    #expect(chosen(all, [.task: "chat"]) == ["small", "fixed"])
    let one = try read("swaps=[{use_case: hard, model: big, by: small}]")
    #expect(chosen(one, [.complexity: "high", .useCase: "hard"]) == ["small"])
    #expect(chosen(one, [.complexity: "high", .useCase: "easy"]) == ["big"])
  }
}
