import CostModel
import Scenarios

/// The rolling alerts: at each minute boundary b, every alert looks at the calls whose last
/// outcome lies in [b − window, b).
package struct RollingWatch: Sendable {
  fileprivate struct Watch: Sendable {
    let alert: RollingAlert
    let minutes: Int
    /// Place among the latency alerts; negative for the others.
    let latencyPlace: Int
    var counts = CallCounts()
    var quality = QualityCounts()
    var answered: Int64 = 0
    var withinThreshold: Int64 = 0
    /// Of the answered calls, by bucket; for latency alerts only.
    var latencies: [Int64] = []
    var isFiring = false
    /// Where in `alerts` it fired last.
    var firedAt = 0
  }

  private struct Minute: Sendable {
    var counts = CallCounts()
    var quality = QualityCounts()
    /// Latency buckets of ok calls, if any alert asks for them.
    var latencies: [UInt16] = []
    /// By latency alert: how many of them are not above its threshold.
    var within: [Int64]
  }

  private var watches: [Watch] = []
  private var ring: [Minute] = []
  private let latencyThresholds: [Int64]
  /// Whether any alert looks at what is told of answers.
  package let watchesQuality: Bool
  /// The next boundary to be looked at, in microseconds; `Int64.max` without alerts.
  package private(set) var nextBoundary: Int64
  package private(set) var alerts: [AlertEvent] = []

  private static let minute = SimDuration.minute.microseconds

  package init(alerts: [RollingAlert], start: SimTime, cacheLatency: SimDuration) {
    var thresholds: [Int64] = []
    for alert in alerts {
      var place = -1
      if case .latency = alert.metric.measure {
        place = thresholds.count
        // The last whole microsecond that is not above it: 1.001 × 1,000 is less than 1,001.
        let nearest = (alert.threshold * 1_000).rounded()
        thresholds.append(Int64(nearest / 1_000 <= alert.threshold ? nearest : nearest - 1))
      }
      watches.append(
        Watch(
          alert: alert, minutes: Int(alert.window.microseconds / Self.minute), latencyPlace: place))
    }
    latencyThresholds = thresholds
    watchesQuality = alerts.contains { $0.metric.quality != nil }
    let ahead = Int(cacheLatency.microseconds / Self.minute) + 2
    let longest = watches.map(\.minutes).max() ?? 0
    ring =
      alerts.isEmpty
      ? []
      : Array(
        repeating: Minute(within: Array(repeating: 0, count: thresholds.count)),
        count: longest + ahead)
    nextBoundary =
      alerts.isEmpty ? .max : (start.microseconds / Self.minute + 1) * Self.minute
  }

  /// A call's last outcome, at `time`. `latency` is that of an ok call, negative for a failed one.
  @inline(__always)
  package mutating func add(_ counts: CallCounts, latency: Int64, at time: Int64) {
    let place = Int(time / Self.minute) % ring.count
    ring[place].counts += counts
    guard latency >= 0, !latencyThresholds.isEmpty else { return }
    let bucket = LatencyHistogram.bucket(of: latency)
    ring[place].latencies.append(UInt16(truncatingIfNeeded: bucket))
    let reported = LatencyHistogram.lowest(of: bucket)
    for (alert, threshold) in latencyThresholds.enumerated() where reported <= threshold {
      ring[place].within[alert] &+= 1
    }
  }

  /// An attempt's outcome, at `time`.
  @inline(__always)
  package mutating func addAttempt(isTimedOut: Bool, at time: Int64) {
    var counts = CallCounts()
    counts[.attempts] = 1
    counts[.timeouts] = isTimedOut ? 1 : 0
    ring[Int(time / Self.minute) % ring.count].counts += counts
  }

  /// What is told of a call, at its last outcome.
  package mutating func add(_ values: QualityValues, isFailed: Bool, at time: Int64) {
    guard watchesQuality else { return }
    ring[Int(time / Self.minute) % ring.count].quality.add(values, isFailed: isFailed)
  }

  /// Looks at every boundary up to and including `time`.
  package mutating func check(upTo time: Int64) {
    while nextBoundary <= time {
      let number = Int(nextBoundary / Self.minute)
      for index in watches.indices { judge(index, boundary: number) }
      // The place that the minutes ahead will need next is that of the longest window's past.
      let spent = (number + ring.count - (watches.map(\.minutes).max() ?? 0)) % ring.count
      ring[spent].counts = CallCounts()
      ring[spent].quality = QualityCounts()
      ring[spent].latencies.removeAll(keepingCapacity: true)
      for alert in latencyThresholds.indices { ring[spent].within[alert] = 0 }
      nextBoundary += Self.minute
    }
  }

  private mutating func judge(_ index: Int, boundary: Int) {
    let entering = (boundary - 1) % ring.count
    slide(index, minute: ring[entering], sign: 1)
    let alert = watches[index].alert
    if watches[index].samples >= alert.minSamples {
      let holds = self.holds(watches[index])
      if holds != watches[index].isFiring {
        watches[index].isFiring = holds
        if holds { watches[index].firedAt = alerts.count }
        alerts.append(
          AlertEvent(
            at: SimTime(microseconds: Int64(boundary) * Self.minute), type: alert.type,
            metric: alert.metric, severity: alert.severity, rule: alert.name,
            state: holds ? .fired : .cleared,
            value: watches[index].value, threshold: alert.threshold, message: alert.message))
      }
      if holds { alerts[watches[index].firedAt].see(watches[index].value) }
    }
    let leaving = (boundary - watches[index].minutes + ring.count) % ring.count
    slide(index, minute: ring[leaving], sign: -1)
  }

  private mutating func slide(_ index: Int, minute: Minute, sign: Int64) {
    if sign > 0 {
      watches[index].counts += minute.counts
    } else {
      watches[index].counts -= minute.counts
    }
    if watchesQuality { watches[index].quality.add(minute.quality, times: sign) }
    let place = watches[index].latencyPlace
    if place >= 0 {
      watches[index].answered += sign * Int64(minute.latencies.count)
      watches[index].withinThreshold += sign * minute.within[place]
      for bucket in minute.latencies.lazy.map(Int.init) {
        let missing = bucket + 1 - watches[index].latencies.count
        if missing > 0 {
          watches[index].latencies += Array(repeating: 0, count: missing + 1_024)
        }
        watches[index].latencies[bucket] &+= sign
      }
    }
  }

  /// Whether the alert's condition holds; for latency without building the percentile: it lies
  /// above the threshold if fewer calls than its rank do not.
  private func holds(_ watch: Watch) -> Bool {
    if case .latency(let percent) = watch.alert.metric.measure {
      let rank = LatencyHistogram.rank(percent, of: watch.answered)
      let isAbove = watch.withinThreshold < rank
      return watch.alert.comparison == .above ? isAbove : !isAbove
    }
    let rate = watch.rate
    return watch.alert.comparison == .above
      ? rate > watch.alert.threshold : rate < watch.alert.threshold
  }
}

