import CostModel

/// Rounds amounts to millionths of a dollar so that each plan's column still adds up to the rounded
/// sum: an amount becomes the difference of two rounded running sums, which is less than a millionth
/// from what it was. Rounded each by itself, a thousand equal amounts may be off by half a thousandth
/// in sum, and a spreadsheet's total then shows another cent than the report.
///
/// A row's parts add up to its total, too (`RowSum`): where the column of totals adds up, each part is
/// its exact amount rounded down or up, up where the part's column has fallen behind most; elsewhere
/// the total is what the rounded parts make.
package struct CumulativeRounder {
  private static let unit: UInt128 = 1_000_000

  private let columns: [Int]
  private let sums: [(total: Int, parts: [Int], less: [Int])]
  /// Whether the totals of `sums` are among `columns`.
  private let addsUp: Bool
  /// By place in `columns`.
  private var exact: [MoneySum]
  private var shown: [MoneySum]
  /// By plan and place in `columns`: whether a running sum that lies half way between two millionths
  /// is rounded down. That is as the plan's own sum would be (half to even), and always the same way,
  /// so that a difference of two of them is the exact one rounded down or up.
  private var roundsDown: [[Cell]: [Bool]] = [:]
  /// By column of the table: the exact amounts less the written ones so far, in picodollars.
  private var behind: [Int128]
  private var plan: [Cell] = []

  package init(_ table: Table) {
    let parts = Set(table.sums.flatMap(\.parts))
    columns =
      table.addsUp
      ? table.columns.indices.filter {
        [.exactUSD, .microUSD].contains(table.columns[$0].type)
          && !parts.contains(table.columns[$0].name)
      }
      : []
    func places(_ names: [String]) -> [Int] {
      names.compactMap { name in table.columns.firstIndex { $0.name == name } }
    }
    sums = table.sums.compactMap { sum in
      places([sum.total]).first.map { ($0, places(sum.parts), places(sum.less)) }
    }
    addsUp = table.addsUp
    exact = Array(repeating: .zero, count: columns.count)
    shown = exact
    behind = Array(repeating: 0, count: table.columns.count)
    guard !columns.isEmpty else { return }
    var totals: [[Cell]: [MoneySum]] = [:]
    for row in table.rows {
      for (index, column) in columns.enumerated() {
        totals[Array(row.prefix(2)), default: exact][index] += row[column].money
      }
    }
    roundsDown = totals.mapValues { $0.map { Self.rounded($0) < $0 } }
  }

  /// The next row; scenario and plan are its first cells.
  package mutating func rounded(_ row: [Cell]) -> [Cell] {
    if columns.isEmpty && sums.isEmpty { return row }
    if !row.starts(with: plan) || plan.isEmpty {
      plan = Array(row.prefix(2))
      exact = Array(repeating: .zero, count: columns.count)
      shown = exact
      behind = Array(repeating: 0, count: behind.count)
    }
    var row = row
    let down = roundsDown[plan] ?? []
    for (index, column) in columns.enumerated() {
      guard case .money(let amount) = row[column] else { continue }
      exact[index] += amount
      let sum = Self.rounded(exact[index], tiesDown: down[index])
      row[column] = .money(sum - shown[index])
      shown[index] = sum
    }
    for sum in sums {
      if addsUp {
        share(row[sum.total].money, among: sum.parts, of: &row)
      } else if sum.parts.contains(where: { row[$0] != .unknown }), row[sum.total] != .unknown {
        let plus = sum.parts.reduce(MoneySum.zero) { $0 + Self.rounded(row[$1].money) }
        let minus = sum.less.reduce(MoneySum.zero) { $0 + Self.rounded(row[$1].money) }
        row[sum.total] = .money(plus - minus)
      }
    }
    return row
  }

  /// Writes the parts so that they make the total, which is the sum of the exact ones rounded down or
  /// up: each first rounded down, then as many up as are missing.
  private mutating func share(_ total: MoneySum, among parts: [Int], of row: inout [Cell]) {
    let unit = Int128(Self.unit)
    var missing = total.picodollars
    var open: [Int] = []
    for part in parts {
      let amount = row[part].money.picodollars
      let (quotient, rest) = amount.quotientAndRemainder(dividingBy: unit)
      let down = (rest < 0 ? quotient - 1 : quotient) * unit
      if rest != 0 { open.append(part) }
      behind[part] += amount - down
      missing -= down
      row[part] = .money(MoneySum(picodollars: down))
    }
    // The first of equal ones, in the order of the table.
    open.sort { (behind[$0], $1) > (behind[$1], $0) }
    for part in open.prefix(Int(missing / unit)) {
      row[part] = .money(row[part].money + MoneySum(picodollars: unit))
      behind[part] -= unit
    }
  }

  private static func rounded(_ sum: MoneySum, tiesDown: Bool) -> MoneySum {
    let unit = Int128(unit)
    let shifted = sum.picodollars + unit / 2 - (tiesDown ? 1 : 0)
    let rest = shifted % unit
    return MoneySum(picodollars: shifted - (rest < 0 ? rest + unit : rest))
  }

  private static func rounded(_ sum: MoneySum) -> MoneySum {
    let size = Int128(sum.picodollars.magnitude.dividedHalfToEven(by: unit) * unit)
    return MoneySum(picodollars: sum.picodollars < 0 ? -size : size)
  }
}

extension Cell {
  /// Nothing where it is no amount.
  fileprivate var money: MoneySum { if case .money(let amount) = self { amount } else { .zero } }
}
