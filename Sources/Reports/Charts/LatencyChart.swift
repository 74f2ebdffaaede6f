import CostModel
import Support

/// How many of a plan's answered calls have come back within a time, waiting included: one rising
/// line a plan over a logarithmic axis, because answers take milliseconds from a cache and days
/// from a full queue.
package struct LatencyChart {
  package static let title = "How long answers take"

  private struct Series {
    var name: String
    /// Percent of the calls, and microseconds.
    var points: [(percent: Double, time: Double)]
    var words: String
  }

  private let series: [Series]
  private let lowest: Double
  private let highest: Double

  private let width: ChartWidth
  private let heading: ChartHeading
  private let left = 64.0
  private var plotRight: Double { width.rawValue - 24 }
  private var top: Double { 66 + heading.room }
  private var bottom: Double { top + 280 }

  /// nil where no call was answered, or all of them took the same time.
  package init?(_ report: ScenarioReport, width: ChartWidth = .page) {
    let answered = report.plans.filter { $0.result.latency.total > 0 }
    series = answered.prefix(SVG.palette.count).map(Self.series)
    let times = series.flatMap { $0.points.map(\.time) }
    guard let fastest = times.min(), let slowest = times.max(), fastest < slowest else {
      return nil
    }
    let unit = report.replay == nil ? "number of users" : "policy"
    self.width = width
    heading = ChartHeading(
      Self.title, "Percent of answered calls that took at most so long, by \(unit)", width: width)
    // At least a decade, so that near latencies are a step in a picture rather than its edge.
    lowest = max(1, fastest / 1.5)
    highest = max(slowest * 1.5, lowest * 10)
  }

  /// Nearest ranks at which a line bends: closer together where answers are slow.
  private static let percents =
    [0.1, 0.5, 1] + (1...47).map { Double($0) * 2 } + [95, 96, 97, 98, 99, 99.5, 99.9, 100]

  /// Percents that a line tells under the pointer.
  private static let told: Set<Double> = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.9]

  private static func series(_ plan: PlanReport) -> Series {
    let latency = plan.result.latency
    let points = percents.map { (percent: $0, time: Double(max(1, latency.percentile($0) ?? 1))) }
    let words = [50.0, 95, 99].map {
      "\(DecimalText.trimmed("\($0)")) % within \(HumanFormat.percentile(latency, $0))"
    }
    return Series(
      name: plan.seriesName, points: points, words: words.joined(separator: ", "))
  }

  private func x(_ microseconds: Double) -> Double {
    let share =
      (ExactMath.log(microseconds) - ExactMath.log(lowest))
      / (ExactMath.log(highest) - ExactMath.log(lowest))
    return left + share * (plotRight - left)
  }

  private func y(_ percent: Double) -> Double { bottom - percent / 100 * (bottom - top) }

  package func draw() -> String {
    let legend = ChartLegend(entries: series.map { ($0.name, $0.words) }, width: width)
    var svg = SVG(width: width.rawValue, height: bottom + 62 + legend.height)
    heading.draw(&svg)
    drawAxes(&svg)
    for (index, line) in series.enumerated() {
      svg.polyline(
        line.points.map { (x($0.time), y($0.percent)) }, class: "series " + SVG.series(index))
    }
    for (index, line) in series.enumerated() {
      for point in line.points where Self.told.contains(point.percent) {
        let time = HumanFormat.duration(SimDuration(microseconds: Int64(point.time)))
        svg.dot(
          x(point.time), y(point.percent), class: SVG.series(index),
          title: "\(line.name): \(DecimalText.trimmed("\(point.percent)")) % within \(time)")
      }
    }
    legend.draw(&svg, top: bottom + 52)
    return svg.file(
      title: Self.title,
      description: series.map { "\($0.name): \($0.words)" }.joined(separator: "; "))
  }

  private func drawAxes(_ svg: inout SVG) {
    for percent in [0.0, 25, 50, 75, 95, 100] {
      svg.line(left, y(percent), plotRight, y(percent), class: percent == 0 ? "axis" : "grid")
      // 95 and 100 are 14 pixels apart.
      svg.text("\(Int(percent)) %", left - 8, y(percent) + 4, anchor: .end, class: "f")
    }
    var lastLabel = -Double.infinity
    let main = Self.ticks.filter { (lowest...highest).contains($0.0) }
    let all = (Self.ticks + Self.between).filter { (lowest...highest).contains($0.0) }
    for (microseconds, label) in main.count > 2 ? main : all.sorted(by: { $0.0 < $1.0 }) {
      let place = x(microseconds)
      svg.line(place, top, place, bottom, class: "grid")
      guard place - lastLabel >= 52, place <= plotRight - 8 else { continue }
      svg.text(label, place, bottom + 18, anchor: .middle, class: "f")
      lastLabel = place
    }
    svg.text(
      "From arrival to the last answer, logarithmic", (left + plotRight) / 2, bottom + 36,
      anchor: .middle, class: "f")
  }

  /// Where the axis has few of the others.
  private static let between: [(Double, String)] = [
    (2, "2 µs"), (5, "5 µs"), (20, "20 µs"), (50, "50 µs"), (200, "200 µs"), (500, "500 µs"),
    (2e3, "2 ms"), (5e3, "5 ms"), (20e3, "20 ms"), (50e3, "50 ms"), (200e3, "200 ms"),
    (500e3, "500 ms"), (2e6, "2 s"), (5e6, "5 s"), (20e6, "20 s"), (120e6, "2 min"),
    (300e6, "5 min"), (1_800e6, "30 min"), (7_200e6, "2 h"), (18_000e6, "5 h"),
    (172_800e6, "2 days"), (432_000e6, "5 days"),
  ]

  private static let ticks: [(Double, String)] = [
    (1, "1 µs"), (10, "10 µs"), (100, "100 µs"), (1e3, "1 ms"), (10e3, "10 ms"),
    (100e3, "100 ms"), (1e6, "1 s"), (10e6, "10 s"), (60e6, "1 min"), (600e6, "10 min"),
    (3_600e6, "1 h"), (36_000e6, "10 h"), (86_400e6, "1 day"), (864_000e6, "10 days"),
  ]
}
