import CostModel
import Decisions
import Scenarios
import Support

/// The files of a study of shocks.
package enum StressReport {
  /// Into the scenario's subfolder; the first study is that of the plan which is told in detail.
  package static func write(
    _ studies: [StressStudy], dialect: CSVDialect, into folder: OutputFolder
  ) throws(OutputError) {
    let study = studies[0]
    let name = study.scenario.name
    try folder.write(table(studies).csv(dialect), to: "\(name)/stress.csv")
    let page = ReportPage(
      name: "stress", markdown: StressMarkdown.text(study, others: Array(studies.dropFirst())),
      charts: ["charts/stress.svg": ChartPicture(chart(study).svg)])
    try ReportIndex.write([(page, name)], in: folder)
  }

  package static func table(_ studies: [StressStudy]) -> Table {
    var definition = definition
    if studies.contains(where: \.scenario.limitsRuns) { definition.columns.append(refusedRuns) }
    return definition.table(studies.flatMap(rows))
  }

  /// A row of stress.csv.
  package struct Row: Sendable {
    package var scenario: Scenario
    package var plan: String
    package var base: ShockResult.Month
    /// nil: the base itself.
    package var result: ShockResult?

    package var month: ShockResult.Month? { result.map(\.month) ?? base }

    /// Where calls are those of this month; days taken from another one have no counts.
    package var countedMonth: ShockResult.Month? { month.flatMap { $0.isSpliced ? nil : $0 } }

    package var crossedOn: CivilDate? {
      month?.crossedDay.map { scenario.period.days[$0].date }
    }
  }

  /// Behind the others, where a scenario limits whole runs.
  private static let refusedRuns = Column<Row>(
    "refused_runs", .integer, unit: "runs", "Flows and conversations that found no free place"
  ) {
    .optional($0.countedMonth) { .integer($0.refusedRuns) }
  }

  package static let definition = TableDefinition<Row>(
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

  package static func rows(_ study: StressStudy) -> [Row] {
    let base = Row(scenario: study.scenario, plan: study.plan.name, base: study.base)
    return [base]
      + study.results.map { result in
        var row = base
        row.result = result
        return row
      }
  }

  /// What a bar's colour says. Calls that nobody answers cost nothing: a bill that falls with them
  /// is no saving.
  package enum Effect: Int, CaseIterable {
    case same = 0
    case dearer = 1
    case cheaper = 2
    case failing = 8

    package init(_ month: ShockResult.Month, _ base: ShockResult.Month) {
      self =
        month.failedCalls > base.failedCalls || month.refusedRuns > base.refusedRuns
        ? .failing
        : month.bill > base.bill ? .dearer : month.bill < base.bill ? .cheaper : .same
    }

    package var words: String {
      switch self {
      case .same: "as without a shock"
      case .dearer: "dearer"
      case .cheaper: "cheaper, and no more calls fail"
      case .failing: "more calls fail or are refused"
      }
    }
  }

  /// What nobody answers in a month in which that is more than in the base.
  private static func lost(_ month: ShockResult.Month, _ base: ShockResult.Month) -> String {
    // Days taken from another month have no counts.
    guard !month.isSpliced else {
      return month.failedCalls > base.failedCalls ? "more calls fail" : "more runs are refused"
    }
    return [(month.failedCalls, "failed call"), (month.refusedRuns, "refused run")]
      .filter { $0.0 > 0 }.map { HumanFormat.plural($0.0, $0.1) }.joined(separator: ", ")
  }

  package static func chart(_ study: StressStudy) -> BarRowsChart {
    func row(_ name: String, _ month: ShockResult.Month) -> BarRowsChart.Row {
      let effect = Effect(month, study.base)
      var text = HumanFormat.usd(month.bill)
      if effect == .failing { text += ", " + lost(month, study.base) }
      return BarRowsChart.Row(
        name: name, from: 0, to: month.bill.dollars, text: text, series: effect.rawValue)
    }
    let rows =
      [row("No shock", study.base)]
      + study.results.compactMap { result in
        result.month.map { row(result.shock.title, $0) }
      }
    let met = Set(rows.map(\.series))
    return BarRowsChart(
      title: "What each shock makes of the bill",
      subtitle: "US dollars in the period, with "
        + HumanFormat.plural(Int64(study.plan.users), "user"),
      rows: rows,
      lines: study.scenario.budget.map { [($0.amount.dollars, "Budget")] } ?? [],
      legend: Effect.allCases.filter { met.contains($0.rawValue) }.map {
        (series: $0.rawValue, name: $0.words)
      })
  }

  /// Of the first study, with those of the other plans.
  package static func json(_ studies: [StressStudy]) -> JSONValue {
    guard case .object(let members) = json(studies[0]), studies.count > 1 else {
      return json(studies[0])
    }
    return .object(members + [("other_plans", .array(studies.dropFirst().map(json)))])
  }

  package static func json(_ study: StressStudy) -> JSONValue {
    .object([
      ("scenario", .string(study.scenario.name)),
      ("plan", .string(study.plan.name)),
      ("users", .integer(Int64(study.plan.users))),
      ("headline", .string(StressMarkdown.headline(study) + StressMarkdown.caution(study))),
      (
        "shocks",
        .array(
          rows(study).map { row in
            .object(
              [
                ("shock", .string(row.result?.shock.name ?? "base")),
                ("title", .string(row.result?.shock.title ?? "No shock")),
                ("cost_usd", .optional(row.month) { .string($0.bill.exactDecimal) }),
                (
                  "change_usd",
                  .optional(row.month) { .string(($0.bill - row.base.bill).exactDecimal) }
                ),
                ("budget_crossed_on", .optional(row.crossedOn) { .string($0.description) }),
                ("fallback_calls", .optional(row.countedMonth) { .integer($0.fallbackCalls) }),
                ("failed_calls", .optional(row.countedMonth) { .integer($0.failedCalls) }),
              ]
                + (study.scenario.limitsRuns
                  ? [("refused_runs", .optional(row.countedMonth) { .integer($0.refusedRuns) })]
                  : [])
                + [("note", .optional(row.result?.reason) { .string($0) })])
          })
      ),
    ])
  }
}
