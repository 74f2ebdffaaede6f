import CostModel
import Support

/// Written for scenarios that say what conversions or users bring.
extension ReportTables {
  package static func returns(_ report: ScenarioReport) -> [Table] {
    guard report.scenario.statesReturn, report.replay == nil else { return [] }
    return [returns.table(rows(report) { $0.returnLines(report.scenario) })]
  }

  package static let returns = TableDefinition<PlanRow<ReturnLine>>(
    name: "return", about: "Revenue, AI cost and margin: by use case, by account plan, and in all.",
    indexes: [["scenario", "plan", "name"]],
    sums: [
      RowSum(
        total: "revenue_usd", parts: ["conversion_revenue_usd", "subscription_revenue_usd"]),
      RowSum(total: "margin_usd", parts: ["revenue_usd"], less: ["cost_usd"]),
    ],
    columns: PlanRow.columns + returnCountColumns + returnMoneyColumns + returnExpectedColumns)

  private static let returnCountColumns: [Column<PlanRow<ReturnLine>>] = [
    Column("by", .text, "use_case, account_plan or all; either of the first two adds up to all") {
      .text($0.item.scope.rawValue)
    },
    Column(
      "name", .text,
      "Name of the use case or account plan; empty for all, and for fixed prices, which have none"
    ) {
      .optional($0.item.name) { .text($0) }
    },
    Column("users", .integer, unit: "users", "Users of the plan, or of the account plan") {
      .optional($0.item.users) { .integer($0) }
    },
    Column("calls", .integer, unit: "calls", "All calls") { .integer($0.item.calls) },
    Column(
      "answered_calls", .integer, unit: "calls",
      "Answered calls that may convert, response-cache hits included"
    ) { .integer($0.item.answered) },
    Column("conversions", .integer, unit: "calls", "Answered calls that converted") {
      .integer($0.item.conversions)
    },
    Column("conversion_rate", .decimal, unit: "1", "Conversions of the answered calls") {
      .ratio(Int128($0.item.conversions), Int128($0.item.answered))
    },
    Column(
      "break_even_conversion", .exactDecimal, unit: "1",
      "Rate at which conversions bring what AI costs; above 1: none does"
    ) { .ratio($0.item.cost.picodollars, $0.item.potential.picodollars) },
  ]

  private static let returnMoneyColumns: [Column<PlanRow<ReturnLine>>] = [
    Column("conversion_revenue_usd", .exactUSD, unit: "USD", "Conversions × their stated value") {
      .money($0.item.sales)
    },
    Column(
      "subscription_revenue_usd", .exactUSD, unit: "USD",
      "Users × the stated price of their account plan; empty for a use case, which has none"
    ) { .optional($0.item.subscriptions) { .money($0) } },
    Column("revenue_usd", .exactUSD, unit: "USD", "Revenue of conversions and subscriptions") {
      .money($0.item.revenue)
    },
    Column("cost_usd", .exactUSD, unit: "USD", "AI cost") { .money($0.item.cost) },
    Column("margin_usd", .exactUSD, unit: "USD", "Revenue − AI cost") { .money($0.item.margin) },
    Column("margin_share", .decimal, unit: "1", "Margin as a share of the revenue") {
      .ratio($0.item.margin.picodollars, $0.item.revenue.picodollars)
    },
    Column("roi", .decimal, unit: "1", "Return on investment: margin divided by AI cost") {
      .ratio($0.item.margin.picodollars, $0.item.cost.picodollars)
    },
    Column("revenue_multiple", .decimal, unit: "1", "Revenue divided by AI cost") {
      .ratio($0.item.revenue.picodollars, $0.item.cost.picodollars)
    },
  ]

  private static let returnExpectedColumns: [Column<PlanRow<ReturnLine>>] = [
    Column(
      "expected_revenue_usd", .usd, unit: "USD",
      "Closed form of the revenue, computed without simulating"
    ) {
      .optional($0.item.expected) { .real($0.revenue) }
    },
    Column(
      "expected_revenue_p05_usd", .usd, unit: "USD",
      "5th percentile of the closed form of the revenue"
    ) {
      .optional($0.item.expected) { .real($0.range.lowerBound) }
    },
    Column(
      "expected_revenue_p95_usd", .usd, unit: "USD",
      "95th percentile of the closed form of the revenue"
    ) {
      .optional($0.item.expected) { .real($0.range.upperBound) }
    },
    Column("expected_cost_usd", .usd, unit: "USD", "Closed form of the AI cost") {
      .optional($0.item.expected) { .real($0.cost) }
    },
    Column("expected_roi", .decimal, unit: "1", "Return on investment, by closed form") {
      .optional($0.item.expected) { .real(($0.revenue - $0.cost) / $0.cost) }
    },
  ]
}
