import Decisions
import Support

extension ReportTables {
  /// The columns of a sweep follow its axes: one each, named by its path.
  package static func sweepTable(_ sweep: Sweep) -> Table {
    var columns: [Column<Sweep.Point>] = [
      Column("scenario", .text, "Name of the scenario") { _ in .text(sweep.scenario.name) },
      Column("plan", .text, "Name of the plan") { .text($0.plan.name) },
      Column("users", .integer, unit: "users", "Users of the plan") {
        .integer(Int64($0.assessment.users))
      },
    ]
    for (number, axis) in sweep.axes.enumerated() where axis.knob?.isUsers != true {
      let kind = axis.kind
      columns.append(
        Column(
          columnName(of: axis), kind == nil ? .text : .decimal, unit: kind?.unit ?? "",
          "Value of \(axis.name)"
        ) { point in
          let value = axis.values[point.place[number]]
          return kind == nil ? .text(value.text) : .optional(value.number) { .real($0) }
        })
    }
    return TableDefinition<Sweep.Point>(
      name: "sweep", about: "The bill at every combination of the inputs.",
      columns: columns + assessmentColumns { $0.assessment }
    ).table(sweep.points)
  }

  /// `cache_classes_hit_rate` for `cache.classes.*.hit_rate`.
  private static func columnName(of axis: SweepAxis) -> String {
    let words = axis.name.split { !$0.isLetter && !$0.isNumber }
    return words.joined(separator: "_").lowercased()
      + (axis.knob?.isFactor == true ? "_factor" : "")
  }

  /// What an assessment says, in sweep.csv and solve.csv alike.
  package static func assessmentColumns<Row: Sendable>(
    _ of: @escaping @Sendable (Row) -> Assessment
  ) -> [Column<Row>] {
    [
      Column(
        "cost_usd", .usd, unit: "USD",
        "Expected bill, in the mean over the stated ranges of inputs; or the mean of the months"
      ) { .real(of($0).cost) },
      Column(
        "likely_cost_usd", .usd, unit: "USD", "Expected bill with all inputs at their likely values"
      ) {
        .optional(of($0).likelyCost) { .real($0) }
      },
      Column("cost_p05_usd", .usd, unit: "USD", "5 % of the months cost at most this") {
        .optional(of($0).quantile(0.05)) { .real($0) }
      },
      Column("cost_p50_usd", .usd, unit: "USD", "Half of the months cost at most this") {
        .optional(of($0).quantile(0.5)) { .real($0) }
      },
      Column("cost_p95_usd", .usd, unit: "USD", "95 % of the months cost at most this") {
        .optional(of($0).quantile(0.95)) { .real($0) }
      },
      Column(
        "over_budget_probability", .decimal, unit: "1",
        "Chance that a month goes over the budget; empty where the closed form does not tell"
      ) { .optional(of($0).overrun) { .real($0) } },
      Column(
        "any_month_over_budget_probability", .decimal, unit: "1",
        "Chance that any month of the period does, likewise"
      ) { .optional(of($0).anyOverrun) { .real($0) } },
      Column("cost_per_user_usd", .usd, unit: "USD", "Bill by user") {
        .real(of($0).cost / Double(of($0).users))
      },
      Column("cache_hit_rate", .decimal, unit: "1", "Simulated only") {
        .optional(of($0).hitRate) { .real($0) }
      },
      Column("error_rate", .decimal, unit: "1", "Failed calls; simulated only") {
        .optional(of($0).errorRate) { .real($0) }
      },
      Column("latency_p50_ms", .decimal, unit: "ms", "Simulated only") {
        .optional(of($0).latencyP50) { .real($0) }
      },
      Column("latency_p95_ms", .decimal, unit: "ms", "Simulated only") {
        .optional(of($0).latencyP95) { .real($0) }
      },
      Column(
        "quota_utilisation_peak", .decimal, unit: "1",
        "Share of the busiest limit that is expected to be asked for in its busiest hour"
      ) {
        .optional(of($0).quotaUse) { .real($0) }
      },
      Column("budget_crossed_at", .timestamp, "When the first month's budget is used up, UTC") {
        .optional(of($0).crossedAt) { .timestamp($0) }
      },
      Column("leaves_out", .text, "What the closed form does not know of; empty: nothing") {
        LeftOutWords.cell(of($0).leftOut)
      },
    ]
  }
}
