import CostModel
import Scenarios

/// The places that runs of a workload (flows, conversations) take, from their start to their end; and the
/// runs that wait for one, in the order in which they came.
package struct RunPlaces: Sendable {
  package let limit: RunLimit
  private(set) var active = 0
  private var waiting: [Call] = []
  /// Runs before this place wait no more.
  private var head = 0
  /// Since when all places are taken; `.max`: some are free.
  private var fullSince = Int64.max

  package init(_ limit: RunLimit) { self.limit = limit }

  var isFull: Bool { active >= limit.concurrent }

  mutating func take(at time: Int64) {
    active += 1
    if isFull { fullSince = time }
  }

  /// A run has ended.
  /// - Returns: For how many microseconds all places were taken until then, as far as that is over.
  mutating func free(at time: Int64) -> Int64 {
    defer { (active, fullSince) = (active - 1, .max) }
    return isFull ? time - fullSince : 0
  }

  mutating func wait(_ run: Call) { waiting.append(run) }

  /// The next one that waits.
  mutating func next() -> Call? {
    guard head < waiting.count else { return nil }
    defer {
      head += 1
      if head == waiting.count { (waiting, head) = ([], 0) }
    }
    return waiting[head]
  }
}

extension PlanEngine {
  /// A flow or conversation arrives, of a workload that may have a limit.
  @inline(never)
  package mutating func arriveRun(_ call: Call) {
    let workload = Int(call.kind)
    guard let places = flowRuns.places[workload] else { return startRun(call, at: call.time) }
    guard places.isFull else {
      takePlace(of: call, at: call.time)
      return startRun(call, at: call.time)
    }
    if places.limit.maxWait == .zero {
      flowRuns.results[workload].refused += 1
      return
    }
    flowRuns.places[workload]?.wait(call)
  }

  private mutating func takePlace(of call: Call, at time: Int64) {
    let workload = Int(call.kind)
    flowRuns.places[workload]?.take(at: time)
    let active = Int64(flowRuns.places[workload]?.active ?? 0)
    flowRuns.results[workload].mostAtOnce = max(flowRuns.results[workload].mostAtOnce, active)
    flowRuns.results[workload].waits.add(time - call.time)
  }

  /// A run has ended: its place goes to the first one that has not waited too long.
  @inline(never)
  package mutating func endRun(of workload: Int, at time: Int64) {
    guard let limit = flowRuns.places[workload]?.limit else { return }
    flowRuns.results[workload].fullTime += flowRuns.places[workload]?.free(at: time) ?? 0
    while let next = flowRuns.places[workload]?.next() {
      if let most = limit.maxWait, time - next.time > most.microseconds {
        flowRuns.results[workload].refused += 1
        continue
      }
      takePlace(of: next, at: time)
      return startRun(next, at: time, hasWaited: true)
    }
  }
}
