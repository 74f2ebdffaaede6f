import Simulator
import Support

/// A ratio Σx/Σn estimated from clusters of which each is a world of its own: users, where users
/// were given variants (docs/validation.md, "Experiments").
package struct ClusterEstimate: Sendable {
  package let ratio: Double
  /// Σn: calls, messages, ratings.
  package let size: Double
  /// As many clusters of one size as would weigh the same: (Σn)²/Σn² (Kish, "Survey Sampling",
  /// 1965).
  package let clusters: Double
  /// Σ(x − ratio·n)², what clusters differ by.
  private let squares: Double
  /// Whether a cluster has more than one of what is counted.
  package let isClustered: Bool

  /// nil where there is nothing to divide by.
  package init?(_ moments: ClusterMoments) {
    guard moments.size > 0 else { return nil }
    let ratio = moments.total / moments.size
    size = moments.size
    clusters = moments.size * moments.size / moments.squareSize
    isClustered = moments.squareSize > moments.size
    let sum =
      moments.squareTotal - 2 * ratio * moments.product + ratio * ratio * moments.squareSize
    // What is left where all clusters are alike is rounding.
    squares = sum > 1e-10 * moments.squareTotal ? sum : 0
    self.ratio = ratio
  }

  /// Whether clusters can be compared with each other at all.
  package var hasSpread: Bool { clusters >= 2 }
  package var degrees: Double { clusters - 1 }

  /// Of the ratio: the linearised one, without bias where calls are independent of each other.
  package var variance: Double { clusters / (clusters - 1) * squares / (size * size) }

  /// The ratio's interval of Student's t; nil where there is but one cluster to go by.
  package func interval(confidence: Double) -> Interval? {
    guard hasSpread else { return nil }
    let reach =
      StudentT.quantile(0.5 + confidence / 2, degrees: degrees) * variance.squareRoot()
    return Interval(low: ratio - reach, high: ratio + reach)
  }

  package struct Interval: Hashable, Sendable {
    package var low: Double
    package var high: Double
  }

  /// A difference of two, with Welch's degrees of freedom.
  package struct Difference: Sendable {
    package let value: Double
    private let error: Double
    private let degrees: Double

    /// nil where one of the two has no spread.
    package init?(_ estimate: ClusterEstimate, against control: ClusterEstimate) {
      guard estimate.hasSpread, control.hasSpread else { return nil }
      let (a, b) = (estimate.variance, control.variance)
      let difference = estimate.ratio - control.ratio
      let isRounding = difference.magnitude <= 1e-9 * control.ratio.magnitude
      value = isRounding ? 0 : difference
      error = (a + b).squareRoot()
      degrees =
        a + b > 0
        ? (a + b) * (a + b) / (a * a / estimate.degrees + b * b / control.degrees) : 1
    }

    package func interval(confidence: Double) -> Interval {
      let reach = StudentT.quantile(0.5 + confidence / 2, degrees: degrees) * error
      return Interval(low: value - reach, high: value + reach)
    }

    /// Two-sided.
    package var pValue: Double {
      if value == 0 { return 1 }
      return error > 0
        ? 2 * StudentT.cdf(-value.magnitude / error, degrees: degrees) : 0
    }
  }
}
