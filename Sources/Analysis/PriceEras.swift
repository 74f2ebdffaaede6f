import CostModel
import Scenarios
import Simulator
import Support

/// The times of a period between which no price changes, weighted by a workload's traffic.
package struct PriceEras {
  package struct Era: Hashable, Sendable {
    /// Some moment at which its prices hold.
    package var time: SimTime
    /// Share of the workload's calls.
    package var share: Double
  }

  /// Eras of the models a workload may call; one if none of their prices changes.
  package static func eras(
    of workload: Workload, models: Set<ModelID>, catalog: Catalog, period: Period
  ) -> [Era] {
    let sheets = models.sorted().map { catalog[$0] }
    let changes = sheets.flatMap(\.prices).map(\.effectiveFrom)
      .filter { period.start < $0 && $0 < period.end }
    let daily = sheets.flatMap(\.prices).flatMap(\.timesOfDay)
    guard !changes.isEmpty || !daily.isEmpty else { return [Era(time: period.start, share: 1)] }
    let timeline = Timeline(period: period, profile: workload.profile)
    var shares: [[Int]: Era] = [:]
    let edges = edges(of: period, changes: changes, daily: daily)
    for (from, to) in zip(edges, edges.dropFirst()) {
      let share = (timeline.operational(at: to) - timeline.operational(at: from)) / timeline.length
      guard share > 0 else { continue }
      let key = sheets.flatMap { model -> [Int] in
        let sheet = ExpectedPrice.sheet(of: model, at: from)
        return [
          model.prices.lastIndex { $0.effectiveFrom <= from } ?? -1,
          ExpectedPrice.timeOfDay(sheet, at: from) ?? -1,
        ]
      }
      shares[key, default: Era(time: from, share: 0)].share += share
    }
    return shares.values.sorted { $0.time < $1.time }
  }

  private static func edges(
    of period: Period, changes: [SimTime], daily: [TimeOfDayPrice]
  ) -> [SimTime] {
    let dayLength = SimDuration.day.microseconds
    var result = Set([period.start, period.end] + changes)
    let clocks = Set(daily.flatMap { [$0.from.microseconds, $0.to.microseconds] } + [0])
    guard !daily.isEmpty else { return result.sorted() }
    var midnight = (period.start.microseconds / dayLength - 1) * dayLength
    while midnight < period.end.microseconds {
      for clock in clocks {
        let t = SimTime(microseconds: midnight + clock)
        if period.start < t, t < period.end { result.insert(t) }
      }
      midnight += dayLength
    }
    return result.sorted()
  }
}
