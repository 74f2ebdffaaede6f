import CostModel
import Simulator
import Support

/// A cell of the bill with the plan's users, which spreadsheets pivot by.
package struct CostItem: Sendable {
  package var users: Int
  package var cell: CostCell
}

extension ReportTables {
  /// - Parameter writes: some calls may be billed for what they leave in a provider's cache.
  package static func costs(writes: Bool) -> TableDefinition<PlanRow<CostItem>> {
    writes ? costsWithWrites : costs
  }

  private static let costsWithWrites: TableDefinition<PlanRow<CostItem>> = {
    var table = costs
    table.columns += [
      Column(
        "cache_write_tokens", .integer, unit: "tokens",
        "Input written to a provider's cache for the shorter time"
      ) { .integer($0.item.cell.writtenTokens) },
      Column(
        "cache_write_1h_tokens", .integer, unit: "tokens",
        "Input written to a provider's cache for the longer time"
      ) { .integer($0.item.cell.writtenLongTokens) },
    ]
    return table
  }()

  package static let costs = TableDefinition<PlanRow<CostItem>>(
    name: "costs", about: "The bill by use case, model and tier.",
    indexes: [["scenario", "plan", "model"], ["scenario", "plan", "use_case"]],
    addsUp: true,
    sums: [
      RowSum(total: "cost_usd", parts: ["input_cost_usd", "output_cost_usd", "other_cost_usd"])
    ],
    columns: PlanRow.columns + costNameColumns + costCountColumns + costMoneyColumns)

  private static let costNameColumns: [Column<PlanRow<CostItem>>] = [
    Column("users", .integer, unit: "users", "Users of the plan") {
      .integer(Int64($0.item.users))
    },
    Column("use_case", .text, "Use case; empty for fixed prices, which have none") {
      .optional($0.item.cell.useCase) { .text($0) }
    },
    Column("model", .text, "Model, with `@region` where it has several") {
      .text($0.item.cell.model)
    },
    Column("provider", .text, "Who bills it") { .text($0.item.cell.provider) },
    Column("tier", .text, "Tier of the calls, which picks their fallback chain") {
      .text($0.item.cell.tier)
    },
  ]

  private static let costCountColumns: [Column<PlanRow<CostItem>>] = [
    Column(
      "calls", .integer, unit: "calls",
      "Calls answered by this model; hits and failed calls count where they were routed"
    ) {
      .integer($0.item.cell.calls)
    },
    Column("cache_hits", .integer, unit: "calls", "Calls answered from the response cache") {
      .integer($0.item.cell.cacheHits)
    },
    Column("attempts", .integer, unit: "attempts", "Attempts made on this model") {
      .integer($0.item.cell.attempts)
    },
    Column("failures", .integer, unit: "attempts", "Attempts that failed") {
      .integer($0.item.cell.failures)
    },
    Column("input_tokens", .integer, unit: "tokens", "Billed input, cached included") {
      .integer($0.item.cell.inputTokens)
    },
    Column("cached_input_tokens", .integer, unit: "tokens", "Input billed as cache-read") {
      .integer($0.item.cell.cachedInputTokens)
    },
    Column("output_tokens", .integer, unit: "tokens", "Billed output, reasoning included") {
      .integer($0.item.cell.outputTokens)
    },
    Column("reasoning_tokens", .integer, unit: "tokens", "Output tokens that were reasoning") {
      .integer($0.item.cell.reasoningTokens)
    },
    Column("audio_seconds", .seconds, unit: "s", "Billed audio") { .duration($0.item.cell.audio) },
  ]

  private static let costMoneyColumns: [Column<PlanRow<CostItem>>] = [
    Column("input_cost_usd", .exactUSD, unit: "USD", "All input, cached and written tokens") {
      .money($0.item.cell.inputCost)
    },
    Column("output_cost_usd", .exactUSD, unit: "USD", "Output, reasoning and spoken answers") {
      .money($0.item.cell.outputCost)
    },
    Column("other_cost_usd", .exactUSD, unit: "USD", "Audio, calls, images and fixed prices") {
      .money($0.item.cell.otherCost)
    },
    Column("cost_usd", .exactUSD, unit: "USD", "Input, output and other cost together") {
      .money($0.item.cell.cost)
    },
    Column(
      "cost_micro_usd", .microUSD, unit: "USD/1000000",
      "The cost as a whole number of millionths of a dollar"
    ) {
      .money($0.item.cell.cost)
    },
  ]
}
