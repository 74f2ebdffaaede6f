import CostModel
import Support

/// What starts on a target by local hour of the day, over the whole period.
package struct HourLoads: Sendable {
  /// By hour from 0; empty until something starts.
  package private(set) var requests: [Int64] = []
  /// As quotas charge them.
  package private(set) var tokens: [Int64] = []

  /// Counts a UTC minute since the epoch. What a full queue pushes beyond the period's end is not
  /// of it; a log's period is not known before its end.
  package mutating func add(
    minute: Int64, requests count: Int64, tokens charged: Int64, in period: Period
  ) {
    let time = SimTime(microseconds: minute * 60_000_000)
    guard period.observed != nil || time < period.end else { return }
    if requests.isEmpty {
      requests = Array(repeating: 0, count: 24)
      tokens = requests
    }
    let hour = HourLoads.hour(of: time, in: period)
    requests[hour] += count
    tokens[hour] += charged
  }

  /// The local hour of the day.
  package static func hour(of time: SimTime, in period: Period) -> Int {
    let local = time.microseconds / 1_000_000 + Int64(period.offset(at: time))
    return Int((local / 3_600 % 24 + 24) % 24)
  }
}
