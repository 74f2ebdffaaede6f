import CostModel
import Scenarios
import Simulator
import Support

extension ReportTables {
  /// Written where the scenario states quality, or a log tells it.
  package static let quality = TableDefinition<PlanRow<QualityCell>>(
    name: "quality",
    about: "What is told of answers, by use case, model, account plan and day.",
    indexes: [["scenario", "plan", "date"], ["scenario", "plan", "use_case"]],
    columns: PlanRow.columns + qualityNameColumns + messageColumns + opinionColumns
      + errorColumns)

  private typealias QualityColumn = Column<PlanRow<QualityCell>>

  private static let qualityNameColumns: [QualityColumn] = [
    Column("use_case", .text, "Use case") { .text($0.item.useCase) },
    Column("model", .text, "Model, with `@region` where it has several") { .text($0.item.model) },
    Column("account_plan", .text, "Account plan of the users; empty where there are none") {
      .optional($0.item.accountPlan) { .text($0) }
    },
    Column("date", .date, "Day of the calls' arrival, in the scenario's time zone") {
      .date($0.item.date)
    },
    Column(
      "calls", .integer, unit: "calls",
      "Calls answered by this model; hits and failed calls count where they were routed"
    ) {
      .integer($0.item.counts.calls)
    },
    Column("failed_calls", .integer, unit: "calls", "Those that nobody answered") {
      .integer($0.item.counts.failed)
    },
  ]

  private static let messageColumns: [QualityColumn] = [
    messages(
      "messages_generated",
      "Messages (`msgs`) of answers of which it is told whether they were sent, or whether they sold; "
        + "empty where neither is told", [.sent, .conversion], \.generated),
    messages(
      "messages_sent", "Those that were sent; empty where that is not told", [.sent], \.sent),
    messages(
      "messages_converted", "Those that sold; empty where that is not told", [.conversion],
      \.converted),
    rate("sent_rate", "Answers that were sent as a share of those of which it is told", .sent),
    rate("conversion_rate", "Answers that sold, likewise", .conversion),
  ]

  private static let opinionColumns: [QualityColumn] = [
    sum("thumbs_up", "answers", "Answers rated well", .satisfaction),
    Column("thumbs_down", .integer, unit: "answers", "Answers rated badly") {
      let counts = $0.item.counts
      return counts.samples(.satisfaction) == 0
        ? .unknown : .integer(counts.samples(.satisfaction) - counts.sum(.satisfaction))
    },
    rate("satisfaction_rate", "Answers rated well as a share of those rated", .satisfaction),
    rate("engagement_rate", "Mean engagement of answers of which it is told", .engagement),
    Column(
      "response_time_mean_s", .seconds, unit: "s", "Mean time until a response, where there was one"
    ) {
      .optional($0.item.counts.mean(.responseTime)) {
        .duration(SimDuration(microseconds: Int64(($0 * 1_000).rounded())))
      }
    },
    Column(
      "responses", .integer, unit: "answers",
      "Answers of which that time is told; empty where there is none"
    ) {
      let responses = $0.item.counts.samples(.responseTime)
      return responses == 0 ? .unknown : .integer(responses)
    },
  ]

  private static let errorColumns: [QualityColumn] = [
    sum("hallucinations", "answers", "Answers that make things up", .hallucination),
    rate("hallucination_rate", "As a share of answers of which it is told", .hallucination),
    sum("inappropriate", "answers", "Answers that are not fit to be sent", .inappropriate),
    rate("inappropriate_rate", "As a share of answers of which it is told", .inappropriate),
    sum(
      "technical_errors", "calls", "Failed calls, and answers of no use for technical reasons",
      .technicalError),
    rate("technical_error_rate", "As a share of calls of which it is told", .technicalError),
  ]

  private static func messages(
    _ name: String, _ about: String, _ told: [QualityMetric],
    _ count: KeyPath<QualityCounts.Messages, Int64> & Sendable
  ) -> QualityColumn {
    Column(name, .integer, unit: "messages", about) {
      let counts = $0.item.counts
      return told.allSatisfy { counts.samples($0) == 0 }
        ? .unknown : .integer(counts.messages[keyPath: count])
    }
  }

  private static func sum(
    _ name: String, _ unit: String, _ about: String, _ metric: QualityMetric
  ) -> QualityColumn {
    Column(name, .integer, unit: unit, about) {
      let counts = $0.item.counts
      return counts.samples(metric) == 0 ? .unknown : .integer(counts.sum(metric))
    }
  }

  private static func rate(
    _ name: String, _ about: String, _ metric: QualityMetric
  ) -> QualityColumn {
    Column(name, .decimal, unit: "1", about) {
      let counts = $0.item.counts
      return .ratio(
        Int128(counts.sum(metric)), Int128(counts.samples(metric)) * Int128(metric.scale))
    }
  }
}
