import CostModel

/// A call whose cost is far beyond that of its kind.
struct Outlier: Sendable {
  enum Source: String, Sendable { case logged, simulated }

  var source: Source
  /// Rank of arrival, from 1; for logged costs, the data row.
  var number: Int64
  var model: String
  var cost: MoneySum
  /// Median cost of a call of that model.
  var usual: MoneySum
}

/// Finds calls that cost much more than others of their model, in one pass and bounded memory: a
/// histogram of costs by model, and the most expensive calls of each.
struct OutlierFinder: ~Copyable, Sendable {
  private let source: Outlier.Source
  /// By group, 0 being the calls that name no model, then by quarter of a power of two of
  /// picodollars.
  private var counts = Slab<Int64>()
  /// By group, the most expensive calls, dearest first.
  private var dearest: [[(number: Int64, cost: Int64)]] = []
  /// By group, what a call must cost more than to be among those.
  private var floors = Slab<Int64>()

  private static let buckets = 260
  private static let kept = 20
  /// Times the 99th percentile of its model, from so many calls on.
  private static let factor = 10.0
  private static let enough: Int64 = 100

  init(source: Outlier.Source = .simulated) { self.source = source }

  /// - Parameter model: its number, from 0; nil: the call names none.
  @inline(__always)
  mutating func add(model: Int?, number: Int64, cost: Int64) {
    guard cost > 0 else { return }
    let group = model.map { $0 &+ 1 } ?? 0
    if group >= floors.count { addGroups(upTo: group) }
    counts[group &* Self.buckets &+ Self.bucket(cost)] &+= 1
    if cost > floors[group] { keep(group, number: number, cost: cost) }
  }

  @inline(never)
  private mutating func addGroups(upTo group: Int) {
    floors.extend(to: group + 1, with: 0)
    counts.extend(to: (group + 1) * Self.buckets, with: 0)
    while dearest.count <= group { dearest.append([]) }
  }

  @inline(never)
  private mutating func keep(_ group: Int, number: Int64, cost: Int64) {
    let place = dearest[group].firstIndex { $0.cost < cost } ?? dearest[group].count
    dearest[group].insert((number, cost), at: place)
    if dearest[group].count > Self.kept { dearest[group].removeLast() }
    if dearest[group].count == Self.kept { floors[group] = dearest[group][Self.kept - 1].cost }
  }

  @inline(__always)
  private static func bucket(_ cost: Int64) -> Int {
    let exponent = 63 &- cost.leadingZeroBitCount
    let quarter = exponent >= 2 ? Int(cost &>> Int64(exponent &- 2)) & 3 : 0
    return exponent &* 4 &+ quarter
  }

  // MARK: What was found

  /// Dearest first, with the names of the models.
  func found(_ name: (Int) -> String) -> [Outlier] {
    (0..<floors.count).flatMap { group in
      outliers(of: group).map {
        Outlier(
          source: source, number: $0.number, model: group > 0 ? name(group - 1) : "",
          cost: MoneySum(picodollars: Int128($0.cost)),
          usual: MoneySum(picodollars: Int128(quantile(0.5, of: group))))
      }
    }.sorted { ($0.cost, $1.number) > ($1.cost, $0.number) }
  }

  private func outliers(of group: Int) -> [(number: Int64, cost: Int64)] {
    guard counts(of: group).reduce(0, +) >= Self.enough else { return [] }
    let limit = Double(quantile(0.99, of: group)) * Self.factor
    return dearest[group].filter { Double($0.cost) > limit }
  }

  private func counts(of group: Int) -> [Int64] {
    (0..<Self.buckets).map { counts[group * Self.buckets + $0] }
  }

  /// The lowest cost of the bucket that holds the quantile.
  private func quantile(_ share: Double, of group: Int) -> Int64 {
    let counts = counts(of: group)
    let rank = max(1, Int64((share * Double(counts.reduce(0, +))).rounded(.up)))
    var seen: Int64 = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank {
        let exponent = bucket / 4
        return exponent >= 2 ? Int64(4 + bucket % 4) << Int64(exponent - 2) : 1 << Int64(exponent)
      }
    }
    return 0
  }
}
