import CostModel
import Scenarios
import Simulator
import Support

/// Written for scenarios whose calls state meters or bill other models, and for logs that tell any.
extension ReportTables {
  package static func meters(_ report: ScenarioReport) -> [Table] {
    let isTold =
      report.replay == nil
      ? report.scenario.statesMeters : report.plans.contains { !$0.result.meters.isEmpty }
    guard isTold else { return [] }
    return [meters.table(rows(report) { $0.result.meters })]
  }

  package static let meters = TableDefinition<PlanRow<MeterCell>>(
    name: "meters",
    about: "What was metered beside text tokens and thinking, by use case and model.",
    indexes: [["scenario", "plan", "use_case"]],
    columns: PlanRow.columns + [
      Column("use_case", .text, "Use case") { .text($0.item.useCase) },
      Column("model", .text, "Model, with `@region` where it has several") {
        .text($0.item.model)
      },
      Column("meter", .text, "What is metered, as scenarios name it") {
        .text($0.item.dimension.meterKey)
      },
      Column(
        "quantity", .decimal,
        "Of all attempts that are billed, before steps; image tokens of frames are no meter"
      ) {
        .ratio($0.item.quantity, $0.item.dimension.meterScale)
      },
      Column("unit", .text, "tokens, seconds, or what the meter counts") {
        .text($0.item.dimension.meterUnit)
      },
      Column(
        "cost_usd", .exactUSD, unit: "USD",
        "What is billed for it, steps, minimums and documents of a search counted"
      ) {
        .money($0.item.cost)
      },
    ])
}
