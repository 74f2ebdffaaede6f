/// A list of series under a chart: colour, name and a few words of figures, in a line each or, on a
/// phone, in lines below the name.
package struct ChartLegend {
  /// Names and what is said of them, in the order of their colours.
  package let entries: [(name: String, words: String)]
  package let width: ChartWidth

  private static let step = 18.0
  private static let left = 16.0

  package var height: Double { entries.reduce(0) { $0 + height(of: $1.words) } }

  /// Of an entry's words below its name; none on a page.
  private func lines(of words: String) -> [String] {
    guard width == .phone else { return [] }
    return SVG.lines(of: words, within: width.rawValue - Self.left - 17 - 16, size: 11)
  }

  private func height(of words: String) -> Double {
    Self.step + Double(lines(of: words).count) * 15
  }

  package func draw(_ svg: inout SVG, top: Double) {
    let x = Self.left
    let names = entries.map { SVG.shortened($0.name, to: 28) }
    let widest = names.map { SVG.width(of: $0) }.max() ?? 0
    var base = top + 10
    for (index, entry) in entries.enumerated() {
      svg.rectangle(x: x, y: base - 9, width: 11, height: 11, class: SVG.series(index))
      svg.text(names[index], x + 17, base, title: entry.name)
      if width == .page {
        svg.text(entry.words, x + 17 + widest + 14, base, class: "f")
      }
      for (number, line) in lines(of: entry.words).enumerated() {
        svg.text(line, x + 17, base + Double(number + 1) * 15, class: "f")
      }
      base += height(of: entry.words)
    }
  }
}
