import CostModel
import ReferenceEngine
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Simulator

/// The engine beside an implementation of docs/semantics.md that shares nothing with it.
///
/// Tried by hand on the engine, and found by this test each time: a response stored under the
/// answering model; retries not given back at the next target; traffic taken before outcomes of
/// the same instant; a latency equal to the timeout late; prompt cache and outage judged when a
/// call is let through instead of at its start; the price of the outcome's time; the breaker not
/// asked at later attempts; reasoning not charged to the quota; a failed call that does not end
/// its flow; a probe that is not known as such.
@Suite struct EngineAgainstReferenceTests {
  static let scenarios = 1_200

  /// What one random scenario gave: found by the engine, expected by the reference.
  private struct Outcome {
    var found: [ReferenceRow]
    var expected: [ReferenceRow]
    /// Counts by target, then flows' numbers by workload.
    var foundCounts: [ReferenceRun.Counts]
    var expectedCounts: [ReferenceRun.Counts]
    var enforcements: [EnforcementCell]
    var foundFlows: [[Int64]]
    var expectedFlows: [[Int64]]
  }

  @Test func everyCallAgrees() throws {
    var seeds = TestRandom(seed: 0xC0FF_EE00)
    var seen = Coverage()
    for _ in 0..<Self.scenarios {
      let seed = seeds.bits()
      let both = try outcome(of: RandomScenario(seed: seed))
      seen.add(both.expected)
      seen.add(both.enforcements)
      seen.refusedRuns += both.expectedFlows.reduce(0) { $0 + Int($1[2]) }
      if let place = zip(both.found, both.expected).enumerated().first(where: {
        $0.element.0 != $0.element.1
      }) {
        Issue.record("seed \(seed), first difference at \(place.offset): \(place.element)")
        return
      }
      #expect(both.found.count == both.expected.count, "seed \(seed)")
      #expect(both.foundCounts == both.expectedCounts, "seed \(seed)")
      #expect(both.foundFlows == both.expectedFlows, "seed \(seed)")
    }
    // What never happens is not compared.
    #expect(seen.isComplete, "\(seen)")
  }

  private func outcome(of random: RandomScenario) throws -> Outcome {
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
    let source = ListSource(batches: batches)
    let run = try LoggedRun(compiled, plan: random.scenario.plans[0], source: source)
    if PlanEngine.foresees(random.scenario) {
      let untold = try PlanResult.untold(
        compiled, plan: random.scenario.plans[0], source: source)
      #expect("\(untold)" == "\(run.result)", "calls may be booked as they arrive")
    }
    let done = translation
    let reference = ReferenceRun(of: arrivals, in: ReferenceScenario(random.scenario)) {
      done.draw(id: $0, attempt: $1, target: $2)
    }
    let expected = reference.rows.map(\.loggedPart)
    #expect(run.records.map(\.number) == run.records.indices.map { Int64($0) + 1 })
    let found = run.records.enumerated().map { place, record in
      let id = place < expected.count ? expected[place].id : -1
      let isSame = id >= 0 && done.isSame(record.call, id, compiled)
      return ReferenceRow(record, id: isSame ? id : -1)
    }
    let flowWorkloads = compiled.workloads.indices.filter { compiled.workloads[$0].isFlow }
    return Outcome(
      found: found, expected: expected,
      foundCounts: run.result.performance.map(ReferenceRun.Counts.init),
      expectedCounts: reference.counts,
      enforcements: run.result.enforcements,
      foundFlows: run.result.flows.map {
        Self.numbers($0.latency, failed: $0.failed, gaveUp: $0.gaveUp, refused: $0.refused)
      },
      expectedFlows: flowWorkloads.map { workload in
        let own = arrivals.indices.filter { random.arrivals[$0].workload == workload }
        let flows = own.filter { !reference.refusedFlows.contains($0) }
          .map { (givesUp: arrivals[$0].givesUp, latency: reference.flowLatencies[$0]) }
        var histogram = LatencyHistogram()
        for flow in flows where !flow.givesUp {
          if let latency = flow.latency { histogram.add(latency) }
        }
        return Self.numbers(
          histogram, failed: Int64(flows.count { $0.latency == nil }),
          gaveUp: Int64(flows.count { $0.givesUp && $0.latency != nil }),
          refused: Int64(own.count - flows.count))
      })
  }

  private static func numbers(
    _ latency: LatencyHistogram, failed: Int64, gaveUp: Int64, refused: Int64
  ) -> [Int64] {
    [failed, gaveUp, refused, latency.total, latency.percentile(60) ?? -1]
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
    var refused = 0
    var moved = 0
    var refusedRuns = 0
    var metered: [String: Int] = [:]

    mutating func add(_ cells: [EnforcementCell]) {
      for cell in cells {
        refused += Int(cell.refused)
        moved += Int(cell.moved)
      }
    }

    mutating func add(_ rows: [ReferenceRow]) {
      for row in rows {
        hits += row.cache == .hit ? 1 : 0
        queued += row.queue > 0 ? 1 : 0
        skipped += row.skipped > 0 ? 1 : 0
        retried += row.attempts > 2 ? 1 : 0
        failed += row.isFailed ? 1 : 0
        cached += row.bill.cached > 0 ? 1 : 0
        fallbacks += row.attempts > 0 && row.skipped > 0 ? 1 : 0
        for name in row.bill.meters.keys { metered[name, default: 0] += 1 }
      }
    }

    var isComplete: Bool {
      [
        hits, queued, skipped, retried, failed, cached, fallbacks, refused, moved, refusedRuns,
      ].allSatisfy {
        $0 > 300
      } && CallMeter.allCases.allSatisfy { metered[$0.key, default: 0] > 300 }
    }
    var description: String {
      "hits \(hits), queued \(queued), skipped \(skipped), retried \(retried), failed \(failed), "
        + "cached \(cached), fallbacks \(fallbacks), refused \(refused), moved \(moved), "
        + "refused runs \(refusedRuns), metered \(metered)"
    }
  }
}

extension ReferenceTranslation {
  /// Whether the simulator's call is that one.
  func isSame(_ call: Call, _ id: Int, _ compiled: CompiledScenario) -> Bool {
    let expected = calls[id].call
    let kind = Int(call.kind) % compiled.arrivingKinds.count
    return call.user == expected.user && call.index == expected.index && kind == expected.kind
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
    for meter in CallMeter.allCases where record.billed[meter.dimension] != 0 {
      bill.meters[meter.key] = record.billed[meter.dimension]
    }
    bill.inputCost = record.inputCost.picodollars
    bill.outputCost = record.outputCost.picodollars
    bill.otherCost = record.otherCost.picodollars
  }
}

extension ReferenceRun.Counts {
  init(_ performance: TargetPerformance) {
    self.init()
    attempts = performance.attempts
    failures = performance.failures
    answered = performance.calls
    fallbacks = performance.fallbackCalls
    trips = performance.breakerTrips
    throttled = performance.throttledCalls
    tooLong = performance.tooLongCalls
    cut = performance.cutAttempts
    cutTokens = performance.cutTokens
    queued = performance.queuedCalls
  }
}
