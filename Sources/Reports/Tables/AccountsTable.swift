import CostModel
import Simulator
import Support

/// An account with its place among the plan's.
package struct AccountItem: Sendable {
  package var account: AccountCell
  /// From 1, most expensive first; nil for what belongs to no account.
  package var rank: Int?
  package var planCost: MoneySum
}

extension ReportTables {
  package static let accounts = TableDefinition<PlanRow<AccountItem>>(
    name: "accounts", about: "The bill by account, most expensive first.",
    indexes: [["scenario", "plan", "account_id"]], addsUp: true,
    columns: PlanRow.columns + [
      Column("account_id", .text, "Account; empty for fixed prices, which belong to none") {
        .optional($0.item.account.id) { .text($0) }
      },
      Column("account_plan", .text, "Account plan (subscription) of the account") {
        .optional($0.item.account.accountPlan) { .text($0) }
      },
      Column("calls", .integer, unit: "calls", "Calls of the account") {
        .integer($0.item.account.calls)
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Cost of the account") {
        .money($0.item.account.cost)
      },
      Column("share", .decimal, unit: "1", "Cost of the account as a share of the plan's bill") {
        .ratio($0.item.account.cost.picodollars, $0.item.planCost.picodollars)
      },
      Column(
        "rank", .integer,
        "Place by cost from 1, accounts of equal cost by name; empty for fixed prices"
      ) {
        .optional($0.item.rank) { .integer(Int64($0)) }
      },
    ])

  /// Accounts by rank, then what belongs to no account.
  package static func accountItems(_ result: PlanResult) -> [AccountItem] {
    let ranked = result.accounts.filter { $0.user != nil }.sorted { a, b in
      if a.cost != b.cost { return a.cost > b.cost }
      // A log numbers its users as it meets them, which may be in any order.
      if let nameA = a.name, let nameB = b.name { return nameA < nameB }
      return (a.user ?? 0) < (b.user ?? 0)
    }
    let items = ranked.enumerated().map { index, account in
      AccountItem(account: account, rank: index + 1, planCost: result.cost)
    }
    return items
      + result.accounts.filter { $0.user == nil }.map {
        AccountItem(account: $0, rank: nil, planCost: result.cost)
      }
  }
}

extension AccountCell {
  /// `account_id`; nil for what belongs to no account.
  package var id: String? { name ?? user.map(PlanNames.accountID) }
}
