import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// A cell of caching.csv with the plan's users.
package struct CachingItem: Sendable {
  package var users: Int
  package var cell: CachingCell
  /// Share of the input that closed forms expect to be read; nil: they do not tell.
  package var expectedReadShare: Double?
}

/// Written for scenarios with conversations, or whose calls can write to a provider's cache for money.
extension ReportTables {
  package static func caching(_ report: ScenarioReport) -> [Table] {
    guard report.replay == nil, report.scenario.tellsCaching else { return [] }
    return [
      caching.table(
        rows(report) { plan in
          plan.result.caching.map { cell in
            let key = Expectation.ReadShareKey(
              workload: cell.workload, kind: cell.kind, model: cell.model)
            return CachingItem(
              users: plan.plan.users, cell: cell,
              expectedReadShare: plan.expectation.readShares[key])
          }
        })
    ]
  }

  package static let caching = TableDefinition<PlanRow<CachingItem>>(
    name: "caching",
    about:
      "What billed input was read from providers' caches and written to them, by workload, kind of "
      + "call and model.",
    indexes: [["scenario", "plan", "workload"]],
    columns: PlanRow.columns + cachingNameColumns + cachingCountColumns + cachingShareColumns)

  private static let cachingNameColumns: [Column<PlanRow<CachingItem>>] = [
    Column("users", .integer, unit: "users", "Users of the plan") {
      .integer(Int64($0.item.users))
    },
    Column("workload", .text, "Workload of the calls") { .text($0.item.cell.workload) },
    Column(
      "kind", .text,
      "answer, tool or compaction of a conversation; call in other workloads"
    ) { .text($0.item.cell.kind) },
    Column("model", .text, "Model that was asked, with `@region` where it has several") {
      .text($0.item.cell.model)
    },
  ]

  private static let cachingCountColumns: [Column<PlanRow<CachingItem>>] = [
    Column("calls", .integer, unit: "calls", "Calls that the model has answered") {
      .integer($0.item.cell.counts.calls)
    },
    Column("input_tokens", .integer, unit: "tokens", "Billed input of all attempts") {
      .integer($0.item.cell.counts.input)
    },
    Column("cached_input_tokens", .integer, unit: "tokens", "Of it, read from the cache") {
      .integer($0.item.cell.counts.read)
    },
    Column("cache_write_tokens", .integer, unit: "tokens", "Written for the shorter time") {
      .integer($0.item.cell.counts.short)
    },
    Column("cache_write_1h_tokens", .integer, unit: "tokens", "Written for the longer time") {
      .integer($0.item.cell.counts.long)
    },
    Column("fresh_tokens", .integer, unit: "tokens", "Neither read nor written") {
      .integer($0.item.cell.fresh)
    },
  ]

  private static let cachingShareColumns: [Column<PlanRow<CachingItem>>] = [
    Column("read_share", .decimal, unit: "1", "Share of the input that was read") {
      .ratio(Int128($0.item.cell.counts.read), Int128($0.item.cell.counts.input))
    },
    Column(
      "write_premium_usd", .exactUSD, unit: "USD", "What writing costs more than plain input"
    ) { .money($0.item.cell.counts.premium) },
    Column(
      "saved_usd", .exactUSD, unit: "USD",
      "What the input would cost more without any cache; negative where writes cost more than reads save"
    ) { .money($0.item.cell.counts.saved) },
    Column(
      "lost_to_expiry_tokens", .integer, unit: "tokens",
      "Written, though the model had been sent them before: by the conversation, or a prefix by anybody"
    ) { .integer($0.item.cell.counts.lost) },
    Column(
      "achievable_read_share", .decimal, unit: "1",
      "Share that would be read if all that had been sent before were"
    ) { .ratio(Int128($0.item.cell.counts.achievable), Int128($0.item.cell.counts.input)) },
    Column(
      "expected_read_share", .decimal, unit: "1",
      "Share that closed forms expect; empty where they do not tell"
    ) { .optional($0.item.expectedReadShare) { .real($0) } },
  ]
}
