import CostModel
import Decisions
import Support

/// The range of every plan's bill: the chance of the month alone, and with the inputs drawn.
///
/// Each plan has its own scale, in its likely bill's percent: on one scale of dollars the small
/// plans' ranges would be points.
package struct IntervalChart {
  package static func svg(_ report: ScenarioReport, width: ChartWidth = .page) -> String {
    IntervalChart(report, width).draw()
  }

  private let plans: [(name: String, spread: CostSpread)]
  private let budget: Double?
  private let low: Double
  private let high: Double

  /// Whether plans' names stand above their bars, for want of room beside them.
  private let isNarrow: Bool
  private let width: Double
  private let legend: [(x: Double, y: Double)]
  private var left: Double { isNarrow ? 16 : 150 }
  private let right = 30.0
  private var top: Double { 76 + (legend.last?.y ?? 0) }
  private var step: Double { isNarrow ? 84 : 64 }
  /// From a plan's top to that of its first bar.
  private var nameRoom: Double { isNarrow ? 26 : 6 }

  private static let kinds = [
    "the chance of the month alone", "and inputs drawn from their ranges",
  ]

  private init(_ report: ScenarioReport, _ chartWidth: ChartWidth) {
    isNarrow = chartWidth == .phone
    width = chartWidth.rawValue
    legend = SVG.flow(Self.kinds.map { 17 + SVG.width(of: $0) + 24 }, within: width)
    plans = report.plans.compactMap { plan in
      plan.spread.map { (ReportMarkdown.plainName(plan.plan), $0) }
    }
    budget = report.periodBudget?.dollars
    let ends = plans.flatMap { plan in
      [plan.spread.chance, plan.spread.both].flatMap {
        [$0.p05, $0.p95].map { $0 / plan.spread.chance.p50 }
      }
    }
    low = min(0.95, (ends.min() ?? 1) - 0.03)
    high = max(1.05, (ends.max() ?? 1) + 0.03)
  }

  private func x(_ ratio: Double) -> Double {
    left + (ratio - low) / (high - low) * (width - left - right)
  }

  private func draw() -> String {
    let bottom = top + Double(plans.count) * step
    var svg = SVG(width: width, height: bottom + 48)
    svg.text("Nine months in ten cost this much", 16, 28, class: "h")
    for (index, place) in legend.enumerated() {
      svg.rectangle(
        x: place.x, y: 41 + place.y, width: 11, height: 11, class: SVG.series(index))
      svg.text(Self.kinds[index], place.x + 17, 51 + place.y)
    }
    drawAxis(&svg, bottom: bottom)
    for (index, plan) in plans.enumerated() {
      let y = top + Double(index) * step
      if isNarrow {
        svg.text(
          SVG.shortened(plan.name, to: 40), left, y + 18, class: "t halo", title: plan.name)
      } else {
        svg.text(
          SVG.shortened(plan.name, to: 18), left - 8, y + 26, anchor: .end, title: plan.name)
      }
      let first = y + nameRoom
      drawBar(plan.spread.chance, of: plan.spread.chance.p50, &svg, y: first, class: SVG.series(0))
      drawBar(
        plan.spread.both, of: plan.spread.chance.p50, &svg, y: first + 28, class: SVG.series(1))
      if let budget, (low...high).contains(budget / plan.spread.chance.p50) {
        let place = x(budget / plan.spread.chance.p50)
        svg.line(place, y, place, y + step - 8, class: "budget")
        svg.text("budget", place + 4, first + 25, class: "f b")
      }
    }
    let summary = plans.map {
      "\($0.name): \(HumanFormat.usd($0.spread.both.p05)) to \(HumanFormat.usd($0.spread.both.p95))"
    }
    return svg.file(
      title: "The bill's range, by plan", description: summary.joined(separator: "; "))
  }

  private func drawAxis(_ svg: inout SVG, bottom: Double) {
    let range = high - low
    let unit = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].first { range / $0 <= 10 } ?? range
    var mark = (low / unit).rounded(.up)
    var end = -Double.infinity
    while mark * unit <= high {
      let place = x(mark * unit)
      svg.line(place, top - 8, place, bottom, class: "grid")
      defer { mark += 1 }
      guard place - end >= 44 else { continue }
      end = place
      svg.text(
        HumanFormat.wholePercent(mark * unit), place, bottom + 16, anchor: .middle, class: "f")
    }
    svg.text(
      "Percent of the plan's median bill at the likely inputs", (left + width - right) / 2,
      bottom + 36, anchor: .middle, class: "f")
  }

  private func drawBar(
    _ sample: CostSpread.Sample, of median: Double, _ svg: inout SVG, y: Double, class name: String
  ) {
    guard median > 0 else { return }
    let (from, to) = (x(sample.p05 / median), x(sample.p95 / median))
    let label = "\(HumanFormat.usd(sample.p05)) to \(HumanFormat.usd(sample.p95))"
    svg.rectangle(
      x: from, y: y, width: max(2, to - from), height: 14, class: name, title: label)
    svg.circle(x(sample.p50 / median), y + 7, radius: 4, class: "mark")
    let needed = SVG.width(of: label)
    if to + 10 + needed < width {
      svg.text(label, to + 8, y + 11, class: "t halo")
    } else if to - from > needed {
      svg.text(label, from + 6, y + 11, class: "on")
    } else if from - 8 - needed > 0 {
      svg.text(label, from - 8, y + 11, anchor: .end, class: "t halo")
    } else {
      svg.text(label, width - 16, y - 3, anchor: .end, class: "f halo")
    }
  }
}