extension AlertEvent {
  /// A value while it is on; the one farthest from the threshold stays.
  fileprivate mutating func see(_ value: Double) {
    if (value - threshold).magnitude > (worst - threshold).magnitude { worst = value }
  }
}

extension RollingWatch.Watch {
  /// What is measured, in the unit of the metric.
  fileprivate var value: Double {
    guard case .latency(let percent) = alert.metric.measure, answered > 0 else { return rate }
    // From the top: percentiles that alerts ask for lie near it.
    let above = answered - LatencyHistogram.rank(percent, of: answered)
    var seen: Int64 = 0
    let bucket = latencies.indices.reversed().first { bucket in
      seen += latencies[bucket]
      return seen > above
    }
    return Double(LatencyHistogram.lowest(of: bucket ?? 0)) / 1_000
  }

  fileprivate var samples: Int64 {
    switch alert.metric.measure {
    case .latency: answered
    case .ratio(_, let whole): counts[whole]
    case .quality(let metric): quality.samples(metric)
    case .spending, .accountMonth: 0
    }
  }

  fileprivate var rate: Double {
    switch alert.metric.measure {
    case .latency, .spending, .accountMonth: 0
    case .ratio(let part, let whole): counts.ratio(part, of: whole) ?? 0
    case .quality(let metric): quality.mean(metric) ?? 0
    }
  }
}
