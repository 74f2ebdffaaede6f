import Analysis
import CostModel
import Decisions
import Simulator
import Support

/// One variant of one experiment.
package struct ExperimentItem: Sendable {
  package var finding: ExperimentFinding
  package var arm: ArmFinding
  /// By conversion, the highest is 1; nil: nothing converts.
  package var rank: Int64?
}

/// Written for scenarios with experiments.
extension ReportTables {
  package static func experiments(_ report: ScenarioReport) -> [Table] {
    guard report.replay == nil, !report.scenario.experiments.isEmpty else { return [] }
    return [experiments.table(rows(report, experimentItems))]
  }

  private static func experimentItems(_ plan: PlanReport) -> [ExperimentItem] {
    plan.experiments.flatMap { finding in
      let ranking = finding.ranking
      return finding.arms.enumerated().map { number, arm in
        ExperimentItem(
          finding: finding, arm: arm,
          rank: arm.conversion.flatMap { _ in
            ranking.firstIndex(of: number).map { Int64($0) + 1 }
          })
      }
    }
  }

  package static let experiments = TableDefinition<PlanRow<ExperimentItem>>(
    name: "experiments", about: "Every variant of every experiment, against the first one.",
    key: ["scenario", "plan", "experiment", "variant"],
    columns: PlanRow.columns + ExperimentColumns.all)
}

/// What the table says of a variant.
private enum ExperimentColumns {
  typealias ExperimentRow = PlanRow<ExperimentItem>

  static var all: [Column<ExperimentRow>] {
    var columns = assignment
    columns += bill
    columns += figure(
      "cost_per_call", "_usd", .fineDecimal, "USD", "Bill over calls", \.cost, \.costDifference)
    columns += figure(
      "latency_mean", "_ms", .decimal, "ms", "Mean latency of ok calls", \.latency,
      \.latencyDifference)
    columns.append(latencyP95)
    columns += count("messages", "conversions", of: \.messages, \.conversions)
    columns += figure(
      "conversion_rate", "", .decimal, "1", "Share of them that convert", \.conversion,
      \.conversionDifference)
    columns.append(rank)
    columns += count("rated", "satisfied", of: \.rated, \.satisfied)
    columns += figure(
      "satisfaction_rate", "", .decimal, "1", "Share of them that are satisfied", \.satisfaction,
      \.satisfactionDifference)
    return columns + need
  }

  private static let assignment: [Column<ExperimentRow>] = [
    Column("experiment", .text, "Name of the experiment") {
      .text($0.item.finding.experiment.name)
    },
    Column("variant", .text, "Name of the variant; the first is the control") {
      .text($0.item.arm.arm.name)
    },
    Column("unit", .text, "Who is given a variant: user or call") {
      .text($0.item.finding.experiment.unit.rawValue)
    },
    Column("share", .decimal, unit: "1", "Of the users, or calls") { .real($0.item.arm.arm.share) },
    Column("temperature", .decimal, "As stated; it changes no cost") {
      .optional($0.item.arm.arm.temperature) { .real($0) }
    },
    Column("users", .integer, unit: "users", "With at least one call") {
      .integer($0.item.arm.result.users)
    },
    Column("calls", .integer, unit: "calls", "Arrivals") { .integer($0.item.arm.result.calls) },
  ]

  private static let bill: [Column<ExperimentRow>] = [
    Column("cost_usd", .exactUSD, unit: "USD", "Bill of its calls") {
      .money($0.item.arm.result.cost)
    },
    Column("expected_cost_usd", .usd, unit: "USD", "The same by closed form") {
      .real($0.item.arm.expected.cost)
    },
  ]

  private static let latencyP95 = Column<ExperimentRow>(
    "latency_p95_ms", .milliseconds, unit: "ms", "95 % of ok calls take at most this"
  ) { row in
    .optional(row.item.arm.result.latency.percentile(95)) {
      .duration(SimDuration(microseconds: $0))
    }
  }

