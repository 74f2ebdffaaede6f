import CostModel
import Simulator
import Support

/// One budget month of a plan, with and without the budget's actions.
package struct EnforcedMonth: Sendable {
  package var month: Period.Span
  package var cost: MoneySum
  package var costWithout: MoneySum

  /// Negative where acting has cost more than it saved.
  package var saved: MoneySum { costWithout - cost }
}

/// Calls of one account that one of the budget's actions has refused or moved.
package struct EnforcedAccount: Sendable {
  package var cell: EnforcementCell
  package var account: String
  package var calls: Int64
}

extension PlanReport {
  /// By month; empty where the budget only tells.
  package var enforcedMonths: [EnforcedMonth] {
    guard let unenforced else { return [] }
    return zip(result.budgetMonths, unenforced.budgetMonths).map { with, without in
      EnforcedMonth(month: with.month, cost: with.cost, costWithout: without.cost)
    }
  }
}

/// Written for scenarios whose budget acts.
extension ReportTables {
  package static func enforcement(_ report: ScenarioReport) -> [Table] {
    guard report.actsOnBudget else { return [] }
    return [
      savings.table(rows(report) { $0.enforcedMonths }),
      enforcement.table(rows(report) { $0.result.enforcements }),
      enforcedAccounts.table(
        rows(report) { plan in
          let names = plan.result.accounts.reduce(into: [Int: String]()) {
            $0[$1.user ?? 0] = $1.id
          }
          return plan.result.enforcements.flatMap { cell in
            cell.accounts.sorted { $0.key < $1.key }.map { user, calls in
              let number = Int(user) + 1
              return EnforcedAccount(
                cell: cell, account: names[number] ?? PlanNames.accountID(number), calls: calls)
            }
          }
        }),
    ]
  }

  package static let savings = TableDefinition<PlanRow<EnforcedMonth>>(
    name: "savings", about: "Each month's bill with and without the budget's actions.",
    key: ["scenario", "plan", "month_start"],
    sums: [RowSum(total: "saved_usd", parts: ["cost_without_usd"], less: ["cost_usd"])],
    columns: PlanRow.columns + [
      Column("month_start", .timestamp, "Start of the budget month, UTC") {
        .timestamp($0.item.month.start)
      },
      Column("cost_without_usd", .exactUSD, unit: "USD", "Bill if the budget only told") {
        .money($0.item.costWithout)
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Bill with the actions") { .money($0.item.cost) },
      Column(
        "saved_usd", .exactUSD, unit: "USD",
        "Bill without the actions less the bill with them; negative if they cost more"
      ) {
        .money($0.item.saved)
      },
    ])

  package static let enforcement = TableDefinition<PlanRow<EnforcementCell>>(
    name: "enforcement", about: "What each action of the budget did to which calls.",
    indexes: [["scenario", "plan", "rule"]],
    columns: PlanRow.columns + [
      Column("month_start", .timestamp, "Start of the budget month, UTC") {
        .timestamp($0.item.month.start)
      },
      Column("rule", .text, "Line of the budget") { .text($0.item.rule) },
      Column("action", .text, "tier, policy, shed, cap or block") { .text($0.item.action) },
      Column(
        "in_force_from", .timestamp,
        "When the action began to act, UTC; it acts until the month's end"
      ) {
        .timestamp($0.item.since)
      },
      Column("use_case", .text, "Use case of the calls") { .text($0.item.useCase) },
      Column("refused_calls", .integer, unit: "calls", "Calls refused") {
        .integer($0.item.refused)
      },
      Column("moved_calls", .integer, unit: "calls", "Calls sent to another model or tier") {
        .integer($0.item.moved)
      },
      Column("accounts", .integer, unit: "accounts", "Accounts whose calls were refused or moved") {
        .integer(Int64($0.item.accounts.count))
      },
    ])

  package static let enforcedAccounts = TableDefinition<PlanRow<EnforcedAccount>>(
    name: "enforced_accounts", about: "Whose calls each action of the budget refused or moved.",
    indexes: [["scenario", "plan", "account_id"]],
    columns: PlanRow.columns + [
      Column("month_start", .timestamp, "Start of the budget month, UTC") {
        .timestamp($0.item.cell.month.start)
      },
      Column("rule", .text, "Line of the budget") { .text($0.item.cell.rule) },
      Column("action", .text, "tier, policy, shed, cap or block") { .text($0.item.cell.action) },
      Column("use_case", .text, "Use case of the calls") { .text($0.item.cell.useCase) },
      Column("account_id", .text, "Account") { .text($0.item.account) },
      Column("calls", .integer, unit: "calls", "Calls of the account that were refused or moved") {
        .integer($0.item.calls)
      },
    ])
}
