import Foundation

/// A mean of independent (or nearly independent) batches and its standard error.
///
/// Tests ask for `sigmas` = 6 with 200 batches or more: Student's t with 199 degrees of freedom is
/// beyond 6 with probability 1e-8, so even a dozen dependent looks stay rarer than 1e-6.
struct Estimate: CustomStringConvertible {
  var mean: Double
  var standardError: Double

  init(_ batches: [Double]) {
    let n = Double(batches.count)
    let mean = batches.reduce(0, +) / n
    let squares = batches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = (squares / (n - 1) / n).squareRoot()
  }

  /// The ratio Σnumerators / Σdenominators; its error by linearization.
  init(ratioOf numerators: [Double], to denominators: [Double]) {
    let n = Double(numerators.count)
    let below = denominators.reduce(0, +) / n
    let ratio = numerators.reduce(0, +) / n / below
    let residuals = zip(numerators, denominators).map { ($0 - ratio * $1) / below }
    self = Estimate(residuals)
    mean = ratio
  }

  func agrees(with expected: Double, sigmas: Double = 6) -> Bool {
    abs(mean - expected) <= sigmas * standardError
  }

  var description: String { "\(mean) ± \(standardError)" }
}
