import CostModel
import Scenarios
import Simulator
import Support

/// A plan as plans.csv sees it.
package struct PlanSummary: Sendable {
  package var report: PlanReport
  package var budget: Budget?
  package var periodBudget: MoneySum?
}

extension ReportTables {
  package static let plans = TableDefinition<PlanRow<PlanSummary>>(
    name: "plans", about: "One row a plan: its bill, its budget and how well it runs.",
    key: ["scenario", "plan"],
    sums: [RowSum(total: "headroom_usd", parts: ["budget_usd"], less: ["cost_usd"])],
    columns: PlanRow.columns + planVolumeColumns + planCostColumns + planServiceColumns)

  private static let planVolumeColumns: [Column<PlanRow<PlanSummary>>] = [
    Column("users", .integer, unit: "users", "Users of the plan") {
      .integer(Int64($0.item.report.plan.users))
    },
    Column("calls", .integer, unit: "calls", "Calls that arrived, cache hits included") {
      .integer($0.item.report.result.calls)
    },
    Column("billed_calls", .integer, unit: "calls", "Calls with at least one billed attempt") {
      .integer($0.item.report.result.billedCalls)
    },
  ]

  private static let planCostColumns: [Column<PlanRow<PlanSummary>>] = [
    Column("cost_usd", .exactUSD, unit: "USD", "Simulated bill of the period, run 1") {
      .money($0.item.report.result.cost)
    },
    Column("cost_p05_usd", .usd, unit: "USD", "5th percentile of the runs' bills") {
      .optional($0.item.report.runs.p05) { .money($0) }
    },
    Column("cost_p50_usd", .usd, unit: "USD", "Median of the runs' bills") {
      .optional($0.item.report.runs.p50) { .money($0) }
    },
    Column("cost_p95_usd", .usd, unit: "USD", "95th percentile of the runs' bills") {
      .optional($0.item.report.runs.p95) { .money($0) }
    },
    Column(
      "expected_cost_usd", .usd, unit: "USD", "Closed form of the bill, computed without simulating"
    ) {
      .real($0.item.report.expectation.cost)
    },
    Column("expected_leaves_out", .text, "What the closed form does not know of; empty: nothing") {
      LeftOutWords.cell($0.item.report.expectation.leftOut)
    },
    Column(
      "expected_mean_usd", .usd, unit: "USD",
      "Its mean over the stated ranges of inputs; empty where none has a range"
    ) { .optional($0.item.report.expectation.meanOverRanges) { .real($0) } },
    Column(
      "expected_p05_usd", .usd, unit: "USD",
      "Closed form's 5th percentile of the bill, by chance and over the ranges; empty where it does not tell"
    ) { .optional($0.item.report.expectation.percentiles) { .real($0.p05) } },
    Column("expected_p95_usd", .usd, unit: "USD", "Closed form's 95th percentile, likewise") {
      .optional($0.item.report.expectation.percentiles) { .real($0.p95) }
    },
    Column("budget_usd", .usd, unit: "USD", "Monthly budget times the months of the period") {
      .optional($0.item.periodBudget) { .money($0) }
    },
    Column("headroom_usd", .usd, unit: "USD", "Budget less bill; negative when overspent") { row in
      .optional(row.item.periodBudget) { .money($0 - row.item.report.result.cost) }
    },
    Column("over_budget", .boolean, "Whether a month goes over the budget") {
      .optional($0.item.report.isOverBudget($0.item.budget)) { .boolean($0) }
    },
    Column("budget_crossed_at", .timestamp, "When the budget was first used up, UTC") {
      .optional($0.item.report.budgetCrossedAt) { .timestamp($0) }
    },
    Column(
      "over_budget_probability", .decimal, unit: "1",
      "Chance that a month goes over the budget: the share of the runs' months, with one run by the closed form; empty where it does not tell"
    ) { .optional($0.item.report.overBudgetProbability) { .real($0) } },
    Column(
      "any_month_over_budget_probability", .decimal, unit: "1",
      "Chance that any month of the period does: the share of the runs, with one run by the closed form"
    ) { .optional($0.item.report.anyMonthOverBudgetProbability) { .real($0) } },
    Column("cost_per_user_usd", .usd, unit: "USD", "Bill divided by users") {
      .dollars($0.item.report.result.cost, per: Int64($0.item.report.plan.users))
    },
    Column("cost_per_call_usd", .usd, unit: "USD", "Bill divided by calls") {
      .dollars($0.item.report.result.cost, per: $0.item.report.result.calls)
    },
  ]

  private static let planServiceColumns: [Column<PlanRow<PlanSummary>>] = [
    Column("cache_hit_rate", .decimal, unit: "1", "Response-cache hits as a share of all look-ups")
    {
      let result = $0.item.report.result
      return .ratio(Int128(result.cacheHits), Int128(result.cacheHits + result.cacheMisses))
    },
    Column("error_rate", .decimal, unit: "1", "Failed calls as a share of all calls") {
      .ratio(Int128($0.item.report.result.failedCalls), Int128($0.item.report.result.calls))
    },
    Column("latency_p50_ms", .milliseconds, unit: "ms", "Median latency of answered calls") {
      .percentile($0.item.report.result.latency, 50)
    },
    Column(
      "latency_p95_ms", .milliseconds, unit: "ms",
      "95th percentile of the latency of answered calls"
    ) {
      .percentile($0.item.report.result.latency, 95)
    },
    Column(
      "latency_p99_ms", .milliseconds, unit: "ms",
      "99th percentile of the latency of answered calls"
    ) {
      .percentile($0.item.report.result.latency, 99)
    },
    Column("queue_max_s", .seconds, unit: "s", "Longest wait of an attempt for a quota") {
      .duration($0.item.report.result.queueMax)
    },
  ]
}

extension Cell {
  package static func percentile(_ histogram: LatencyHistogram, _ percent: Double) -> Cell {
    .optional(histogram.percentile(percent)) { .duration(SimDuration(microseconds: $0)) }
  }
}
