import Analysis
import Decisions
import Support

/// A row of sensitivity.csv.
package struct SensitivityItem: Sendable {
  package var scenario: String
  package var rank: Int
  package var row: Sensitivity.Row
  package var base: Assessment
}

extension ReportTables {
  package static let sensitivity = TableDefinition<SensitivityItem>(
    name: "sensitivity", about: "What each input does to the bill, all others as they are.",
    key: ["scenario", "input"],
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("users", .integer, unit: "users", "Users of the plan") {
        .integer(Int64($0.base.users))
      },
      Column("rank", .integer, "From 1 by swing") { .integer(Int64($0.rank)) },
      Column(
        "input", .text,
        "Path of the input, as --override takes it; with .** at its end, of all inputs below it"
      ) {
        .text($0.row.input.name)
      },
      Column("unit", .text, "Of its values; empty for plain numbers") {
        .text($0.row.input.kind.unit)
      },
      Column(
        "base_value", .decimal, "As the scenario states it; 1 for inputs that are moved together"
      ) { .real($0.row.input.value) },
      Column("low_value", .decimal, "Low end") { .real($0.row.low) },
      Column("high_value", .decimal, "High end") { .real($0.row.high) },
      Column("stated_range", .boolean, "Whether the scenario states the two ends") {
        .boolean($0.row.isStated)
      },
      Column("cost_base_usd", .usd, unit: "USD", "Bill as the scenario stands") {
        .real($0.base.cost)
      },
      Column("cost_low_usd", .usd, unit: "USD", "Bill at the low end") {
        .real($0.row.atLow.cost)
      },
      Column("cost_high_usd", .usd, unit: "USD", "Bill at the high end") {
        .real($0.row.atHigh.cost)
      },
      Column("swing_usd", .usd, unit: "USD", "How far the bill moves between the two") {
        .real($0.row.swing)
      },
      Column("over_budget_probability_low", .decimal, unit: "1", "Chance at the low end") {
        .optional($0.row.atLow.overrun) { .real($0) }
      },
      Column("over_budget_probability_high", .decimal, unit: "1", "Chance at the high end") {
        .optional($0.row.atHigh.overrun) { .real($0) }
      },
      Column("leaves_out", .text, "What the closed forms do not know of; empty: nothing") {
        LeftOutWords.cell(
          Expectation.union([$0.base.leftOut, $0.row.atLow.leftOut, $0.row.atHigh.leftOut]))
      },
    ])

  package static func sensitivityTable(_ result: Sensitivity) -> Table {
    sensitivity.table(
      result.rows.enumerated().map { index, row in
        SensitivityItem(
          scenario: result.scenario.name, rank: index + 1, row: row, base: result.base)
      })
  }
}
