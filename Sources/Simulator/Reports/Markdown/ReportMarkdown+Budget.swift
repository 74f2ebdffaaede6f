import CostModel

extension ReportMarkdown {
  /// When each budget line was crossed, when an alert could have said so, what it cost meanwhile.
  static func budgetSection(_ report: ScenarioReport) -> String {
    guard let budget = report.scenario.budget else { return "" }
    var table = MarkdownTable([
      .text("plan"), .text("line"), .number("amount"), .text("crossed"), .text("alert"),
      .number("spent in between"),
    ])
    var quiet: [String] = []
    for plan in report.plans {
      let before = table.rowCount
      for month in plan.result.budgetMonths { add(month, of: plan, report, to: &table) }
      if table.rowCount == before { quiet.append(name(plan.plan)) }
    }
    var text = heading("When the budget runs out")
    text += "The budget is \(PlainEnglish.usd(budget.amount)) a month. \(delay(budget))\n\n"
    if !table.isEmpty { text += table.text }
    if !quiet.isEmpty {
      text += "No line of the budget is crossed with \(PlainEnglish.list(quiet)).\n\n"
    }
    return text
  }

  private static func add(
    _ month: BudgetMonth, of plan: PlanReport, _ report: ScenarioReport,
    to table: inout MarkdownTable
  ) {
    let period = report.scenario.period
    let suffix = period.months.count > 1 ? ", " + PlainEnglish.span(month.month, in: period) : ""
    for line in month.lines where line.crossedAt != nil || line.alertedAt != nil {
      let isForecast = report.scenario.budget?.thresholds.contains {
        $0.name == line.rule && $0.kind == .forecast
      }
      let moment = line.crossedAt.map { PlainEnglish.moment($0, in: period) }
      if isForecast == true {
        table.row([
          name(plan.plan) + suffix, Markdown.escape(line.rule) + " (forecast)",
          PlainEnglish.usd(line.amount), "–", moment ?? "–", "–",
        ])
        continue
      }
      table.row([
        name(plan.plan) + suffix, Markdown.escape(line.rule), PlainEnglish.usd(line.amount),
        moment ?? "not crossed", alert(line, in: period), PlainEnglish.usd(line.spentBetween),
      ])
    }
    let wholeIsALine = month.lines.contains {
      $0.crossedAt == month.crossedAt && $0.amount == report.scenario.budget?.amount
    }
    if let crossed = month.crossedAt, !wholeIsALine {
      table.row([
        name(plan.plan) + suffix, "the whole budget",
        PlainEnglish.usd(report.scenario.budget?.amount ?? .zero),
        PlainEnglish.moment(crossed, in: period), "–", "–",
      ])
    }
  }

  private static func alert(_ line: BudgetMonth.Line, in period: Period) -> String {
    guard let alerted = line.alertedAt else { return "none before the end" }
    guard let crossed = line.crossedAt else { return PlainEnglish.moment(alerted, in: period) }
    if alerted < crossed { return PlainEnglish.moment(alerted, in: period) + " (ahead of it)" }
    if alerted == crossed { return "at once" }
    return PlainEnglish.moment(alerted, in: period)
      + " (\(PlainEnglish.duration(alerted - crossed)) later)"
  }

  private static func delay(_ budget: Budget) -> String {
    guard let every = budget.evaluateEvery else {
      return budget.dataLag == .zero
        ? "Alerts are judged at every call."
        : "Alerts see spending \(PlainEnglish.duration(budget.dataLag)) late."
    }
    let lag =
      budget.dataLag == .zero
      ? "" : " and then sees figures that are \(PlainEnglish.duration(budget.dataLag)) old"
    return "The provider looks at spending every \(PlainEnglish.duration(every))\(lag)."
  }

  /// How many alerts each rule raised, and the first ones of every plan.
  static func alertSection(_ report: ScenarioReport) -> String {
    guard report.scenario.budget != nil || !report.scenario.alerts.isEmpty else { return "" }
    var text = heading("Alerts")
    var silent: [String] = []
    for plan in report.plans {
      if plan.result.alerts.isEmpty {
        silent.append(name(plan.plan))
      } else {
        text += alertTables(plan, report)
      }
    }
    if !silent.isEmpty { text += "No alert fires with \(PlainEnglish.list(silent)).\n\n" }
    return text + unlikeStated(report)
  }

  private static let alertsShown = 20

  private static func alertTables(_ plan: PlanReport, _ report: ScenarioReport) -> String {
    let alerts = plan.result.alerts
    var order: [String] = []
    var counts: [String: (fired: Int64, cleared: Int64)] = [:]
    for alert in alerts {
      if counts[alert.rule] == nil { order.append(alert.rule) }
      counts[alert.rule, default: (0, 0)].fired += alert.state == .fired ? 1 : 0
      counts[alert.rule, default: (0, 0)].cleared += alert.state == .cleared ? 1 : 0
    }
    var text = "### \(name(plan.plan))\n\n"
    text += order.map { rule in
      let count = counts[rule] ?? (0, 0)
      let cleared = count.cleared > 0 ? ", cleared \(times(count.cleared))" : ""
      return "- \(Markdown.escape(rule)): fired \(times(count.fired))\(cleared)\n"
    }.joined()
    var table = MarkdownTable([
      .text("when"), .text("severity"), .text("alert"), .text("state"), .number("value"),
      .number("threshold"), .text("message"),
    ])
    for alert in alerts.prefix(alertsShown) {
      table.row([
        PlainEnglish.moment(alert.at, in: report.scenario.period), alert.severity.rawValue,
        Markdown.escape(alert.rule), alert.state.rawValue,
        alertValue(alert.value, of: alert, report),
        alertValue(alert.threshold, of: alert, report), Markdown.escape(alert.message),
      ])
    }
    text += "\n" + table.text
    let rest = alerts.count - alertsShown
    if rest > 0 {
      text += "and \(PlainEnglish.count(Int64(rest))) more in [alerts.csv](alerts.csv).\n\n"
    }
    return text
  }

  private static func times(_ count: Int64) -> String {
    count == 1 ? "once" : count == 2 ? "twice" : PlainEnglish.count(count) + " times"
  }

  /// Dollars, milliseconds or percent, as the alert's rule measures.
  private static func alertValue(
    _ value: Double, of alert: AlertEvent, _ report: ScenarioReport
  ) -> String {
    if alert.type == .cost { return PlainEnglish.usd(value) }
    let rule = report.scenario.alerts.first { $0.name == alert.rule }
    switch rule?.metric {
    case .latency: return PlainEnglish.number(value) + " ms"
    case .errorRate, .cacheHitRate, .satisfaction, .conversion: return PlainEnglish.percent(value)
    case nil: return PlainEnglish.number(value)
    }
  }

  /// Rules whose documents state another threshold than they test.
  private static func unlikeStated(_ report: ScenarioReport) -> String {
    var text = ""
    for rule in report.scenario.alerts {
      guard let stated = rule.statedThreshold, stated != rule.threshold else { continue }
      let isLatency = if case .latency = rule.metric { true } else { false }
      let show = { (value: Double) in
        isLatency ? PlainEnglish.number(value) + " ms" : PlainEnglish.percent(value)
      }
      text += "- The documents say that \(Markdown.escape(rule.name)) has the threshold "
      text += "\(show(stated)), but they test \(show(rule.threshold)).\n"
    }
    return text.isEmpty ? "" : text + "\n"
  }
}
