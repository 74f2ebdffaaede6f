import Foundation

/// How much users differ: the lognormal of which their numbers of calls are Poisson draws, by
/// expectation–maximisation over a grid of the logarithm.
package struct ActivityFit: Sendable {
  /// nil: no more than chance.
  package let cv: Double?
  /// How well the users seen tell it.
  package let range: FittedRange?
  /// The lognormal's own spread is beyond what so many users can show.
  package let isCapped: Bool
  package let users: Int
  package let low: Int64
  package let high: Int64

  /// - Parameters:
  ///   - counts: calls of each user.
  ///   - dispersion: variance of a user's count over its mean (1 for Poisson arrivals).
  package init(counts: [Int64], dispersion: Double) {
    users = counts.count
    low = counts.min() ?? 0
    high = counts.max() ?? 0
    let n = Double(counts.count)
    let mean = counts.reduce(0.0) { $0 + Double($1) } / max(1, n)
    guard counts.count >= 5, mean > 0 else {
      (cv, range, isCapped) = (nil, nil, false)
      return
    }
    let noise = max(dispersion, 1e-3)
    let index =
      counts.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / (mean * noise)
    guard index > n - 1 + 5 * (2 * (n - 1)).squareRoot() else {
      (cv, range, isCapped) = (nil, nil, false)
      return
    }
    let variance = Self.variance(counts, noise: noise)
    let largest = Self.largestSpread(ofUsers: counts.count)
    let fitted = expm1(variance).squareRoot()
    let cv = min(fitted, largest)
    isCapped = fitted > largest
    self.cv = cv
    // σ of n values has the standard error σ/√(2n), and the cv √(e^σ² − 1) that times its slope.
    let sigma = log1p(cv * cv).squareRoot()
    let error = sigma * (1 + cv * cv) / cv * sigma / (2 * n).squareRoot()
    range = FittedRange(cv, error: error, in: 0...largest)
  }

  /// The largest coefficient of variation that n numbers ≥ 0 can show, where all but one are 0: with
  /// mean m their variance is ((n − 1)·m² + (n·m − m)²)/n = (n − 1)·m².
  package static func largestSpread(ofUsers n: Int) -> Double {
    Double(max(0, n - 1)).squareRoot()
  }

  /// Of the logarithm of users' rates.
  private static func variance(_ counts: [Int64], noise: Double) -> Double {
    let groups = grouped(counts)
    let logs = groups.map { log(max($0.value, 0.25)) }
    guard let least = logs.min(), let most = logs.max() else { return 0 }
    let size = 200
    let grid = (0..<size).map { least - 1 + (most - least + 2) * Double($0) / Double(size - 1) }
    // Likelihoods beside the likeliest rate, which is the count itself.
    let likelihood = groups.map { group in
      let best = group.value > 0 ? group.value * log(group.value) - group.value : 0
      return grid.map { exp((group.value * $0 - exp($0) - best) / noise) }
    }
    let total = groups.reduce(0.0) { $0 + $1.users }
    var mu = zip(groups, logs).reduce(0.0) { $0 + $1.0.users * $1.1 } / total
    var variance = max(
      zip(groups, logs).reduce(0.0) { $0 + $1.0.users * pow($1.1 - mu, 2) } / total, 1e-4)
    for _ in 0..<200 {
      let prior = grid.map { exp(-($0 - mu) * ($0 - mu) / (2 * variance)) }
      var first = 0.0
      var second = 0.0
      for (index, group) in groups.enumerated() {
        var sums = (0.0, 0.0, 0.0)
        for place in 0..<size {
          let weight = prior[place] * likelihood[index][place]
          sums.0 += weight
          sums.1 += weight * grid[place]
          sums.2 += weight * grid[place] * grid[place]
        }
        guard sums.0 > 0 else { continue }
        first += group.users * sums.1 / sums.0
        second += group.users * sums.2 / sums.0
      }
      let before = variance
      mu = first / total
      variance = max(second / total - mu * mu, 1e-6)
      if abs(variance - before) < 1e-6 * variance { break }
    }
    return variance
  }

  /// Small counts as they are, larger ones in bins of 3%.
  private static func grouped(_ counts: [Int64]) -> [(value: Double, users: Double)] {
    var sketch = SizeSketch()
    for count in counts { sketch.add(count) }
    return sketch.sorted.map { ($0.mean, Double($0.count)) }
  }
}
