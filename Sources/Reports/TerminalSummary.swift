import Analysis
import CostModel
import Support

/// What `run` and `replay` print of a scenario: what is expected, and a simulated month as an example; or
/// what became of a log. Plain text unless `styled`.
package enum TerminalSummary {
  package static func text(_ reports: [ScenarioReport], styled: Bool) -> String {
    reports.map { text($0, styled: styled) }.joined(separator: "\n")
  }

  private static func text(_ report: ScenarioReport, styled: Bool) -> String {
    let name = bold(HumanFormat.visible(report.scenario.name), styled)
    guard report.replay == nil, !report.plans.isEmpty else {
      return name + "\n" + Headline.text(report) + "\n\n" + table(report, styled)
    }
    let period = report.scenario.period
    let span = HumanFormat.name(Period.Span(start: period.start, end: period.end), in: period)
    let screen = FirstScreen(report)
    let attention = report.attention(emphasis: "").map { wrapped($0) + "\n" } ?? ""
    return "\(name), \(span): the expected bill\n" + attention + "\n"
      + screen.text { line, isOver in styled && isOver ? TextStyle.red(line) : line } + "\n"
      + wrapped(Headline.example(report)) + "\n\n" + table(report, styled)
  }

  private static func wrapped(_ text: String) -> String {
    FirstScreen.wrapped(text, indent: 0, first: "")
  }

  /// Of the simulated month, or of the log.
  private static func table(_ report: ScenarioReport, _ styled: Bool) -> String {
    let hasBudget = report.scenario.budget != nil
    let isReplay = report.replay != nil
    var headers = [report.unit, "calls", "bill"]
    if hasBudget { headers.append("budget remaining") }
    if isReplay {
      if hasBudget { headers.append("budget breaks") }
      headers.append("per user")
    }
    headers += ["cache hits", "failed", isReplay ? "p95 latency" : "p95 time"]
    let rows = report.plans.map { cells($0, report) }
    let widths = headers.indices.map { column in
      ([headers] + rows).map { $0[column].count }.max() ?? 0
    }
    var text = bold(line(headers, widths), styled) + "\n"
    for (plan, row) in zip(report.plans, rows) {
      let isOver = plan.isOverBudget(report.scenario.budget) == true
      let line = line(row, widths)
      text += (styled && isOver ? TextStyle.red(line) : line) + "\n"
    }
    return text
  }

  private static func cells(_ plan: PlanReport, _ report: ScenarioReport) -> [String] {
    let result = plan.result
    var cells = [
      HumanFormat.visible(plan.plan.name), HumanFormat.count(result.calls),
      HumanFormat.usd(result.cost),
    ]
    if let budget = report.periodBudget { cells.append(HumanFormat.usd(budget - result.cost)) }
    if report.replay != nil {
      if report.scenario.budget != nil {
        cells.append(
          plan.budgetCrossedAt.map { HumanFormat.moment($0, in: report.scenario.period) } ?? "no")
      }
      cells.append(HumanFormat.smallUSD(result.cost, per: Int64(plan.plan.users)))
    }
    let lookups = Double(result.cacheHits + result.cacheMisses)
    cells += [
      HumanFormat.percent(Double(result.cacheHits), of: lookups),
      HumanFormat.share(Double(result.failedCalls), of: Double(result.calls)),
      HumanFormat.percentile(result.latency, 95),
    ]
    return cells
  }

  /// The first column to the left, numbers to the right, no spaces at the end.
  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    zip(cells, widths).enumerated().map { column, item in
      let pad = String(repeating: " ", count: item.1 - item.0.count)
      return column == 0 ? item.0 + pad : pad + item.0
    }.joined(separator: "  ")
  }

  private static func bold(_ text: String, _ styled: Bool) -> String {
    styled ? TextStyle.bold(text) : text
  }
}
