import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Latency that follows the length of the audio, each case by hand.
@Suite struct SpokenLatencyTests {
  /// 10 users with 100 calls each.
  private static func folder(
    latency: String = "{base: 300ms, per_audio_second: 200ms}",
    price: String = "audio: $0.36 per hour",
    audio: String = "10s", models: String = "{}", more: String = ""
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-01-01, days: 30}
      plans: [10]
      catalog:
        models:
          m: {provider: p, latency: \(latency), input: $1 per 1M tokens, \(price)}
      models: \(models)
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: exact}
      \(more)
      workloads:
        w: {volume: 100, input: 10, audio: \(audio)}

      """
    ])
  }

  private static func latencies(_ folder: ScenarioFolder) throws -> Set<String?> {
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--calls",
      folder.path("out/calls.csv"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let rows = try CSVReader.rows(bytes(folder.path("out/calls.csv")))
    return Set(
      rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0))["latency_us"] })
  }

  /// 0.3 s, and 0.2 s for each of 10 s; what the price bills of the audio is another matter.
  @Test(arguments: [
    ("audio: $0.36 per hour", "10s", "{}", "2300000"),
    ("audio: $0.36 per hour, minimum_audio: 1min, audio_step: 1min", "10s", "{}", "2300000"),
    ("audio: $0.36 per hour", "0s", "{}", "300000"),
    ("audio: $0.36 per hour", "2500ms", "{}", "800000"),
    // The scenario's own statement stands in place of all of the catalog's.
    ("audio: $0.36 per hour", "10s", "{m: {latency: 1s}}", "1000000"),
    ("audio: $0.36 per hour", "10s", "{m: {latency: {per_audio_second: 1s}}}", "10000000"),
    (
      "audio: $0.36 per hour", "10s", "{default: {latency: {base: 1s, per_audio_second: 1ms}}}",
      "1010000"
    ),
    (
      "audio: $0.36 per hour", "10s", "{m: {latency: {histogram: {2s: 1}, per_audio_second: 1ms}}}",
      "2010000"
    ),
    // 3 microseconds and a half are 4.
    ("audio: $0.36 per hour", "3500ms", "{m: {latency: {per_audio_second: 1us}}}", "4"),
  ])
  func eachSecondAdds(price: String, audio: String, models: String, latency: String) throws {
    let folder = try Self.folder(price: price, audio: audio, models: models)
    #expect(try Self.latencies(folder) == [latency])
  }

  /// From 5 to 15 s of audio: 1.3 to 3.3 s, of which half is later than 2.3 s; simulated within 5 deviations
  /// of 0.0158 (a false alarm in 1.7 million; the seed is fixed).
  @Test func timeoutsLookAtTheWhole() throws {
    let scenario = try Self.folder(
      audio: "{histogram: {5s..15s: 1}}", models: "{m: {timeout: 2300ms}}"
    ).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect((Double(result.failedCalls) / 1_000 - 0.5).magnitude < 0.079)
    let cost = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    #expect((cost.calls[0].chain[0].failure - 0.5).magnitude < 1e-6)
  }

  /// Both drawn: 0 to 1 s, and 5 to 15 s of audio at 0.2 s each: 2.5 s in the mean, and later than 2.5 s by half.
  @Test func bothMayBeDrawn() throws {
    let scenario = try Self.folder(
      audio: "{histogram: {5s..15s: 1}}",
      models: "{m: {latency: {base: 0s..1s, per_audio_second: 200ms}, timeout: 2500ms}}"
    ).read()
    let law = scenario.behaviours[0].latency(of: scenario.variants[0])
    #expect((law.mean / 2.5e6 - 1).magnitude < 1e-6)
    #expect((law.exceedance(2.5e6) - 0.5).magnitude < 1e-3)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect((Double(result.failedCalls) / 1_000 - 0.5).magnitude < 0.079)
  }

  /// 1,000 calls in 30 days, each of 2.3 s in place of 0.3 s.
  @Test func jobsInFlightAreLonger() throws {
    let scenario = try Self.folder(more: "quotas: {m: {concurrent: 5}}").read()
    let load = try #require(
      PlanExpectation(scenario: scenario, plan: scenario.plans[0]).quotaLoads.first)
    #expect((load.offeredMean / (1_000 * 2.3 / (30 * 86_400)) - 1).magnitude < 1e-6)
  }

  /// A log's own latency is what it is; a request without one takes the model's.
  @Test func replaysAddItWhereNoneIsLogged() throws {
    let folder = try Self.folder()
    try folder.write(
      "log.csv",
      """
      timestamp,model,input_tokens,audio_seconds,latency_ms
      2026-01-03T10:00:00Z,m,10,10,
      2026-01-03T11:00:00Z,m,10,10,500
      2026-01-03T12:00:00Z,m,10,,

      """)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
      "--out", folder.path("out"), "--calls", folder.path("out/calls.csv"),
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let rows = try CSVReader.rows(bytes(folder.path("out/calls.csv")))
    let place = try #require(rows[0].firstIndex(of: "latency_us"))
    #expect(rows.dropFirst().map { $0[place] } == ["2300000", "500000", "300000"])
  }

  @Test func explanationsSayIt() throws {
    let folder = try Self.folder()
    let outcome = try Program.run(["explain", folder.path("s.yaml"), "--call", "1"])
    #expect(outcome.output.contains("2 s of it for 10 s of audio"), "\(outcome.output)")
  }

  @Test(arguments: [
    ("{base: 300ms, per_audio_second: -1ms}", "audio: $1 per hour", "{}", "-1ms"),
    ("{base: 300ms, per_audio_second: 2h}", "audio: $1 per hour", "{}", "expected at most 1h"),
    (
      "{base: 300ms, per_audio_second: 1ms}", "output: $1 per 1M tokens", "{}",
      "'m' has no price for audio"
    ),
    ("{base: 300ms}", "audio: $1 per hour", "{}", "'per_audio_second' is missing"),
    (
      "1s", "output: $1 per 1M tokens", "{m: {latency: {per_audio_second: 1ms}}}",
      "'m' has no price for audio"
    ),
    (
      "1s", "audio: $1 per hour",
      "{m: {latency: {base: 1s, mean: 2s, cv: 1, per_audio_second: 1ms}}}",
      "'mean' and 'base' exclude each other"
    ),
    ("1s", "audio: $1 per hour", "{m: {latency: {per_audio_seconds: 1ms}}}", "per_audio_second"),
  ])
  func whatCannotBeIsAnError(
    latency: String, price: String, models: String, message: String
  ) throws {
    let audio = price.contains("audio") ? "10s" : "0s"
    let errors = try Self.folder(latency: latency, price: price, audio: audio, models: models)
      .errors()
    #expect(errors.contains(message) && errors.contains("s.yaml:"), "\(errors)")
  }

  /// A catalog that is written out keeps it.
  @Test func catalogsKeepIt() throws {
    let folder = try ScenarioFolder([
      "c.yaml": """
      models:
        m: {provider: p, latency: {base: 300ms..500ms, per_audio_second: 200ms}, audio: $1 per hour}

      """
    ])
    let catalog = try CatalogReader.read(path: folder.path("c.yaml"))
    let text = CatalogText.text(catalog)
    #expect(text.contains("latency: {base: 300ms..500ms, per_audio_second: 200ms}"), "\(text)")
    try folder.write("again.yaml", text)
    let again = try CatalogReader.read(path: folder.path("again.yaml"))
    #expect(again.models[0].latencyPerAudioSecond == SimDuration(microseconds: 200_000))
    #expect(again.models[0].latency == catalog.models[0].latency)
  }
}
