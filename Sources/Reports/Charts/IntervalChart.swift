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
  /// Where the axis begins: behind the plans' names, on a page.
  private var left: Double {
    isNarrow ? 16 : min(260, max(150, (plans.map { SVG.width(of: $0.name) }.max() ?? 0) + 24))
  }
  private let right = 30.0
  private var top: Double { 76 + (legend.last?.y ?? 0) }
  private var step: Double { isNarrow ? 98 : 64 }
  /// From a plan's top to that of its first bar.
  private var nameRoom: Double { isNarrow ? 40 : 6 }

  /// Of the legend: the two bars, the mark on them, and the budget's line where one is drawn.
  private static let kinds = [
    "the chance of the month alone", "and inputs drawn from their ranges",
    "half of the months cost less", "budget",
  ]

  private init(_ report: ScenarioReport, _ chartWidth: ChartWidth) {
    isNarrow = chartWidth == .phone
    width = chartWidth.rawValue
    plans = report.plans.compactMap { plan in
      plan.spread.map { (ReportMarkdown.plainName(plan.plan), $0) }
    }
    let budget = report.periodBudget?.dollars
    self.budget = budget
    let ends = plans.flatMap { plan in
      [plan.spread.chance, plan.spread.both].flatMap {
        [$0.p05, $0.p95].map { $0 / plan.spread.chance.p50 }
      }
    }
    low = min(0.95, (ends.min() ?? 1) - 0.03)
    high = max(1.05, (ends.max() ?? 1) + 0.03)
    let shown = low...high
    let showsBudget = plans.contains { plan in
      budget.map { shown.contains($0 / plan.spread.chance.p50) } ?? false
    }
    legend = SVG.flow(
      Self.kinds.dropLast(showsBudget ? 0 : 1).map { 17 + SVG.width(of: $0) + 24 }, within: width)
  }

  private func x(_ ratio: Double) -> Double {
    left + (ratio - low) / (high - low) * (width - left - right)
  }

  private func draw() -> String {
    let bottom = top + Double(plans.count) * step
    var svg = SVG(width: width, height: bottom + 48)
    svg.text("Nine months in ten cost this much", 16, 28, class: "h")
    for (index, place) in legend.enumerated() {
      let y = 41 + place.y
      switch index {
      case 0, 1:
        svg.rectangle(x: place.x, y: y, width: 11, height: 11, class: SVG.series(index))
      case 2: svg.circle(place.x + 6, y + 6, radius: 4, class: "mark")
      default: svg.line(place.x, y + 6, place.x + 13, y + 6, class: "budget")
      }
      svg.text(Self.kinds[index], place.x + 17, 51 + place.y)
    }
    drawAxis(&svg, bottom: bottom)
    for (index, plan) in plans.enumerated() {
      let y = top + Double(index) * step
      var words: [LabelLayout.Box] = []
      if isNarrow {
        let name = SVG.shortened(plan.name, to: 40)
        svg.text(name, left, y + 18, class: "t halo", title: plan.name)
        words.append(LabelLayout.Box(name, at: left, base: y + 18))
      } else {
        svg.text(
          SVG.shortened(plan.name, to: Int((left - 16) / 7.2)), left - 8, y + 26, anchor: .end,
          title: plan.name)
      }
      let first = y + nameRoom
      for (sample, place) in [(plan.spread.chance, 0), (plan.spread.both, 1)] {
        let label = drawBar(
          sample, of: plan.spread.chance.p50, &svg, y: first + 28 * Double(place),
          class: SVG.series(place))
        words += label.map { [$0] } ?? []
      }
      if let budget, (low...high).contains(budget / plan.spread.chance.p50) {
        svg.vertical(
          x(budget / plan.spread.chance.p50), y, y + step - 8, class: "budget", around: words)
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

  /// The bar with its ends beside it, above it where there is no room: never on it, where the mark and the
  /// budget's line would run through them.
  private func drawBar(
    _ sample: CostSpread.Sample, of median: Double, _ svg: inout SVG, y: Double, class name: String
  ) -> LabelLayout.Box? {
    guard median > 0 else { return nil }
    let (from, to) = (x(sample.p05 / median), x(sample.p95 / median))
    let label = "\(HumanFormat.usd(sample.p05)) to \(HumanFormat.usd(sample.p95))"
    svg.rectangle(
      x: from, y: y, width: max(2, to - from), height: 14, class: name, title: label)
    svg.circle(x(sample.p50 / median), y + 7, radius: 4, class: "mark")
    let needed = SVG.width(of: label)
    let (place, base, anchor): (Double, Double, SVG.Anchor) =
      to + 10 + needed < width
      ? (to + 8, y + 11, .start)
      : from - 8 - needed > left ? (from - 8, y + 11, .end) : (width - 16, y - 3, .end)
    svg.text(label, place, base, anchor: anchor, class: base < y ? "f halo" : "t halo")
    return LabelLayout.Box(label, at: place, base: base, anchor: anchor)
  }
}
