import CostModel
import Scenarios
import Simulator
import Support

extension ReportTables {
  /// With the accounts where some alert watches them.
  package static func alerts(_ scenario: Scenario) -> TableDefinition<PlanRow<AlertEvent>> {
    var table = alerts
    if scenario.alerts.contains(where: \.watchesAccounts) {
      table.columns.append(
        Column("account_id", .text, "Account that has spent so much; empty for other alerts") {
          .optional($0.item.account) { .text($0) }
        })
    }
    return table
  }

  private static let alerts = TableDefinition<PlanRow<AlertEvent>>(
    name: "alerts", about: "Every alert that fired or cleared, in order of time.",
    indexes: [["scenario", "plan", "at"]],
    columns: PlanRow.columns + [
      Column("at", .timestamp, "When the alert fired or cleared, UTC") { .timestamp($0.item.at) },
      Column("type", .text, "cost, performance, quality or error") { .text($0.item.type.rawValue) },
      Column("severity", .text, "low, medium, high or critical") {
        .text($0.item.severity.rawValue)
      },
      Column("rule", .text, "Name of the alert in the scenario") { .text($0.item.rule) },
      Column("state", .text, "fired or cleared") { .text($0.item.state.rawValue) },
      Column(
        "value", .decimal,
        "What was measured: dollars of spending, a share of calls, milliseconds of latency"
      ) {
        .real($0.item.value)
      },
      Column("threshold", .decimal, "What the value is compared with, in the same unit") {
        .real($0.item.threshold)
      },
      Column("message", .text, "What the scenario says to people") { .text($0.item.message) },
      Column("unit", .text, "Of value and threshold: USD, ms or share, by what is measured") {
        .text($0.item.unit)
      },
    ])
}

extension AlertEvent {
  /// Of its value and threshold.
  package var unit: String { (metric?.unit ?? .usd).rawValue }
}
