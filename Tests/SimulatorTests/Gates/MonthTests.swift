import CostModel
import Foundation
import Testing

@testable import Simulator

/// Thresholds judged by independent months, where breakers and queues correlate calls.
@Suite struct MonthTests {
  /// Few, clustered failures: a breaker opens for hours, and a small quota queues what is left.
  static func scenario(_ threshold: String = "") throws -> ScenarioFolder {
    let extra = """
      models: { default: { failure_rate: 6% } }
      breaker: { failures: 2, window: 2h, open: 12h }
      quotas: { small: { requests_per_minute: 1, burst: 1, max_wait: 10min } }
      \(threshold)
      """
    return try GateFolder(arrivals: "poisson", extra: extra).files
  }

  @Test func explore() throws {
    let scenario = try Self.scenario().read(overrides: ["plans=[10]"])
    let plan = scenario.plans[0]
    let rates = try Simulation(scenario).reduced(
      to: { ($0.failedCalls, $0.calls, $0.latency.percentile(99) ?? 0, $0.performance.map(\.breakerTrips)) }, of: plan, runs: 1...400, threads: 2)
    let shares = rates.map { Double($0.0) / Double($0.1) }.sorted()
    let mean = shares.reduce(0, +) / 400
    let sd = (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
    let binomial = (mean * (1 - mean) / Double(rates[0].1)).squareRoot()
    print("MEAN", mean, "median", shares[200], "sd", sd, "binomial", binomial, "over 5", shares.count { $0 - 5 * binomial > mean }, rates[0])
    let lat = rates.map { Double($0.2) / 1000 }.sorted()
    print("LAT", lat[200], lat[0], lat[20], lat[100], lat[300], lat[380], lat[399], "mean", lat.reduce(0,+)/400)
  }
}