  private static let rank = Column<ExperimentRow>(
    "conversion_rank", .integer, "By conversion rate, the highest is 1"
  ) { row in
    .optional(row.item.rank) { .integer($0) }
  }

  private static func count(
    _ all: String, _ yes: String, of size: KeyPath<ArmResult, Int64> & Sendable,
    _ part: KeyPath<ArmResult, Int64> & Sendable
  ) -> [Column<ExperimentRow>] {
    [
      Column(all, .integer, unit: "calls", "Answered calls that are asked") {
        .integer($0.item.arm.result[keyPath: size])
      },
      Column(yes, .integer, unit: "calls", "Those that say yes") {
        .integer($0.item.arm.result[keyPath: part])
      },
    ]
  }

  /// A figure, its interval, and the same of its difference from the control.
  private static func figure(
    _ name: String, _ suffix: String, _ type: ColumnType, _ unit: String, _ about: String,
    _ value: KeyPath<ArmFinding, ArmFinding.Figure?> & Sendable,
    _ difference: KeyPath<ArmFinding, ArmFinding.Difference?> & Sendable
  ) -> [Column<ExperimentRow>] {
    func own(
      _ what: String, _ about: String,
      _ part: @escaping @Sendable (ArmFinding.Figure) -> Double?
    ) -> Column<ExperimentRow> {
      Column(name + what + suffix, type, unit: unit, about) {
        .optional($0.item.arm[keyPath: value].flatMap(part)) { .real($0) }
      }
    }
    func other(
      _ what: String, _ about: String,
      _ part: @escaping @Sendable (ArmFinding.Difference) -> Double
    ) -> Column<ExperimentRow> {
      Column(name + what + suffix, type, unit: unit, about) {
        .optional($0.item.arm[keyPath: difference].map(part)) { .real($0) }
      }
    }
    func chance(
      _ what: String, _ about: String,
      _ part: @escaping @Sendable (ArmFinding.Difference) -> Double
    ) -> Column<ExperimentRow> {
      Column(name + what, .fineDecimal, unit: "1", about) {
        .optional($0.item.arm[keyPath: difference].map(part)) { .real($0) }
      }
    }
    return [
      own("", about) { $0.value }, own("_low", "Lower end of its interval") { $0.low },
      own("_high", "Upper end of its interval") { $0.high },
      other("_difference", "Less the control's") { $0.value },
      other("_difference_low", "Lower end of its interval, for all variants together") { $0.low },
      other("_difference_high", "Upper end of its interval, for all variants together") {
        $0.high
      },
      chance("_p_value", "Two-sided, of this difference alone") { $0.pValue },
      chance("_p_value_adjusted", "Corrected (Holm) for all variants") { $0.adjusted },
    ]
  }

  private static let need: [Column<ExperimentRow>] = [
    column("detect_metric", .text, "", "Rate that the sample size is for") { item, _ in
      .text(item.finding.metric?.rawValue ?? "")
    },
    column("detect_difference", .decimal, "1", "Difference from the control that shall be seen") {
      .real($1.difference)
    },
    column("needed_answers", .integer, "calls", "Messages, or ratings, that the variant needs") {
      .integer(Int64($1.answers))
    },
    column("needed_users", .integer, "users", "The same in its users over the period") {
      .optional($1.users) { .integer(Int64($0)) }
    },
    column("needed_days", .decimal, "days", "Days until it and the control have enough") {
      .optional($1.days) { .real($0) }
    },
    column(
      "detectable_difference", .decimal, "1", "Smallest difference that this plan's period shows"
    ) {
      .optional($1.detectable) { .real($0) }
    },
  ]

  private static func column(
    _ name: String, _ type: ColumnType, _ unit: String, _ about: String,
    _ value: @escaping @Sendable (ExperimentItem, SampleNeed) -> Cell
  ) -> Column<ExperimentRow> {
    Column(name, type, unit: unit, about) { row in
      .optional(row.item.arm.need) { value(row.item, $0) }
    }
  }
}
