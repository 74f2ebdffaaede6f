import Foundation

/// The pool of prompts and the Zipf exponent that give a log's number of different prompts and of
/// pairs of equal ones.
package struct PoolFit: Sendable {
  package var size: Int
  package var exponent: Double

  private static let largest = 10_000_000.0

  /// - Parameters:
  ///   - streams: calls that draw from one pool, for each pool (or for many: with a weight).
  /// nil where prompts hardly come back.
  package init?(_ seen: PromptSketch.Repetition, streams: [(calls: Double, count: Double)]) {
    let pairs = streams.reduce(0.0) { $0 + $1.count * $1.calls * ($1.calls - 1) }
    let calls = streams.reduce(0.0) { $0 + $1.count * $1.calls }
    guard pairs > 0, seen.repeats >= 20, seen.distinct < 0.999 * calls else { return nil }
    let target = seen.repeats / pairs
    var low = 0.0
    var high = 4.0
    for _ in 0..<30 {
      let middle = (low + high) / 2
      let size = Self.size(distinct: seen.distinct, exponent: middle, streams: streams)
      if Self.collision(size: size, exponent: middle) < target {
        low = middle
      } else {
        high = middle
      }
    }
    // To four decimals; chance alone leaves far more.
    exponent = ((low + high) / 2 * 10_000).rounded() / 10_000
    let fitted = Self.size(distinct: seen.distinct, exponent: exponent, streams: streams)
    guard fitted < Self.largest else { return nil }
    size = max(1, Int(fitted.rounded()))
  }

  /// Ranks in blocks whose members are taken to be alike.
  private static func blocks(_ size: Double) -> [(rank: Double, count: Double)] {
    var result: [(rank: Double, count: Double)] = []
    var rank = 1.0
    while rank <= size {
      let width = min(rank < 40 ? 1 : (rank * 0.1).rounded(), size - rank + 1)
      result.append((rank + (width - 1) / 2, width))
      rank += width
      if width < 1 { break }
    }
    return result
  }

  private static func harmonic(_ size: Double, _ exponent: Double) -> Double {
    blocks(size).reduce(0) { $0 + $1.count * pow($1.rank, -exponent) }
  }

  /// Chance that two draws are equal.
  private static func collision(size: Double, exponent: Double) -> Double {
    harmonic(size, 2 * exponent) / pow(harmonic(size, exponent), 2)
  }

  /// The size of the pool from which that many different prompts are to be expected.
  private static func size(
    distinct: Double, exponent: Double, streams: [(calls: Double, count: Double)]
  ) -> Double {
    var low = 0.0
    var high = log(largest)
    for _ in 0..<30 {
      let middle = (low + high) / 2
      let ranks = blocks(exp(middle))
      let sum = ranks.reduce(0) { $0 + $1.count * pow($1.rank, -exponent) }
      var expected = 0.0
      for rank in ranks {
        let chance = pow(rank.rank, -exponent) / sum
        for stream in streams {
          expected -= stream.count * rank.count * expm1(-stream.calls * chance)
        }
      }
      if expected < distinct { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
