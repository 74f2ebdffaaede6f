import Analysis
import Decisions
import Scenarios
import Simulator
import Support

/// Answers to plain questions, one line each.
package struct WhatIfText {
  package let scenario: Scenario
  package let answers: [WhatIfAnswer]

  package init(scenario: Scenario, answers: [WhatIfAnswer]) {
    self.scenario = scenario
    self.answers = answers
  }

  package var text: String {
    guard let now = answers.first?.now, let plan = scenario.plans.first else { return "" }
    let kind = now.expected == nil ? "the simulated bill" : "the expected bill"
    let ranges = scenario.ranges.isEmpty ? "" : ", on average over the ranges of inputs,"
    let period = HumanFormat.span(
      Period.Span(start: scenario.period.start, end: scenario.period.end), in: scenario.period)
    let first =
      "With \(HumanFormat.plural(Int64(plan.users), "user")) \(kind) of \(period)\(ranges) is "
      + "\(HumanFormat.usd(now.cost))\(Self.verdict(now, scenario)).\n"
    let trouble = CallTrouble.sentence(
      [(whose: "", trouble: now.trouble)]
        + answers.map { (whose: " under '\($0.question.text)'", trouble: $0.then.trouble) },
      emphasis: "", things: ("other answer", "other answers"))
    return [leftOut, trouble].compactMap { $0.map { $0 + "\n" } }.joined() + first
      + answers.map { line($0) + "\n" }.joined()
  }

  private var leftOut: String? {
    LeftOutWords.sentence(
      Expectation.union(answers.flatMap { [$0.now.leftOut, $0.then.leftOut] }), emphasis: "",
      instead: "'--runs 20' simulates months.")
  }

  /// `users=500: $144.44 instead of $288.87 (−50.0 %), within the $1,000.00 budget  [plans=[500]]`.
  private func line(_ answer: WhatIfAnswer) -> String {
    let (now, then) = (answer.now.cost, answer.then.cost)
    let share = HumanFormat.percent(then - now, of: now)
    let change =
      then == now
      ? answer.then.budget == answer.now.budget
        ? " (no change: nothing here rests on it)" : " (no change of the bill)"
      : now > 0 ? " (\(then > now ? "+" : "")\(share))" : ""
    return
      "\(HumanFormat.visible(answer.question.text)): \(HumanFormat.usd(then)) instead of "
      + "\(HumanFormat.usd(now))\(change)\(Self.verdict(answer.then, answer.scenario))  "
      + "[\(HumanFormat.visible(answer.question.overrides.joined(separator: " ")))]"
  }

  /// By its own budget and the months of the scenario that was asked about.
  private static func verdict(_ assessment: Assessment, _ scenario: Scenario) -> String {
    guard let budget = assessment.budget else { return "" }
    let months = scenario.period.months.count
    let amount = "the \(HumanFormat.usd(budget)) budget\(months > 1 ? " of a month" : "")"
    let but = assessment.trouble?.qualification.map { ", but \($0)" } ?? ""
    if let chance = assessment.overrun, (0.005...0.995).contains(chance) {
      return
        ", over \(amount) in \(HumanFormat.wholePercent(chance)) of \(months > 1 ? "the" : "such") "
        + "months\(but)"
    }
    return assessment.isOver(months: months)
      ? ", which breaks \(amount)" : ", within \(amount)\(but)"
  }

  package var json: JSONValue {
    .object([
      ("scenario", .string(scenario.name)), ("users", .integer(Int64(scenario.plans[0].users))),
      (
        "answers",
        .array(
          answers.map { answer in
            .object([
              ("question", .string(answer.question.text)),
              ("overrides", .array(answer.question.overrides.map { .string($0) })),
              (
                "cost_usd", .optional(DecimalText.real(answer.then.cost, places: 6)) { .string($0) }
              ),
              (
                "cost_now_usd",
                .optional(DecimalText.real(answer.now.cost, places: 6)) { .string($0) }
              ),
              ("is_simulated", .bool(answer.then.expected == nil)),
              (
                "over_budget_probability",
                .optional(answer.then.overrun.flatMap { DecimalText.real($0, places: 6) }) {
                  .string($0)
                }
              ),
            ])
          })
      ),
    ])
  }
}
