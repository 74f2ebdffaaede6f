import CostModel

/// Rounds amounts to millionths of a dollar so that each plan's column still adds up to the rounded
/// sum: an amount becomes the difference of two rounded running sums, which is less than a millionth
/// from what it was. Rounded each by itself, a thousand equal amounts may be off by half a thousandth
/// in sum, and a spreadsheet's total then shows another cent than the report.
struct AddingUp {
  private static let unit: UInt128 = 1_000_000

  private let columns: [Int]
  /// By place in `columns`.
  private var exact: [MoneySum]
  private var shown: [MoneySum]
  private var plan: [Cell] = []

  /// A table of amounts that do not add up is left as it is.
  init(_ table: Table) {
    columns =
      table.addsUp
      ? table.columns.indices.filter { [.exactUSD, .microUSD].contains(table.columns[$0].type) }
      : []
    exact = Array(repeating: .zero, count: columns.count)
    shown = exact
  }

  /// The next row; scenario and plan are its first cells.
  mutating func rounded(_ row: [Cell]) -> [Cell] {
    guard !columns.isEmpty else { return row }
    if !row.starts(with: plan) || plan.isEmpty {
      plan = Array(row.prefix(2))
      exact = Array(repeating: .zero, count: columns.count)
      shown = exact
    }
    var row = row
    for (index, column) in columns.enumerated() {
      guard case .money(let amount) = row[column] else { continue }
      exact[index] += amount
      let sum = Self.rounded(exact[index])
      row[column] = .money(sum - shown[index])
      shown[index] = sum
    }
    return row
  }

  private static func rounded(_ sum: MoneySum) -> MoneySum {
    let size = Int128(sum.picodollars.magnitude.dividedHalfToEven(by: unit) * unit)
    return MoneySum(picodollars: sum.picodollars < 0 ? -size : size)
  }
}
