import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// The documents' performance metrics (complete-guide.md 2574–2597) and their view of the last hours
/// (2769–2795).
@Suite struct MetricsTests {
  /// 300 equal questions, kept for good: one miss and 299 hits. 100 calls go to a model that takes 8 s,
  /// more than its timeout of 5 s, and are then answered by V3.
  private static let scenario = """
    plans: [1]
    seed: 7
    performance_hours: [1, 24]
    traffic: { arrivals: exact }
    models: { slow: { timeout: 5s } }
    chains: { standard: [deepseek-v3] }
    cache: { mode: keyed, classes: { questions: { ttl: 365d } } }
    workloads:
      question: { volume: 300, cache_class: questions, prompts: { pool: 1 }, input: 500, output: 200 }
      stuck:    { volume: 100, task: slow, prompts: none, input: 500, output: 200 }
    """

  /// A call costs $0.001482, by its 700 tokens $0.000002117143.
  @Test func performanceHasRatesAndUnitCosts() throws {
    let folder = try DocumentFolder(Self.scenario)
    try folder.run()
    let rows = try folder.table("performance")
    let v3 = try #require(rows.first { $0["model"] == "deepseek-v3" })
    let slow = try #require(rows.first { $0["model"] == "slow" })
    #expect(slow["timeouts"] == "100" && slow["timeout_rate"] == "1.000000")
    #expect(slow["success_rate"] == "0.000000" && slow["calls"] == "0")
    #expect(slow["cache_miss_rate"] == "" && slow["cost_per_token_usd"] == "")
    #expect(v3["timeouts"] == "0" && v3["timeout_rate"] == "0.000000")
    #expect(v3["calls"] == "101" && v3["success_rate"] == "1.000000")
    // 1 of 300, and 101 × 0.001482.
    #expect(v3["cache_miss_rate"] == "0.003333" && v3["cache_hit_rate"] == "0.996667")
    #expect(v3["cost_usd"] == "0.149682")
    #expect(v3["cost_per_request_usd"] == "0.001482")
    #expect(v3["cost_per_token_usd"] == "0.000002117143")
  }

  @Test func hoursAddUpToTheMonth() throws {
    let folder = try DocumentFolder(Self.scenario)
    try folder.run()
    let rows = try folder.table("performance_hours")
    let hourly = rows.filter { $0["hours"] == "1" }
    let all = hourly.filter { $0["model"] == "" }
    #expect(all.sum("calls") == 400 && all.sum("cache_hits") == 299)
    // 100 that time out, their answers by V3, and the one miss.
    #expect(all.sum("attempts") == 201 && all.sum("timeouts") == 100)
    #expect(all.sum("tokens") == 101 * 700)
    let slow = hourly.filter { $0["model"] == "slow" }
    #expect(slow.sum("timeouts") == 100 && Set(slow.column("timeout_rate")) == ["1.000000"])
    let v3 = hourly.filter { $0["model"] == "deepseek-v3" && $0["attempts"] != "0" }
    // The lowest value of the bucket of two seconds (docs/semantics.md, "Percentiles").
    #expect(Set(v3.column("latency_p95_ms")) == ["1999.872"])
    // As in performance.csv a request is a call that the model answered: no hit, and no failed attempt.
    #expect(Set(v3.column("cost_per_request_usd")) == ["0.001482"])
    #expect(Set(slow.column("cost_per_request_usd")) == [""])
    // Every hour lies in 24 of the views over 24 hours, but for those at the end of the month, whose
    // views would end after it.
    let daily = rows.filter { $0["hours"] == "24" && $0["model"] == "" }
    var expected: Int64 = 0
    for row in all {
      let (day, hour) = Self.dayAndHour(row["until"] ?? "")
      let left = 24 * (30 - day) + 25 - hour
      let calls = Int64(row["calls"] ?? "") ?? 0
      expected += min(24, left) * calls
    }
    #expect(daily.sum("calls") == expected)
  }

  /// Days from 0 and hours from 0 since the month began, of a moment after it.
  private static func dayAndHour(_ text: String) -> (day: Int64, hour: Int64) {
    let day = Int64(text.dropFirst(8).prefix(2)) ?? 0
    let isNext = text.dropFirst(5).prefix(2) == "12"
    return (isNext ? 30 + day : day, Int64(text.dropFirst(11).prefix(2)) ?? 0)
  }

  /// Three of five attempts took too long.
  @Test func anAlertLooksAtTimeouts() {
    let alert = RollingAlert(
      name: "timeouts", type: .error, severity: .high,
      metric: ScenarioBuilder.metric("timeout_share"), comparison: .above,
      threshold: 0.5, window: .minute, minSamples: 5, message: "")
    var watch = RollingWatch(alerts: [alert], start: ScenarioBuilder.at(0), cacheLatency: .zero)
    for place in 0..<5 {
      watch.addAttempt(
        isTimedOut: place < 3, at: ScenarioBuilder.at(Int64(place)).microseconds)
    }
    watch.check(upTo: ScenarioBuilder.at(120_000_000).microseconds)
    #expect(watch.alerts.map(\.value) == [0.6])
  }
}
