import CostModel
import Simulator

/// One rule's alerts in one plan, summed up.
package struct AlertEpisodes {
  /// The first and the last time that it fired.
  package private(set) var first: AlertEvent
  package private(set) var last: AlertEvent
  package private(set) var count: Int64 = 0
  /// How long it was on, all times together.
  package private(set) var duration = SimDuration.zero
  /// The value farthest beyond the threshold of all the time that it was on.
  package private(set) var worst: Double
  /// Whether it was on when the period ended.
  package private(set) var isOn = false

  /// Of all rolling alerts, in the order of their first firing. An alert that does not
  /// clear is on until `end`.
  package static func all(_ alerts: [AlertEvent], until end: SimTime) -> [AlertEpisodes] {
    var result: [AlertEpisodes] = []
    for alert in alerts where alert.isRolling {
      if let known = result.firstIndex(where: { $0.first.rule == alert.rule }) {
        result[known].add(alert)
      } else if alert.state == .fired {
        var episodes = AlertEpisodes(first: alert, last: alert, worst: alert.worst)
        episodes.add(alert)
        result.append(episodes)
      }
    }
    for index in result.indices where result[index].isOn && result[index].last.at < end {
      result[index].duration = result[index].duration + (end - result[index].last.at)
    }
    return result
  }

  private init(first: AlertEvent, last: AlertEvent, worst: Double) {
    self.first = first
    self.last = last
    self.worst = worst
  }

  private mutating func add(_ alert: AlertEvent) {
    guard (alert.state == .fired) != isOn else { return }
    isOn.toggle()
    guard isOn else {
      duration = duration + (alert.at - last.at)
      return
    }
    last = alert
    count += 1
    let (beyond, known) = (alert.worst - alert.threshold, worst - alert.threshold)
    if beyond.magnitude > known.magnitude { worst = alert.worst }
  }
}
