import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): random numbers of the tests' own.
struct TestRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In (0, 1).
  mutating func uniform() -> Double { (Double(bits() >> 11) + 0.5) * 0x1p-53 }

  mutating func exponential() -> Double { -log(uniform()) }

  mutating func normal() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}

/// Mean and standard error of a sample of independent values.
struct SampleMean {
  private(set) var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ x: Double) {
    count += 1
    sum += x
    squares += x * x
  }

  var mean: Double { sum / count }
  var error: Double { (max(0, squares / count - mean * mean) / count).squareRoot() }

  /// Within 5.5 standard errors: a false alarm in 26 million.
  func agrees(with expected: Double) -> Bool { (mean - expected).magnitude <= 5.5 * error }
}
