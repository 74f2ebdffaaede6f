import CostModel

/// How a simulated bill compares with the closed form that knows nothing of the simulation.
struct Agreement {
  /// Standard errors above the expectation; nil where the closed form leaves nothing to chance.
  var z: Double?
  var isWithinChance: Bool

  /// Five standard errors: beyond them, chance is no explanation (docs/validation.md).
  private static let limit = 5.0

  init(_ plan: PlanReport) {
    let difference = plan.result.cost.dollars - plan.expectation.cost
    let error = plan.expectation.standardError
    // Without chance, what is left is the rounding of doubles and of picodollars.
    let rounding = 1e-9 * max(plan.expectation.cost.magnitude, 1e-3)
    z = error > 0 ? difference / error : nil
    isWithinChance = difference.magnitude <= max(Self.limit * error, rounding)
  }
}

extension ReportMarkdown {
  static func expectationSection(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .number("simulated"), .number("expected"), .number("standard error"),
      .number("difference"), .number("in standard errors"),
    ])
    var remarks = ""
    for plan in report.plans {
      let agreement = Agreement(plan)
      let difference = plan.result.cost.dollars - plan.expectation.cost
      table.row([
        name(plan.plan), PlainEnglish.usd(plan.result.cost),
        PlainEnglish.usd(plan.expectation.cost),
        PlainEnglish.usd(plan.expectation.standardError),
        PlainEnglish.percent(difference, of: plan.expectation.cost),
        agreement.z.flatMap { DecimalText.real($0, places: 1) }.map(PlainEnglish.grouped) ?? "–",
      ])
      if !agreement.isWithinChance { remarks += explanation(plan) }
    }
    return heading("How sure we are")
      + """
      The expected bill is computed from formulas, without simulating. Chance alone moves a \
      month's bill by about one standard error, and practically never by five; it says nothing \
      of how well the inputs are known.


      """ + table.text + remarks + approximations(report)
  }

  private static func explanation(_ plan: PlanReport) -> String {
    let result = plan.result
    var reasons: [String] = []
    let throttled = result.performance.reduce(Int64(0)) { $0 + $1.throttledCalls }
    if throttled > 0 {
      reasons.append("\(PlainEnglish.pluralWithVerb(throttled, "attempt")) throttled by quotas")
    }
    if result.failedCalls > 0 {
      reasons.append("\(PlainEnglish.plural(result.failedCalls, "call")) failed")
    }
    let saturated = result.performance.filter(\.saturated).map { Markdown.escape($0.model) }
    if !saturated.isEmpty {
      reasons.append(
        "\(PlainEnglish.list(saturated)) \(saturated.count == 1 ? "is" : "are") saturated")
    }
    let parts = plan.expectation.approximations.map {
      "\(Markdown.escape($0.part)): \(Markdown.escape($0.reason))"
    }
    var text = "With \(name(plan.plan)) the bill differs by more than chance allows"
    if reasons.isEmpty && parts.isEmpty {
      return text + ", and nothing that this report knows explains it: "
        + "please treat it as an error of the program.\n\n"
    }
    text += ". " + (reasons.isEmpty ? "" : sentence(reasons))
    if !parts.isEmpty {
      text += "The formula only approximates \(PlainEnglish.list(parts))."
    }
    return text + "\n\n"
  }

  private static func sentence(_ reasons: [String]) -> String {
    "The formula does not foresee that \(PlainEnglish.list(reasons)). "
  }

  /// Parts of the formula that are approximate, once, with the plans they concern.
  private static func approximations(_ report: ScenarioReport) -> String {
    var order: [Expectation.Approximation] = []
    var plans: [Expectation.Approximation: [String]] = [:]
    for plan in report.plans {
      for part in plan.expectation.approximations {
        if plans[part] == nil { order.append(part) }
        plans[part, default: []].append(name(plan.plan))
      }
    }
    guard !order.isEmpty else { return "" }
    return "The formula is approximate in these parts:\n\n"
      + order.map { part in
        let concerned = plans[part] ?? []
        let whose =
          concerned.count == report.plans.count
          ? "" : " (\(PlainEnglish.list(concerned)))"
        return "- \(Markdown.escape(part.part)): \(Markdown.escape(part.reason))\(whose)\n"
      }.joined() + "\n"
  }
}
