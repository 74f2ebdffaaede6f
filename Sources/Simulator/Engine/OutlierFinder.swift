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
struct OutlierFinder: Sendable {
  fileprivate struct Group: Sendable {
    /// By quarter of a power of two of picodollars.
    var counts = Array(repeating: Int64(0), count: 260)
    var total: Int64 = 0
    /// The most expensive calls, dearest first.
    var dearest: [(number: Int64, cost: Int64)] = []
  }

  private let source: Outlier.Source
  /// By number of the model, from 0.
  private var groups: [Group] = []
  private var unnamed = Group()
  fileprivate static let kept = 20
  /// Times the 99th percentile of its model, from so many calls on.
  fileprivate static let factor = 10.0
  fileprivate static let enough: Int64 = 100

  init(source: Outlier.Source = .simulated) { self.source = source }

  /// - Parameter model: nil: the call names none.
  mutating func add(model: Int?, number: Int64, cost: Int64) {
    guard cost > 0 else { return }
    guard let model else { return unnamed.add(number: number, cost: cost) }
    while groups.count <= model { groups.append(Group()) }
    groups[model].add(number: number, cost: cost)
  }

  /// Dearest first, with the names of the models.
  func found(_ name: (Int) -> String) -> [Outlier] {
    (groups + [unnamed]).enumerated().flatMap { model, group in
      group.outliers.map {
        Outlier(
          source: source, number: $0.number, model: model < groups.count ? name(model) : "",
          cost: MoneySum(picodollars: Int128($0.cost)),
          usual: MoneySum(picodollars: Int128(group.quantile(0.5))))
      }
    }.sorted { ($0.cost, $1.number) > ($1.cost, $0.number) }
  }
}

extension OutlierFinder.Group {
  fileprivate mutating func add(number: Int64, cost: Int64) {
    counts[Self.bucket(cost)] += 1
    total += 1
    guard dearest.count < OutlierFinder.kept || cost > dearest[dearest.count - 1].cost else {
      return
    }
    let place = dearest.firstIndex { $0.cost < cost } ?? dearest.count
    dearest.insert((number, cost), at: place)
    if dearest.count > OutlierFinder.kept { dearest.removeLast() }
  }

  private static func bucket(_ cost: Int64) -> Int {
    let exponent = 63 - cost.leadingZeroBitCount
    let quarter = exponent >= 2 ? Int(cost >> Int64(exponent - 2)) & 3 : 0
    return exponent * 4 + quarter
  }

  /// The lowest cost of the bucket that holds the quantile.
  fileprivate func quantile(_ share: Double) -> Int64 {
    let rank = max(1, Int64((share * Double(total)).rounded(.up)))
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

  fileprivate var outliers: [(number: Int64, cost: Int64)] {
    guard total >= OutlierFinder.enough else { return [] }
    let limit = Double(quantile(0.99)) * OutlierFinder.factor
    return dearest.filter { Double($0.cost) > limit }
  }
}
