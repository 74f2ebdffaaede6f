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
  private var first = Slab<Met>()
  /// By group, the most expensive calls, dearest first.
  private var dearest: [[Met]] = []
  /// By group, the costs of the first calls.
  private var sample: [[Met]] = []
  /// By group, what a call must cost more than to be among the dearest; 0 until the sample is full.
  private var floors = Slab<Int64>()

  fileprivate static let buckets = 260
  fileprivate static let kept = 20
  fileprivate static let sampled = 256
  /// Calls of a model below which none is an exception.
  package static let fewest = 5
  private static let factor = 10.0
  private static let mostDeviations = 3.5

  package init(source: Outlier.Source = .simulated) { self.source = source }

  /// - Parameters:
  ///   - model: its number, from 0; nil: the call names none.
  ///   - moment: when the call is met; moments come in order.
  @inline(__always)
  package mutating func add(model: Int?, number: Int64, cost: Int64, at moment: Moment) {
    guard cost > 0 else { return }
    let group = model.map { $0 &+ 1 } ?? 0
    if group >= floors.count { addGroups(upTo: group) }
    let place = group &* Self.buckets &+ Self.bucket(cost)
    if counts[place] == 0 { first[place] = Met(moment: moment, number: number, cost: cost) }
    counts[place] &+= 1
    if cost > floors[group] { keep(group, Met(moment: moment, number: number, cost: cost)) }
  }

  @inline(never)
  private mutating func addGroups(upTo group: Int) {
    floors.extend(to: group + 1, with: 0)
    counts.extend(to: (group + 1) * Self.buckets, with: 0)
    first.extend(to: (group + 1) * Self.buckets, with: Met())
    while dearest.count <= group {
      dearest.append([])
      sample.append([])
    }
  }

  @inline(never)
  private mutating func keep(_ group: Int, _ met: Met) {
    let isSampled = sample[group].count < Self.sampled
    if isSampled { sample[group].append(met) }
    if dearest[group].count < Self.kept || met.cost > dearest[group][Self.kept - 1].cost {
      let place = dearest[group].firstIndex { $0.cost < met.cost } ?? dearest[group].count
      dearest[group].insert(met, at: place)
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
  ) -> [Met] {
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
    let sample = self.sample[group].map(\.cost).sorted()
    let total = range.reduce(0) { $0 + counts[$1] }
    if total <= Int64(sample.count) { return CostRanks(sample.map { ($0, 1) }) }
    let byBucket = Dictionary(grouping: sample, by: Self.bucket)
    return CostRanks(
      range.filter { counts[$0] > 0 }.map { place in
        let met = byBucket[place - range.lowerBound] ?? [first[place].cost]
        return (met[(met.count - 1) / 2], counts[place])
      })
  }
}

/// When something is met in the course of events: outcomes of a time come before its arrivals.
package struct Moment: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Twice the microseconds, and 1 for an arrival.
  package var order = Int64.min

  package init() {}

  @inline(__always)
  package static func arrival(_ time: Int64) -> Moment { Moment(order: time &<< 1 | 1) }
  @inline(__always)
  package static func outcome(_ time: Int64) -> Moment { Moment(order: time &<< 1) }

  @inline(__always)
  private init(order: Int64) { self.order = order }

  @inline(__always)
  package static func < (a: Moment, b: Moment) -> Bool { a.order < b.order }
}

extension OutlierFinder {
  /// A call, as it was met.
  package struct Met: Sendable, BitwiseCopyable {
    package var moment = Moment()
    package var number: Int64 = 0
    package var cost: Int64 = 0
  }

  /// What was met of one model, as far as it is kept.
  package struct Group: Sendable {
    /// By bucket, those that hold anything: calls, and the first.
    package var buckets: [(bucket: Int, calls: Int64, first: Met)] = []
    /// In the order of their moments.
    package var sample: [Met] = []
    /// Dearest first, of equal ones the first.
    package var dearest: [Met] = []
  }

  /// By group, 0 being the calls that name no model.
  package var groups: [Group] {
    (0..<floors.count).map { group in
      var result = Group()
      for bucket in 0..<Self.buckets where counts[group * Self.buckets + bucket] > 0 {
        let place = group * Self.buckets + bucket
        result.buckets.append((bucket, counts[place], first[place]))
      }
      (result.sample, result.dearest) = (sample[group], dearest[group])
      return result
    }
  }

  /// As if all that these have kept had been met in one course.
  package init(source: Outlier.Source, groups: [Group]) {
    self.init(source: source)
    guard !groups.isEmpty else { return }
    addGroups(upTo: groups.count - 1)
    for (number, group) in groups.enumerated() {
      for (bucket, calls, met) in group.buckets where bucket < Self.buckets {
        counts[number * Self.buckets + bucket] = calls
        first[number * Self.buckets + bucket] = met
      }
      sample[number] = Array(group.sample.prefix(Self.sampled))
      dearest[number] = Array(group.dearest.prefix(Self.kept))
    }
  }

  /// How many calls of a model are kept, of the first and of the dearest.
  package static var limits: (sample: Int, dearest: Int) { (sampled, kept) }
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
