import Simulator
import Support

/// A rate of yes among yes and no, with Wilson's interval (E. Wilson, "Probable inference", JASA 22,
/// 1927), on as many independent answers as the clusters are worth.
package struct ProportionEstimate: Sendable {
  package let rate: Double
  /// Answers.
  package let size: Double
  /// Variance over that of independent answers, never below 1.
  package let designEffect: Double
  /// Of the clusters; nil: answers are independent of each other, and normal quantiles hold.
  package let degrees: Double?

  /// nil where there is nothing to divide by, or but one cluster to go by.
  package init?(_ moments: ClusterMoments) {
    guard let estimate = ClusterEstimate(moments) else { return nil }
    rate = estimate.ratio
    size = estimate.size
    guard estimate.isClustered else {
      (designEffect, degrees) = (1, nil)
      return
    }
    guard estimate.hasSpread else { return nil }
    let independent = rate * (1 - rate) / size
    designEffect = independent > 0 ? max(1, estimate.variance / independent) : 1
    degrees = estimate.degrees
  }

  /// Independent answers.
  package init(_ successes: Double, of size: Double) {
    (rate, self.size, designEffect, degrees) = (successes / size, size, 1, nil)
  }

  /// Independent answers that say as much.
  package var effectiveSize: Double { size / designEffect }

  package func interval(confidence: Double) -> ClusterEstimate.Interval {
    let p = 0.5 + confidence / 2
    let z = degrees.map { StudentT.quantile(p, degrees: $0) } ?? Normal.quantile(p)
    let n = effectiveSize
    let middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    let reach =
      z / (1 + z * z / n) * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
    return ClusterEstimate.Interval(
      low: rate == 0 ? 0 : max(0, middle - reach), high: rate == 1 ? 1 : min(1, middle + reach))
  }

  /// The interval of this rate less another one: Newcombe's hybrid of the two Wilson intervals
  /// (R. Newcombe, "Interval estimation for the difference between independent proportions",
  /// Statistics in Medicine 17, 1998, method 10).
  package func difference(
    from control: ProportionEstimate, confidence: Double
  ) -> ClusterEstimate.Interval {
    let (own, other) = (
      interval(confidence: confidence), control.interval(confidence: confidence)
    )
    let value = rate - control.rate
    let below = Self.hypotenuse(rate - own.low, other.high - control.rate)
    let above = Self.hypotenuse(own.high - rate, control.rate - other.low)
    return ClusterEstimate.Interval(low: value - below, high: value + above)
  }

  private static func hypotenuse(_ a: Double, _ b: Double) -> Double {
    (a * a + b * b).squareRoot()
  }

  /// Two-sided, that the two rates are the same: the pooled test of two proportions.
  package func pValue(against control: ProportionEstimate) -> Double {
    let (a, b) = (effectiveSize, control.effectiveSize)
    let pooled = (rate * a + control.rate * b) / (a + b)
    let error = (pooled * (1 - pooled) * (1 / a + 1 / b)).squareRoot()
    guard error > 0, rate != control.rate else { return 1 }
    let z = (rate - control.rate).magnitude / error
    guard let own = degrees, let other = control.degrees else { return 2 * Normal.cdf(-z) }
    return 2 * StudentT.cdf(-z, degrees: own + other)
  }
}

/// Holm's correction for several comparisons with one control (S. Holm, "A simple sequentially
/// rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979).
package enum Holm {
  /// In the order given; what is not known stays so and counts as no comparison.
  package static func adjusted(_ values: [Double?]) -> [Double?] {
    let order = values.indices.filter { values[$0] != nil }
      .sorted { (values[$0] ?? 1, $0) < (values[$1] ?? 1, $1) }
    var result = values
    var largest = 0.0
    for (place, number) in order.enumerated() {
      largest = max(largest, min(1, (values[number] ?? 1) * Double(order.count - place)))
      result[number] = largest
    }
    return result
  }
}
