import CostModel
import Scenarios

/// Hours and weekdays of a log: weights whose product, times the time that the log covers, gives
/// its counts (Poisson likelihood, by alternating proportional fitting).
package struct ProfileFit: Sendable {
  /// Time covered (hours) and calls by weekday · 24 + local hour.
  package struct Week: Sendable {
    package var exposure = Array(repeating: 0.0, count: 168)
    package var calls = Array(repeating: 0.0, count: 168)
  }

  package private(set) var profile = TrafficProfile.flat
  /// Hours and weekdays that the log covers; the others weigh 1.
  package let hours: [Int]
  package let weekdays: [Int]
  /// Whether the log differs from flat traffic at all.
  package private(set) var isFlat = true
  package let calls: Int64

  package init(_ week: Week) {
    let exposure = week.exposure
    let byHour = (0..<24).map { hour in (0..<7).reduce(0.0) { $0 + exposure[$1 * 24 + hour] } }
    let byDay = (0..<7).map { day in (0..<24).reduce(0.0) { $0 + exposure[day * 24 + $1] } }
    hours = (0..<24).filter { byHour[$0] >= 0.5 }
    let days = (0..<7).filter { byDay[$0] >= 20 }
    // One day alone cannot be told from its hours.
    weekdays = days.count > 1 ? days : []
    calls = Int64(week.calls.reduce(0, +))
    let tellsHours = hours.count > 1 && Self.differs(week, hours) { $0 % 24 }
    let tellsDays = !weekdays.isEmpty && Self.differs(week, weekdays) { $0 / 24 }
    guard tellsHours || tellsDays else { return }
    isFlat = false
    for _ in 0..<50 {
      if tellsHours { profile.hours = fit(week, hours, { $0 % 24 }, profile.hours) }
      if tellsDays { profile.weekdays = fit(week, weekdays, { $0 / 24 }, profile.weekdays) }
    }
    // What is written is what is used.
    profile.hours = profile.hours.map(Self.rounded)
    profile.weekdays = profile.weekdays.map(Self.rounded)
  }

  private static func rounded(_ x: Double) -> Double { (x * 10_000).rounded() / 10_000 }

  /// χ² of the groups' counts against flat traffic, five standard deviations beyond chance.
  private static func differs(_ week: Week, _ groups: [Int], _ group: (Int) -> Int) -> Bool {
    var exposure = Array(repeating: 0.0, count: 24)
    var calls = Array(repeating: 0.0, count: 24)
    for cell in 0..<168 {
      exposure[group(cell)] += week.exposure[cell]
      calls[group(cell)] += week.calls[cell]
    }
    let time = groups.reduce(0.0) { $0 + exposure[$1] }
    let count = groups.reduce(0.0) { $0 + calls[$1] }
    guard time > 0, count > 0 else { return false }
    let square = groups.reduce(0.0) {
      let expected = count * exposure[$1] / time
      return $0 + (calls[$1] - expected) * (calls[$1] - expected) / expected
    }
    let freedom = Double(groups.count - 1)
    return square > freedom + 5 * (2 * freedom).squareRoot()
  }

  /// One half-step; the covered groups' weights have mean 1.
  private func fit(
    _ week: Week, _ groups: [Int], _ group: (Int) -> Int, _ old: [Double]
  ) -> [Double] {
    var expected = Array(repeating: 0.0, count: old.count)
    var calls = Array(repeating: 0.0, count: old.count)
    for cell in 0..<168 {
      let (hour, day) = (cell % 24, cell / 24)
      let other =
        old.count == 24 ? profile.weekdays[day] : profile.hours[hour]
      expected[group(cell)] += week.exposure[cell] * other
      calls[group(cell)] += week.calls[cell]
    }
    var result = old
    for index in groups { result[index] = expected[index] > 0 ? calls[index] / expected[index] : 0 }
    let mean = groups.reduce(0.0) { $0 + result[$1] } / Double(groups.count)
    guard mean > 0 else { return old }
    for index in groups { result[index] /= mean }
    return result
  }
}
