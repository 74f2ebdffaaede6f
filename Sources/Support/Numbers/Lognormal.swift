import Foundation

/// A lognormal of mean m and coefficient of variation c: σ² = ln(1+c²), μ = ln m − σ²/2
/// (docs/validation.md, "Token sizes").
package struct Lognormal: Sendable {
  package let mu: Double
  package let sigma: Double

  /// `mean` > 0; a `cv` of 0 is a point.
  package init(mean: Double, cv: Double) {
    precondition(mean > 0 && cv >= 0, "checked by the reader")
    let variance = log1p(cv * cv)
    sigma = variance.squareRoot()
    mu = log(mean) - variance / 2
  }

  /// E X^k = e^{kμ+k²σ²/2}.
  package func moment(_ k: Int) -> Double {
    let k = Double(k)
    return exp(k * mu + k * k * sigma * sigma / 2)
  }

  /// E[X^k; X < x]; P(X < x) for k = 0.
  package func partialMoment(_ k: Int, below x: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < .infinity else { return moment(k) }
    guard sigma > 0 else { return exp(mu) < x ? moment(k) : 0 }
    return moment(k) * Normal.cdf((log(x) - mu - Double(k) * sigma * sigma) / sigma)
  }

  /// E min(X, cap)^k.
  package func cappedMoment(_ k: Int, cap: Double) -> Double {
    partialMoment(k, below: cap)
      + pow(cap, Double(k)) * (1 - partialMoment(0, below: cap))
  }

  /// The largest of independent variables, each of this law times the scale of its group: by group, the
  /// chance that it is one of the group's, and the mean of that one before it is scaled.
  ///
  /// E[X; X is largest] = n ∫ x F(x)^(n−1) Π F(x s/s_q)^(n_q) dF over the other groups q, summed in
  /// steps of a hundredth of a standard deviation of the logarithm.
  package func largest(of groups: [(count: Double, scale: Double)]) -> [(
    chance: Double, mean: Double
  )] {
    let step = 0.01
    return groups.map { own in
      guard own.count > 0, own.scale > 0 || groups.allSatisfy({ $0.scale <= 0 }) else {
        return (0, 0)
      }
      var (mass, sum) = (0.0, 0.0)
      for place in 0..<1_800 {
        let z = -9 + (Double(place) + 0.5) * step
        var others = (own.count - 1) * log(Normal.cdf(z))
        for other in groups where other.scale > 0 && other.count > 0 {
          others += other.count * log(Normal.cdf(z + log(own.scale / other.scale) / sigma))
        }
        if own.scale > 0 { others -= own.count * log(Normal.cdf(z)) }
        let cell = Normal.cdf(z + step / 2) - Normal.cdf(z - step / 2)
        let density = own.count * cell * exp(others)
        mass += density
        sum += density * exp(mu + sigma * z)
      }
      return mass > 0 ? (mass, sum / mass) : (0, 0)
    }
  }

  /// The cells of `activityCells`, each as two points of half its share that keep its mean and its mean
  /// square, so that the activity's variance is exact: cv².
  package static func activityPoints(cv: Double) -> [(weight: Double, share: Double, cell: Int)] {
    guard cv > 0 else { return [(1, 1, 0)] }
    let law = Lognormal(mean: 1, cv: cv)
    var edge = -Double.infinity
    var place = -60
    return activityCells(cv: cv).enumerated().flatMap { cell, drawn in
      var (end, mass) = (edge, 0.0)
      // Cells without a share are left out.
      while mass <= 0, place <= Int((law.sigma + 7) * 10) {
        end = place == Int((law.sigma + 7) * 10) ? .infinity : Double(place) / 10
        mass = Normal.cdf(end) - Normal.cdf(edge)
        place += 1
      }
      let square =
        (1 + cv * cv) * (Normal.cdf(end - 2 * law.sigma) - Normal.cdf(edge - 2 * law.sigma))
        / drawn.share
      edge = end
      let distance = min(drawn.weight, max(0, square - drawn.weight * drawn.weight).squareRoot())
      return [
        (drawn.weight - distance, drawn.share / 2, cell),
        (drawn.weight + distance, drawn.share / 2, cell),
      ]
    }
  }

  /// Activity of mean 1 cut into cells of a tenth of a standard deviation (of the logarithm): each
  /// cell's mean weight and its share of the users. Shares, and shares × weights, add up to 1.
  package static func activityCells(cv: Double) -> [(weight: Double, share: Double)] {
    guard cv > 0 else { return [(1, 1)] }
    let law = Lognormal(mean: 1, cv: cv)
    var share = 0.0
    var volume = 0.0
    var result: [(weight: Double, share: Double)] = []
    let last = Int((law.sigma + 7) * 10)
    for step in -60...last {
      let z = step == last ? Double.infinity : Double(step) / 10
      let upTo = (share: Normal.cdf(z), volume: Normal.cdf(z - law.sigma))
      let mass = upTo.share - share
      if mass > 0 { result.append(((upTo.volume - volume) / mass, mass)) }
      (share, volume) = upTo
    }
    return result
  }
}
