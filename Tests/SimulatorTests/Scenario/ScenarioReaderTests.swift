import CostModel
import Testing

@testable import Scenarios

private let catalog = """
  models:
    big:
      provider: acme
      aliases: [large]
      latency: 500ms..1000ms
      input: $2.50 per 1M tokens
      output: $10 per 1M tokens
    small:
      provider: acme
      latency: 200ms
      input: $0.15 per 1M tokens
      output: $0.60 per 1M tokens
    free:
      provider: acme
  """

private let policy = """
  rules:
    - {name: hard, when: {complexity: high}, model: big}
    - {name: otherwise, model: small}
  """

private let minimal = """
  period: 2025-11
  plans: [50, {name: crowd, users: 1K}]
  catalog: catalog.yaml
  policy: policy.yaml
  workloads:
    chat:
      volume: 100
      input: {mean: 500, cv: 1.2, cap: 4000}
      output: 100..300
  """

private func folder(_ scenario: String = minimal) throws -> ScenarioFolder {
  try ScenarioFolder(["s.yaml": scenario, "catalog.yaml": catalog, "policy.yaml": policy])
}

@Suite struct ScenarioReaderTests {
  @Test func aShortScenarioHasDocumentedDefaults() throws {
    let scenario = try folder().read()
    #expect(scenario.name == "s")
    #expect(scenario.seed == 1)
    #expect(
      scenario.plans == [
        PlanSpec(name: "users-50", users: 50), PlanSpec(name: "crowd", users: 1000),
      ])
    #expect(scenario.period.months.count == 1)
    #expect(scenario.period.days.count == 30)
    #expect(scenario.period.start.description == "2025-11-01T00:00:00Z")
    let call = try #require(scenario.workloads.first?.stages.first?.calls.first?.mix.first)
    #expect(call.input == .lognormal(mean: 500, cv: 1.2, cap: 4000))
    #expect(call.output == .uniform(low: 100, high: 300))
    #expect(call.share == 1)
    #expect(scenario.behaviours[0].latency == .uniform(low: 500_000, high: 1_000_000))
    #expect(scenario.behaviours[0].breaker == nil)
    #expect(scenario.inputs.count == 3)
  }

  /// A breaker is there where it is stated; what is stated in part has the documented rest.
  @Test(
    arguments: [
      ("", nil), ("breaker: none", nil), ("breaker: null", nil),
      ("breaker: {}", (.failures(3, consecutive: false), 300, 60, 0)),
      ("breaker: {failures: 5}", (.failures(5, consecutive: false), 300, 60, 0)),
      ("breaker: {open: 30s, probes: 1}", (.failures(3, consecutive: false), 300, 30, 1)),
      (
        "breaker: {failure_rate: 7%}",
        (.rate(billionths: 70_000_000, minimumCalls: 100), 300, 60, 0)
      ),
      (
        "breaker: {failure_rate: 50%, min_calls: 20, window: 1min, open: 30s, probes: 1}",
        (.rate(billionths: 500_000_000, minimumCalls: 20), 60, 30, 1)
      ),
    ] as [(String, (BreakerSettings.Rule, Int64, Int64, Int)?)])
  func aBreakerIsThereWhereItIsStated(
    _ text: String,
    _ expected: (rule: BreakerSettings.Rule, window: Int64, open: Int64, probes: Int)?
  ) throws {
    let breaker = try folder(minimal + "\n" + text).read().behaviours[0].breaker
    #expect(
      breaker
        == expected.map {
          BreakerSettings(
            rule: $0.rule, window: SimDuration(microseconds: $0.window * 1_000_000),
            open: SimDuration(microseconds: $0.open * 1_000_000), probes: $0.probes)
        })
  }

  @Test(arguments: [
    ("{failures: 3, failure_rate: 50%}", "'failures' and 'failure_rate' exclude each other"),
    ("{mode: windowed, failure_rate: 50%}", "'mode' and 'failure_rate' exclude each other"),
    ("{min_calls: 20}", "'min_calls' needs 'failure_rate'"),
    ("{failure_rate: 0%}", "must be more than 0%"), ("{failure_rate: 101%}", "101%"),
    ("{failure_rate: 5%, min_calls: 0}", "expected 1 to 1,000,000"),
    ("{failure_rate: 5%, window: 25h}", "at most 24h long"),
  ])
  func aBreakerThatContradictsItselfIsRefused(_ breaker: String, _ message: String) throws {
    let errors = try folder(minimal + "\nbreaker: " + breaker).errors()
    #expect(errors.contains(message), "\(errors)")
  }

  @Test func aRateNeedsNoLifetimeForAnHour() throws {
    let text = minimal + "\ncache: {mode: rate, default: {hit_rate: 40%}}"
    let kept = try folder(text).read().cache.defaultClass
    #expect(kept?.ttl == .hour && kept?.hitRate == 0.4)
  }

  /// Of an odd number of picodollars, half to even and once.
  @Test func aLineIsAnExactShareOfTheBudget() throws {
    let text = minimal + "\nbudget: {amount: $0.000000000003, thresholds: [50%, 75%, 83.33%]}"
    let lines = try #require(try folder(text).read().budget).thresholds
    #expect(lines.map(\.amount.picodollars) == [2, 2, 2])
  }

  /// East of Greenwich it is later: nine o'clock there is earlier than here.
  @Test(arguments: [
    ("2025-11-10T09:00", "2025-11-10T08:00:00Z"), ("2025-11-10T09:00Z", "2025-11-10T09:00:00Z"),
    ("2025-11-10T09:00+02:00", "2025-11-10T07:00:00Z"),
    ("2025-11-10T09:00-03:30", "2025-11-10T12:30:00Z"),
  ])
  func momentsMayNameTheirOffset(text: String, moment: String) throws {
    let flush = "\ncache: {mode: keyed, default: {ttl: 1h}, flush: [\"\(text)\"]}"
    let here = minimal.replacing(
      "period: 2025-11\n", with: "period: {month: 2025-11, time_zone: Europe/Paris}\n")
    #expect(try folder(here + flush).read().cache.flushes.map(\.description) == [moment])
  }
}
