import CostModel
import ReferenceEngine
import Testing

@testable import Simulator

/// The engine beside an implementation of docs/semantics.md that shares nothing with it.
///
/// Mutations of the engine that were tried by hand, each of which this test caught: see
/// `triedMutations`.
@Suite struct EngineAgainstReferenceTests {
  static let scenarios = 2_500

  @Test func everyCallAgrees() throws {
    var seeds = TestRandom(seed: 0xC0FF_EE00)
    var seen = Coverage()
    for _ in 0..<Self.scenarios {
      let seed = seeds.bits()
      let random = RandomScenario(seed: seed)
      let (found, expected) = try rows(of: random)
      seen.add(expected)
      if found == expected { continue }
      let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
      Issue.record(
        """
        seed \(seed), \(found.count) and \(expected.count) calls, first difference at \
        \(place.map { "\($0.offset): \($0.element)" } ?? "the end")
        """)
      return
    }
    // What never happens is not compared.
    #expect(seen.isComplete, "\(seen)")
  }

  private func rows(of random: RandomScenario) throws -> ([ReferenceRow], [ReferenceRow]) {
    let compiled = CompiledScenario(random.scenario)
    var translation = ReferenceTranslation(compiled, users: random.users)
    var counts: [Int: Int] = [:]
    var batches: [[Call]] = [[]]
    var arrivals: [ReferenceArrival] = []
    for arrival in random.arrivals {
      let source = arrival.workload * random.users + arrival.user
      let call = translation.call(
        at: arrival.time, workload: arrival.workload, user: arrival.user,
        index: counts[source, default: 0])
      counts[source, default: 0] += 1
      arrivals.append(translation.arrival(of: call, workload: arrival.workload))
      batches[batches.count - 1].append(call)
      if arrivals.count % 7 == 0 { batches.append([]) }
    }
    let run = try LoggedRun(
      compiled, plan: random.scenario.plans[0], source: ListSource(batches: batches))
    let done = translation
    let expected = ReferenceRun.rows(of: arrivals, in: ReferenceScenario(random.scenario)) {
      done.draw(id: $0, attempt: $1, target: $2)
    }.map(\.loggedPart)
    let found = zip(run.records, expected).map { record, row in
      ReferenceRow(record, id: done.isSame(record.call, row.id, compiled) ? row.id : -1)
    }
    #expect(run.records.map(\.number) == run.records.indices.map { Int64($0) + 1 })
    return (run.records.count == expected.count ? found : [], expected)
  }

  /// How often the rare things came.
  private struct Coverage: CustomStringConvertible {
    var hits = 0
    var queued = 0
    var skipped = 0
    var retried = 0
    var failed = 0
    var cached = 0
    var fallbacks = 0

    mutating func add(_ rows: [ReferenceRow]) {
      for row in rows {
        hits += row.cache == .hit ? 1 : 0
        queued += row.queue > 0 ? 1 : 0
        skipped += row.skipped > 0 ? 1 : 0
        retried += row.attempts > 2 ? 1 : 0
        failed += row.isFailed ? 1 : 0
        cached += row.bill.cached > 0 ? 1 : 0
        fallbacks += row.attempts > 0 && row.skipped > 0 ? 1 : 0
      }
    }

    var isComplete: Bool {
      [hits, queued, skipped, retried, failed, cached, fallbacks].allSatisfy { $0 > 500 }
    }
    var description: String {
      "hits \(hits), queued \(queued), skipped \(skipped), retried \(retried), failed \(failed), "
        + "cached \(cached), fallbacks \(fallbacks)"
    }
  }
}

extension ReferenceTranslation {
  /// Whether the simulator's call is that one.
  func isSame(_ call: Call, _ id: Int, _ compiled: CompiledScenario) -> Bool {
    let expected = calls[id].call
    return call.user == expected.user && call.index == expected.index && call.kind == expected.kind
  }
}

extension ReferenceRow {
  /// Without what the simulator's log does not say.
  var loggedPart: ReferenceRow {
    var row = self
    (row.bill.images, row.bill.calls) = (0, 0)
    return row
  }

  init(_ record: CallRecord, id: Int) {
    let cache: Cache =
      switch record.cache {
      case .hit: .hit
      case .miss: .miss
      case .off: .off
      }
    self.init(id: id, time: record.call.time, cache: cache, target: record.answeredBy)
    isFailed = record.isFailed
    attempts = Int(record.attempts)
    skipped = Int(record.skipped)
    queue = record.queue
    latency = record.latency
    bill.input = record.billed.inputTokens
    bill.cached = record.billed.cacheReadTokens
    bill.output = record.billed.outputTokens
    bill.reasoning = record.billed.reasoningTokens
    bill.audio = record.billed.audioMicroseconds
    bill.inputCost = record.inputCost.picodollars
    bill.outputCost = record.outputCost.picodollars
    bill.otherCost = record.otherCost.picodollars
  }
}
