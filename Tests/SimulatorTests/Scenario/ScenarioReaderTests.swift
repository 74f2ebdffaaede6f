import CostModel
import Testing

@testable import Simulator

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
    #expect(scenario.behaviours[0].breaker == TargetReader.standardBreaker)
    #expect(scenario.inputs.count == 3)
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
