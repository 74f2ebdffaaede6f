import CostModel
import Decisions
import Scenarios
import Support

/// The files of a study of levers.
package enum LeverReport {
  /// Into the scenario's subfolder; the first study is that of the plan which is told in detail.
  package static func write(
    _ studies: [LeverStudy], dialect: CSVDialect, into folder: OutputFolder
  ) throws(OutputError) {
    let study = studies[0]
    let name = study.scenario.name
    for table in tables(studies) {
      try folder.write(table.csv(dialect), to: "\(name)/\(table.name).csv")
    }
    let page = ReportPage(
      name: "levers", markdown: LeverMarkdown.text(study, others: Array(studies.dropFirst())),
      charts: ["charts/levers.svg": ChartPicture(chart(study).svg)])
    try ReportIndex.write([(page, name)], in: folder)
  }

  // MARK: Table

  /// levers.csv and break-even.csv.
  package static func tables(_ studies: [LeverStudy]) -> [Table] {
    [
      definition.table(studies.flatMap(rows)),
      BreakEvenReport.definition.table(BreakEvenReport.rows(studies[0])),
    ]
  }

  /// A row of levers.csv.
  package struct Row: Sendable {
    package var scenario: String
    package var plan: String
    package var lever: String
    package var title: String
    package var state: String
    /// The month that the row is about; nil where there is none.
    package var outcome: Outcome?
    package var saving: MoneySum?
    package var share: (MoneySum, MoneySum)?
    package var step: Int?
    package var stepSaving: MoneySum?
    package var note: String?
    /// What its source says that it saves.
    package var published: Lever.Published?
    /// The same month at the prices of the catalog that the scenario is compared with.
    package var otherCatalog: String?
    package var other: Outcome?
    package var otherSaving: MoneySum?
    package var otherStepSaving: MoneySum?
  }

  package static let definition = TableDefinition<Row>(
    name: "levers", about: "Every lever alone, and how they add up.",
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("plan", .text, "Name of the plan, one number of users") { .text($0.plan) },
      Column("lever", .text, "Name of the lever") { .text($0.lever) },
      Column("title", .text, "What it is") { .text($0.title) },
      Column(
        "state", .text,
        "base, available, in use, alternative, no effect, does not apply or together"
      ) { .text($0.state) },
      Column("cost_usd", .exactUSD, unit: "USD", "Bill with it; without it where it is in use") {
        .optional($0.outcome) { .money($0.amount) }
      },
      Column("saving_usd", .exactUSD, unit: "USD", "What it saves; negative where it costs more") {
        .optional($0.saving) { .money($0) }
      },
      Column("saving_share", .decimal, unit: "1", "Of the bill without it") {
        .optional($0.share) { .ratio($0.0.picodollars, $0.1.picodollars) }
      },
      Column("step", .integer, "Place among those that are combined") {
        .optional($0.step) { .integer(Int64($0)) }
      },
      Column("step_saving_usd", .exactUSD, unit: "USD", "What it adds to the steps before it") {
        .optional($0.stepSaving) { .money($0) }
      },
      Column("latency_p50_ms", .decimal, unit: "ms", "Median latency of that month") {
        .optional($0.outcome?.latencyP50) { .real($0) }
      },
      Column("latency_p95_ms", .decimal, unit: "ms", "95th percentile of it") {
        .optional($0.outcome?.latencyP95) { .real($0) }
      },
      Column("error_rate", .decimal, unit: "1", "Failed calls of all calls") {
        .optional($0.outcome?.errorRate) { .real($0) }
      },
      Column("note", .text, "What it does to quality, or why it does not apply") {
        .optional($0.note) { .text($0) }
      },
      Column(
        "published_saving_usd", .usd, unit: "USD", "What its source says that it saves in a month"
      ) { .optional($0.published?.saving) { .money($0) } },
      Column("published_share", .decimal, unit: "1", "The same, of the bill without it") {
        .optional($0.published?.share) { .real($0) }
      },
      Column("published_users", .integer, unit: "users", "With so many users") {
        .optional($0.published?.users) { .integer(Int64($0)) }
      },
      Column("other_catalog", .text, "Catalog that the scenario is compared with") {
        .optional($0.otherCatalog) { .text($0) }
      },
      Column("other_cost_usd", .exactUSD, unit: "USD", "The same bill at its prices") {
        .optional($0.other) { .money($0.amount) }
      },
      Column("other_saving_usd", .exactUSD, unit: "USD", "What it saves at its prices") {
        .optional($0.otherSaving) { .money($0) }
      },
      Column("other_step_saving_usd", .exactUSD, unit: "USD", "What the step adds at its prices") {
        .optional($0.otherStepSaving) { .money($0) }
      },
    ])

  private static func rows(_ study: LeverStudy) -> [Row] {
    let prices = study.otherPrices
    func row(_ lever: String, _ title: String, _ state: String) -> Row {
      Row(
        scenario: study.scenario.name, plan: study.plan.name, lever: lever, title: title,
        state: state, otherCatalog: prices?.compared.name)
    }
    var base = row("base", "As it is", "base")
    base.outcome = study.base
    base.other = prices?.base
    var together = row("together", "All of the steps together", "together")
    together.outcome = study.together
    together.saving = study.base.amount - study.together.amount
    together.share = together.saving.map { ($0, study.base.amount) }
    together.other = prices?.together
    together.otherSaving = prices.flatMap { prices in
      prices.together.map { prices.base.amount - $0.amount }
    }
    return [base]
      + study.results.map { result in
        var row = row(result.lever.name, result.lever.title, result.state)
        row.outcome = result.outcome
        row.saving = result.saving(from: study.base)
        row.share = row.saving.map { ($0, result.without(study.base)) }
        row.note = result.note
        row.published = result.lever.published
        row.other = prices?.months[result.lever.name]
        row.otherSaving = prices?.saving(result)
        if let step = study.steps.firstIndex(where: { $0.lever.name == result.lever.name }) {
          row.step = step + 1
          row.stepSaving = study.steps[step].saving
          row.otherStepSaving = prices?.stepSaving(step)
        }
        return row
      } + [together]
  }

  // MARK: Chart

  /// From the bill as it is, step by step, to the bill with all levers.
  package static func chart(_ study: LeverStudy) -> BarRowsChart {
    let base = study.base.amount
    var rows = [bar("As it is", .zero, base, HumanFormat.usd(base), 0)]
    var left = base
    for step in study.steps {
      let next = left - step.saving
      let amount = HumanFormat.usd(step.saving).replacing("−", with: "")
      let isNothing = amount == HumanFormat.usd(.zero)
      let sign = isNothing ? "" : step.saving < .zero ? "+" : "−"
      rows.append(
        bar(step.lever.title, next, left, sign + amount, step.saving < .zero ? 1 : 2))
      left = next
    }
    if !study.steps.isEmpty {
      rows.append(bar("All together", .zero, left, HumanFormat.usd(left), 0))
    }
    for result in study.results where result.lever.isAlternative {
      guard case .available(let outcome) = result.verdict else { continue }
      rows.append(
        bar(result.lever.title, .zero, outcome.amount, HumanFormat.usd(outcome.amount), 3))
    }
    return BarRowsChart(
      title: "What each lever saves on top of those above it",
      subtitle: "US dollars in the period, with "
        + HumanFormat.plural(Int64(study.plan.users), "user") + "; alternatives below",
      rows: rows,
      lines: study.scenario.budget.map { [($0.amount.dollars, "Budget")] } ?? [],
      limit: 1.6 * base.dollars)
  }

  private static func bar(
    _ name: String, _ from: MoneySum, _ to: MoneySum, _ text: String, _ series: Int
  ) -> BarRowsChart.Row {
    BarRowsChart.Row(name: name, from: from.dollars, to: to.dollars, text: text, series: series)
  }

  // MARK: JSON

  /// Of the first study, with those of the other plans.
  package static func json(_ studies: [LeverStudy]) -> JSONValue {
    guard case .object(let members) = json(studies[0]), studies.count > 1 else {
      return json(studies[0])
    }
    return .object(members + [("other_plans", .array(studies.dropFirst().map(json)))])
  }

  package static func json(_ study: LeverStudy) -> JSONValue {
    func usd(_ amount: MoneySum?) -> JSONValue { .optional(amount) { .string($0.exactDecimal) } }
    func ms(_ value: Double?) -> JSONValue {
      .optional(value.flatMap { DecimalText.real($0, places: 3) }) { .string($0) }
    }
    return .object([
      ("scenario", .string(study.scenario.name)),
      ("plan", .string(study.plan.name)),
      ("users", .integer(Int64(study.plan.users))),
      ("headline", .string(LeverMarkdown.headline(study) + LeverMarkdown.caution(study))),
      ("other_catalog", .optional(study.otherPrices?.compared.name) { .string($0) }),
      ("at_other_prices", .optional(LeverPricesMarkdown.sentence(study)) { .string($0) }),
      (
        "levers",
        .array(
          rows(study).map { row in
            .object([
              ("lever", .string(row.lever)), ("title", .string(row.title)),
              ("state", .string(row.state)), ("cost_usd", usd(row.outcome?.amount)),
              ("saving_usd", usd(row.saving)),
              ("step", .optional(row.step) { .integer(Int64($0)) }),
              ("step_saving_usd", usd(row.stepSaving)),
              ("latency_p50_ms", ms(row.outcome?.latencyP50)),
              ("latency_p95_ms", ms(row.outcome?.latencyP95)),
              ("note", .optional(row.note) { .string($0) }),
              ("published_saving_usd", usd(row.published?.saving)),
              (
                "published_share",
                .optional(row.published?.share.flatMap { DecimalText.real($0, places: 4) }) {
                  .string($0)
                }
              ),
              ("published_users", .optional(row.published?.users) { .integer(Int64($0)) }),
              ("other_cost_usd", usd(row.other?.amount)),
              ("other_saving_usd", usd(row.otherSaving)),
              ("other_step_saving_usd", usd(row.otherStepSaving)),
            ])
          })
      ),
      ("break_even", BreakEvenReport.json(study)),
    ])
  }
}

extension LeverResult {
  /// As levers.csv says it.
  package var state: String {
    switch verdict {
    case .available: lever.isAlternative ? "alternative" : "available"
    case .inUse: "in use"
    case .idle: "no effect"
    case .inapplicable: "does not apply"
    }
  }

  /// The bill without it.
  package func without(_ base: Outcome) -> MoneySum {
    if case .inUse(let without) = verdict { return without.amount }
    return base.amount
  }

  package var note: String? {
    if case .inapplicable(let reason) = verdict { return reason }
    return lever.quality
  }
}
