import CostModel
import Foundation

/// A call whose cost is far beyond that of its kind.
package struct Outlier: Sendable {
  package enum Source: String, Sendable { case logged, simulated }

  package var source: Source
  /// Rank of arrival, from 1; for logged costs, the data row.
  package var number: Int64
  package var model: String
  package var cost: MoneySum
  /// Median cost of a call of that model.
  package var usual: MoneySum
}

/// Finds calls that cost much more than others of their model, in one pass and bounded memory: by model
/// a histogram of costs, the first few hundred costs and the most expensive calls.
///
/// Of n calls of a model that cost anything, `fewest` at least, one is an outlier if
/// - its logarithm lies more than 3.5 robust standard deviations above the median: the modified z-score
///   of B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers", ASQC 1993, with
///   σ = MAD ÷ 0.6745, or 1.2533 × the mean absolute deviation where the MAD is 0; and
/// - it costs more than ten times the call of rank n − ⌊√n⌋, or is one of a few above a gap: of at most
///   20 calls, and a quarter of all, each more than ten times the dearest call below them. What more calls
///   than that cost is a second kind of call and no exception.
///
/// Of lognormal costs with a coefficient of variation up to 2 that flags less than 0.1 calls of a model
/// in the mean, with up to 100 calls, and less than 0.5 with up to 10,000.
package struct OutlierFinder: ~Copyable, Sendable {
  private let source: Outlier.Source
  /// By group, 0 being the calls that name no model, then by quarter of a power of two of
  /// picodollars.
  private var counts = Slab<Int64>()
  /// By the same: the first cost that was met there.
  private var first = Slab<Int64>()
  /// By group, the most expensive calls, dearest first.
  private var dearest: [[(number: Int64, cost: Int64)]] = []
  /// By group, the costs of the first calls.
  private var sample: [[Int64]] = []
  /// By group, what a call must cost more than to be among the dearest; 0 until the sample is full.
  private var floors = Slab<Int64>()

  private static let buckets = 260
  private static let kept = 20
  private static let sampled = 256
  /// Calls of a model below which none is an exception.
  package static let fewest = 5
  private static let factor = 10.0
  private static let mostDeviations = 3.5

  package init(source: Outlier.Source = .simulated) { self.source = source }

  /// - Parameter model: its number, from 0; nil: the call names none.
  @inline(__always)
  package mutating func add(model: Int?, number: Int64, cost: Int64) {
    guard cost > 0 else { return }
    let group = model.map { $0 &+ 1 } ?? 0
    if group >= floors.count { addGroups(upTo: group) }
    let place = group &* Self.buckets &+ Self.bucket(cost)
    if counts[place] == 0 { first[place] = cost }
    counts[place] &+= 1
    if cost > floors[group] { keep(group, number: number, cost: cost) }
  }

  @inline(never)
  private mutating func addGroups(upTo group: Int) {
    floors.extend(to: group + 1, with: 0)
    counts.extend(to: (group + 1) * Self.buckets, with: 0)
    first.extend(to: (group + 1) * Self.buckets, with: 0)
    while dearest.count <= group {
      dearest.append([])
      sample.append([])
    }
  }

  @inline(never)
  private mutating func keep(_ group: Int, number: Int64, cost: Int64) {
    let isSampled = sample[group].count < Self.sampled
    if isSampled { sample[group].append(cost) }
    if dearest[group].count < Self.kept || cost > dearest[group][Self.kept - 1].cost {
      let place = dearest[group].firstIndex { $0.cost < cost } ?? dearest[group].count
      dearest[group].insert((number, cost), at: place)
      if dearest[group].count > Self.kept { dearest[group].removeLast() }
    }
    if sample[group].count == Self.sampled {
      floors[group] = dearest[group][Self.kept - 1].cost
    }
  }

  @inline(__always)
  private static func bucket(_ cost: Int64) -> Int {
    let exponent = 63 &- cost.leadingZeroBitCount
    let quarter = exponent >= 2 ? Int(cost &>> Int64(exponent &- 2)) & 3 : 0
    return exponent &* 4 &+ quarter
  }

  // MARK: What was found

  /// Dearest first, with the names of the models.
  package func found(_ name: (Int) -> String) -> [Outlier] {
    (0..<floors.count).flatMap { group -> [Outlier] in
      let costs = costs(of: group)
      return outliers(of: group, among: costs).map {
        Outlier(
          source: source, number: $0.number, model: group > 0 ? name(group - 1) : "",
          cost: MoneySum(picodollars: Int128($0.cost)),
          usual: MoneySum(picodollars: Int128(costs.median)))
      }
    }.sorted { ($0.cost, $1.number) > ($1.cost, $0.number) }
  }

  private func outliers(
    of group: Int, among costs: CostRanks
  ) -> [(number: Int64, cost: Int64)] {
    guard costs.total >= Int64(Self.fewest) else { return [] }
    let rare = Int64(Double(costs.total).squareRoot())
    let ordinary = min(
      costs.cost(ofRank: costs.total - rare),
      costs.belowGap(of: Self.factor, above: Int64(Self.kept)) ?? .max)
    let usualTop = Double(ordinary) * Self.factor
    let (median, deviation) = (log(Double(costs.median)), costs.robustDeviation)
    return dearest[group].filter {
      Double($0.cost) > usualTop
        && log(Double($0.cost)) - median > Self.mostDeviations * deviation
    }
  }

  /// The costs themselves while they are few, then a cost that was met for each bucket.
  private func costs(of group: Int) -> CostRanks {
    let range = group * Self.buckets..<(group + 1) * Self.buckets
    let sample = self.sample[group].sorted()
    let total = range.reduce(0) { $0 + counts[$1] }
    if total <= Int64(sample.count) { return CostRanks(sample.map { ($0, 1) }) }
    let byBucket = Dictionary(grouping: sample, by: Self.bucket)
    return CostRanks(
      range.filter { counts[$0] > 0 }.map { place in
        let met = byBucket[place - range.lowerBound] ?? [first[place]]
        return (met[(met.count - 1) / 2], counts[place])
      })
  }
}

