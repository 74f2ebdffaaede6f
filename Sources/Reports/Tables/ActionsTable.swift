import CostModel
import Simulator
import Support

extension ReportTables {
  /// The columns of the document's cost row that costs.csv has not: written where calls say them.
  package static let actions = TableDefinition<PlanRow<CostCell>>(
    name: "actions", about: "The bill by use case, action, segment, model and tier.",
    indexes: [["scenario", "plan", "action"], ["scenario", "plan", "segment"]], addsUp: true,
    sums: [
      RowSum(total: "cost_usd", parts: ["input_cost_usd", "output_cost_usd", "other_cost_usd"])
    ],
    columns: PlanRow.columns + [
      Column("use_case", .text, "Use case; empty for fixed prices, which have none") {
        .optional($0.item.useCase) { .text($0) }
      },
      Column("action", .text, "Action that the calls state; empty where they state none") {
        .optional($0.item.action) { .text($0) }
      },
      Column("segment", .text, "Segment that the calls state; empty where they state none") {
        .optional($0.item.segment) { .text($0) }
      },
      Column("model", .text, "Model, with `@region` where it has several") {
        .text($0.item.model)
      },
      Column("provider", .text, "Who bills it") { .text($0.item.provider) },
      Column("tier", .text, "Tier of the calls, which picks their fallback chain") {
        .text($0.item.tier)
      },
      Column("calls", .integer, unit: "calls", "Calls, counted as in costs.csv") {
        .integer($0.item.calls)
      },
      Column("msgs", .integer, unit: "messages", "Messages that these calls were for") {
        .integer($0.item.msgs)
      },
      Column("input_tokens", .integer, unit: "tokens", "Billed input, cached included") {
        .integer($0.item.inputTokens)
      },
      Column("output_tokens", .integer, unit: "tokens", "Billed output, reasoning included") {
        .integer($0.item.outputTokens)
      },
      Column("input_cost_usd", .exactUSD, unit: "USD", "All input, cached and written tokens") {
        .money($0.item.inputCost)
      },
      Column("output_cost_usd", .exactUSD, unit: "USD", "Output, reasoning and spoken answers") {
        .money($0.item.outputCost)
      },
      Column("other_cost_usd", .exactUSD, unit: "USD", "Audio, calls, images and fixed prices") {
        .money($0.item.otherCost)
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Input, output and other cost together") {
        .money($0.item.cost)
      },
    ])

  /// Written where `tables` asks for it.
  package static let accountMonths = TableDefinition<PlanRow<AccountMonthCell>>(
    name: "account_months", about: "The bill by account, budget month and model.",
    indexes: [["scenario", "plan", "account_id"]], addsUp: true,
    columns: PlanRow.columns + [
      Column("account_id", .text, "Account; empty for fixed prices, which belong to none") {
        .optional($0.item.account.id) { .text($0) }
      },
      Column("account_plan", .text, "Account plan (subscription) of the account") {
        .optional($0.item.account.accountPlan) { .text($0) }
      },
      Column("month_start", .timestamp, "Start of the budget month in which calls arrived, UTC") {
        .timestamp($0.item.month.start)
      },
      Column("model", .text, "Model, with `@region` where it has several") {
        .text($0.item.model)
      },
      Column("calls", .integer, unit: "calls", "Calls of the account, counted as in costs.csv") {
        .integer($0.item.calls)
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Cost of the account's calls at the model") {
        .money($0.item.cost)
      },
    ])
}
