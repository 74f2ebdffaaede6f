import CostModel
import ReferenceEngine
import Testing

@testable import Scenarios
@testable import Simulator

/// The engine's conversations against the slow reference, call by call.
@Suite struct EngineAgainstConversationReferenceTests {
  private static let scenarios: ClosedRange<UInt64> = 1...400

  @Test func randomScenariosAgreeCallByCall() throws {
    var kinds: [String: Int] = [:]
    for seed in Self.scenarios {
      var random = RandomConversationScenario(seed: seed)
      let text = random.text()
      let folder = try ScenarioFolder(["s.yaml": text])
      let scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
      let found = try EngineRows(scenario)
      var script = try #require(ScriptedScenario(scenario))
      let expected = EngineRows.ofCalls(
        ReferenceConversations.rows(of: script.traffic(Self.starts(found, scenario))))
      for row in expected { kinds[row.target == "-" ? "-" : row.kind, default: 0] += 1 }
      if !found.result.meters.isEmpty { kinds["metered scenarios", default: 0] += 1 }
      guard found.rows != expected else { continue }
      let place = zip(found.rows, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
      Issue.record(
        """
        scenario \(seed), row \(place) of \(found.rows.count), \(expected.count): \
        \(place < 0 ? "" : "\(found.rows[place]) instead of \(expected[place])")
        \(text)
        """)
      return
    }
    // All that may happen does.
    for kind in ["answer", "tool", "compaction", "-", "metered scenarios"] {
      #expect(kinds[kind, default: 0] > 100)
    }
  }

  /// When each user's conversations begin: that of their first calls, which the arrivals decide.
  private static func starts(
    _ found: EngineRows, _ scenario: Scenario
  ) -> [(user: UInt32, index: UInt32, at: Double)] {
    var seen: Set<UInt64> = []
    return found.records.compactMap { record in
      let key = UInt64(record.call.user) << 32 | UInt64(record.call.index)
      guard seen.insert(key).inserted else { return nil }
      let at = record.call.time - scenario.period.start.microseconds
      return (record.call.user, record.call.index, Double(at) / 1e6)
    }
  }

  /// The bill is that of the rows, and threads change nothing.
  @Test func sumsAgreeAndThreadsChangeNothing() throws {
    var random = RandomConversationScenario(seed: 77)
    let folder = try ScenarioFolder(["s.yaml": random.text()])
    var scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    scenario.plans = [PlanSpec(name: "a", users: 40), PlanSpec(name: "b", users: 7)]
    scenario.workloads[0].volume = 30
    let found = try EngineRows(scenario)
    let rows = found.rows.reduce(0) { $0 + $1.cost }
    #expect(found.result.cost.picodollars == Int128(rows))
    let caching = found.result.caching.reduce(into: (0 as Int64, 0 as Int64)) {
      $0.0 += $1.counts.input
      $0.1 += $1.counts.read
    }
    #expect(caching.0 == found.records.reduce(0) { $0 + $1.billed.inputTokens })
    #expect(caching.1 == found.records.reduce(0) { $0 + $1.billed.cacheReadTokens })
    let bills = try [1, 2, 5].map { threads in
      try Simulation(scenario).results(runs: 2, threads: threads).map { $0.map(\.cost) }
    }
    #expect(bills[0] == bills[1] && bills[0] == bills[2])
    #expect(bills[0][0][0] == found.result.cost)
  }
}
