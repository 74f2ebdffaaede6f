import Foundation
import Scenarios
import Support

/// What a log says of one number of its calls: an empirical distribution with the log's mean, and
/// the lognormal that comes nearest by its moments of the logarithm.
package struct SizeFit: Sendable {
  /// The lognormal of the positive values, and how far its distribution function is from theirs.
  package struct LognormalFit: Sendable {
    package var mean: Double
    package var cv: Double
    package var distance: Double
  }

  /// At most this many bins are written.
  package static let maximumBins = 40

  package let count: Int64
  package let mean: Double
  package let low: Int64
  package let high: Int64
  package let bins: [Distribution.Bin]
  package let lognormal: LognormalFit?
  /// How well the sample tells the mean, over that; nil: it does not.
  package let factor: FittedRange?

  /// - Parameter unit: what bins are rounded to where a mean need not be exact (a latency is no
  ///   part of a bill); 1: the mean is exact.
  /// nil if nothing was seen.
  package init?(_ sketch: SizeSketch, unit: Int64 = 1) {
    let fine = sketch.sorted
    guard let first = fine.first, let last = fine.last else { return nil }
    count = sketch.count
    mean = sketch.mean
    low = first.low
    high = last.high
    bins =
      fine.count <= Self.maximumBins && fine.allSatisfy { $0.low == $0.high }
      ? fine.map { Self.point($0.low, weight: Double($0.count)) }
      : Self.grouped(fine, count: Double(sketch.count), sum: Double(sketch.sum)).flatMap {
        unit == 1 ? Self.centred($0) : [Self.rounded($0, to: unit)]
      }
    lognormal = Self.lognormal(fine)
    factor = FittedRange(factorOf: sketch)
  }

  /// Of pauses: no bin reaches over the life of a cache.
  package init?(pauses: PauseSketch) {
    let whole = pauses.whole
    guard let first = whole.sorted.first, let last = whole.sorted.last else { return nil }
    let total = (count: Double(whole.count), sum: Double(whole.sum))
    count = whole.count
    mean = whole.mean
    low = first.low
    high = last.high
    let fine = whole.sorted
    if fine.count <= Self.maximumBins, fine.allSatisfy({ $0.low == $0.high }) {
      bins = fine.map { Self.point($0.low, weight: Double($0.count)) }
    } else {
      bins = pauses.parts.flatMap {
        Self.grouped($0.sorted, count: total.count, sum: total.sum).flatMap(Self.centred)
      }
    }
    lognormal = Self.lognormal(fine)
    factor = FittedRange(factorOf: whole)
  }

  package var isZero: Bool { high == 0 }

  private static func point(_ value: Int64, weight: Double) -> Distribution.Bin {
    Distribution.Bin(low: Double(value), high: Double(value), weight: weight)
  }

  /// Bins that hold about equal parts of the calls and of the sum, so that tails are kept.
  private static func grouped(
    _ fine: [SizeSketch.Bin], count: Double, sum: Double
  ) -> [SizeSketch.Bin] {
    let groups = Double(maximumBins / 2)
    var result: [SizeSketch.Bin] = []
    var current = -1
    var passed = 0.0
    for bin in fine {
      let part = (Double(bin.count) / count + (sum > 0 ? Double(bin.sum) / sum : 0)) / 2
      let group = min(Int((passed + part / 2) * groups), Int(groups) - 1)
      passed += part
      if group == current {
        result[result.count - 1].merge(bin)
      } else {
        result.append(bin)
        current = group
      }
    }
    return result
  }

  private static func rounded(_ bin: SizeSketch.Bin, to unit: Int64) -> Distribution.Bin {
    Distribution.Bin(
      low: Double((bin.low + unit / 2) / unit * unit),
      high: Double((bin.high + unit / 2) / unit * unit), weight: Double(bin.count))
  }

  /// A bin whose mean is not its middle becomes one with an extra weight at an end: the mean stays
  /// exact, also after the engine's rounding to whole numbers.
  private static func centred(_ bin: SizeSketch.Bin) -> [Distribution.Bin] {
    let weight = Double(bin.count)
    guard bin.low < bin.high else { return [point(bin.low, weight: weight)] }
    let middle = (Double(bin.low) + Double(bin.high)) / 2
    let end = bin.mean < middle ? bin.low : bin.high
    let extra = (middle - bin.mean) / (middle - Double(end))
    let wide = Distribution.Bin(
      low: Double(bin.low), high: Double(bin.high), weight: weight * (1 - extra))
    if extra == 0 { return [wide] }
    if extra == 1 { return [point(end, weight: weight)] }
    return [wide, point(end, weight: weight * extra)]
  }

  private static func lognormal(_ fine: [SizeSketch.Bin]) -> LognormalFit? {
    let positive = fine.filter { $0.low > 0 }
    let n = positive.reduce(0.0) { $0 + Double($1.count) }
    guard n >= 10, positive.count > 1 else { return nil }
    let mu = positive.reduce(0.0) { $0 + Double($1.count) * log($1.mean) } / n
    let squares = positive.reduce(0.0) { $0 + Double($1.count) * pow(log($1.mean) - mu, 2) }
    let variance = squares / n
    guard variance > 0 else { return nil }
    var below = 0.0
    var distance = 0.0
    for bin in positive {
      // At the bin's ends, halfway to the next whole number.
      let before = Normal.cdf((log(Double(bin.low) - 0.5) - mu) / variance.squareRoot())
      distance = max(distance, abs(before - below / n))
      below += Double(bin.count)
      let after = Normal.cdf((log(Double(bin.high) + 0.5) - mu) / variance.squareRoot())
      distance = max(distance, abs(after - below / n))
    }
    return LognormalFit(
      mean: exp(mu + variance / 2), cv: expm1(variance).squareRoot(), distance: distance)
  }
}
