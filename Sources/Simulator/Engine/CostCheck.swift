import CostModel

/// What the log says that its requests cost, beside what the catalog makes of the same requests at the
/// same model. Requests that were answered by another model, by the response cache or by nobody are left
/// out: they are not the request that the log bills.
package struct CostCheck: Sendable {
  /// One model's requests, as many as can be compared.
  package struct Row: Sendable {
    package init() {}
    package var calls: Int64 = 0
    /// Of these, those whose costs differ.
    package var differing: Int64 = 0
    package var logged = MoneySum.zero
    package var computed = MoneySum.zero
  }
  package struct Difference: Sendable {
    /// Rank of arrival, from 1.
    package var number: Int64
    /// Target.
    package var model: Int
    package var logged: Int64
    package var computed: Int64
    /// When it was found.
    package var moment = Moment()

    package var size: UInt64 { logged.magnitudeOfDifference(from: computed) }
  }

  /// By target.
  package var rows: [Row] = []
  /// The largest, largest first.
  package var largest: [Difference] = []

  package static let kept = 20

  package var total: Row {
    rows.reduce(into: Row()) { sum, row in
      sum.calls += row.calls
      sum.differing += row.differing
      sum.logged += row.logged
      sum.computed += row.computed
    }
  }

  /// Costs differ that are more than 1 % of the larger one and more than a millionth of a dollar apart:
  /// logs round.
  package static func differ(_ logged: Int64, _ computed: Int64) -> Bool {
    let difference = logged.magnitudeOfDifference(from: computed)
    return difference > 1_000_000 && difference > max(logged, computed).magnitude / 100
  }

  /// A request that the log's model has answered; amounts in picodollars.
  @inline(never)
  package mutating func add(
    number: Int64, model: Int, logged: Int64, computed: Int64, at moment: Moment
  ) {
    while rows.count <= model { rows.append(Row()) }
    rows[model].calls += 1
    rows[model].logged += Money(picodollars: logged)
    rows[model].computed += Money(picodollars: computed)
    guard Self.differ(logged, computed) else { return }
    rows[model].differing += 1
    let found = Difference(
      number: number, model: model, logged: logged, computed: computed, moment: moment)
    if largest.count == Self.kept, largest[Self.kept - 1].size >= found.size { return }
    let place = largest.firstIndex { $0.size < found.size } ?? largest.count
    largest.insert(found, at: place)
    if largest.count > Self.kept { largest.removeLast() }
  }
}

extension Int64 {
  fileprivate func magnitudeOfDifference(from other: Int64) -> UInt64 {
    let (low, high) = (Swift.min(self, other), Swift.max(self, other))
    return UInt64(bitPattern: high) &- UInt64(bitPattern: low)
  }
}
