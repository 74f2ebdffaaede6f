import CostModel
import Foundation
import ReferenceEngine
import Testing

@testable import Simulator

/// Logs replayed beside an implementation of docs/semantics.md that shares nothing with the
/// simulator, compared by the text of calls.csv.
///
/// Mutations of CostModel that were tried by hand, each of which this test caught: a response or a
/// prompt block that is live at its very expiry; a failure that counts at the window's very end;
/// an outcome that is ignored when the breaker's open time ends; a queued call that starts a
/// microsecond late where the wait divides exactly; live blocks after the first that is not.
@Suite struct ReplayAgainstReferenceTests {
  static let logs = 2_000

  @Test func everyLedgerAgrees() throws {
    let folder = try TraceFolder()
    var seeds = TestRandom(seed: 0x10_66ED)
    var seen = Coverage()
    for _ in 0..<Self.logs {
      let seed = seeds.bits()
      let log = RandomLog(seed: seed)
      let found = try ledger(of: log, in: folder)
      let expected = reference(log)
      seen.add(expected.rows)
      if found == expected.text { continue }
      let lines = zip(found.split(separator: "\r\n"), expected.text.split(separator: "\r\n"))
      let place = lines.first { $0.0 != $0.1 }
      Issue.record(
        """
        seed \(seed), first difference (found, then expected):
        \(place.map { "\($0.0)\n\($0.1)" } ?? "the number of rows")
        """)
      return
    }
    // What never happens is not compared.
    #expect(seen.isComplete, "\(seen)")
  }

  private func ledger(of log: RandomLog, in folder: TraceFolder) throws -> String {
    let path = try folder.write(log.text)
    let file = try CallsFile(path: folder.path + "/calls.csv", dialect: .rfc4180)
    let replay = Replay(path: path, format: "canonical") { _ in
      var options = TraceOptions()
      options.blockSize = 4_096
      return options
    }
    _ = try replay.outcomes(
      of: [Replay.Variant(name: "random", scenario: log.scenario)], threads: 1,
      log: CallLog { try file.append($0, $1) })
    try file.commit()
    return try String(contentsOfFile: folder.path + "/calls.csv", encoding: .utf8)
  }

  private func reference(_ log: RandomLog) -> (rows: [ReferenceRow], text: String) {
    let scenario = log.scenario
    let compiled = CompiledScenario(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    return ReferenceReplay(scenario, policy: log.policy).ledger(of: log.rows) { rank in
      let word = draws.block(.call, call: UInt64(rank), user: 0, workload: Draws.traceKey)
      return (word.2.unit, word.3.unit)
    } draw: { rank, attempt, target in
      let word = draws.block(
        .attempt, call: UInt64(rank), user: 0, workload: Draws.traceKey, part: UInt64(attempt))
      return (word.0.unit, compiled.tables.draw(compiled.attemptDraws[target].latency, word.1))
    }
  }

  /// How often the rare things came.
  private struct Coverage: CustomStringConvertible {
    private var counts: [String: Int] = [
      "hits": 0, "queued": 0, "skipped": 0, "many attempts": 0, "failed": 0, "cached": 0,
      "fallbacks": 0, "unknown users": 0,
    ]

    mutating func add(_ rows: [ReferenceRow]) {
      for row in rows {
        count("hits", row.cache == .hit)
        count("queued", row.queue > 0)
        count("skipped", row.skipped > 0)
        count("many attempts", row.attempts > 2)
        count("failed", row.isFailed)
        count("cached", row.bill.cached > 0)
        count("fallbacks", row.attempts > 1 && !row.isFailed)
        count("unknown users", row.cache == .off)
      }
    }

    private mutating func count(_ name: String, _ happened: Bool) {
      counts[name, default: 0] += happened ? 1 : 0
    }

    var isComplete: Bool { counts.values.allSatisfy { $0 > 500 } }
    var description: String { "\(counts)" }
  }
}

extension ReferenceReplay {
  init(_ scenario: Scenario, policy: ReferencePolicy) {
    self.init(scenario: ReferenceScenario(scenario), policy: policy)
    modelNames = scenario.catalog.models.map(\.name)
    providers = scenario.catalog.models.map(\.provider)
    switch scenario.cache.mode {
    case .off: cacheMode = .off
    case .rate: cacheMode = .rate
    case .keyed: cacheMode = .keyed
    }
    cacheClasses = scenario.cache.classes.mapValues(CacheClass.init)
    defaultCache = scenario.cache.defaultClass.map(CacheClass.init)
  }
}

extension ReferenceReplay.CacheClass {
  init(_ settings: CacheSettings.Class) {
    self.init(ttl: settings.ttl.microseconds, hitRate: settings.hitRate)
  }
}
