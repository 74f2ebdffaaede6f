import CostModel
import Scenarios
import Simulator
import Support

/// Written for scenarios that state meters beside text tokens, thinking and audio time.
extension ReportTables {
  package static func meters(_ report: ScenarioReport) -> [Table] {
    guard report.replay == nil, report.scenario.statesMeters else { return [] }
    return [meters.table(rows(report) { $0.result.meters })]
  }

  private static let meters = TableDefinition<PlanRow<MeterCell>>(
    name: "meters",
    about: "What was metered beside text tokens, thinking and audio time, by use case and model.",
    indexes: [["scenario", "plan", "use_case"]],
    columns: PlanRow.columns + [
      Column("use_case", .text, "Use case") { .text($0.item.useCase) },
      Column("model", .text, "Model, with `@region` where it has several") {
        .text($0.item.model)
      },
      Column("meter", .text, "What is metered, as the scenario's key") {
        .text($0.item.meter.key)
      },
      Column(
        "quantity", .decimal,
        "Of all attempts that are billed, before steps; image tokens of frames are no meter"
      ) {
        .ratio($0.item.quantity, Int128($0.item.meter.scale))
      },
      Column("unit", .text, "tokens, seconds, or what the meter counts") {
        .text($0.item.meter.unit)
      },
    ])
}
