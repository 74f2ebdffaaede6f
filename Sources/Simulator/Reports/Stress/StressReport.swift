import CostModel

/// The files of a study of shocks.
enum StressReport {
  /// Into the scenario's subfolder.
  static func write(
    _ study: StressStudy, dialect: CSVDialect, into folder: OutputFolder
  ) throws(OutputError) {
    let name = study.scenario.name
    try folder.write(definition.table(rows(study)).csv(dialect), to: "\(name)/stress.csv")
    try folder.write(chart(study).svg(), to: "\(name)/charts/stress.svg")
    try folder.write(StressMarkdown.text(study), to: "\(name)/stress.md")
  }

  /// A row of stress.csv.
  struct Row: Sendable {
    var scenario: Scenario
    var plan: String
    var base: ShockResult.Month
    /// nil: the base itself.
    var result: ShockResult?

    var month: ShockResult.Month? { result.map(\.month) ?? base }

    /// Where calls are those of this month; days taken from another one have no counts.
    var countedMonth: ShockResult.Month? { month.flatMap { $0.isSpliced ? nil : $0 } }

    var crossedOn: CivilDate? {
      month?.crossedDay.map { scenario.period.days[$0].date }
    }
  }

  static let definition = TableDefinition<Row>(
    name: "stress", about: "Every shock against the same month without it.",
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario.name) },
      Column("plan", .text, "Name of the plan, one number of users") { .text($0.plan) },
      Column("shock", .text, "Name of the shock") { .text($0.result?.shock.name ?? "base") },
      Column("title", .text, "What happens") { .text($0.result?.shock.title ?? "No shock") },
      Column("from", .timestamp, "When it begins, UTC; empty for all of the period") {
        .optional($0.result?.window) { .timestamp($0.start) }
      },
      Column("to", .timestamp, "When it ends, UTC") {
        .optional($0.result?.window) { .timestamp($0.end) }
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Bill of the period") {
        .optional($0.month) { .money($0.bill) }
      },
      Column("change_usd", .exactUSD, unit: "USD", "Against the base") { row in
        .optional(row.month) { .money($0.bill - row.base.bill) }
      },
      Column("change_share", .decimal, unit: "1", "Of the base's bill") { row in
        .optional(row.month) {
          .ratio(($0.bill - row.base.bill).picodollars, row.base.bill.picodollars)
        }
      },
      Column("dearest_day_usd", .usd, unit: "USD", "The day that costs most") {
        .optional($0.month?.days.max()) { .money($0) }
      },
      Column("budget_crossed_on", .date, "The day on which a month's budget is used up") {
        .optional($0.crossedOn) { .date($0) }
      },
      Column("fallback_calls", .integer, unit: "calls", "Answered by another model than routed") {
        .optional($0.countedMonth) { .integer($0.fallbackCalls) }
      },
      Column("failed_calls", .integer, unit: "calls", "Calls that nobody answered") {
        .optional($0.countedMonth) { .integer($0.failedCalls) }
      },
      Column("latency_p95_ms", .decimal, unit: "ms", "95th percentile of answered calls") {
        .optional($0.month?.outcome.latencyP95) { .real($0) }
      },
      Column("note", .text, "Why there is no figure") {
        .optional($0.result?.reason) { .text($0) }
      },
    ])

  static func rows(_ study: StressStudy) -> [Row] {
    let base = Row(scenario: study.scenario, plan: study.plan.name, base: study.base)
    return [base]
      + study.results.map { result in
        var row = base
        row.result = result
        return row
      }
  }

  static func chart(_ study: StressStudy) -> BarRowsChart {
    func row(_ name: String, _ month: ShockResult.Month, _ series: Int) -> BarRowsChart.Row {
      BarRowsChart.Row(
        name: name, from: 0, to: month.bill.dollars, text: PlainEnglish.usd(month.bill),
        series: series)
    }
    let shocks = study.results.compactMap { result in
      result.month.map { month in
        let (now, before) = (month.bill, study.base.bill)
        return row(result.shock.title, month, now > before ? 1 : now < before ? 2 : 0)
      }
    }
    return BarRowsChart(
      title: "What each shock makes of the bill",
      subtitle: "US dollars in the period, with "
        + PlainEnglish.plural(Int64(study.plan.users), "user"),
      rows: [row("No shock", study.base, 0)] + shocks,
      lines: study.scenario.budget.map { [($0.amount.dollars, "Budget")] } ?? [])
  }

  static func json(_ study: StressStudy) -> JSONValue {
    .object([
      ("scenario", .string(study.scenario.name)),
      ("plan", .string(study.plan.name)),
      ("users", .integer(Int64(study.plan.users))),
      ("headline", .string(StressMarkdown.headline(study))),
      (
        "shocks",
        .array(
          rows(study).map { row in
            .object([
              ("shock", .string(row.result?.shock.name ?? "base")),
              ("title", .string(row.result?.shock.title ?? "No shock")),
              ("cost_usd", .optional(row.month) { .string($0.bill.exactDecimal) }),
              (
                "change_usd",
                .optional(row.month) { .string(($0.bill - row.base.bill).exactDecimal) }
              ),
              ("budget_crossed_on", .optional(row.crossedOn) { .string($0.description) }),
              ("fallback_calls", .optional(row.countedMonth) { .integer($0.fallbackCalls) }),
              ("note", .optional(row.result?.reason) { .string($0) }),
            ])
          })
      ),
    ])
  }
}
