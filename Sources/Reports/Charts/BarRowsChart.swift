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

  /// Pixels from the left where a page's bars begin, more for long names; a phone's have their names above
  /// them.
  private static let left = 370.0
  private static let mostLeft = 430.0
  private static let nameLimit = 52

  /// A name in at most two lines; what is longer is shortened.
  private static func lines(of name: String, within room: Double) -> [String] {
    let lines = SVG.lines(of: name, within: room, size: 12)
    guard lines.count > 2 else { return lines }
    let rest = lines.dropFirst().joined(separator: " ")
    return [lines[0], SVG.shortened(rest, to: Int(room / 7.2))]
  }

  package func svg(width: ChartWidth = .page) -> String {
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
    let isNarrow = width == .phone
    let longest = rows.map { SVG.width(of: $0.name) }.max() ?? 0
    let left = isNarrow ? 24 : min(Self.mostLeft, max(Self.left, longest + 20))
    let nameLimit = max(Self.nameLimit, Int((left - 16) / 7.2))
    let right = isNarrow ? 28 : 18 + (rows.map { SVG.width(of: $0.text) }.max() ?? 0)
    let length = width.rawValue - left - right
    func x(_ dollars: Double) -> Double { left + max(0, dollars) / scale.top * length }
    let heading = ChartHeading(title, subtitle, width: width)
    let top = 88 + heading.room
    // A narrow row has its name and words above its bar, in as many lines as hold both.
    let room = width.rawValue - 40
    let names = rows.map { isNarrow ? Self.lines(of: $0.name, within: room) : [] }
    let above = zip(rows, names).map { row, lines in
      guard let last = lines.last else { return 0.0 }
      let fits = SVG.width(of: last) + SVG.width(of: row.text) <= room
      return 20 + 15 * Double(lines.count - (fits ? 1 : 0))
    }
    let bottom = above.reduce(top) { $0 + $1 + 28 }
    let legendPlaces = SVG.flow(
      legend.map { 17 + SVG.width(of: $0.name) + 24 }, within: width.rawValue)
    let legendHeight = legendPlaces.last.map { $0.y + 26 } ?? 0
    var svg = SVG(width: width.rawValue, height: bottom + 30 + legendHeight)
    heading.draw(&svg)
    let labelStep = scale.labelStep(over: length)
    let boxes = rows.indices.reduce(into: (y: top, words: [LabelLayout.Box]())) { place, index in
      let (row, above) = (rows[index], above[index])
      let y = place.y + above
      place.y = y + 28
      guard isNarrow else {
        let end = x(max(row.from, row.to)) + 6
        place.words.append(LabelLayout.Box(row.text, at: end, base: y + 15))
        return
      }
      for (line, name) in names[index].enumerated() {
        place.words.append(
          LabelLayout.Box(name, at: 16, base: y + 14 - above + 15 * Double(line)))
      }
      place.words.append(
        LabelLayout.Box(row.text, at: width.rawValue - 16, base: y - 6, anchor: .end))
    }
    for (index, tick) in scale.ticks.enumerated() {
      svg.vertical(
        x(tick), top - 6, bottom, class: tick == 0 ? "axis" : "grid", around: boxes.words)
      guard index % labelStep == 0 else { continue }
      svg.text(scale.label(tick), around: x(tick), bottom + 18, class: "f")
    }
    for line in shown {
      svg.vertical(x(line.dollars), top - 10, bottom, class: "budget", around: boxes.words)
      svg.text(line.name, around: x(line.dollars), top - 14, class: "f b")
    }
    var y = top
    for (index, row) in rows.enumerated() {
      let above = above[index]
      y += above
      defer { y += 28 }
      let (low, high) = (x(min(row.from, row.to)), x(max(row.from, row.to)))
      svg.rectangle(
        x: low, y: y, width: max(1, high - low), height: 19, class: SVG.series(row.series),
        title: "\(row.name): \(row.text)")
      if isNarrow {
        for (line, name) in names[index].enumerated() {
          svg.text(
            name, 16, y + 14 - above + 15 * Double(line), class: "t halo", title: row.name)
        }
        svg.text(row.text, width.rawValue - 16, y - 6, anchor: .end, class: "t halo")
        continue
      }
      svg.text(
        SVG.shortened(row.name, to: nameLimit), left - 8, y + 15, anchor: .end,
        title: row.name)
      svg.text(row.text, high + 6, y + 15, class: "t halo")
    }
    for (entry, place) in zip(legend, legendPlaces) {
      let base = bottom + 44 + place.y
      svg.rectangle(x: place.x, y: base - 9, width: 11, height: 11, class: SVG.series(entry.series))
      svg.text(entry.name, place.x + 17, base)
    }
    return svg.file(
      title: title, description: rows.map { "\($0.name): \($0.text)" }.joined(separator: "; "))
  }
}
