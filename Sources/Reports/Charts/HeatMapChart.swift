import CostModel
import Support

/// Bills over two inputs: a cell a pair of values, darker where it costs more, framed where it is
/// over the budget.
package struct HeatMapChart {
  package var title: String
  /// Names of the axes, and what stands at their places.
  package var columns: (name: String, values: [String])
  package var rows: (name: String, values: [String])
  /// Dollars, by row then column.
  package var costs: [[Double]]
  /// Of every cell, where they have one budget.
  package var budget: Double?
  /// By row then column, whether the bill is over its budget.
  package var isOver: [[Bool]]

  private let cellHeight = 34.0

  /// From nothing to a colour on which both inks can be read.
  private static let heat = (0...8).map { step in
    "\n.heat\(step){fill:#f2994a;fill-opacity:\(DecimalText.real(Double(step * 8 + 4) / 100, places: 2) ?? "1")}"
  }.joined()

  package init(
    title: String, columns: (name: String, values: [String]),
    rows: (name: String, values: [String]), costs: [[Double]], budget: Double?, isOver: [[Bool]]
  ) {
    self.title = title
    self.columns = columns
    self.rows = rows
    self.costs = costs
    self.budget = budget
    self.isOver = isOver
  }

  package func svg(width chartWidth: ChartWidth = .page) -> String {
    let isNarrow = chartWidth == .phone
    let width = chartWidth.rawValue
    let nameLimit = isNarrow ? 10 : 24
    let left = max(
      isNarrow ? 40 : 90,
      30 + (rows.values.map { SVG.width(of: SVG.shortened($0, to: nameLimit)) }.max() ?? 0))
    let cellWidth = (width - left - 16) / Double(max(1, columns.values.count))
    let axes = isNarrow ? 40 : 90
    let heading = ChartHeading(title, "", width: chartWidth)
    let top = 92 + heading.room
    let bottom = top + Double(rows.values.count) * cellHeight
    var svg = SVG(width: width, height: bottom + 64)
    svg.rules = Self.heat
    heading.draw(&svg)
    svg.text(
      "Rows: " + SVG.shortened(rows.name, to: axes), 16, top - 44, class: "f", title: rows.name)
    svg.text(
      "Columns: " + SVG.shortened(columns.name, to: axes), 16, top - 28, class: "f",
      title: columns.name)
    for (index, value) in columns.values.enumerated() {
      svg.text(
        SVG.shortened(value, to: max(4, Int(cellWidth / 8))),
        left + (Double(index) + 0.5) * cellWidth, top - 8, anchor: .middle, class: "f",
        title: value)
    }
    let all = costs.flatMap(\.self)
    let (low, high) = (all.min() ?? 0, all.max() ?? 0)
    for (row, values) in costs.enumerated() {
      let y = top + Double(row) * cellHeight
      svg.text(
        SVG.shortened(rows.values[row], to: nameLimit), left - 8, y + 21, anchor: .end,
        title: rows.values[row])
      for (column, cost) in values.enumerated() {
        let x = left + Double(column) * cellWidth
        let share = high > low ? (cost - low) / (high - low) : 0
        draw(cost, share, isOver: isOver[row][column], &svg, x: x, y: y, width: cellWidth)
      }
    }
    drawLegend(&svg, left: left, y: bottom + 30)
    return svg.file(
      title: title,
      description: "From \(HumanFormat.usd(low)) to \(HumanFormat.usd(high))")
  }

  private func draw(
    _ cost: Double, _ share: Double, isOver: Bool, _ svg: inout SVG, x: Double, y: Double,
    width: Double
  ) {
    // All cells have cents, or none.
    let all = costs.joined()
    let hasCents = all.allSatisfy { SVG.width(of: HumanFormat.usd($0)) + 6 < width }
    let text = HumanFormat.usd(cost, places: hasCents || (all.max() ?? 0) < 100 ? 2 : 0)
    svg.rectangle(
      x: x + 1, y: y + 1, width: width - 2, height: cellHeight - 2,
      class: "heat\(Int((share * 8).rounded()))", title: HumanFormat.usd(cost))
    if isOver {
      svg.line(x + 4, y + cellHeight - 5, x + width - 4, y + cellHeight - 5, class: "budget")
    }
    guard SVG.width(of: text) + 6 < width else { return }
    svg.text(text, x + width / 2, y + 20, anchor: .middle, class: "t")
  }

  private func drawLegend(_ svg: inout SVG, left: Double, y: Double) {
    guard budget != nil || isOver.joined().contains(true) else { return }
    svg.line(left, y - 4, left + 30, y - 4, class: "budget")
    svg.text(
      budget.map { "over the budget of " + HumanFormat.usd($0) } ?? "over its budget", left + 38, y)
  }
}
