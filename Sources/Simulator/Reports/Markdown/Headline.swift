import CostModel

/// The answer in two sentences: the bill, whether the budget holds, when it breaks.
enum Headline {
  /// `emphasis` surrounds the amounts: `**` in Markdown, nothing on a terminal.
  static func text(_ report: ScenarioReport, emphasis: String = "") -> String {
    guard let plan = report.largestPlan else { return "The scenario has no plan." }
    return bill(plan, report, emphasis) + " " + second(plan, report, emphasis)
  }

  private static func bill(
    _ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> String {
    let period = report.scenario.period
    let cost = emphasis + PlainEnglish.usd(plan.result.cost) + emphasis
    let span = PlainEnglish.during(Period.Span(start: period.start, end: period.end), in: period)
    let start = "With \(PlainEnglish.plural(Int64(plan.plan.users), "user")), AI costs \(cost) "
    guard let budget = report.periodBudget else {
      return start + "\(span); no budget is set."
    }
    let headroom = budget - plan.result.cost
    let difference = PlainEnglish.usd(
      MoneySum(picodollars: headroom.picodollars.magnitudeAsSigned))
    let budgetText = PlainEnglish.usd(budget) + " budget"
    if plan.isOverBudget(report.scenario.budget) == true {
      let crossed = plan.budgetCrossedAt.map {
        ", which breaks on \(emphasis)\(PlainEnglish.moment($0, in: period))\(emphasis)"
      }
      let over =
        headroom < .zero
        ? "\(difference) over the \(budgetText)" : "more in one month than its budget allows"
      return start + "\(span): \(over)\(crossed ?? "")."
    }
    return start + "\(span), within the \(budgetText) with \(difference) to spare."
  }

  private static func second(
    _ largest: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> String {
    let others = report.plans.filter { $0.plan != largest.plan }
    guard let budget = report.scenario.budget, !others.isEmpty else {
      return perUser(largest)
    }
    let within = report.plans.filter { $0.isOverBudget(budget) == false }
    if within.count == report.plans.count {
      return "Every plan stays within the budget; " + lowercasedFirst(perUser(largest))
    }
    guard let best = within.max(by: { $0.plan.users < $1.plan.users }) else {
      return "None of the \(report.plans.count) plans stays within the budget."
    }
    let users = PlainEnglish.plural(Int64(best.plan.users), "user")
    let cost = emphasis + PlainEnglish.usd(best.result.cost) + emphasis
    return "The largest plan that stays within the budget is \(users) at \(cost)."
  }

  private static func perUser(_ plan: PlanReport) -> String {
    let users = Int64(plan.plan.users)
    return "That is \(PlainEnglish.smallUSD(plan.result.cost, per: users)) a user."
  }

  private static func lowercasedFirst(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension Int128 {
  fileprivate var magnitudeAsSigned: Int128 { self < 0 ? -self : self }
}
