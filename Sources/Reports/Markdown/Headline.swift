import Analysis
import CostModel
import Decisions
import Support

/// What calls for attention, where anything does; then the answer in two sentences (the bill, whether the budget holds, when it breaks; what fits) and,
/// where a quota fills up, a third one that names it.
package enum Headline {
  /// `emphasis` surrounds the amounts: `**` in Markdown, nothing on a terminal.
  package static func text(_ report: ScenarioReport, emphasis: String = "") -> String {
    if let replay = report.replay { return ReplayMarkdown.headline(report, replay, emphasis) }
    guard let plan = report.largestPlan else { return "The scenario has no plan." }
    let sentences = [
      report.attention(emphasis: emphasis), bill(plan, report, emphasis),
      ReportMarkdown.spreadSentence(plan, emphasis: emphasis), assumedBill(report, emphasis),
      second(plan, report, emphasis),
      enforced(
        plan, emphasis, whose: " with \(HumanFormat.plural(Int64(plan.plan.users), "user"))"),
      limit(plan, report, emphasis),
      CachingWords.sentences(plan, report, emphasis),
      otherPrices(plan, report, emphasis), switchedOff(report, emphasis), longMonth(report),
    ]
    return sentences.compactMap { $0 }.joined(separator: " ")
  }

  /// One simulated month of the largest plan, told as an example.
  package static func example(_ report: ScenarioReport, emphasis: String = "") -> String {
    guard let plan = report.largestPlan else { return "The scenario has no plan." }
    let runs = plan.runs.runs
    let span = report.scenario.period.months.count > 1 ? "period" : "month"
    let which =
      runs > 1
      ? "One of \(HumanFormat.count(Int64(runs))) simulated \(span)s" : "One simulated \(span)"
    let whose = " with \(HumanFormat.plural(Int64(plan.plan.users), "user"))"
    let sentences = [
      bill(plan, report, emphasis),
      ReportMarkdown.spreadSentence(plan, emphasis: emphasis),
      enforced(plan, emphasis, whose: whose),
      emphasis.isEmpty ? nil : CachingWords.sentences(plan, report, emphasis),
    ]
    return "\(emphasis)\(which), as an example.\(emphasis)" + (emphasis.isEmpty ? " " : "\n\n")
      + sentences.compactMap { $0 }.joined(separator: " ")
  }

  /// What else is to be known of the expected bill.
  package static func warnings(
    _ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> [String] {
    [
      assumedBill(report, emphasis), limit(plan, report, emphasis, follows: false),
      otherPrices(plan, report, emphasis), switchedOff(report, emphasis), longMonth(report),
    ].compactMap(\.self)
  }

  private static func bill(
    _ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> String {
    let period = report.scenario.period
    let other = report.scenario.currency.map {
      " (\(HumanFormat.amount(plan.result.cost, in: $0)))"
    }
    let cost = emphasis + HumanFormat.usd(plan.result.cost) + emphasis + (other ?? "")
    let span = HumanFormat.during(Period.Span(start: period.start, end: period.end), in: period)
    let start = "With \(HumanFormat.plural(Int64(plan.plan.users), "user")), AI costs \(cost) "
    guard let budget = report.periodBudget else {
      return start + "\(span); no budget is set."
    }
    let headroom = budget - plan.result.cost
    let difference = HumanFormat.usd(
      MoneySum(picodollars: headroom.picodollars.magnitudeAsSigned))
    let budgetText = HumanFormat.usd(budget) + " budget"
    if plan.isOverBudget(report.scenario.budget) == true {
      let crossed = plan.budgetCrossedAt.map {
        (period.months.count > 1 ? "; a month's budget first breaks on " : ", which breaks on ")
          + "\(emphasis)\(HumanFormat.moment($0, in: period))\(emphasis)"
      }
      let over =
        headroom < .zero
        ? "\(difference) over the \(budgetText)" : "more in one month than its budget allows"
      return start + "\(span): \(over)\(crossed ?? "")\(doubt(plan, report, isOver: true))."
    }
    let qualification = Attention(plan: plan).qualification.map { ", but \($0)" } ?? ""
    return start + "\(span), within the \(budgetText) with \(difference) to spare"
      + "\(qualification)\(doubt(plan, report, isOver: false))."
  }

  /// What the budget's actions did, where they met a call.
  package static func enforced(_ plan: PlanReport, _ emphasis: String, whose: String) -> String? {
    guard let without = plan.unenforced, !plan.result.enforcements.isEmpty else { return nil }
    let met = plan.met
    let parts = [(met.refused, "refuses"), (met.moved, "moves")].filter { $0.0 > 0 }.map {
      "\($0.1) \(HumanFormat.plural($0.0, "call"))"
    }
    let saved = without.cost - plan.result.cost
    let effect =
      saved < .zero
      ? "which costs \(HumanFormat.usd(plan.result.cost - without.cost)) more than"
      : "which saves \(emphasis)\(HumanFormat.usd(saved))\(emphasis) of"
    return "Acting on the budget \(HumanFormat.list(parts))\(whose), \(effect) the "
      + "\(HumanFormat.usd(without.cost)) that a budget which only tells would let through."
  }

  /// Models that by the scenario's own catalog nobody can call on any day of the period.
  private static func switchedOff(_ report: ScenarioReport, _ emphasis: String) -> String? {
    let names = report.scenario.retiredModels.filter(\.isBeforeStart).map {
      emphasis.isEmpty ? HumanFormat.visible($0.name) : Markdown.escape($0.name)
    }
    guard !names.isEmpty else { return nil }
    return "By the scenario's own catalog \(HumanFormat.list(names)) "
      + "\(names.count == 1 ? "is" : "are") switched off before this plan begins."
  }

  /// A period of days is one budget month, however long it is.
  private static func longMonth(_ report: ScenarioReport) -> String? {
    let period = report.scenario.period
    guard period.months.count == 1, period.days.count > 31 else { return nil }
    let budget =
      report.scenario.budget.map {
        ", and the \(HumanFormat.usd($0.amount)) budget is held against all of them in one sum"
      } ?? ""
    return
      "The period's \(period.days.count) days are one budget month. Volumes a month and "
      + "fixed prices count once for all of them\(budget). (days: 30 with months: "
      + "\((period.days.count + 15) / 30) makes months of it.)"
  }

  /// Where another catalog's prices change the bill.
  private static func otherPrices(
    _ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> String? {
    if let other = report.scenario.compared, report.scenario.hasConversations {
      let name =
        emphasis.isEmpty ? HumanFormat.visible(other.name) : Markdown.escape(other.name)
      return
        "No formula tells what these calls would cost at the prices of the \(name) catalog, since "
        + "there are conversations: 'run' with it as 'catalog' does."
    }
    guard let comparison = report.comparison,
      let bills = comparison.plans.first(where: { $0.plan == plan.plan }), bills.changes
    else { return nil }
    let cost = emphasis + HumanFormat.usd(bills.other) + emphasis
    let leftOut = LeftOutWords.parts(
      bills.leftOut.map {
        emphasis.isEmpty ? HumanFormat.visible($0.part) : Markdown.escape($0.part)
      })
    let budget = report.scenario.budget
    let other = plan.budgetSide(bills, budget)
    let verdict: String? =
      other == plan.budgetSide(budget)
      ? nil
      : other.map { side in
        switch side {
        case .holds: ", which is within the budget"
        case .breaks: ", which breaks the budget"
        case .unsure: ", which is too close to the budget to tell"
        }
      }
    let name =
      emphasis.isEmpty
      ? HumanFormat.visible(comparison.compared.name) : Markdown.escape(comparison.compared.name)
    return "At the prices of the \(name) catalog"
      + "\(ReportMarkdown.checked(comparison)) the same calls would cost \(cost)\(verdict ?? "")"
      + "\(leftOut.isEmpty ? "" : ", by formulas that \(LeftOutWords.verb(bills.leftOut)) \(leftOut)")"
      + "\(assumed(\.other, of: report.assumed?.other, report, emphasis).map { "; it" + $0 } ?? "")."
  }

  /// How far what is assumed may move a bill, right behind it.
  private static func assumed(
    _ bill: KeyPath<AssumedBills.Bill, Double?>, of base: Double?, _ report: ScenarioReport,
    _ emphasis: String
  ) -> String? {
    guard let base, let ends = report.assumed?.ends(bill, of: base) else { return nil }
    func end(_ end: (dollars: Double, title: String?)) -> String {
      let title = end.title.map {
        " (" + (emphasis.isEmpty ? HumanFormat.visible($0) : Markdown.escape($0)) + ")"
      }
      return emphasis + HumanFormat.usd(end.dollars) + emphasis + (title ?? "")
    }
    return " hangs on an assumption, and may be from \(end(ends.least)) to \(end(ends.most))"
  }

  /// The same of the bill itself.
  private static func assumedBill(_ report: ScenarioReport, _ emphasis: String) -> String? {
    let range = assumed(\.own, of: report.assumed?.own, report, emphasis)
      .map { "The expected bill\($0)." }
    let unknown = (report.assumed?.bills ?? []).compactMap { bill in
      bill.reason.map { reason in
        let (title, why) =
          emphasis.isEmpty
          ? (HumanFormat.visible(bill.title), HumanFormat.visible(reason))
          : (Markdown.escape(bill.title), Markdown.escape(reason))
        return "What \(title) would make of it is not known: \(why)."
      }
    }
    let sentences = [range].compactMap(\.self) + unknown
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// One simulated month is one draw: near the budget, another one may fall on the other side.
  private static func doubt(
    _ plan: PlanReport, _ report: ScenarioReport, isOver: Bool
  ) -> String {
    // Where inputs are drawn, a sentence of its own says how sure all this is.
    if plan.isUnsure(report.scenario.budget) {
      return
        "; but this is one simulated month, near the budget, of which no formula tells the chance "
        + "here: several months do (\(AttentionLimits.severalMonths))"
    }
    guard plan.spread == nil, plan.expectation.meanOverRanges == nil,
      let chance = plan.overBudgetProbability,
      let any = plan.anyMonthOverBudgetProbability,
      plan.budgetSide(report.scenario.budget) == .unsure
    else { return "" }
    let verdict =
      switch any {
      case 0.4...0.6: "it is a coin toss"
      case ..<0.5: isOver ? "that is bad luck" : "that is not certain"
      default: isOver ? "that is not certain" : "that is luck"
      }
    let odds =
      isOver && any > 0.6
      ? "chance alone keeps within the budget \(percent(1 - chance)) of such months"
      : "chance alone breaks the budget in \(percent(chance)) of such months"
    let together =
      any == chance
      ? ""
      : " (at least one month of the period breaks it in \(percent(any)) of cases)"
    return
      "; but \(verdict): the expected bill is \(HumanFormat.usd(plan.expectation.cost)), and \(odds)"
      + together
  }

  /// In whole percent, unless that would be none or all.
  private static func percent(_ chance: Double) -> String {
    min(chance, 1 - chance) < AttentionLimits.shipped.doubt
      ? HumanFormat.share(chance) : HumanFormat.wholePercent(chance)
  }

  private static func second(
    _ largest: PlanReport, _ report: ScenarioReport, _ emphasis: String
  ) -> String {
    let others = report.plans.filter { $0.plan != largest.plan }
    guard let budget = report.scenario.budget, !others.isEmpty else {
      return perUser(largest)
    }
    let within = report.plans.filter { $0.isOverBudget(budget) == false }
    let safe = within.filter {
      ($0.anyMonthOverBudgetProbability ?? 0) < AttentionLimits.shipped.doubt
        && !$0.isUnsure(budget)
    }
    if safe.count == report.plans.count {
      let doubtful = report.plans.contains { Attention(plan: $0).isNeeded }
      return "Every plan stays within the budget\(doubtful ? ", mind the above" : ""); "
        + lowercasedFirst(perUser(largest))
    }
    let isSure = safe.count < within.count ? "is sure to stay" : "stays"
    guard let best = safe.max(by: { $0.plan.users < $1.plan.users }) else {
      return "None of the \(report.plans.count) plans \(isSure) within the budget."
    }
    let users = HumanFormat.plural(Int64(best.plan.users), "user")
    let cost = emphasis + HumanFormat.usd(best.result.cost) + emphasis
    let qualification = Attention(plan: best).qualification.map { ", but \($0)" } ?? ""
    return "The largest plan that \(isSure) within the budget is \(users) at \(cost)"
      + "\(qualification)."
  }

  /// The quota that fills up first, where it does so within the simulated plans.
  /// - Parameter follows: whether the sentence before says when the budget breaks.
  private static func limit(
    _ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String, follows: Bool = true
  ) -> String? {
    let users = Double(plan.plan.users)
    let first = plan.expectation.quotaLoads.min {
      $0.saturatesAtUsersBusiestHour < $1.saturatesAtUsersBusiestHour
    }
    guard let first, first.saturatesAtUsersBusiestHour <= users else { return nil }
    // Proof that it comes first, rather than a guess of where between two plans the budget breaks.
    let budget = report.scenario.budget
    let isBefore =
      follows
      && report.plans.contains {
        $0.isOverBudget(budget) == false
          && Double($0.plan.users) >= first.saturatesAtUsersBusiestHour
      }
    let isOver = plan.isOverBudget(budget) == true
    let name = emphasis.isEmpty ? HumanFormat.visible(first.target) : Markdown.escape(first.target)
    let limit = HumanFormat.limit(first.limit)
    let peak = first.limit == "audio hours/day" ? "on the busiest day" : "in the busiest hour"
    var text = isOver && isBefore ? "Before that, " : "The first limit to fill is "
    text += isOver && isBefore ? "\(name)'s \(limit) fill up: " : "\(name)'s \(limit): "
    text += "\(peak) from \(HumanFormat.wholeUsers(first.saturatesAtUsersBusiestHour)) users"
    if first.saturatesAtUsersMean <= users {
      text += ", around the clock from \(HumanFormat.wholeUsers(first.saturatesAtUsersMean))"
    }
    return text + "." + (waits(first.target, plan, name) ?? "")
  }

  /// How long its calls wait, where many do.
  private static func waits(_ target: String, _ plan: PlanReport, _ name: String) -> String? {
    guard let seen = plan.result.performance.first(where: { $0.model == target }),
      seen.attempts > 0, let median = seen.queue.percentile(50)
    else { return nil }
    let share = Double(seen.queuedCalls) / Double(seen.attempts)
    guard share > AttentionLimits.shipped.troubledCalls else { return nil }
    let half =
      median > 0 ? ", half of all its calls \(HumanFormat.percentile(seen.queue, 50)) or more" : ""
    return " With \(HumanFormat.plural(Int64(plan.plan.users), "user")), "
      + "\(HumanFormat.share(share)) of \(name)'s calls wait for it\(half); of all answers 95 % "
      + "arrive within \(HumanFormat.percentile(plan.result.latency, 95))."
  }

  private static func perUser(_ plan: PlanReport) -> String {
    let users = Int64(plan.plan.users)
    return "That is \(HumanFormat.smallUSD(plan.result.cost, per: users)) per user."
  }

  private static func lowercasedFirst(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension Int128 {
  fileprivate var magnitudeAsSigned: Int128 { self < 0 ? -self : self }
}
