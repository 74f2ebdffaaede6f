import CostModel
import Scenarios
import Support

/// What every plan's bill consists of: one bar a plan as long as its bill, and below it the same
/// plan at full width, because a small plan's bar is too short to show its parts.
package struct CostByModelChart {
  private struct Bar {
    var name: String
    var fullName: String
    var total: MoneySum
    var parts: [MoneySum]
  }

  package static func svg(_ report: ScenarioReport, width: ChartWidth = .page) -> String {
    CostByModelChart(report, width).draw()
  }

  /// Models beyond these become one series, "all others".
  private static let seriesLimit = 12

  /// What a bar is: a plan or a policy.
  private let plans: String
  private let names: [String]
  private let bars: [Bar]
  private let budget: MoneySum?
  private let scale: ChartScale

  /// Whether plans' names stand above their bars, for want of room beside them.
  private let isNarrow: Bool
  private let left: Double
  private let right: Double
  private let width: Double
  private let barHeight = 20.0
  private let barStep: Double

  private init(_ report: ScenarioReport, _ chartWidth: ChartWidth) {
    isNarrow = chartWidth == .phone
    width = chartWidth.rawValue
    left = isNarrow ? 24 : 150
    barStep = isNarrow ? 46 : 30
    plans = report.unit
    let totals = report.plans.flatMap(\.result.costs).reduce(into: [String: MoneySum]()) {
      $0[$1.model, default: .zero] += $1.cost
    }
    let order = totals.keys.sorted { a, b in
      let (costA, costB) = (totals[a] ?? .zero, totals[b] ?? .zero)
      return costA > costB || (costA == costB && a < b)
    }
    let isFolded = order.count > Self.seriesLimit
    let shown = Array(order.prefix(isFolded ? Self.seriesLimit - 1 : Self.seriesLimit))
    names = isFolded ? shown + ["all others"] : shown
    bars = report.plans.map { plan in
      let costs = plan.result.costs.reduce(into: [String: MoneySum]()) {
        $0[$1.model, default: .zero] += $1.cost
      }
      var parts = shown.map { costs[$0] ?? .zero }
      if isFolded { parts.append(parts.reduce(plan.result.cost) { $0 - $1 }) }
      let users = HumanFormat.plural(Int64(plan.plan.users), "user")
      let isNamed = plan.plan.name != "users-\(plan.plan.users)"
      return Bar(
        name: isNamed ? SVG.shortened(plan.plan.name, to: 18) : users,
        fullName: !isNamed
          ? users : plan.plan.isPolicy ? plan.plan.name : "\(plan.plan.name) (\(users))",
        total: plan.result.cost, parts: parts)
    }
    budget = report.periodBudget
    right = isNarrow ? 28 : 18 + (bars.map { SVG.width(of: HumanFormat.usd($0.total)) }.max() ?? 0)
    let largest = bars.map(\.total.dollars).max() ?? 0
    // A budget far beyond every bill would flatten the bars: it is then left out.
    let budgetDollars = budget.map(\.dollars) ?? 0
    scale = ChartScale(
      largest: budgetDollars <= largest * 4 ? max(largest, budgetDollars) : largest)
  }

  private var plotWidth: Double { width - left - right }

  private func draw() -> String {
    let legend = legendPlaces()
    let first = 60 + (legend.last?.y ?? 0) + 52
    let second = first + Double(bars.count) * barStep + 70
    var svg = SVG(width: width, height: second + Double(bars.count) * barStep + 16)
    svg.text("Cost by model", 16, 28, class: "h")
    for (index, place) in legend.enumerated() {
      svg.rectangle(
        x: place.x, y: 38 + place.y, width: 11, height: 11, class: SVG.series(index))
      svg.text(
        SVG.shortened(names[index], to: 28), place.x + 17, 48 + place.y, title: names[index])
    }
    drawDollars(&svg, top: first)
    drawShares(&svg, top: second)
    let summary = bars.map { "\($0.fullName): \(HumanFormat.usd($0.total))" }
    return svg.file(
      title: "Cost by model for every \(plans)", description: summary.joined(separator: "; "))
  }

  /// Rows of legend entries, as many a row as fit.
  private func legendPlaces() -> [(x: Double, y: Double)] {
    SVG.flow(
      names.map { 17 + SVG.width(of: SVG.shortened($0, to: 28)) + 14 }, within: width)
  }

  /// Beside its bar, or above it.
  private func drawName(_ bar: Bar, _ svg: inout SVG, y: Double) {
    if isNarrow {
      svg.text(bar.name, 16, y - 6, class: "t halo", title: bar.fullName)
    } else {
      svg.text(bar.name, left - 8, y + 15, anchor: .end, title: bar.fullName)
    }
  }

  /// The top of a plan's bar.
  private func place(_ index: Int, below top: Double) -> Double {
    top + Double(index) * barStep + (isNarrow ? barStep - 30 : 0)
  }

  private func drawDollars(_ svg: inout SVG, top: Double) {
    svg.text("Bill of the period, US dollars", 16, top - 32, class: "f")
    let bottom = top + Double(bars.count) * barStep
    let labelStep = scale.labelStep(over: plotWidth)
    let words = bars.enumerated().flatMap { index, bar in
      let y = place(index, below: top)
      let amount = HumanFormat.usd(bar.total)
      return isNarrow
        ? [
          LabelLayout.Box(bar.name, at: 16, base: y - 6),
          LabelLayout.Box(amount, at: width - 16, base: y - 6, anchor: .end),
        ] : [LabelLayout.Box(amount, at: place(bar.total) + 6, base: y + 15)]
    }
    for (index, tick) in scale.ticks.enumerated() {
      let x = left + tick / scale.top * plotWidth
      svg.vertical(x, top - 6, bottom, class: tick == 0 ? "axis" : "grid", around: words)
      guard index % labelStep == 0 else { continue }
      svg.text(scale.label(tick), around: x, bottom + 16, class: "f")
    }
    for (index, bar) in bars.enumerated() {
      let y = place(index, below: top)
      drawParts(bar, &svg, y: y, length: place(bar.total) - left, labelled: false)
    }
    drawBudget(&svg, top: top, bottom: bottom, around: words)
    for (index, bar) in bars.enumerated() {
      let y = place(index, below: top)
      drawName(bar, &svg, y: y)
      let amount = HumanFormat.usd(bar.total)
      if isNarrow {
        svg.text(amount, width - 16, y - 6, anchor: .end, class: "t halo")
      } else {
        svg.text(amount, place(bar.total) + 6, y + 15, class: "t halo")
      }
    }
  }

  private func drawBudget(
    _ svg: inout SVG, top: Double, bottom: Double, around words: [LabelLayout.Box]
  ) {
    guard let budget, budget.dollars <= scale.top else { return }
    let x = place(budget)
    svg.vertical(x, top - 12, bottom, class: "budget", around: words)
    svg.text("Budget " + HumanFormat.wholeUSD(budget), around: x, top - 16, class: "f b")
  }

  private func place(_ cost: MoneySum) -> Double {
    left + cost.dollars / scale.top * plotWidth
  }

  private func drawShares(_ svg: inout SVG, top: Double) {
    svg.text("Share of the bill, percent", 16, top - 14, class: "f")
    for (index, bar) in bars.enumerated() {
      let y = place(index, below: top)
      drawName(bar, &svg, y: y)
      if bar.total > .zero {
        drawParts(bar, &svg, y: y, length: plotWidth, labelled: true)
      } else {
        svg.text("nothing to share", left + 6, y + 15, class: "f")
      }
    }
  }

  private func drawParts(
    _ bar: Bar, _ svg: inout SVG, y: Double, length: Double, labelled: Bool
  ) {
    guard bar.total > .zero else { return }
    var x = left
    for (index, part) in bar.parts.enumerated() where part > .zero {
      let share = part.dollars / bar.total.dollars
      let width = share * length
      svg.rectangle(
        x: x, y: y, width: width, height: barHeight, class: SVG.series(index),
        title: "\(bar.fullName), \(names[index]): \(HumanFormat.usd(part)) "
          + "(\(HumanFormat.percent(share)))")
      if labelled, width >= 46 {
        // To the tenth, as the report's table says it, so that the two add up alike.
        svg.text(HumanFormat.percent(share), x + width / 2, y + 14, anchor: .middle, class: "on")
      }
      x += width
    }
  }
}
