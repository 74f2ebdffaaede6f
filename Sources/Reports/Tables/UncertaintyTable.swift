import Decisions
import Support

/// One cause of a plan's spread.
package struct UncertaintyItem: Sendable {
  /// `chance`, `inputs` or `both`.
  package var source: String
  package var sample: CostSpread.Sample
  package var share: Double?
  package var runs: Int
}

extension ReportTables {
  package static let uncertainty = TableDefinition<PlanRow<UncertaintyItem>>(
    name: "uncertainty",
    about: "How far the bill spreads: by chance, by inputs that carry a range, by both.",
    key: ["scenario", "plan", "source"],
    columns: PlanRow.columns + [
      Column("source", .text, "chance, inputs or both") { .text($0.item.source) },
      Column("runs", .integer, unit: "months", "Simulated months") {
        .integer(Int64($0.item.runs))
      },
      Column("cost_mean_usd", .usd, unit: "USD", "Mean bill") { .real($0.item.sample.mean) },
      Column("cost_sd_usd", .usd, unit: "USD", "Standard deviation of the bill") {
        .real($0.item.sample.variance.squareRoot())
      },
      Column("cost_p05_usd", .usd, unit: "USD", "5 % of the months cost at most this") {
        .real($0.item.sample.p05)
      },
      Column("cost_p50_usd", .usd, unit: "USD", "Half of the months cost at most this") {
        .real($0.item.sample.p50)
      },
      Column("cost_p95_usd", .usd, unit: "USD", "95 % of the months cost at most this") {
        .real($0.item.sample.p95)
      },
      Column("over_budget_probability", .decimal, unit: "1", "Share of months over budget") {
        .optional($0.item.sample.overrun) { .real($0) }
      },
      Column(
        "any_month_over_budget_probability", .decimal, unit: "1",
        "Share of the runs with any month over budget"
      ) { .optional($0.item.sample.anyOverrun) { .real($0) } },
      Column("variance_share", .decimal, unit: "1", "Of the variance of chance and inputs") {
        .optional($0.item.share) { .real($0) }
      },
    ])

  package static func uncertaintyItems(_ plan: PlanReport) -> [UncertaintyItem] {
    guard let spread = plan.spread else { return [] }
    return zip(["chance", "inputs", "both"], spread.parts).map {
      UncertaintyItem(source: $0, sample: $1.sample, share: $1.share, runs: plan.runs.runs)
    }
  }
}
