/// A list of series under a chart, a line each: colour, name and a few words of figures.
package struct ChartLegend {
  /// Names and what is said of them, in the order of their colours.
  package let entries: [(name: String, words: String)]

  private static let step = 18.0

  package var height: Double { Double(entries.count) * Self.step }

  package func draw(_ svg: inout SVG, x: Double, top: Double) {
    let names = entries.map { SVG.shortened($0.name, to: 28) }
    let widest = names.map { SVG.width(of: $0) }.max() ?? 0
    for (index, entry) in entries.enumerated() {
      let base = top + Double(index) * Self.step + 10
      svg.rectangle(x: x, y: base - 9, width: 11, height: 11, class: SVG.series(index))
      svg.text(names[index], x + 17, base, title: entry.name)
      svg.text(entry.words, x + 17 + widest + 14, base, class: "f")
    }
  }
}
