import CostModel
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Limits on whole flows and conversations, like the lines of a telephone system.
@Suite struct RunLimitTests {
  /// Flows of 3 s: a call of 1 s, a delay of 1 s, a call of 1 s.
  static func folder(
    quota: String, volume: Int = 10, users: Int = 10, workload: String? = nil,
    traffic: String = "{arrivals: exact}"
  ) throws -> ScenarioFolder {
    let flow = "stages: [{calls: {a: {}}}, {delay: 1s, calls: {b: {}}}]"
    return try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-01-01, days: 30}
      plans: [\(users)]
      catalog:
        models:
          m: {provider: p, latency: 1s, calls: $1 per 1K calls, input: $0 per 1M tokens, output: $0 per 1M tokens}
      policy: {rules: [{name: all, model: m}]}
      traffic: \(traffic)
      workloads:
        phone: {volume: \(volume), \(workload ?? flow)\(quota.isEmpty ? "" : ", quota: \(quota)")}

      """
    ])
  }

  /// The engine on flows that arrive at these seconds.
  private static func run(_ quota: String, at seconds: [Double], workload: String? = nil) throws
    -> (result: PlanResult, starts: [Double])
  {
    let scenario = try folder(quota: quota, users: seconds.count, workload: workload).read()
    let compiled = CompiledScenario(scenario)
    let translation = ReferenceTranslation(compiled, users: seconds.count)
    let start = scenario.period.start.microseconds
    let calls = seconds.enumerated().map { user, at in
      translation.call(at: start + Int64(at * 1e6), workload: 0, user: user, index: 0)
    }
    let run = try LoggedRun(
      compiled, plan: scenario.plans[0], source: ListSource(batches: [calls]))
    return (run.result, run.records.map { Double($0.call.time - start) / 1e6 })
  }

  /// Arrivals at 0, 1, 2 and 3 s. With one place the second starts at 3 s, as the first ends, and the
  /// others at 6 and 9 s; calls are made at the starts and 2 s later.
  @Test func placesAreTakenInTurn() throws {
    let free = try Self.run("", at: [0, 1, 2, 3])
    #expect(free.starts == [0, 1, 2, 2, 3, 3, 4, 5])
    let one = try Self.run("{concurrent: 1}", at: [0, 1, 2, 3])
    #expect(one.starts == [0, 2, 3, 5, 6, 8, 9, 11])
    let flow = one.result.flows[0]
    #expect(flow.started == 4 && flow.completed == 4 && flow.refused == 0)
    #expect(flow.mostAtOnce == 1 && flow.fullTime == 12_000_000)
    // Waits of 0, 2, 4 and 6 s; from arrival to end 3, 5, 7 and 9 s.
    #expect(flow.waits.total == 4 && flow.latency.total == 4)
    #expect((Double(flow.waits.percentile(100) ?? 0) / 6e6 - 1).magnitude < 0.001)
    #expect((Double(flow.latency.percentile(100) ?? 0) / 9e6 - 1).magnitude < 0.001)
    let two = try Self.run("{concurrent: 2}", at: [0, 1, 2, 3])
    // The third starts at 3 s, where the first ends, before the fourth, which waits until 4 s.
    #expect(two.starts == [0, 1, 2, 3, 3, 4, 5, 6])
    #expect(two.result.flows[0].mostAtOnce == 2)
  }

  /// What finds no place, or none in time, is refused: no calls, nothing billed.
  @Test func someAreRefused() throws {
    let reject = try Self.run("{concurrent: 1, overflow: reject}", at: [0, 1, 2, 3])
    // The fourth arrives as the first ends.
    #expect(reject.starts == [0, 2, 3, 5])
    #expect(reject.result.flows[0].refused == 2 && reject.result.flows[0].started == 2)
    #expect(reject.result.flows[0].failed == 0)
    #expect(reject.result.cost == MoneySum(picodollars: 4_000_000_000))
    // The second waits 2 s, which is in time; the third would wait 4 s; the fourth 3 s.
    let some = try Self.run("{concurrent: 1, max_wait: 2s}", at: [0, 1, 2, 3])
    #expect(some.starts == [0, 2, 3, 5])
    #expect(some.result.flows[0].refused == 2)
    let more = try Self.run("{concurrent: 1, max_wait: 3s}", at: [0, 1, 2, 3])
    #expect(more.starts == [0, 2, 3, 5, 6, 8])
    #expect(more.result.flows[0].refused == 1)
  }

  /// A conversation holds its place while its user thinks: two turns of 1 s with 10 s between them are 12 s.
  @Test func conversationsHoldTheirPlace() throws {
    let talk = "conversation: {turns: 2, user: 5, answer: 5, think: 10s}"
    let run = try Self.run("{concurrent: 1}", at: [0, 1], workload: talk)
    #expect(run.starts == [0, 11, 12, 23])
    let flow = run.result.flows[0]
    #expect(flow.fullTime == 24_000_000 && flow.mostAtOnce == 1)
    let reject = try Self.run("{concurrent: 1, overflow: reject}", at: [0, 1], workload: talk)
    #expect(reject.starts == [0, 11] && reject.result.flows[0].refused == 1)
  }

  /// Booking conversations' calls ahead, where nobody looks, changes nothing.
  @Test func listsChangeNothing() throws {
    let scenario = try Self.folder(
      quota: "{concurrent: 2, max_wait: 1min}", volume: 200,
      workload: "conversation: {turns: {continue: 70%}, user: 5, answer: 5, think: 5min}",
      traffic: "{arrivals: poisson}"
    ).read()
    let plain = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let listed = try Simulation(scenario).result(
      of: scenario.plans[0], run: 1, log: CallLog { _, _ in })
    #expect(plain.flows[0].refused > 0)
    #expect("\(plain.flows)" == "\(listed.flows)")
    #expect(plain.cost == listed.cost && plain.calls == listed.calls)
  }

  /// Poisson arrivals of 40 erlangs on 40 lines, the rest refused: by Erlang 11.6 %. Of about 51,840 runs
  /// within 6 deviations of a binomial share, doubled since refusals come in clusters.
  @Test func refusalsFollowErlang() throws {
    // 51,840 runs of 2,000 s in 30 days.
    let scenario = try Self.folder(
      quota: "{concurrent: 40, overflow: reject}", volume: 5_184,
      workload: "stages: [{calls: {a: {}}}, {delay: 1998s, calls: {b: {}}}]",
      traffic: "{arrivals: poisson}"
    ).read()
    let flow = try Simulation(scenario).result(of: scenario.plans[0], run: 1).flows[0]
    let share = Double(flow.refused) / Double(flow.refused + flow.started)
    let expected = Erlang.blocked(load: 40, places: 40)
    #expect(
      (share - expected).magnitude < 6 * 2 * (expected * (1 - expected) / 51_840).squareRoot())
    let told = PlanExpectation(scenario: scenario, plan: scenario.plans[0]).approximations
    let quota = try #require(told.first { $0.part == "phone quota" })
    #expect(quota.isLeftOut && quota.reason.contains("11.6 %"), "\(quota)")
  }

  /// Seldom a place short, and then a wait: the formula says what it does not know, and leaves out nothing.
  @Test func formulasSayThatTheyLetAllRun() throws {
    let scenario = try Self.folder(quota: "{concurrent: 5}").read()
    let told = PlanExpectation(scenario: scenario, plan: scenario.plans[0]).approximations
    #expect(told.contains { $0.part == "phone quota" && !$0.isLeftOut })
    // 100 runs of 3 s in 30 days.
    let runs = RunLoads(ExpectedCost(scenario: scenario, plan: scenario.plans[0]))
    let load = try #require(runs.load(of: 0))
    #expect((load.mean / (100 * 3.0 / (30 * 86_400)) - 1).magnitude < 1e-6)
  }

  @Test func reportsTellIt() throws {
    let folder = try Self.folder(
      quota: "{concurrent: 1, overflow: reject}", volume: 3_000,
      workload: "stages: [{calls: {a: {}}}, {delay: 2min, calls: {b: {}}}]",
      traffic: "{arrivals: poisson}")
    let outcome = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out")])
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("refused for want of a free place"), "\(outcome.output)")
    let page = try String(decoding: bytes(folder.path("out/s/report.md")), as: UTF8.self)
    #expect(page.contains("time full"))
    let stress = try Program.run([
      "stress", folder.path("s.yaml"), "--out", folder.path("out"),
    ])
    try #require(stress.code == 0, "\(stress.errors)")
    let told = try String(decoding: bytes(folder.path("out/s/stress.md")), as: UTF8.self)
    #expect(told.contains("refused runs"))
  }

  @Test(
    arguments: [
      ("{concurrent: 0}", nil, "1"), ("{overflow: reject}", nil, "'concurrent' is missing"),
      (
        "{concurrent: 1, overflow: reject, max_wait: 1s}", nil,
        "'overflow: reject' and 'max_wait' exclude each other"
      ),
      ("{concurrent: 1, window: 1s}", nil, "unknown key 'window'"),
      ("{concurrent: 1}", "input: 5", "'quota' needs 'stages', 'rounds' or a 'conversation'"),
    ] as [(String, String?, String)])
  func whatCannotBeIsAnError(quota: String, workload: String?, message: String) throws {
    let errors = try Self.folder(quota: quota, workload: workload).errors()
    #expect(errors.contains(message) && errors.contains("s.yaml:"), "\(errors)")
  }
}
