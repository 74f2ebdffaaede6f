import CostModel
import Decisions
import Support

/// The range of every plan's bill: the chance of the month alone, and with the inputs drawn.
///
/// Each plan has its own scale, in its likely bill's percent: on one scale of dollars the small
/// plans' ranges would be points.
package struct IntervalChart {
  package static func svg(_ report: ScenarioReport) -> String { IntervalChart(report).draw() }

  private let plans: [(name: String, spread: CostSpread)]
  private let budget: Double?
  private let low: Double
  private let high: Double

  private let width = 860.0
  private let left = 150.0
  private let right = 30.0
  private let top = 76.0
  private let step = 64.0

  private init(_ report: ScenarioReport) {
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
    svg.rectangle(x: 16, y: 41, width: 11, height: 11, class: SVG.series(0))
    svg.text("the chance of the month alone", 33, 51)
    svg.rectangle(x: 236, y: 41, width: 11, height: 11, class: SVG.series(1))
    svg.text("and inputs drawn from their ranges", 253, 51)
    drawAxis(&svg, bottom: bottom)
    for (index, plan) in plans.enumerated() {
      let y = top + Double(index) * step
      svg.text(SVG.shortened(plan.name, to: 18), left - 8, y + 26, anchor: .end, title: plan.name)
      drawBar(plan.spread.chance, of: plan.spread.chance.p50, &svg, y: y + 6, class: SVG.series(0))
      drawBar(plan.spread.both, of: plan.spread.chance.p50, &svg, y: y + 34, class: SVG.series(1))
      if let budget, (low...high).contains(budget / plan.spread.chance.p50) {
        let place = x(budget / plan.spread.chance.p50)
        svg.line(place, y, place, y + step - 8, class: "budget")
        svg.text("budget", place + 4, y + 31, class: "f b")
      }
    }
    let summary = plans.map {
      "\($0.name): \(PlainEnglish.usd($0.spread.both.p05)) to \(PlainEnglish.usd($0.spread.both.p95))"
    }
    return svg.file(
      title: "The bill's range, by plan", description: summary.joined(separator: "; "))
  }

  private func drawAxis(_ svg: inout SVG, bottom: Double) {
    let range = high - low
    let unit = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].first { range / $0 <= 10 } ?? range
    var mark = (low / unit).rounded(.up)
    while mark * unit <= high {
      let place = x(mark * unit)
      svg.line(place, top - 8, place, bottom, class: "grid")
      svg.text(
        PlainEnglish.wholePercent(mark * unit), place, bottom + 16, anchor: .middle, class: "f")
      mark += 1
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
    let label = "\(PlainEnglish.usd(sample.p05)) to \(PlainEnglish.usd(sample.p95))"
    svg.rectangle(
      x: from, y: y, width: max(2, to - from), height: 14, class: name, title: label)
    svg.circle(x(sample.p50 / median), y + 7, radius: 4, class: "mark")
    if to + 10 + SVG.width(of: label) < width {
      svg.text(label, to + 8, y + 11, class: "t halo")
    } else {
      svg.text(label, from + 6, y + 11, class: "on")
    }
  }
}
