/// Finds places for texts, so that none lies on another or on a curve.
package enum LabelLayout {
  /// Where a text of 12 pixels stands.
  package struct Box {
    package var left: Double
    package var right: Double
    /// Its base line.
    package var base: Double

    package init(_ text: String, at x: Double, base: Double, anchor: SVG.Anchor = .start) {
      let width = SVG.width(of: text)
      switch anchor {
      case .start: left = x
      case .middle: left = x - width / 2
      case .end: left = x - width
      }
      right = left + width
      self.base = base
    }

    /// From what to what a vertical line at `x` would run through it, with a little room around it; nil
    /// where it does not.
    package func gap(at x: Double) -> ClosedRange<Double>? {
      left - 3 < x && x < right + 3 ? base - 12...base + 4 : nil
    }

    package func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && (base - other.base).magnitude < 15
    }
  }

  /// Whether no curve passes through a text, with a little room around it. A curve goes from left to
  /// right.
  package static func isFree(_ box: Box, of curves: [[(Double, Double)]]) -> Bool {
    let (from, to) = (box.left - 4, box.right + 4)
    return curves.allSatisfy { points in
      zip(points, points.dropFirst()).allSatisfy { a, b in
        guard b.0 > from, a.0 < to, b.0 > a.0 else { return true }
        let slope = (b.1 - a.1) / (b.0 - a.0)
        let (start, end) = (
          a.1 + (max(from, a.0) - a.0) * slope, a.1 + (min(to, b.0) - a.0) * slope
        )
        return max(start, end) < box.base - 13 || min(start, end) > box.base + 5
      }
    }
  }

  /// Moves labels apart that would overlap, keeping their order and as near as may be to their
  /// places.
  ///
  /// `wanted` are the places; the result has at least `gap` between any two and stays inside
  /// `range` while there is room.
  package static func spread(_ wanted: [Double], gap: Double, in range: ClosedRange<Double>)
    -> [Double]
  {
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    var places = wanted
    var lowest = range.lowerBound
    for index in order {
      places[index] = max(places[index], lowest)
      lowest = places[index] + gap
    }
    var highest = range.upperBound
    for index in order.reversed() {
      places[index] = min(places[index], highest)
      highest = places[index] - gap
    }
    return places
  }
}
