import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import costsim

/// Figures of scenarios in claims: the closed form's and the simulation's own.
@Suite struct PlanFiguresTests {
  private static let files = Dictionary(
    uniqueKeysWithValues: ((try? StarterTemplate.calls.files(named: "starter")) ?? []).map {
      ($0.name, String(decoding: $0.text, as: UTF8.self))
    })

  /// One claim a way, of which anything is published.
  private func figure(_ way: String, unit: String) throws -> Double {
    let claims = """
      scenarios: { plan: scenario.yaml }
      claims:
        a: { subject: a, published: 1, unit: "\(unit)", at: "d:1", \(way) }
      """
    let result = try ClaimsFolder(claims, Self.files).audit()
    return try #require(result["a"]?.recomputed?.low.double)
  }

  private func scenario() throws -> Scenario {
    try ScenarioFolder(Self.files).read("scenario.yaml")
  }

  @Test func closedFormsAreTheExpectation() throws {
    let scenario = try scenario()
    let plan = PlanSpec(name: "users-20", users: 20)
    let expectation = Expectation(scenario: scenario, plan: plan)
    let all = try figure("expected: { users: 20, figure: cost }", unit: "USD per month")
    #expect((all - expectation.cost).magnitude < 1e-9)
    for row in expectation.byModel {
      let way = "expected: { users: 20, figure: cost_per_call, model: \(row.model) }"
      #expect((try figure(way, unit: "USD per call") - row.cost / row.calls).magnitude < 1e-9)
    }
    // 400 chats and 10 reports a user.
    #expect(try figure("expected: { users: 20, figure: calls }", unit: "calls per month") == 8_200)
    let chats = "expected: { users: 20, figure: calls, use_case: chat }"
    #expect(try figure(chats, unit: "calls per month") == 8_000)
    // 70 % of the chats are looked up, 40 % of them are found.
    #expect(try figure("expected: { users: 20, figure: hit_rate }", unit: "%") == 40)
    let users = try figure("expected: { users: 20, figure: users_within_budget }", unit: "users")
    #expect((users / (20 * 1_000 / all) - 1).magnitude < 1e-9)
    let load = try #require(expectation.quotaLoads.map(\.saturatesAtUsersBusiestHour).min())
    let limit = try figure("expected: { users: 20, figure: users_within_quota }", unit: "users")
    #expect((limit / load - 1).magnitude < 1e-9)
  }

  @Test func simulationsAreTheEngines() throws {
    let scenario = try scenario()
    let plan = PlanSpec(name: "users-2", users: 2)
    let result = try Simulation(scenario).result(of: plan, run: 1)
    let ask = { (figure: String, unit: String) in
      try self.figure("simulated: { users: 2, \(figure) }", unit: unit)
    }
    #expect((try ask("figure: cost", "USD per month") - result.cost.dollars).magnitude < 1e-9)
    #expect(try ask("figure: calls", "calls per month") == Double(result.calls))
    let chats = result.costs.filter { $0.useCase == "chat" }.reduce(0) { $0 + $1.calls }
    #expect(try ask("figure: calls, use_case: chat", "calls per month") == Double(chats))
    let hits = Double(result.cacheHits) / Double(result.cacheHits + result.cacheMisses)
    #expect((try ask("figure: hit_rate", "1") - hits).magnitude < 1e-9)
    let p95 = try #require(result.latency.percentile(95))
    #expect(try ask("figure: latency_p95", "us") == Double(p95))
  }

  @Test(arguments: [
    ("expected: { users: 2, figure: latency_p95 }", "'latency_p95' needs 'simulated'"),
    ("simulated: { users: 2, figure: users_within_budget }", "needs 'expected'"),
    ("expected: { users: 2, figure: attainable_hit_rate }", "needs a 'cache_class'"),
    ("expected: { users: 2, figure: cost, model: large, use_case: chat }", "not both"),
    ("simulated: { users: 2, figure: hit_rate, model: large }", "is not simulated by 'model'"),
    ("expected: { users: 2, figure: cost, use_case: chatt }", "unknown use case 'chatt'"),
    ("expected: { users: 2, figure: hit_rate, use_case: report }", "nothing to divide by"),
    ("expected: { users: 0, figure: cost }", "out of range"),
    ("expected: { users: 2, figure: cots }", "did you mean 'cost'?"),
  ])
  func otherFiguresAreErrors(way: String, message: String) throws {
    let claims = """
      scenarios: { plan: scenario.yaml }
      claims:
        a: { subject: a, published: 1, unit: USD per month, at: "d:1", \(way) }
      """
    let errors = try ClaimsFolder(claims, Self.files).errors
    #expect(errors.hasPrefix("claims.yaml:3:") && errors.contains(message), "\(errors)")
  }
}
