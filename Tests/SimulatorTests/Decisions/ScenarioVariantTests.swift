import CostModel
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Simulator

/// Inputs of a scenario: found, addressed by pattern, set, scaled.
@Suite struct ScenarioVariantTests {
  private func input(_ tree: ScenarioTree, _ name: String) throws -> ScenarioInput {
    try #require(tree.inputs.first { $0.name == name }, "\(tree.inputs.map(\.name))")
  }

  @Test func everyStatedNumberIsAnInput() throws {
    let tree = try SmallCompany.folder(
      "cache: { mode: rate, latency: 5ms, default: {hit_rate: 40%} }"
    )
    .tree()
    let found = Dictionary(uniqueKeysWithValues: tree.inputs.map { ($0.name, $0) })
    #expect(
      Set(found.keys) == [
        "users", "budget", "workloads.chat.volume", "workloads.chat.mix.easy.share",
        "workloads.chat.mix.easy.input", "workloads.chat.mix.easy.output",
        "workloads.chat.mix.hard.share", "workloads.chat.mix.hard.input",
        "workloads.chat.mix.hard.output", "workloads.report.volume",
        "workloads.report.input.mean", "workloads.report.input.cv", "workloads.report.output",
        "cache.latency", "cache.default.hit_rate", "models.small.latency", "models.large.latency",
        "prices.small.input", "prices.small.output", "prices.large.input", "prices.large.output",
      ])
    #expect(found["users"]?.value == 10)
    #expect(found["budget"]?.kind == .money && found["budget"]?.value == 10)
    #expect(found["cache.latency"]?.kind == .duration && found["cache.latency"]?.value == 0.005)
    #expect(found["workloads.report.output"]?.isSpan == true)
    #expect(found["workloads.report.output"]?.value == 200)
    #expect(found["prices.large.output"]?.kind == .price(per: "1M tokens"))
    #expect(found["prices.large.output"]?.value == 20)
    #expect(found["workloads.chat.mix.hard.share"]?.group == ["workloads", "chat", "mix"])
  }

  @Test(arguments: [
    ("a.*.c", ["a", "b", "c"], true), ("a.*", ["a", "b", "c"], false),
    ("a.**", ["a", "b", "c"], true), ("**.c", ["a", "b", "c"], true), ("**.c", ["c"], true),
    ("a.llama-3.3.c", ["a", "llama-3.3", "c"], true), ("a.\"x.y\"", ["a", "x.y"], true),
    ("a.x.y", ["a", "x.z"], false), ("a.b", ["a", "b", "c"], false), ("**", ["a"], true),
  ])
  func patterns(text: String, path: [String], isMeant: Bool) {
    #expect(InputPattern(text).matches(path) == isMeant)
  }

  @Test func factorsScaleNumbersSpansAndCatalogPrices() throws {
    let folder = try SmallCompany.folder()
    let scenario = try folder.read(overrides: [
      "workloads.*.volume*=2", "workloads.report.output*=150%", "prices.large.output*=3",
      "prices.*.input*=1.5", "models.large.latency*=2",
    ])
    #expect(scenario.workloads.map(\.volume) == [200, 20])
    #expect(scenario.workloads[1].stages[0].calls[0].mix[0].output == .uniform(low: 150, high: 450))
    let large = scenario.catalog.models[1]
    #expect(large.prices[0].rates[.inputTokens] == Rate(picodollars: 15_000_000, per: 1))
    #expect(scenario.behaviours[1].latency == .uniform(low: 2e6, high: 6e6))
    #expect(large.prices[0].rates[.outputTokens] == Rate(picodollars: 60_000_000, per: 1))
  }

  @Test func sharesOfAMixStillAddUp() throws {
    let tree = try SmallCompany.folder().tree()
    let hard = try input(tree, "workloads.chat.mix.hard.share")
    func shares(_ change: InputSetting.Change) throws -> [Double] {
      try tree.scenario([InputSetting(input: hard, change: change)]).workloads[0].stages[0]
        .calls[0].mix.map(\.share)
    }
    #expect(try shares(.value(0.5)) == [0.5, 0.5])
    #expect(try shares(.factor(2)) == [0.6, 0.4])
    #expect(try shares(.factor(9)) == [0, 1])
  }

  /// A variant read from the tree is the scenario that the same override reads from the file.
  @Test func variantsAreWhatTheFileWouldSay() throws {
    let folder = try SmallCompany.folder()
    let tree = try folder.tree()
    for (name, value, text) in [
      ("users", 25.0, "plans=[25]"), ("workloads.chat.volume", 33, "workloads.chat.volume=33"),
      ("prices.small.output", 2.5, "prices.small.output=$2.5 per 1M tokens"),
      ("budget", 7.25, "budget=$7.25"),
    ] {
      let setting = InputSetting(input: try input(tree, name), change: .value(value))
      let variant = try tree.scenario([setting])
      let read = try folder.read(overrides: [text])
      let costs = [variant, read].map { Outcome(expected: $0, plan: $0.plans[0]) }
      #expect(costs[0].cost == costs[1].cost && costs[0].overrun == costs[1].overrun, "\(name)")
    }
    let base = try folder.read()
    #expect(
      Outcome(expected: try tree.scenario(), plan: base.plans[0]).cost
        == Outcome(expected: base, plan: base.plans[0]).cost)
    #expect(try tree.scenario().inputs == base.inputs)
  }

  @Test(arguments: [
    ("volume*=2", "--override:1:1: error: unknown number 'volume'"),
    (
      "workloads.chat.volum*=2",
      "unknown number 'workloads.chat.volum'\nworkloads.chat.volum*=2\n^\n"
        + "did you mean 'workloads.chat.volume'?"
    ),
    ("workloads.*.volume*=lots", "--override:1:21: error: expected a factor like 1.2 or 120%"),
    ("workloads.*.volume=lots", "--override:1:20: error: expected a number like 300"),
    ("workloads.chat.volume*=-1", "--override:1:24: error: expected a factor"),
  ])
  func slipsAreToldWithTheirPlace(override: String, message: String) throws {
    let errors = try SmallCompany.folder().errors(overrides: [override])
    #expect(errors.contains(message), "\(errors)")
  }

  /// Variants, plans and runs come out in order, the same for any number of threads, and each is
  /// what it is alone.
  @Test func outcomesDoNotDependOnThreads() throws {
    let tree = try SmallCompany.folder().tree()
    let users = try input(tree, "users")
    let variants = try [2.0, 5, 3].map {
      try tree.scenario([InputSetting(input: users, change: .value($0))])
    }
    let one = try Outcomes.simulated(variants, runs: 1...3, threads: 1)
    let four = try Outcomes.simulated(variants, runs: 1...3, threads: 4)
    let bills = { (all: [[[Outcome]]]) in all.map { $0.map { $0.map(\.bill) } } }
    #expect(bills(one) == bills(four))
    #expect(one.map { $0.map { $0.map(\.users) } } == [[[2, 2, 2]], [[5, 5, 5]], [[3, 3, 3]]])
    let alone = try Simulation(variants[1]).result(of: variants[1].plans[0], run: 2)
    #expect(one[1][0][1].bill == alone.cost)
    let models = one[1][0][1].costByModel.values.reduce(0, +)
    #expect((models - alone.cost.dollars).magnitude < 1e-9)
  }
}
