import Foundation
import Testing

@testable import Scenarios
@testable import Simulator

/// Moments within 5.5 standard errors (a false alarm in 26 million), seeds fixed.
@Suite struct SamplerTests {
  private func moments(_ distribution: Distribution, scale: Double = 1) -> (SampleMean, SampleMean)
  {
    var tables = SamplerTables()
    // Something before it in the tables, so that places count.
    _ = tables.sampler(for: .histogram([Distribution.Bin(low: 9, high: 9, weight: 1)]))
    let sampler = tables.sampler(for: distribution, scale: scale)
    var random = TestRandom(seed: 71)
    var mean = SampleMean()
    var square = SampleMean()
    for _ in 0..<20_000 {
      let x = Double(tables.draw(sampler, random.bits()))
      mean.add(x)
      square.add(x * x)
    }
    return (mean, square)
  }

  @Test func fixedIsRoundedOnce() {
    var tables = SamplerTables()
    for (value, expected) in [(0, 0), (0.4, 0), (0.5, 1), (7.49, 7), (1e9, 1_000_000_000)] {
      let sampler = tables.sampler(for: .fixed(value))
      #expect(sampler.constant == Int64(expected))
      #expect(tables.draw(sampler, .max) == Int64(expected))
    }
    #expect(tables.draw(tables.sampler(for: .fixed(1.5), scale: 1e6), 0) == 1_500_000)
  }

  @Test func uniformMoments() {
    let (mean, square) = moments(.uniform(low: 1, high: 3), scale: 1_000)
    #expect(mean.agrees(with: 2_000))
    // Whole numbers from 1,000 to 3,000, all alike.
    #expect(square.agrees(with: 4e6 + (2_001.0 * 2_001 - 1) / 12))
  }

  /// χ² with n − 1 degrees of freedom (5, 4, 2, 5), each beyond its limit with a chance below 6e-7.
  @Test func endsAreAsLikelyAsTheValuesBetween() {
    func bin(_ low: Double, _ high: Double, _ weight: Double) -> Distribution.Bin {
      Distribution.Bin(low: low, high: high, weight: weight)
    }
    let cases: [(law: Distribution, values: [Int64], limit: Double)] = [
      (.uniform(low: 0, high: 5), [0, 1, 2, 3, 4, 5], 38),
      (.histogram([bin(1, 3, 2), bin(3, 5, 2)]), [1, 2, 3, 4, 5], 36),
      (.histogram([bin(7, 9, 4)]), [7, 8, 9], 29),
      (.histogram([bin(1, 3, 1), bin(10, 12, 1)]), [1, 2, 3, 10, 11, 12], 38),
    ]
    for (law, values, limit) in cases {
      var tables = SamplerTables()
      let sampler = tables.sampler(for: law)
      var random = TestRandom(seed: 74)
      var counts: [Int64: Double] = [:]
      let draws = 60_000
      for _ in 0..<draws { counts[tables.draw(sampler, random.bits()), default: 0] += 1 }
      #expect(counts.keys.sorted() == values)
      let expected = Double(draws) / Double(values.count)
      let square = counts.values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
      #expect(square < limit, "\(law): \(counts)")
      #expect(tables.draw(sampler, .max) == values.last)
      #expect(tables.draw(sampler, 0) == values.first)
    }
  }

  @Test(arguments: [0.3, 1, 1.5]) func lognormalMoments(cv: Double) {
    let (mean, square) = moments(.lognormal(mean: 5_000, cv: cv, cap: nil))
    #expect(mean.agrees(with: 5_000))
    if cv <= 1 { #expect(square.agrees(with: 25e6 * (1 + cv * cv))) }
  }

  /// E min(X, c) = m·Φ(d − σ) + c·Φ(−d) with d = (ln c − μ)/σ.
  @Test func lognormalIsCappedAfterItIsDrawn() {
    let (mean, _) = moments(.lognormal(mean: 2_000, cv: 1, cap: 3_000))
    let sigma = log(2.0).squareRoot()
    let d = (log(3_000 / 2_000) + sigma * sigma / 2) / sigma
    func phi(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
    let expected: Double = 2_000 * phi(d - sigma) + 3_000 * phi(-d)
    #expect(mean.agrees(with: expected))
  }

  @Test func histogramMoments() {
    let bins = [(0.0, 1_000.0, 3.0), (5_000, 5_000, 1), (1_000, 4_000, 6)].map {
      Distribution.Bin(low: $0.0, high: $0.1, weight: $0.2)
    }
    let (mean, square) = moments(.histogram(bins))
    let first: Double = 150 + 500 + 1_500
    #expect(mean.agrees(with: first))
    // 0.3·1e6/3 + 0.1·25e6 + 0.6·7e6, but for half a unit at either end.
    let second: Double = 100_000 + 2_500_000 + 4_200_000
    #expect(square.agrees(with: second))
  }

  @Test func aliasTablesHoldTheirWeights() {
    var random = TestRandom(seed: 72)
    for _ in 0..<200 {
      let weights =
        (0...random.below(40)).map { _ in
          random.chance(0.1) ? 0 : random.uniform() * random.uniform() * random.uniform()
        } + [1]
      let (own, alias) = AliasTable.build(weights: weights)
      var held = own
      for (cell, other) in alias.enumerated() where other != cell { held[other] += 1 - own[cell] }
      let total = weights.reduce(0, +)
      for (place, weight) in weights.enumerated() {
        #expect(abs(held[place] / Double(weights.count) - weight / total) < 1e-12)
        #expect((0...1).contains(own[place]))
      }
    }
  }

  /// χ² with 9 degrees of freedom is beyond 46 with a chance of 6e-7.
  @Test func promptsComeBackInProportionToTheirRank() {
    let pool = PromptPool(size: 10, exponent: 0.8)
    var random = TestRandom(seed: 73)
    var counts = Array(repeating: 0.0, count: 10)
    for _ in 0..<20_000 { counts[Int(pool.draw(random.bits()))] += 1 }
    let weights = (1...10).map { pow(Double($0), -0.8) }
    let scale = 20_000 / weights.reduce(0, +)
    let square = zip(counts, weights).map { ($0 - $1 * scale) * ($0 - $1 * scale) / ($1 * scale) }
      .reduce(0, +)
    #expect(square < 46, "\(counts)")
  }
}
