import Decisions
import Support

/// A row of solve.csv: one value that was looked at.
package struct SolveItem: Sendable {
  package var scenario: String
  package var knob: Knob
  package var point: Solution.Point
  package var isAnswer: Bool
}

extension ReportTables {
  package static let solve = TableDefinition<SolveItem>(
    name: "solve", about: "Every value that was looked at, and whether it keeps the limits.",
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("users", .integer, unit: "users", "Users of the plan") {
        .integer(Int64($0.point.assessment.users))
      },
      Column("input", .text, "Path of the input; with * at its end a factor on it") {
        .text($0.knob.name)
      },
      Column("unit", .text, "Of the value; empty for plain numbers") {
        .text($0.knob.kind.unit)
      },
      Column("value", .decimal, "What was looked at") { .real($0.point.value) },
      Column("keeps_limits", .boolean, "Whether all limits are kept") { .boolean($0.point.isKept) },
      Column("is_answer", .boolean, "Whether this is the answer") { .boolean($0.isAnswer) },
    ] + assessmentColumns { $0.point.assessment })

  package static func solveTable(_ answer: SolveAnswer) -> Table {
    let solution = answer.solution
    return solve.table(
      solution.points.map { point in
        SolveItem(
          scenario: answer.scenario.name, knob: solution.knob, point: point,
          isAnswer: point.value == solution.answer)
      })
  }
}
