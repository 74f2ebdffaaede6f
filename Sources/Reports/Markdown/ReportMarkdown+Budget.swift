import CostModel
import Scenarios
import Simulator
import Support

extension ReportMarkdown {
  /// When each budget line was crossed, when an alert could have said so, what it cost meanwhile.
  package static func budgetSection(_ report: ScenarioReport) -> String {
    guard let budget = report.scenario.budget else { return "" }
    var table = MarkdownTable([
      .text("plan"), .text("line"), .number("amount"), .text("crossed"),
      .text("expected to cross"), .text("alert"), .number("spent in between"),
    ])
    var quiet: [String] = []
    for plan in report.plans {
      let before = table.rowCount
      for month in plan.result.budgetMonths { add(month, of: plan, report, to: &table) }
      if table.rowCount == before { quiet.append(name(plan.plan)) }
    }
    var text = heading("When the budget runs out")
    text += "The budget is \(HumanFormat.usd(budget.amount)) a month. \(delay(budget))\n\n"
    if !table.isEmpty {
      text += table.text
      text += "Expected to cross: when the formula's bill does, without simulating"
      text += report.scenario.period.months.count > 1 ? " (the first month only)" : ""
      let isWaiting = report.plans.contains { $0.result.performance.contains(where: \.saturated) }
      text +=
        isWaiting ? "; calls that wait in a full queue are billed later than it says.\n\n" : ".\n\n"
    }
    if report.replay?.isToTheMinute == true {
      text +=
        "The log was replayed in pieces: moments are known to the minute, and what was spent until then "
        + "with all of that minute (`merge --refine` reads it again and tells them exactly).\n\n"
    }
    if !quiet.isEmpty {
      text += "No line of the budget is crossed with \(HumanFormat.list(quiet)).\n\n"
    }
    return text
  }

  private static func add(
    _ month: BudgetMonth, of plan: PlanReport, _ report: ScenarioReport,
    to table: inout MarkdownTable
  ) {
    let period = report.scenario.period
    let suffix = period.months.count > 1 ? ", " + HumanFormat.span(month.month, in: period) : ""
    let plan = (name: name(plan.plan) + suffix, report: plan)
    for line in month.lines {
      let rule = Markdown.escape(line.rule)
      let isForecast = report.scenario.budget?.thresholds.contains {
        $0.name == line.rule && $0.kind == .forecast
      }
      if isForecast == true {
        guard let told = line.alertedAt ?? line.crossedAt else { continue }
        table.row([
          plan.name, rule + " (forecast)", HumanFormat.usd(line.amount), "–", "–",
          HumanFormat.moment(told, in: period), "–",
        ])
        continue
      }
      let expected = expected(line.rule, month, plan.report, period)
      guard line.crossedAt != nil || line.alertedAt != nil || expected != nil else { continue }
      table.row([
        plan.name, rule, HumanFormat.usd(line.amount), crossed(line.crossedAt, period),
        expected ?? "–",
        line.crossedAt == nil && line.alertedAt == nil ? "–" : alert(line, in: period),
        line.crossedAt == nil ? "–" : HumanFormat.usd(line.spentBetween),
      ])
    }
    addWhole(month, of: plan, report, to: &table)
  }

  /// The whole budget, unless one of its lines is just that.
  private static func addWhole(
    _ month: BudgetMonth, of plan: (name: String, report: PlanReport), _ report: ScenarioReport,
    to table: inout MarkdownTable
  ) {
    let period = report.scenario.period
    guard let budget = report.scenario.budget else { return }
    let isALine = budget.thresholds.contains { $0.kind == .actual && $0.amount == budget.amount }
    let expected = expected("budget", month, plan.report, period)
    guard !isALine, month.crossedAt != nil || expected != nil else { return }
    table.row([
      plan.name, "the whole budget", HumanFormat.usd(budget.amount),
      crossed(month.crossedAt, period), expected ?? "–", "–", "–",
    ])
  }

  private static func crossed(_ at: SimTime?, _ period: Period) -> String {
    at.map { HumanFormat.moment($0, in: period) } ?? "not crossed"
  }

  /// When the closed form passes a line; it knows the first month only.
  private static func expected(
    _ rule: String, _ month: BudgetMonth, _ plan: PlanReport, _ period: Period
  ) -> String? {
    guard month.month.start == period.months.first?.start else { return nil }
    let crossing = plan.expectation.crossings.first { $0.rule == rule }
    return crossing?.at.map { HumanFormat.moment($0, in: period) }
  }

  private static func alert(_ line: BudgetMonth.Line, in period: Period) -> String {
    guard let alerted = line.alertedAt else { return "none before the end" }
    guard let crossed = line.crossedAt else { return HumanFormat.moment(alerted, in: period) }
    if alerted < crossed { return HumanFormat.moment(alerted, in: period) + " (ahead of it)" }
    if alerted == crossed { return "at once" }
    return HumanFormat.moment(alerted, in: period)
      + " (\(HumanFormat.duration(alerted - crossed)) later)"
  }

  private static func delay(_ budget: Budget) -> String {
    guard let every = budget.evaluateEvery else {
      return budget.dataLag == .zero
        ? "Alerts are judged at every call."
        : "Alerts see spending \(HumanFormat.duration(budget.dataLag)) late."
    }
    let lag =
      budget.dataLag == .zero
      ? "" : " and then sees figures that are \(HumanFormat.duration(budget.dataLag)) old"
    return "The provider looks at spending every \(HumanFormat.duration(every))\(lag)."
  }
}
