/// Rows of bars over one dollar axis, each from one amount to another: a list of bills, or the steps
/// from one bill to another.
package struct BarRowsChart {
  package struct Row {
    package var name: String
    /// Dollars.
    package var from: Double
    package var to: Double
    package var text: String
    /// Colour, as an index of `SVG.series`.
    package var series: Int
  }

  package var title: String
  package var subtitle: String
  package var rows: [Row]
  /// A vertical line with its name, for example the budget.
  package var lines: [(dollars: Double, name: String)] = []
  /// What colours mean.
  package var legend: [(series: Int, name: String)] = []
  /// Bars that go on beyond this end here, and say so; infinite: none.
  package var limit = Double.infinity

  private var width: Double { 860 }
  private var left: Double { 370 }
  private var top: Double { 88 }
  private var step: Double { 28 }
  private var nameLimit: Int { 52 }

  package func svg() -> String {
    let rows = rows.map { row in
      guard row.to > limit else { return row }
      var row = row
      row.to = limit
      row.text += " →"
      return row
    }
    let largest = rows.map { max($0.from, $0.to) }.max() ?? 0
    // A line far beyond every bar would flatten them: it is then left out.
    let shown = lines.filter { $0.dollars <= largest * 4 }
    let scale = ChartScale(largest: max(largest, shown.map(\.dollars).max() ?? 0))
    let right = 18 + (rows.map { SVG.width(of: $0.text) }.max() ?? 0)
    func x(_ dollars: Double) -> Double {
      left + max(0, dollars) / scale.top * (width - left - right)
    }
    let bottom = top + Double(rows.count) * step
    var svg = SVG(width: width, height: bottom + (legend.isEmpty ? 30 : 56))
    svg.text(title, 16, 28, class: "h")
    svg.text(subtitle, 16, 48, class: "f")
    for tick in scale.ticks {
      svg.line(x(tick), top - 6, x(tick), bottom, class: tick == 0 ? "axis" : "grid")
      svg.text(scale.label(tick), x(tick), bottom + 18, anchor: .middle, class: "f")
    }
    for line in shown {
      svg.line(x(line.dollars), top - 10, x(line.dollars), bottom, class: "budget")
      svg.text(line.name, x(line.dollars), top - 14, anchor: .middle, class: "f b")
    }
    for (index, row) in rows.enumerated() {
      let y = top + Double(index) * step
      let (low, high) = (x(min(row.from, row.to)), x(max(row.from, row.to)))
      svg.text(
        SVG.shortened(row.name, to: nameLimit), left - 8, y + 15, anchor: .end, title: row.name)
      svg.rectangle(
        x: low, y: y, width: max(1, high - low), height: step - 9, class: SVG.series(row.series),
        title: "\(row.name): \(row.text)")
      let label = high + 6...high + 6 + SVG.width(of: row.text)
      for line in shown where label.contains(x(line.dollars)) {
        // A dashed line would run through the words.
        svg.rectangle(
          x: x(line.dollars) - 3, y: y, width: 6, height: step - 9, class: "background")
      }
      svg.text(row.text, high + 6, y + 15, class: "t halo")
    }
    drawLegend(&svg, base: bottom + 44)
    return svg.file(
      title: title, description: rows.map { "\($0.name): \($0.text)" }.joined(separator: "; "))
  }

  private func drawLegend(_ svg: inout SVG, base: Double) {
    var x = 16.0
    for entry in legend {
      svg.rectangle(x: x, y: base - 9, width: 11, height: 11, class: SVG.series(entry.series))
      svg.text(entry.name, x + 17, base)
      x += 17 + SVG.width(of: entry.name) + 24
    }
  }
}
