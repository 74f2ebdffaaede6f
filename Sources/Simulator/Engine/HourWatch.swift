import CostModel

/// What the last so many hours were like, looked at whenever a UTC hour is full: a dashboard's view of
/// the last N hours (docs/semantics.md, "Tables"). Attempts count in the hour of their outcome, calls in
/// that of their last one.
package struct HourWatch: Sendable {
  package struct Counts: Sendable {
    /// Answered here; hits and failed calls where they were routed.
    package var calls: Int64 = 0
    package var failedCalls: Int64 = 0
    package var hits: Int64 = 0
    /// By a target: the requests of performance.csv.
    package var answered: Int64 = 0
    package var misses: Int64 = 0
    package var attempts: Int64 = 0
    package var failures: Int64 = 0
    package var timeouts: Int64 = 0
    package var tokens: Int64 = 0
    package var cost = MoneySum.zero

    package var isEmpty: Bool { calls == 0 && attempts == 0 && misses == 0 }

    package mutating func add(_ other: Counts, times sign: Int64) {
      calls += sign * other.calls
      failedCalls += sign * other.failedCalls
      hits += sign * other.hits
      answered += sign * other.answered
      misses += sign * other.misses
      attempts += sign * other.attempts
      failures += sign * other.failures
      timeouts += sign * other.timeouts
      tokens += sign * other.tokens
      cost = sign > 0 ? cost + other.cost : cost - other.cost
    }
  }

  /// One row of the ledger, or behind them all rows together, at one full hour.
  package struct Sample: Sendable {
    package var until: SimTime
    package var hours: Int
    package var row: Int
    package var counts: Counts
    /// Microseconds; nil where nothing succeeded.
    package var p50: Int64?
    package var p95: Int64?
    package var p99: Int64?
  }

  /// An hour that goes on.
  private struct Open: Sendable {
    var counts: [Counts]
    var latencies: [LatencyHistogram]

    init(rows: Int) {
      counts = Array(repeating: Counts(), count: rows)
      latencies = Array(repeating: LatencyHistogram(), count: rows)
    }
  }

  /// An hour that has passed, its latencies as buckets that hold something.
  private struct Past: Sendable {
    var counts: [Counts]
    var latencies: [[(bucket: Int, count: Int64)]]
  }

  private struct Window: Sendable {
    var hours: Int
    var counts: [Counts]
    var latencies: [LatencyHistogram]
  }

  private static let hour = SimDuration.hour.microseconds

  private let rows: Int
  private var windows: [Window]
  private var open: [Int64: Open] = [:]
  /// The newest last; as many as the longest window needs.
  private var past: [Past] = []
  /// The next full hour, in microseconds; `Int64.max` where nobody asks.
  package private(set) var nextBoundary: Int64
  /// By time, number of hours and row; none where nothing has happened.
  package private(set) var samples: [Sample] = []
  /// There would be more of them than there is room for.
  package private(set) var isFull = false

  /// - Parameter rows: of the ledger; one more is added for all together.
  package init(_ hours: [Int], rows: Int, start: SimTime) {
    self.rows = rows + 1
    windows = hours.map {
      Window(
        hours: $0, counts: Array(repeating: Counts(), count: rows + 1),
        latencies: Array(repeating: LatencyHistogram(), count: rows + 1))
    }
    nextBoundary = hours.isEmpty ? .max : (start.microseconds / Self.hour + 1) * Self.hour
  }

  // MARK: What happens

  package mutating func addAttempt(row: Int, isFailing: Bool, isTimedOut: Bool, at time: Int64) {
    change(row, at: time) {
      $0.attempts += 1
      $0.failures += isFailing ? 1 : 0
      $0.timeouts += isTimedOut ? 1 : 0
    }
  }

  package mutating func add(_ cost: Money, tokens: Int64, row: Int, at time: Int64) {
    change(row, at: time) {
      $0.tokens += tokens
      $0.cost += cost
    }
  }

  /// A call's last outcome.
  /// - Parameters:
  ///   - latency: of the call.
  ///   - own: of the attempt that answered it, its waiting included; nil: the knowledge base did.
  ///   - missedAt: the row at which the response cache had been asked; nil: it was not.
  package mutating func addEnd(
    row: Int, latency: Int64, own: Int64?, isFailed: Bool, missedAt: Int?, at time: Int64
  ) {
    change(row, at: time) {
      $0.calls += 1
      $0.failedCalls += isFailed ? 1 : 0
      $0.answered += isFailed || own == nil ? 0 : 1
    }
    if let missedAt { change(missedAt, at: time) { $0.misses += 1 } }
    guard !isFailed else { return }
    if let own { add(own, to: row, at: time) }
    add(latency, to: rows - 1, at: time)
  }

  package mutating func addHit(row: Int, latency: Int64, at time: Int64) {
    change(row, at: time) {
      $0.calls += 1
      $0.hits += 1
    }
    add(latency, to: rows - 1, at: time)
  }

  /// At a row and at all together.
  private mutating func change(_ row: Int, at time: Int64, _ change: (inout Counts) -> Void) {
    change(&open[time / Self.hour, default: Open(rows: rows)].counts[row])
    change(&open[time / Self.hour, default: Open(rows: rows)].counts[rows - 1])
  }

  private mutating func add(_ latency: Int64, to row: Int, at time: Int64) {
    open[time / Self.hour, default: Open(rows: rows)].latencies[row].add(latency)
  }

  // MARK: Full hours

  /// Looks at every full hour up to and including `time`.
  package mutating func check(upTo time: Int64) {
    while nextBoundary <= time {
      let ended = open.removeValue(forKey: nextBoundary / Self.hour - 1) ?? Open(rows: rows)
      past.append(
        Past(counts: ended.counts, latencies: ended.latencies.map(\.buckets)))
      for place in windows.indices { look(place) }
      if past.count > windows.map(\.hours).max() ?? 0 { past.removeFirst() }
      nextBoundary += Self.hour
    }
  }

  /// After the last event: the hours that something has happened in are told to their end.
  package mutating func end() {
    guard let last = open.keys.max() else { return }
    check(upTo: (last + 1) * Self.hour)
  }

  private mutating func look(_ place: Int) {
    slide(place, past[past.count - 1], sign: 1)
    let hours = windows[place].hours
    if past.count > hours { slide(place, past[past.count - 1 - hours], sign: -1) }
    for row in 0..<rows where !windows[place].counts[row].isEmpty {
      guard samples.count < SimulationLimits.mostTableRows else {
        isFull = true
        return
      }
      let latencies = windows[place].latencies[row]
      samples.append(
        Sample(
          until: SimTime(microseconds: nextBoundary), hours: hours, row: row,
          counts: windows[place].counts[row], p50: latencies.percentile(50),
          p95: latencies.percentile(95), p99: latencies.percentile(99)))
    }
  }

  private mutating func slide(_ place: Int, _ hour: Past, sign: Int64) {
    for row in 0..<rows {
      windows[place].counts[row].add(hour.counts[row], times: sign)
      for (bucket, count) in hour.latencies[row] {
        windows[place].latencies[row].change(bucket: bucket, by: sign * count)
      }
    }
  }
}
