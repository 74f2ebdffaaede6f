import CostModel
import Decisions
import Scenarios
import Support

/// The inputs that move the bill most, each a bar from the bill at its low to that at its high end,
/// around the bill as it stands.
package struct TornadoChart {
  package static func svg(_ result: Sensitivity, width: ChartWidth = .page) -> String {
    TornadoChart(result, width).draw()
  }

  /// More bars say nothing.
  package static let limit = 15

  private let result: Sensitivity
  private let rows: ArraySlice<Sensitivity.Row>
  private let left: Double
  private let low: Double
  private let high: Double
  private let scale: ChartScale

  /// Whether inputs' names stand above their bars, for want of room beside them.
  private let isNarrow: Bool
  private let width: Double
  private let right = 24.0
  private let top = 84.0
  private var step: Double { isNarrow ? 42 : 26 }

  private init(_ result: Sensitivity, _ chartWidth: ChartWidth) {
    isNarrow = chartWidth == .phone
    width = chartWidth.rawValue
    self.result = result
    rows = result.moving.prefix(Self.limit)
    let costs = rows.flatMap { [$0.atLow.cost, $0.atHigh.cost] } + [result.base.cost]
    let ends = (costs.min() ?? 0, costs.max() ?? 0)
    // Room for the inputs' values at the bars' ends.
    let margin = (chartWidth == .phone ? 0.3 : 0.16) * max(ends.1 - ends.0, 1e-9)
    (low, high) = (max(0, ends.0 - margin), ends.1 + margin)
    scale = ChartScale(largest: high - low)
    left =
      chartWidth == .phone ? 16 : 24 + (rows.map { SVG.width(of: Self.name($0.input)) }.max() ?? 0)
  }

  private static func name(_ input: ScenarioInput) -> String {
    SVG.shortened(InputWords.label(input), to: 44)
  }

  private func x(_ dollars: Double) -> Double {
    left + (dollars - low) / max(1e-12, high - low) * (width - left - right)
  }

  private func draw() -> String {
    let bottom = top + Double(rows.count) * step
    var svg = SVG(width: width, height: bottom + (budget == nil ? 56 : 64))
    svg.text("What moves the bill", 16, 28, class: "h")
    svg.rectangle(x: 16, y: 41, width: 11, height: 11, class: SVG.series(0))
    svg.text("input lower", 33, 51)
    svg.rectangle(x: 126, y: 41, width: 11, height: 11, class: SVG.series(1))
    svg.text("input higher", 143, 51)
    drawAxis(&svg, bottom: bottom)
    let base = x(result.base.cost)
    svg.vertical(base, top - 8, bottom, class: "axis", around: words)
    for (index, row) in rows.enumerated() {
      draw(row, &svg, y: place(index))
    }
    svg.text(
      "as it stands: " + HumanFormat.usd(result.base.cost), around: base, top - 14, class: "t halo"
    )
    drawBudget(&svg, bottom: bottom)
    let summary = rows.prefix(3).map {
      "\(InputWords.label($0.input)): \(HumanFormat.usd($0.atLow.cost)) to "
        + HumanFormat.usd($0.atHigh.cost)
    }
    return svg.file(title: "What moves the bill", description: summary.joined(separator: "; "))
  }

  /// The top of a row's bars, a little above.
  private func place(_ index: Int) -> Double { top + Double(index) * step + step - 26 }

  /// What a row has at its bars' ends. Both ends may lie on the same side.
  private func ends(_ row: Sensitivity.Row, y: Double) -> [(
    text: String, x: Double, base: Double, anchor: SVG.Anchor
  )] {
    [(row.low, row.atLow.cost), (row.high, row.atHigh.cost)].sorted { $0.1 < $1.1 }.enumerated()
      .filter { $0.element.1 != result.base.cost }.map { side, end in
        (
          InputWords.short(end.0, of: row.input.kind), x(end.1) + (side == 0 ? -5 : 5), y + 14,
          side == 0 ? .end : .start
        )
      }
  }

  private var words: [LabelLayout.Box] {
    rows.enumerated().flatMap { index, row in
      let y = place(index)
      let ends = ends(row, y: y).map {
        LabelLayout.Box($0.text, at: $0.x, base: $0.base, anchor: $0.anchor)
      }
      return ends
        + (isNarrow ? [LabelLayout.Box(Self.name(row.input), at: left, base: y - 4)] : [])
    }
  }

  private func drawAxis(_ svg: inout SVG, bottom: Double) {
    let unit = scale.ticks[1]
    var mark = (low / unit).rounded(.up)
    var end = -Double.infinity
    while mark * unit <= high {
      let place = x(mark * unit)
      let text = scale.label(mark * unit)
      let half = SVG.width(of: text) / 2
      svg.vertical(place, top, bottom, class: "grid", around: words)
      mark += 1
      guard place - half > end, place + half < width else { continue }
      svg.text(text, place, bottom + 16, anchor: .middle, class: "f")
      end = place + half
    }
    let users = HumanFormat.plural(Int64(result.base.users), "user")
    svg.text(
      isNarrow
        ? "Bill with \(users), US dollars" : "Bill of the period with \(users), US dollars",
      (left + width - right) / 2, bottom + (budget == nil ? 40 : 50), anchor: .middle, class: "f")
  }

  private func draw(_ row: Sensitivity.Row, _ svg: inout SVG, y: Double) {
    let name = InputWords.label(row.input)
    if !isNarrow {
      svg.text(Self.name(row.input), left - 8, y + 14, anchor: .end, title: name)
    }
    let base = x(result.base.cost)
    let ends = [(row.low, row.atLow.cost, 0), (row.high, row.atHigh.cost, 1)]
    for (value, cost, series) in ends {
      let text = InputWords.value(value, of: row.input.kind)
      let place = x(cost)
      svg.rectangle(
        x: min(base, place), y: y + 2, width: (place - base).magnitude, height: 17,
        class: SVG.series(series), title: "\(name) at \(text): \(HumanFormat.usd(cost))")
    }
    if isNarrow { svg.text(Self.name(row.input), left, y - 4, class: "t halo", title: name) }
    for end in self.ends(row, y: y) {
      svg.text(end.text, end.x, end.base, anchor: end.anchor, class: "f halo")
    }
  }

  /// Of the whole period; nil: there is none, or not where the bars are.
  private var budget: Double? {
    let months = Double(result.scenario.period.months.count)
    return result.scenario.budget.map { $0.amount.dollars * months }.flatMap {
      (low...high).contains($0) ? $0 : nil
    }
  }

  private func drawBudget(_ svg: inout SVG, bottom: Double) {
    guard let budget else { return }
    svg.vertical(x(budget), top, bottom, class: "budget", around: words)
    svg.text("budget", x(budget), bottom + 28, anchor: .middle, class: "f b")
  }
}
