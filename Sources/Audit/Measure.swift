import Support

/// A recomputed number: in base units, with what it is a number of.
package struct Measure: Sendable {
  package var interval: Interval
  package var kind: ClaimUnit.Kind
  /// The assumptions that it rests on, in words; empty where it follows from what is published.
  package var assumptions: [String] = []

  /// One of a formula's operations.
  package func combined(
    _ operation: Formula.Operation, with b: Measure
  ) throws(Rational.Problem) -> Measure {
    var result = self
    result.assume(b.assumptions)
    switch operation {
    case .plus: result.interval = try interval.adding(b.interval)
    case .minus: result.interval = try interval.subtracting(b.interval)
    case .times:
      result.interval = try interval.multiplied(by: b.interval)
      result.kind = kind.times(b.kind, power: 1)
    case .over:
      result.interval = try interval.divided(by: b.interval)
      result.kind = kind.times(b.kind, power: -1)
    }
    return result
  }

  package mutating func assume(_ more: [String]) {
    assumptions += more.filter { !assumptions.contains($0) }
  }
}

extension Formula.Function {
  /// The function of values of one kind, of which there is at least one.
  package func of(_ values: [Measure]) throws(Rational.Problem) -> Measure {
    var result = values[0]
    for value in values.dropFirst() { result.assume(value.assumptions) }
    let all = values.map(\.interval)
    switch self {
    case .sum, .mean:
      var sum = all[0]
      for value in all.dropFirst() { sum = try sum.adding(value) }
      result.interval = self == .sum ? sum : try sum.divided(by: Rational(Int64(all.count)))
    case .min:
      result.interval = all.dropFirst().reduce(all[0]) {
        Interval(Swift.min($0.low, $1.low), Swift.min($0.high, $1.high))
      }
    case .max:
      result.interval = all.dropFirst().reduce(all[0]) {
        Interval(Swift.max($0.low, $1.low), Swift.max($0.high, $1.high))
      }
    case .low: result.interval = Interval(all.reduce(all[0].low) { Swift.min($0, $1.low) })
    case .high: result.interval = Interval(all.reduce(all[0].high) { Swift.max($0, $1.high) })
    }
    return result
  }
}
