/// All numbers from `low` to `high`: what a document means by "60–70 %". Mostly one number.
package struct Interval: Hashable, Sendable {
  package var low: Rational
  package var high: Rational

  package init(_ low: Rational, _ high: Rational) {
    self.low = min(low, high)
    self.high = max(low, high)
  }

  package init(_ point: Rational) { self.init(point, point) }

  /// `1.25`, or `2..3`.
  package var decimal: String { isPoint ? low.decimal : low.decimal + ".." + high.decimal }

  package var isPoint: Bool { low == high }

  package func adding(_ b: Interval) throws(Rational.Problem) -> Interval {
    Interval(try low.adding(b.low), try high.adding(b.high))
  }

  package func subtracting(_ b: Interval) throws(Rational.Problem) -> Interval {
    Interval(try low.subtracting(b.high), try high.subtracting(b.low))
  }

  package func multiplied(by b: Interval) throws(Rational.Problem) -> Interval {
    let corners = [
      try low.multiplied(by: b.low), try low.multiplied(by: b.high),
      try high.multiplied(by: b.low), try high.multiplied(by: b.high),
    ]
    return Interval(corners.reduce(corners[0], min), corners.reduce(corners[0], max))
  }

  package func divided(by b: Interval) throws(Rational.Problem) -> Interval {
    guard b.low > .zero || b.high < .zero else { throw .divisionByZero }
    return try multiplied(
      by: Interval(try Rational.one.divided(by: b.low), try Rational.one.divided(by: b.high)))
  }

  package func multiplied(by factor: Rational) throws(Rational.Problem) -> Interval {
    try multiplied(by: Interval(factor))
  }

  package func divided(by divisor: Rational) throws(Rational.Problem) -> Interval {
    try divided(by: Interval(divisor))
  }

  package func overlaps(_ b: Interval) -> Bool { low <= b.high && b.low <= high }

  package func contains(_ b: Interval) -> Bool { low <= b.low && b.high <= high }
}
