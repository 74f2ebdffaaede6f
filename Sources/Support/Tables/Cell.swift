import CostModel

/// One value of a table, exact until it is written.
package enum Cell: Hashable, Sendable {
  /// Not known or not applicable; never zero.
  case unknown
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  case date(CivilDate)
  case timestamp(SimTime)
  case money(MoneySum)
  /// An exact quotient; unknown where the denominator is zero.
  case ratio(Int128, Int128)
  case real(Double)
  case duration(SimDuration)

  /// `money` divided by a count, in dollars; unknown where there is nothing to divide by.
  package static func dollars(_ money: MoneySum, per count: Int64) -> Cell {
    .ratio(money.picodollars, MoneySum.picodollarsPerDollar * Int128(count))
  }

  package static func optional<Value>(_ value: Value?, _ cell: (Value) -> Cell) -> Cell {
    value.map(cell) ?? .unknown
  }
}
