import CostModel
import Decisions
import Scenarios
import Support

/// The files of a forecast.
package enum ForecastReport {
  /// Into the scenario's subfolder.
  package static func write(
    _ forecast: Forecast, dialect: CSVDialect, into folder: OutputFolder
  ) throws(OutputError) {
    let name = forecast.scenario.name
    let table = table(forecast)
    try folder.write(table.csv(dialect), to: "\(name)/\(table.name).csv")
    let page = ReportPage(
      name: "forecast", markdown: ForecastMarkdown.text(forecast),
      charts: ["charts/forecast.svg": ChartPicture { ForecastChart.svg(forecast, width: $0) }])
    try ReportIndex.write([(page, name)], in: folder)
  }

  package static func table(_ forecast: Forecast) -> Table {
    definition.table(
      forecast.months.map {
        ForecastRow(scenario: forecast.scenario.name, month: $0, spec: forecast.spec)
      })
  }

  package struct ForecastRow: Sendable {
    package var scenario: String
    package var month: ForecastMonth
    package var spec: ForecastSpec
  }

  package static let definition = TableDefinition<ForecastRow>(
    name: "forecast", about: "One row a month to come.", key: ["scenario", "month"],
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("month", .integer, "From 1") { .integer(Int64($0.month.number)) },
      Column("first_day", .date, "In the scenario's time zone") {
        .optional($0.month.period.days.first) { .date($0.date) }
      },
      Column("users", .integer, unit: "users", "Users of the month") {
        .integer(Int64($0.month.plan.users))
      },
      Column(
        "expected_cost_usd", .usd, unit: "USD",
        "Closed form, in the mean over the stated ranges of inputs; where the budget may act the mean of the simulated months"
      ) { .real($0.month.bill.mean) },
      Column(
        "expected_likely_usd", .usd, unit: "USD",
        "Closed form with all inputs at their likely values; empty where none has a range"
      ) { .optional($0.month.likely) { .real($0) } },
      Column(
        "expected_p05_usd", .usd, unit: "USD",
        "Its 5th percentile by chance and over the ranges; empty where one simulated month must do, or the closed form does not tell"
      ) { .optional($0.month.band) { .real($0.lowerBound) } },
      Column("expected_p95_usd", .usd, unit: "USD", "Its 95th percentile, likewise") {
        .optional($0.month.band) { .real($0.upperBound) }
      },
      Column(
        "without_actions_usd", .usd, unit: "USD",
        "Closed form, had the budget only told; empty where it cannot act"
      ) { .optional($0.month.withoutActions) { .real($0) } },
      Column(
        "cost_usd", .exactUSD, unit: "USD",
        "Simulated, run 1; empty without --runs where the budget cannot act"
      ) {
        .optional($0.month.likelyBill) { .money($0) }
      },
      Column("cost_p05_usd", .usd, unit: "USD", "5th percentile of the runs' bills") {
        .optional($0.month.runs.p05) { .money($0) }
      },
      Column("cost_p50_usd", .usd, unit: "USD", "Median of the runs' bills") {
        .optional($0.month.runs.p50) { .money($0) }
      },
      Column("cost_p95_usd", .usd, unit: "USD", "95th percentile of the runs' bills") {
        .optional($0.month.runs.p95) { .money($0) }
      },
      Column("budget_usd", .usd, unit: "USD", "The month's budget") {
        .optional($0.month.budget) { .money($0) }
      },
      Column("over_budget", .boolean, "Whether the expected bill is over it") {
        .optional($0.month.isOverBudget) { .boolean($0) }
      },
      Column(
        "over_budget_probability", .decimal, unit: "1",
        "Chance that the month goes over its budget: closed form, or where the budget acts the share of the runs"
      ) { .optional($0.month.overBudgetProbability) { .real($0) } },
      Column("budget_crossed_at", .timestamp, "When the expected bill breaks it, UTC") {
        .optional($0.month.expectedCrossing) { .timestamp($0) }
      },
      Column("total_expected_usd", .usd, unit: "USD", "Of all months up to this one") {
        .real($0.month.total.mean)
      },
      Column("prepaid_left_usd", .usd, unit: "USD", "Of the prepaid sum at the month's end") {
        row in
        .optional(row.spec.prepaid) { .real($0.dollars - row.month.total.mean) }
      },
      Column("leaves_out", .text, "What the closed form does not know of; empty: nothing") {
        LeftOutWords.cell($0.month.leftOut)
      },
    ])

  package static func json(_ forecast: Forecast) -> JSONValue {
    func usd(_ dollars: Double) -> JSONValue {
      .optional(DecimalText.real(dollars, places: 6)) { .string($0) }
    }
    func moment(_ time: SimTime?) -> JSONValue { .optional(time) { .string($0.description) } }
    return .object([
      ("scenario", .string(forecast.scenario.name)),
      ("headline", .string(ForecastMarkdown.headline(forecast))),
      ("total_expected_usd", usd(forecast.months.last?.total.mean ?? 0)),
      (
        "runway",
        .optional(forecast.runway) { runway in
          .object([
            ("end", moment(runway.end)), ("earliest", moment(runway.earliest)),
            ("latest", moment(runway.latest)), ("left_usd", usd(runway.left)),
          ])
        }
      ),
      (
        "months",
        .array(
          forecast.months.map { month in
            .object([
              ("month", .integer(Int64(month.number))),
              ("start", .string(month.period.start.description)),
              ("users", .integer(Int64(month.plan.users))),
              ("expected_cost_usd", usd(month.bill.mean)),
              ("expected_p05_usd", .optional(month.band) { usd($0.lowerBound) }),
              ("expected_p95_usd", .optional(month.band) { usd($0.upperBound) }),
              ("without_actions_usd", .optional(month.withoutActions, usd)),
              ("expected_likely_usd", .optional(month.likely, usd)),
              (
                "over_budget_probability",
                .optional(month.overBudgetProbability.flatMap { DecimalText.real($0, places: 6) }) {
                  .string($0)
                }
              ),
              ("cost_usd", .optional(month.likelyBill) { .string($0.exactDecimal) }),
              ("budget_usd", .optional(month.budget) { .string($0.exactDecimal) }),
              ("over_budget", .optional(month.isOverBudget) { .bool($0) }),
              ("budget_crossed_at", moment(month.expectedCrossing)),
              ("leaves_out", .array(month.leftOut.map { .string($0.part) })),
            ])
          })
      ),
    ])
  }
}
