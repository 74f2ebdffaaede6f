import CostModel
import Support

/// Bills over one input: a line for each series, the budget across.
package struct LinesChart {
  package struct Series: Sendable {
    package var name: String
    /// By place on the axis, left to right; dollars.
    package var points: [(x: Double, y: Double)]
  }

  package var title: String
  /// Under the horizontal axis.
  package var axis: String
  package var series: [Series]
  /// What stands under a place.
  package var marks: [(x: Double, text: String)]
  /// Dollars; nil: none.
  package var budget: Double?
  /// A point to be seen: the answer.
  package var answer: (x: Double, y: Double, text: String)?

  package init(
    title: String, axis: String, series: [Series], marks: [(x: Double, text: String)],
    budget: Double?, answer: (x: Double, y: Double, text: String)? = nil
  ) {
    self.title = title
    self.axis = axis
    self.series = series
    self.marks = marks
    self.budget = budget
    self.answer = answer
  }

  /// Where the curves are, in pixels.
  private struct Frame {
    var across: ClosedRange<Double>
    var down: ClosedRange<Double>
  }

  /// The picture. A budget far beyond every bill is left out, since it would flatten them.
  package func svg(width chartWidth: ChartWidth = .page) -> String {
    let isNarrow = chartWidth == .phone
    let width = chartWidth.rawValue
    let heading = ChartHeading(title, "US dollars", width: chartWidth)
    let largest = series.flatMap(\.points).map(\.y).max() ?? 0
    let shown = budget.flatMap { $0 <= 4 * largest ? $0 : nil }
    let scale = ChartScale(largest: max(largest, shown ?? 0) * 1.02)
    let places = marks.map(\.x) + series.flatMap { $0.points.map(\.x) }
    let (first, last) = (places.min() ?? 0, places.max() ?? 1)
    let left = 26 + (scale.ticks.map { SVG.width(of: scale.label($0)) * 0.92 }.max() ?? 0)
    let right =
      isNarrow
      ? 24 : 30 + (series.map { SVG.width(of: SVG.shortened($0.name, to: 24)) }.max() ?? 0)
    let legend = ChartLegend(
      entries: isNarrow && series.count > 1 ? series.map { ($0.name, "") } : [], width: chartWidth)
    let top = 64 + heading.room
    let bottom = top + (isNarrow ? 240 : 320)
    func x(_ value: Double) -> Double {
      left + (value - first) / max(1e-12, last - first) * (width - left - right)
    }
    func y(_ dollars: Double) -> Double { bottom - dollars / scale.top * (bottom - top) }
    var svg = SVG(width: width, height: bottom + 58 + legend.height)
    heading.draw(&svg)
    for tick in scale.ticks {
      svg.line(left, y(tick), width - right, y(tick), class: tick == 0 ? "axis" : "grid")
      svg.text(scale.label(tick), left - 8, y(tick) + 4, anchor: .end, class: "f")
    }
    drawMarks(&svg, x: x, bottom: bottom)
    svg.text(
      SVG.shortened(axis, to: isNarrow ? 44 : 90), (left + width - right) / 2, bottom + 42,
      anchor: .middle,
      class: "f", title: axis)
    let curves = series.map { line in line.points.map { (x($0.x), y($0.y)) } }
    for (index, curve) in curves.enumerated() {
      svg.polyline(curve, class: "series " + SVG.series(index))
      for (place, point) in zip(curve, series[index].points) {
        svg.dot(
          place.0, place.1, class: SVG.series(index),
          title: words(of: point, in: series[index]))
      }
    }
    if isNarrow {
      legend.draw(&svg, top: bottom + 54)
    } else {
      drawNames(&svg, right: width - right, in: (top + 4)...(bottom + 4), y: y)
    }
    let frame = Frame(across: left...(width - right), down: top...bottom)
    let budgetLine = shown.map(y)
    let point = answer.map { (x: x($0.x), y: y($0.y), text: $0.text) }
    let taken = point.map { draw($0, &svg, in: frame, curves, budgetLine) } ?? []
    if let shown, let budgetLine {
      svg.line(left, budgetLine, width - right, budgetLine, class: "budget")
      drawBudget(
        "budget " + HumanFormat.wholeUSD(shown), &svg, at: budgetLine, in: frame, curves,
        taken)
    }
    if let point { svg.circle(point.x, point.y, radius: 5, class: "mark", title: point.text) }
    let summary = series.map { line in
      line.name + ": "
        + [line.points.first, line.points.last].compactMap { $0.map { HumanFormat.usd($0.y) } }
        .joined(separator: " to ")
    }
    return svg.file(title: title, description: summary.joined(separator: "; "))
  }

  /// The answer's text beside its point, where no line passes; tells what is taken now.
  private func draw(
    _ point: (x: Double, y: Double, text: String), _ svg: inout SVG,
    in frame: Frame, _ curves: [[(Double, Double)]], _ budgetLine: Double?
  ) -> [LabelLayout.Box] {
    let ends = (frame.across.lowerBound, frame.across.upperBound)
    let lines = curves + (budgetLine.map { [[(ends.0, $0), (ends.1, $0)]] } ?? [])
    var places: [(x: Double, anchor: SVG.Anchor, box: LabelLayout.Box)] = []
    for base in [18.0, -10, 36, -28, 54, -46].map({ point.y + $0 })
    where frame.down.contains(base) && base <= frame.down.upperBound - 4 {
      for (x, anchor) in [(point.x + 10, SVG.Anchor.start), (point.x - 10, .end)] {
        let box = LabelLayout.Box(point.text, at: x, base: base, anchor: anchor)
        guard frame.across.contains(box.left), frame.across.contains(box.right) else { continue }
        places.append((x, anchor, box))
      }
    }
    let place = places.first { LabelLayout.isFree($0.box, of: lines) } ?? places.first
    let circle = [point.y - 8, point.y + 8].map { base in
      var box = LabelLayout.Box("", at: point.x - 8, base: base)
      box.right = point.x + 8
      return box
    }
    guard let place else { return circle }
    svg.text(point.text, place.x, place.box.base, anchor: place.anchor, class: "t halo")
    return circle + [place.box]
  }

  /// The budget's name over its line or under it, where it meets no curve and no other text.
  private func drawBudget(
    _ name: String, _ svg: inout SVG, at line: Double, in frame: Frame,
    _ curves: [[(Double, Double)]], _ taken: [LabelLayout.Box]
  ) {
    let start = frame.across.lowerBound + 8
    let room = frame.across.upperBound - start - SVG.width(of: name) - 8
    let boxes = [-6.0, 14].flatMap { offset in
      (0...10).map {
        LabelLayout.Box(
          name, at: start + Double($0) / 10 * room, base: line + offset)
      }
    }.filter { box in box.base < frame.down.upperBound && !taken.contains { $0.overlaps(box) } }
    guard let box = boxes.first(where: { LabelLayout.isFree($0, of: curves) }) ?? boxes.first else {
      return
    }
    svg.text(name, box.left, box.base, class: "f b halo")
  }

  /// What a point tells under the pointer.
  private func words(of point: (x: Double, y: Double), in line: Series) -> String {
    let place = marks.first { $0.x == point.x }?.text
    return (series.count > 1 ? line.name + ", " : "") + (place.map { $0 + ": " } ?? "")
      + HumanFormat.usd(point.y)
  }

  /// As many as have room.
  private func drawMarks(_ svg: inout SVG, x: (Double) -> Double, bottom: Double) {
    var end = -Double.infinity
    for mark in marks {
      let half = SVG.width(of: mark.text) / 2
      svg.line(x(mark.x), bottom, x(mark.x), bottom + 5, class: "axis")
      guard x(mark.x) - half > end + 6 else { continue }
      svg.text(mark.text, x(mark.x), bottom + 20, anchor: .middle, class: "f")
      end = x(mark.x) + half
    }
  }

  private func drawNames(
    _ svg: inout SVG, right: Double, in range: ClosedRange<Double>, y: (Double) -> Double
  ) {
    guard series.count > 1 else { return }
    let wanted = series.map { y($0.points.last?.y ?? 0) + 4 }
    let places = LabelLayout.spread(wanted, gap: 15, in: range)
    for (index, (line, place)) in zip(series, places).enumerated() {
      svg.rectangle(x: right + 6, y: place - 9, width: 9, height: 9, class: SVG.series(index))
      svg.text(SVG.shortened(line.name, to: 24), right + 20, place, title: line.name)
    }
  }
}
