import Analysis
import CostModel
import Support

extension ReportMarkdown {
  package static func expectationSection(_ report: ScenarioReport) -> String {
    var table = MarkdownTable(
      [
        .text("plan"), .number("simulated"), .number("expected"), .number("standard error"),
        .number("difference"), .number("in standard errors"),
      ] + chanceHeaders(report))
    var remarks = ""
    for plan in report.plans {
      let expectation = plan.expectation
      let difference = plan.result.cost.dollars - expectation.cost
      let error = expectation.standardError
      let z = error > 0 ? DecimalText.real(difference / error, places: 1) : nil
      table.row(
        [
          name(plan.plan), HumanFormat.usd(plan.result.cost),
          HumanFormat.usd(expectation.cost) + (expectation.leftOut.isEmpty ? "" : "*"),
          HumanFormat.usd(error), HumanFormat.percent(difference, of: expectation.cost),
          z.map(HumanFormat.grouped) ?? "–",
        ]
          + chances(
            report, expectation.overBudgetProbability, expectation.anyMonthOverBudgetProbability))
      if !expectation.explains(plan.result.cost) { remarks += explanation(plan) }
    }
    return heading("How sure we are")
      + """
      The expected bill is computed from formulas, without simulating. Chance alone moves a \
      month's bill by about one standard error, and practically never by five; it says nothing \
      of how well the inputs are known.


      """ + table.text + leftOut(report) + noChances(report) + sharedLuck(report) + remarks
      + runsTable(report) + approximations(report)
  }

  /// The chance that a month goes over the budget, and where there are several, that any does.
  package static func chanceHeaders(_ report: ScenarioReport) -> [MarkdownTable.Header] {
    guard report.scenario.budget != nil else { return [] }
    return report.scenario.period.months.count > 1
      ? [.number("chance of a month over budget"), .number("of any month")]
      : [.number("chance to go over budget")]
  }

  package static func chances(_ report: ScenarioReport, _ month: Double?, _ any: Double?)
    -> [String]
  {
    guard report.scenario.budget != nil else { return [] }
    let both = report.scenario.period.months.count > 1 ? [month, any] : [month]
    return both.map { $0.map { HumanFormat.share($0) } ?? "–" }
  }

  /// Why the closed form tells no chance, each reason once.
  private static func noChances(_ report: ScenarioReport) -> String {
    var reasons: [String] = []
    for reason in report.plans.compactMap(\.expectation.whyNoChance)
    where !reasons.contains(reason) { reasons.append(reason) }
    guard !reasons.isEmpty else { return "" }
    return "Where the formula is off by construction it tells no chances and percentiles: "
      + HumanFormat.list(reasons.map { Markdown.escape($0) })
      + ". Several months (`\(AttentionLimits.severalMonths)`) tell them.\n\n"
  }

  /// What the starred figures do not know of.
  private static func leftOut(_ report: ScenarioReport) -> String {
    let parts = Expectation.union(report.plans.map(\.expectation.leftOut))
    guard !parts.isEmpty else { return "" }
    return "\\* These formulas \(LeftOutWords.verb(parts)) "
      + LeftOutWords.parts(parts.map { Markdown.escape($0.part) })
      + ", so that bills and chances may be far off; what was simulated knows of it.\n\n"
  }

  /// Otherwise four plans that err alike look like four pieces of evidence.
  private static func sharedLuck(_ report: ScenarioReport) -> String {
    guard report.plans.filter({ $0.expectation.standardError > 0 }).count > 1 else { return "" }
    return """
      The plans share their luck: the users of a smaller plan are also in the larger ones and make \
      the same calls. Their differences therefore lean the same way, and count as one observation, \
      not as \(HumanFormat.count(Int64(report.plans.count))).


      """
  }

  /// How far runs differ, where there were several.
  private static func runsTable(_ report: ScenarioReport) -> String {
    var table = MarkdownTable(
      [
        .text("plan"), .number("runs"), .number("5 % cost at most"), .number("half (median)"),
        .number("95 %"),
      ] + chanceHeaders(report))
    for plan in report.plans where plan.spread == nil {
      guard let low = plan.runs.p05, let middle = plan.runs.p50, let high = plan.runs.p95 else {
        continue
      }
      table.row(
        [
          name(plan.plan), HumanFormat.count(Int64(plan.runs.runs)), HumanFormat.usd(low),
          HumanFormat.usd(middle), HumanFormat.usd(high),
        ]
          + chances(
            report, plan.runs.overBudgetProbability, plan.runs.anyMonthOverBudgetProbability))
    }
    guard !table.isEmpty else { return "" }
    return "The same month simulated several times, each with its own luck (all other figures of "
      + "this report are those of the first run):\n\n" + table.text
  }

  private static func explanation(_ plan: PlanReport) -> String {
    let result = plan.result
    var reasons: [String] = []
    let throttled = result.performance.reduce(Int64(0)) { $0 + $1.throttledCalls }
    if throttled > 0 {
      reasons.append("\(HumanFormat.pluralWithVerb(throttled, "attempt")) throttled by quotas")
    }
    if result.failedCalls > 0 {
      reasons.append("\(HumanFormat.plural(result.failedCalls, "call")) failed")
    }
    let saturated = result.performance.filter(\.saturated).map { Markdown.escape($0.model) }
    if !saturated.isEmpty {
      reasons.append(
        "\(HumanFormat.list(saturated)) \(saturated.count == 1 ? "is" : "are") saturated")
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
      text += "The formula only approximates \(HumanFormat.list(parts))."
    }
    return text + "\n\n"
  }

  private static func sentence(_ reasons: [String]) -> String {
    "The formula does not foresee that \(HumanFormat.list(reasons)). "
  }

  /// Parts of the formula that are approximate, each reason once, with the plans it concerns.
  private static func approximations(_ report: ScenarioReport) -> String {
    var parts: [Expectation.Approximation] = []
    var plans: [Expectation.Approximation: [String]] = [:]
    for plan in report.plans {
      for part in plan.expectation.approximations {
        if plans[part] == nil { parts.append(part) }
        plans[part, default: []].append(name(plan.plan))
      }
    }
    guard !parts.isEmpty else { return "" }
    var groups: [(reason: String, plans: [String], parts: [String])] = []
    for part in parts {
      let concerned = plans[part] ?? []
      let name = Markdown.escape(part.part)
      if let known = groups.firstIndex(where: { $0.reason == part.reason && $0.plans == concerned })
      {
        groups[known].parts.append(name)
      } else {
        groups.append((part.reason, concerned, [name]))
      }
    }
    return "The formula is approximate in these parts:\n\n"
      + groups.map { group in
        let isAll = group.plans.count == report.plans.count
        let whose = isAll ? "" : " (\(HumanFormat.list(group.plans)))"
        return "- \(HumanFormat.list(group.parts)): \(Markdown.escape(group.reason))\(whose)\n"
      }.joined() + "\n"
  }
}
