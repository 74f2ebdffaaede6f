import Foundation
import Testing

@testable import Analysis
@testable import CostModel
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Conversations fitted to sessions.
@Suite struct ConversationCalibrationTests {
  private static let catalog = """
    models:
      claude:
        provider: test
        context_window: 200000
        input: $3 per 1M tokens
        cache_read: $0.3 per 1M tokens
        cache_write: $3.75 per 1M tokens
        cache_write_long: $6 per 1M tokens
        output: $15 per 1M tokens
    """

  private static let known = """
    period: {start: 2026-06-01, days: 5}
    seed: 20261130
    plans: [60]
    catalog: catalog.yaml
    breaker: none
    policy: {rules: [{name: all, model: claude}]}
    models:
      claude: {latency: 5s, prompt_cache: {ttl: 5min, long_ttl: 1h, hit_chance: 95%}}
    workloads:
      coding:
        volume: 40
        conversation:
          prefix: 5000
          turns: {continue: 70%}
          user: {mean: 120, cv: 1}
          answer: {mean: 300, cv: 0.8}
          reasoning: {mean: 200, cv: 1}
          keep_reasoning: turn
          think: {mean: 4min, cv: 2}
          tools: {steps: {continue: 60%}, call: 90, result: {mean: 700, cv: 1.5}, time: {mean: 20s, cv: 2}}
          lifetime: {prefix: long, rest: short}
          full: {at: 16000, do: compact, to: 1500, instruction: 200}
    """

  private static func cell(_ name: String, _ path: String) throws -> Double {
    let rows = try CSVReader.rows(bytes(path))
    let place = try #require(rows.first?.firstIndex(of: name))
    return try #require(Double(rows[1][place]))
  }

