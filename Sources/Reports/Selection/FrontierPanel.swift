import CostModel
import Decisions
import Foundation
import Support

/// One kind of call.
package struct FrontierPanel {
  package struct Point {
    package enum Kind {
      case frontier, beaten, dropped

      package var style: String {
        switch self {
        case .frontier: SVG.series(0)
        case .beaten: SVG.series(7)
        case .dropped: SVG.series(8)
        }
      }
    }

    package var name: String
    /// Dollars of 1,000 calls.
    package var cost: Double
    package var quality: Double
    package var kind: Kind
    package var isBest: Bool
  }
  /// What a label or a point takes up.
  private struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    func meets(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height
        && other.y < y + height
    }

    func holds(_ other: Box) -> Bool {
      x <= other.x && other.x + other.width <= x + width && y <= other.y
        && other.y + other.height <= y + height
    }

    /// The point of its edge that is nearest to a point outside.
    func nearest(to px: Double, _ py: Double) -> (x: Double, y: Double) {
      (min(max(px, x), x + width), min(max(py, y), y + height))
    }
  }

  package static let height = 262.0
  private static let left = 56.0
  private static let right = 20.0
  private static let head = 34.0
  private static let foot = 40.0

  package let width: Double
  package let name: String
  /// Frontier first, cheapest first within each kind.
  package let points: [Point]
  private let low: Double
  private let high: Double
  private let floor: Double

  package init(_ answer: SelectionAnswer, catalog: Catalog, _ width: ChartWidth = .page) {
    self.width = width == .page ? 450 : width.rawValue
    name = answer.calls.name
    let drawn = answer.candidates.compactMap { candidate -> Point? in
      guard let cost = candidate.cost, cost > 0, let quality = candidate.quality?.value else {
        return nil
      }
      let kind: Point.Kind =
        candidate.isOnFrontier ? .frontier : candidate.isLeft ? .beaten : .dropped
      return Point(
        name: catalog[candidate.model].name, cost: 1_000 * cost, quality: quality, kind: kind,
        isBest: answer.choice == .best(candidate.model))
    }
    points = drawn.enumerated().sorted { a, b in
      let (kindA, kindB) = (a.element.kind == .frontier, b.element.kind == .frontier)
      if kindA != kindB { return kindA }
      return (a.element.cost, a.offset) < (b.element.cost, b.offset)
    }.map(\.element)
    low = (points.map(\.cost).min() ?? 1) / 1.6
    high = (points.map(\.cost).max() ?? 1) * 1.6
    floor = max(0, (((points.map(\.quality).min() ?? 0) - 0.1) * 5).rounded(.down) / 5)
  }

  /// For a screen reader.
  package var words: String {
    name + ": "
      + points.map {
        "\($0.name) \(HumanFormat.usd($0.cost)), \(HumanFormat.percent($0.quality))"
      }.joined(separator: ", ")
  }

  package func draw(_ svg: inout SVG, x: Double, y: Double) {
    let title = SVG.shortened(name, to: width < 400 ? 40 : 56)
    svg.text(title, x + Self.left, y + 18, title: name)
    drawAxes(&svg, x, y)
    let frontier = points.filter { $0.kind == .frontier }
    if frontier.count > 1 {
      svg.polyline(frontier.map { (place($0, x, y)) }, class: "series \(SVG.series(0))")
    }
    for point in points {
      let (px, py) = place(point, x, y)
      if point.isBest { svg.circle(px, py, radius: 8, class: "mark") }
      svg.circle(
        px, py, radius: 5, class: point.kind.style,
        title: "\(point.name): \(HumanFormat.usd(point.cost)) for 1,000 calls, "
          + HumanFormat.percent(point.quality))
    }
    drawLabels(&svg, x, y)
  }

  private func place(_ point: Point, _ x: Double, _ y: Double) -> (Double, Double) {
    (x + across(point.cost), y + down(point.quality))
  }

  private func across(_ cost: Double) -> Double {
    Self.left + log(cost / low) / log(high / low) * (width - Self.left - Self.right)
  }

  private func down(_ quality: Double) -> Double {
    // Above 100 % there is room for a label.
    let share = (1.08 - quality) / (1.08 - floor)
    return Self.head + share * (Self.height - Self.head - Self.foot)
  }

  // MARK: Axes

  private func drawAxes(_ svg: inout SVG, _ x: Double, _ y: Double) {
    let (start, end) = (x + Self.left, x + width - Self.right)
    let bottom = y + down(floor)
    for tick in 0...5 where Double(tick) / 5 >= floor - 1e-9 {
      let height = y + down(Double(tick) / 5)
      svg.line(start, height, end, height, class: "grid")
      svg.text("\(tick * 20) %", start - 6, height + 4, anchor: .end, class: "f")
    }
    for tick in ticks {
      svg.line(x + across(tick), y + Self.head, x + across(tick), bottom, class: "grid")
      svg.text(amount(tick), x + across(tick), bottom + 16, anchor: .middle, class: "f")
    }
    svg.line(start, bottom, end, bottom, class: "axis")
  }

  /// 1, 2 and 5 times powers of ten, or the powers alone where those are too many.
  private var ticks: [Double] {
    let powers = (-12...12).map { pow(10, Double($0)) }
    func inside(_ steps: [Double]) -> [Double] {
      powers.flatMap { power in steps.map { $0 * power } }.filter { (low...high).contains($0) }
    }
    let fine = inside([1, 2, 5])
    let coarse = inside([1])
    return fine.count <= 6 || coarse.isEmpty ? fine : coarse
  }

  private func amount(_ tick: Double) -> String {
    var places = tick < 1 ? 2 : 0
    while places > 0, places < 9, (tick * pow(10, Double(places))).rounded() < 1 { places += 1 }
    return HumanFormat.usd(tick, places: places)
  }

  // MARK: Labels

  /// Each beside its point, further off with a line where that place is taken, and named below where
  /// there is none at all: no label ever lies on another one or on a point.
  private func drawLabels(_ svg: inout SVG, _ x: Double, _ y: Double) {
    let area = Box(
      x: x + Self.left - 4, y: y + Self.head - 8, width: width - Self.left - 4,
      height: down(floor) - Self.head + 6)
    var taken = points.map { point in
      let (px, py) = place(point, x, y)
      return Box(x: px - 8, y: py - 8, width: 16, height: 16)
    }
    taken += lineBoxes(x, y)
    var left: [String] = []
    for point in points {
      let (px, py) = place(point, x, y)
      let label = SVG.shortened(point.name, to: 24)
      let free = Self.places(px, py, width: SVG.width(of: label)).first { candidate in
        area.holds(candidate.box) && !taken.contains { $0.meets(candidate.box) }
      }
      guard let free else {
        left.append(point.name)
        continue
      }
      taken.append(free.box)
      if free.isFar {
        let end = free.box.nearest(to: px, py)
        svg.line(px, py, end.x, end.y, class: "axis")
      }
      svg.text(label, free.box.x, free.box.y + 11, class: "t halo", title: point.name)
    }
    guard !left.isEmpty else { return }
    let words = "without label: " + left.joined(separator: ", ")
    svg.text(
      SVG.shortened(words, to: 58), x + Self.left, y + down(floor) + 32, class: "f", title: words)
  }

  /// What the frontier's line takes up.
  private func lineBoxes(_ x: Double, _ y: Double) -> [Box] {
    let corners = points.filter { $0.kind == .frontier }.map { place($0, x, y) }
    let steps = 40
    return zip(corners, corners.dropFirst()).flatMap { from, to in
      (0...steps).map { step in
        let share = Double(step) / Double(steps)
        return Box(
          x: from.0 + share * (to.0 - from.0) - 3, y: from.1 + share * (to.1 - from.1) - 3,
          width: 6, height: 6)
      }
    }
  }

  /// Places for a label around a point, nearest first.
  private static func places(
    _ x: Double, _ y: Double, width: Double
  ) -> [(box: Box, isFar: Bool)] {
    [10.0, 24, 40, 58, 78, 100].flatMap { reach -> [(box: Box, isFar: Bool)] in
      let directions: [(Double, Double)] = [
        (1, 0), (-1, 0), (0, -1), (0, 1), (0.7, -0.8), (-0.7, -0.8), (0.7, 0.8), (-0.7, 0.8),
      ]
      return directions.map { dx, dy -> (box: Box, isFar: Bool) in
        let middle = (x + dx * reach, y + dy * (reach + 4))
        let start = dx > 0 ? middle.0 : dx < 0 ? middle.0 - width : middle.0 - width / 2
        return (Box(x: start, y: middle.1 - 7, width: width, height: 14), reach > 12)
      }
    }
  }
}
