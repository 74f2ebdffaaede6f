import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// What the largest plan starts on each model at each hour of the day, as a share of the tightest
/// per-minute limit: where a queue builds up, and how much room the night has left.
package struct HourlyLoadChart {
  package static let title = "Load by hour of the day against the limits"

  private struct Series {
    var name: String
    /// Share of the limit by hour; nil where the period has no such hour.
    var shares: [Double?]
    var limit: String
    /// The same limit's expected load.
    var expected: Expectation.QuotaLoad?

    var peak: Double { shares.compactMap { $0 }.max() ?? 0 }
  }

  private let plan: String
  private let period: Period
  private let series: [Series]
  /// Models with a limit that are not shown, the least loaded.
  private let others: Int
  private let scale: ChartScale

  private let width: ChartWidth
  private let heading: ChartHeading
  private let left = 64.0
  private var plotRight: Double { width.rawValue - 24 }
  private var top: Double { 66 + heading.room }
  private var bottom: Double { top + 260 }

  /// nil where no model has a limit a minute and starts a call.
  package init?(_ report: ScenarioReport, width: ChartWidth = .page) {
    guard let largest = report.largestPlan else { return nil }
    let minutes = Self.minutes(of: report.scenario.period)
    let all = largest.result.performance.compactMap {
      Self.series($0, report.scenario, minutes: minutes, largest.expectation.quotaLoads)
    }.sorted { ($1.peak, $0.name) < ($0.peak, $1.name) }
    series = Array(all.prefix(SVG.palette.count))
    guard let peak = series.first?.peak, peak > 0 else { return nil }
    others = all.count - series.count
    plan = largest.seriesName
    self.width = width
    heading = ChartHeading(
      Self.title,
      "Started with \(SVG.shortened(plan, to: 40)), percent of each model's tightest limit a "
        + "minute, mean of all days", width: width)
    period = report.scenario.period
    // The limit is shown unless it would press the lines to the ground.
    scale = ChartScale(largest: max(peak, peak >= 0.2 ? 1 : 0) * 1.04)
  }

  /// Minutes of the period by local hour of the day. All offsets are whole quarters of an hour.
  private static func minutes(of period: Period) -> [Double] {
    let quarter: Int64 = 900_000_000
    var minutes = Array(repeating: 0.0, count: 24)
    var time = period.start
    while time < period.end {
      let next = (time.microseconds / quarter + 1) * quarter
      let end = min(SimTime(microseconds: next), period.end)
      minutes[HourLoads.hour(of: time, in: period)] += (end - time).seconds / 60
      time = end
    }
    return minutes
  }

  private static func series(
    _ target: TargetPerformance, _ scenario: Scenario, minutes: [Double],
    _ expected: [Expectation.QuotaLoad]
  ) -> Series? {
    let model = target.model.split(separator: "@").first.map(String.init) ?? target.model
    guard let id = scenario.catalog.id(named: model), !target.hours.requests.isEmpty else {
      return nil
    }
    let quota = scenario.behaviours[id.index].quota
    let limits = [
      (quota.requestsPerMinute, target.hours.requests, "requests"),
      (quota.tokensPerMinute, target.hours.tokens, "tokens"),
    ]
    let candidates = limits.compactMap { limit, loads, unit -> Series? in
      guard let limit else { return nil }
      let allowed = QuotaLoads.effective(limit, quota)
      return Series(
        name: target.model,
        shares: zip(loads, minutes).map { $1 > 0 ? Double($0) / $1 / allowed : nil },
        limit: "\(HumanFormat.count(limit)) \(unit) a minute",
        expected: expected.first { $0.target == target.model && $0.limit == unit + "/min" })
    }
    return candidates.max { $0.peak < $1.peak }
  }

  private func x(_ hour: Double) -> Double { left + hour / 24 * (plotRight - left) }
  private func y(_ share: Double) -> Double { bottom - share / scale.top * (bottom - top) }

  package func draw() -> String {
    let legend = ChartLegend(entries: series.map { ($0.name, words($0)) }, width: width)
    let note = others == 0 ? 0 : 18.0
    var svg = SVG(width: width.rawValue, height: bottom + 62 + legend.height + note)
    heading.draw(&svg)
    drawAxes(&svg)
    for (index, line) in series.enumerated() { draw(line, &svg, class: SVG.series(index)) }
    legend.draw(&svg, top: bottom + 52)
    if others > 0 {
      svg.text(
        "and \(HumanFormat.plural(Int64(others), "model")) with less", 33,
        bottom + 62 + legend.height, class: "f")
    }
    return svg.file(
      title: "\(Self.title), \(plan)",
      description: series.map { "\($0.name): \(words($0))" }.joined(separator: "; "))
  }

  private func words(_ line: Series) -> String {
    let mean = "mean day at most \(HumanFormat.share(line.peak))"
    guard let load = line.expected else { return "limit \(line.limit); \(mean)" }
    let when = load.busiestHour.map { " (\(HumanFormat.moment($0, in: period)))" } ?? ""
    return "limit \(line.limit); busiest hour\(when) \(HumanFormat.share(load.busiestShare)) "
      + "expected; \(mean)"
  }

  /// A step an hour; a gap where the period has no such hour.
  private func draw(_ line: Series, _ svg: inout SVG, class name: String) {
    var points: [(Double, Double)] = []
    for (hour, share) in line.shares.enumerated() {
      if let share {
        svg.dot(
          x(Double(hour) + 0.5), y(share), class: name,
          title: "\(line.name), \(hour):00 to \(hour + 1):00: \(HumanFormat.share(share))")
        points += [(x(Double(hour)), y(share)), (x(Double(hour + 1)), y(share))]
      } else if !points.isEmpty {
        svg.polyline(points, class: "series " + name)
        points = []
      }
    }
    if !points.isEmpty { svg.polyline(points, class: "series " + name) }
  }

  private func drawAxes(_ svg: inout SVG) {
    for tick in scale.ticks {
      svg.line(left, y(tick), plotRight, y(tick), class: tick == 0 ? "axis" : "grid")
      svg.text(Self.percent(tick), left - 8, y(tick) + 4, anchor: .end, class: "f")
    }
    for hour in stride(from: 0, through: 24, by: width == .page ? 3 : 6) {
      let place = x(Double(hour))
      svg.line(place, bottom, place, bottom + 5, class: "axis")
      svg.text("\(hour):00", place, bottom + 18, anchor: .middle, class: "f")
    }
    svg.text(
      "Hour of the day (\(SVG.shortened(period.timeZone, to: 40)))", (left + plotRight) / 2,
      bottom + 36,
      anchor: .middle, class: "f")
    guard scale.top >= 1 else { return }
    svg.line(left, y(1), plotRight, y(1), class: "budget")
    svg.text("the limit", left + 8, y(1) - 4, class: "f b halo")
  }

  private static func percent(_ share: Double) -> String {
    DecimalText.trimmed(DecimalText.real(share * 100, places: 2) ?? "") + " %"
  }
}