  /// A scenario, its calls, and the scenario fitted to them. The seed is fixed. Each of the eleven bounds is
  /// 5.5 standard errors of the known law for the numbers seen (false alarm 4e-8 each, 4.2e-7 in all).
  @Test func whatIsKnownComesBack() throws {
    let folder = try ScenarioFolder(["catalog.yaml": Self.catalog, "known.yaml": Self.known])
    let run = try Program.run(
      ["run", "known.yaml", "--out", "r", "--calls", "calls.csv", "-q"], in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    let outcome = try Program.run(
      ["calibrate", "calls.csv", "-o", "fitted.yaml", "--catalog", "catalog.yaml"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Read from the provider's cache in conversations of 'coding'"))
    let fitted = try folder.read("fitted.yaml")
    let level = try #require(fitted.workloads.first?.conversation?.levels.first)
    let text = try String(contentsOfFile: folder.path("fitted.yaml"), encoding: .utf8)
    func check(_ law: Distribution, _ mean: Double, cv: Double, _ count: Double, _ name: String) {
      let error = 5.5 * mean * cv / count.squareRoot()
      #expect(abs(law.mean - mean) < error, "\(name): \(law.mean), \(mean) ± \(error)")
    }
    // 60 · 40 conversations in five days; the last ones end in the sixth, which the log so begins.
    let part = 5 / Double(fitted.period.days.count)
    let conversations = fitted.workloads[0].volume * Double(fitted.plans[0].users) * part
    #expect(abs(conversations - 2_400) < 5.5 * 2_400.0.squareRoot())
    guard case .drawn(let turns) = level.turns, let tools = level.tools,
      case .drawn(let steps) = tools.steps
    else {
      Issue.record("no histograms of turns and steps: \(text)")
      return
    }
    // Geometric: mean 1/0.3, variance 0.7/0.09; from 0 on 0.6/0.4, variance 0.6/0.16.
    check(turns, 1 / 0.3, cv: 0.7.squareRoot(), conversations, "turns")
    let all = conversations / 0.3
    check(steps, 1.5, cv: (1 / 0.6).squareRoot(), all, "steps")
    check(level.user, 120, cv: 1, all, "user")
    check(level.answer, 300, cv: 0.8, all, "answer")
    check(level.reasoning, 200, cv: 1, 2.5 * all, "reasoning")
    check(tools.result, 700, cv: 1.5, 1.5 * all, "result")
    #expect(tools.call.mean == 90)
    // Of the pauses only whether they are longer than a life matters.
    let minutes = { (law: Distribution) in law.exceedance(300e6) }
    let long = minutes(.lognormal(mean: 240e6, cv: 2, cap: nil))
    let thought = all - conversations
    #expect(
      abs(minutes(level.think) - long) < 5.5 * (long * (1 - long) / thought).squareRoot(),
      "\(minutes(level.think)), \(long)")
    // 0.28 % of the tools take longer than that, of 1.5 a turn.
    let slow = minutes(.lognormal(mean: 20e6, cv: 2, cap: nil))
    #expect(
      abs(minutes(tools.time) - slow) < 5.5 * (slow * (1 - slow) / (1.5 * all)).squareRoot(),
      "\(minutes(tools.time)), \(slow)")
    #expect(level.prefixTokens == .fixed(5_000) && level.rules.keptReasoning == .turn)
    #expect(level.rules.marks.prefixIsLong && !level.rules.marks.restIsLong)
    let cache = try #require(fitted.behaviours[0].promptCache)
    #expect(cache.ttl.seconds == 300 && cache.longTTL == .hour)
    // Gaps below 2.5 minutes, more than 7,000 of them: 0.95 ± 5.5 · 0.0026.
    #expect(abs(cache.hitChance - 0.95) < 0.015)
    // The prompt before a compaction lies below the threshold by what was to come: by less than 1,500 tokens
    // in more than half of the cases, so that fewer than 5 % of hundreds never are.
    let full = try #require(level.rules.full)
    guard case .tokens(let at) = full.limit else {
      Issue.record("no tokens")
      return
    }
    #expect((14_500...16_000).contains(at), "\(at)")
    #expect(level.summary.mean == 1_500)
    #expect(full.action == .compact(instruction: 200, keep: 0))

    // The bill: N conversations of cost cv c, known to √((1 + c²)/N); c² is below 4.
    let again = try Program.run(["run", "fitted.yaml", "--out", "f", "-q"], in: folder.url)
    try #require(again.code == 0, "\(again.errors)")
    let expected = try Self.cell("expected_cost_usd", folder.path("r/known/plans.csv"))
    let found = try Self.cell("expected_cost_usd", folder.path("f/fitted/plans.csv"))
    let billed = try Self.cell("cost_usd", folder.path("r/known/plans.csv"))
    let error = 5.5 * (5 / 2_400.0).squareRoot()
    #expect(abs(found * part / expected - 1) < error, "\(found), known \(expected)")
    // Of the same log there is no sampling error left but what independence makes of it.
    #expect(abs(found * part / billed - 1) < 0.1, "\(found), billed \(billed)")
  }

  /// Six sessions of three calls a minute apart, 2 s each: prompts of 1,100, 1,250 and 1,400 tokens, that is
  /// 1,000 of prefix, 100 a message and 50 an answer. Sessions begin every 4 minutes, and all but the
  /// first read the prefix, then what was sent before: (6 · 2,350 + 5 · 1,000)/(6 · 3,750) = 19,100/22,500.
  private static let chat = rows([(1_100, 1_000), (1_250, 1_100), (1_400, 1_250)])

  /// - Parameter calls: of each session, input tokens and those of them that were read.
  private static func rows(_ calls: [(Int, Int)]) -> [String] {
    (0..<6).flatMap { session in rows(of: session, calls) }
  }

  private static func rows(of session: Int, _ calls: [(Int, Int)]) -> [String] {
    calls.enumerated().map { call, tokens in
      let minute = session * 4 + call
      let read = session == 0 && call == 0 ? 0 : tokens.1
      return
        "2026-06-01T10:\(minute < 10 ? "0" : "")\(minute):00Z,u\(session % 2),s\(session),small,"
        + "\(tokens.0),\(read),50,2000\n"
    }
  }
  private static let header =
    "timestamp,user,session,model,input_tokens,cached_input_tokens,output_tokens,latency_ms\n"

  private func fit(_ log: String) throws -> (fit: Calibration, text: String, scenario: Scenario) {
    let folder = try ScenarioFolder(["catalog.yaml": CalibratedLog.catalog, "log.csv": log])
    let (fit, text) = try CalibratedLog.calibrate(folder, log: "log.csv")
    try folder.write("s.yaml", text)
    return (fit, text, try folder.read())
  }

  @Test func aSmallChatIsTakenApart() throws {
    let (fit, text, scenario) = try fit(Self.header + Self.chat.joined())
    let talk = try #require(fit.workloads.first?.conversation)
    #expect(talk.conversations == 6 && talk.calls == 18 && talk.prefix == 1_000)
    #expect(talk.turns?.mean == 3 && talk.user?.mean == 100 && talk.answer?.mean == 50)
    #expect(talk.think?.mean == 58e6 && talk.steps == nil && talk.full == nil)
    #expect(talk.readShare == 19_100.0 / 22_500 && talk.readShareByRule == 19_100.0 / 22_500)
    #expect(!talk.tellsTurns && text.contains("every call is an answer to a message"))
    #expect(text.contains("Of the input 84.89% was read from the provider's cache; marks"))
    let level = try #require(scenario.workloads[0].conversation?.levels.first)
    #expect(level.think == .fixed(58e6) && level.turns == .drawn(.fixed(3)))
    // Of 6 gaps behind a second call all read on: 1 − z²/(6 + z²), and the triangle's end.
    let chance = try #require(scenario.ranges.first { $0.name.hasSuffix("hit_chance") })
    guard case .triangular(let low, 1, 1)? = chance.law else {
      Issue.record("\(String(describing: chance.law))")
      return
    }
    #expect(abs(low - (1 - 2.70554 / 8.70554 / 0.683772)) < 1e-4)
  }

  /// The same rows told apart by `call_kind`: of each session's calls the first two are tool calls.
  @Test func toolCallsAreNoTurns() throws {
    let rows = Self.chat.enumerated().map { place, row in
      String(row.dropLast()) + "," + ["tool", "tool", "answer"][place % 3] + "\n"
    }
    let (fit, _, scenario) = try fit(
      String(Self.header.dropLast()) + ",call_kind\n" + rows.joined())
    let talk = try #require(fit.workloads.first?.conversation)
    #expect(talk.turns?.mean == 1 && talk.steps?.mean == 2 && talk.result?.mean == 100)
    #expect(talk.call?.mean == 50 && talk.user?.count == 6 && talk.think == nil && talk.tellsTurns)
    #expect(scenario.workloads[0].conversation?.levels[0].tools?.time == .fixed(58e6))
  }

  /// Requests that only share a session's name send nothing again.
  @Test func sessionsWithoutAContextAreSingleCalls() throws {
    let rows = Self.rows([(1_100, 0), (700, 0), (300, 0)])
    let (fit, text, _) = try fit(Self.header + rows.joined())
    #expect(fit.workloads[0].conversation == nil)
    #expect(text.contains("(Sessions have 3 requests each on average; no flows are made of them.)"))
  }
}