/// Costs in ascending order, equal ones together.
private struct CostRanks {
  let parts: [(cost: Int64, count: Int64)]
  let total: Int64
  let median: Int64

  init(_ parts: [(cost: Int64, count: Int64)]) {
    self.parts = parts
    total = parts.reduce(0) { $0 + $1.count }
    median = Self.cost(ofRank: (total + 1) / 2, in: parts)
  }

  /// Ranks from 1.
  func cost(ofRank rank: Int64) -> Int64 { Self.cost(ofRank: rank, in: parts) }

  /// The dearest cost below the lowest gap of so large a factor that has so many calls above it at most,
  /// and a quarter of all; nil without one.
  func belowGap(of factor: Double, above most: Int64) -> Int64? {
    var above: Int64 = 0
    var result: Int64?
    for (lower, upper) in zip(parts, parts.dropFirst()).reversed() {
      above += upper.count
      if above > min(total / 4, most) { break }
      if Double(upper.cost) > factor * Double(lower.cost) { result = lower.cost }
    }
    return result
  }

  private static func cost(ofRank rank: Int64, in parts: [(cost: Int64, count: Int64)]) -> Int64 {
    var seen: Int64 = 0
    for part in parts {
      seen += part.count
      if seen >= rank { return part.cost }
    }
    return parts.last?.cost ?? 0
  }

  /// Of the costs' logarithms: the median absolute deviation from their median over 0.6745 or, where
  /// that is 0, the mean absolute deviation times 1.2533. Both are σ for a normal law.
  var robustDeviation: Double {
    let center = log(Double(median))
    let deviations = parts.map {
      (size: (log(Double($0.cost)) - center).magnitude, count: $0.count)
    }.sorted { $0.size < $1.size }
    var seen: Int64 = 0
    let middle = deviations.first {
      seen += $0.count
      return seen >= (total + 1) / 2
    }
    if let middle, middle.size > 0 { return middle.size / 0.6745 }
    let mean = deviations.reduce(0) { $0 + $1.size * Double($1.count) } / Double(max(1, total))
    return 1.2533 * mean
  }
}
