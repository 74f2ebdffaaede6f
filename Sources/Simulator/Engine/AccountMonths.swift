import CostModel
import Support

/// What each account's calls have cost by month and model: asked for by `tables`, since it takes memory
/// for every account and every model that it uses.
package struct AccountMonths: Sendable {
  private let rows: Int
  /// By day, the budget month that it belongs to.
  private var monthOfDay: [Int] = []
  /// By month, then row: by user; empty until that row is used in that month.
  package private(set) var sums: [[Ledger.Sum]] = []
  /// The same of calls and fixed prices that belong to no account.
  package private(set) var noAccount: [Ledger.Sum] = []

  package init(rows: Int, period: Period) {
    self.rows = rows
    grow(period)
  }

  /// Makes room for what a log has brought.
  package mutating func grow(_ period: Period) {
    monthOfDay = period.days.map { day in
      period.months.lastIndex { $0.start <= day.start } ?? 0
    }
    let new = period.months.count * rows - sums.count
    guard new > 0 else { return }
    sums += Array(repeating: [], count: new)
    noAccount += Array(repeating: Ledger.Sum(), count: new)
  }

  @inline(never)
  package mutating func add(_ calls: Int64, _ cost: Money, user: UInt32, day: Int, row: Int) {
    let place = monthOfDay[day] * rows + row
    guard user != Ledger.noUser else { return noAccount[place].add(calls, cost) }
    let user = Int(user)
    if user >= sums[place].count {
      sums[place] += Array(repeating: Ledger.Sum(), count: user + 1 - sums[place].count)
    }
    sums[place][user].add(calls, cost)
  }
}
