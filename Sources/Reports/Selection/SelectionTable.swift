import CostModel
import Decisions
import Support

/// A row of select.csv: one model for one kind of call.
package struct SelectionItem: Sendable {
  package var study: SelectionStudy
  package var answer: SelectionAnswer
  package var candidate: SelectionCandidate
  /// From 1, of those that are left.
  package var rank: Int?

  package var model: Model { study.scenario.catalog[candidate.model] }
  package var isChosen: Bool { answer.chosen == candidate.model }

  package var verdict: String {
    if isChosen { return answer.isFallback ? "fallback" : "best" }
    return switch candidate.verdict {
    case .scored: "left"
    case .dropped: "dropped"
    case .unscored: "not scored"
    case .incapable: "incapable"
    }
  }

  /// Limits that it breaks, what is not known, or why it cannot take the calls.
  package var note: String? {
    switch candidate.verdict {
    case .scored: nil
    case .dropped(let limits): limits.joined(separator: " ")
    case .unscored(let unknown): unknown + " not given"
    case .incapable(let reason): reason
    }
  }
}

extension SelectionAnswer {
  package var isFallback: Bool {
    if case .fallback = choice { return true }
    return false
  }
}

extension ReportTables {
  package static let selection = TableDefinition<SelectionItem>(
    name: "select", about: "Every model of the catalog, judged for every kind of call.",
    key: ["scenario", "call", "model"], columns: selectionNames + selectionFigures)

  private static let selectionNames: [Column<SelectionItem>] = [
    Column("scenario", .text, "Name of the scenario") { .text($0.study.scenario.name) },
    Column("plan", .text, "Name of the plan, one number of users") { .text($0.study.plan.name) },
    Column("use_case", .text, "Use case of the calls") { .text($0.answer.calls.useCase) },
    Column("call", .text, "Kind of call: workload, call and variant") {
      .text($0.answer.calls.name)
    },
    Column("calls_a_month", .decimal, unit: "calls", "Expected, response-cache hits included") {
      .real($0.answer.calls.calls)
    },
    Column("model", .text, "Model of the catalog") { .text($0.model.name) },
    Column("provider", .text, "Who bills it") { .text($0.model.provider) },
    Column("is_current", .boolean, "Whether calls are routed to it now") {
      .boolean($0.answer.calls.current.contains($0.candidate.model))
    },
    Column("verdict", .text, "best, fallback, left, dropped, not scored or incapable") {
      .text($0.verdict)
    },
  ]

  private static let selectionFigures: [Column<SelectionItem>] = [
    Column("rank", .integer, "Among the models that are left, by score") {
      .optional($0.rank) { .integer(Int64($0)) }
    },
    Column("score", .decimal, "Weighted sum of its four parts") {
      .optional($0.candidate.score) { .real($0.total) }
    },
    Column("quality_score", .decimal, "Part of the score") {
      .optional($0.candidate.score) { .real($0.quality) }
    },
    Column("latency_score", .decimal, "Part of the score") {
      .optional($0.candidate.score) { .real($0.latency) }
    },
    Column("cost_score", .decimal, "Part of the score") {
      .optional($0.candidate.score) { .real($0.cost) }
    },
    Column("conversion_score", .decimal, "Part of the score") {
      .optional($0.candidate.score) { .real($0.conversion) }
    },
    Column("quality", .decimal, unit: "1", "On the scale") {
      .optional($0.candidate.quality) { .real($0.value) }
    },
    Column("quality_scale", .text, "What the kind of call is judged on") {
      .optional($0.answer.scale) { .text($0.name) }
    },
    Column("quality_source", .text, "Where the figure comes from; stand-in where nobody gives one")
    {
      .optional($0.candidate.quality) { .text($0.source ?? "stand-in") }
    },
    Column("latency_ms", .decimal, unit: "ms", "Mean") {
      .optional($0.candidate.latency) { .real($0 / 1_000) }
    },
    Column("cost_per_call_usd", .exactDecimal, unit: "USD", "Expected, of an answered call") {
      .optional($0.candidate.cost) { .money(MoneySum(nearest: $0)) }
    },
    Column("on_frontier", .boolean, "No model that is left is better and not dearer") {
      .boolean($0.candidate.isOnFrontier)
    },
    Column("note", .text, "Limits that it breaks, what is not known, why it is incapable") {
      .optional($0.note) { .text($0) }
    },
  ]

  package static func selectionTable(_ study: SelectionStudy) -> Table {
    selection.table(
      study.answers.flatMap { answer in
        answer.candidates.enumerated().map { place, candidate in
          SelectionItem(
            study: study, answer: answer, candidate: candidate,
            rank: candidate.isLeft ? place + 1 : nil)
        }
      })
  }
}

extension MoneySum {
  /// The whole picodollars nearest to an expectation in dollars.
  fileprivate init(nearest dollars: Double) {
    self.init(picodollars: Int128((dollars * 1e12).rounded()))
  }
}
