import Analysis
import CostModel
import Support

/// What `run` prints: the headline and a table of plans a scenario. Plain text unless `styled`.
package enum TerminalSummary {
  package static func text(_ reports: [ScenarioReport], styled: Bool) -> String {
    reports.map { text($0, styled: styled) }.joined(separator: "\n")
  }

  private static func text(_ report: ScenarioReport, styled: Bool) -> String {
    let hasBudget = report.scenario.budget != nil
    let isReplay = report.replay != nil
    var headers = [report.unit, "calls", "bill"]
    if !isReplay { headers.append("expected") }
    if hasBudget { headers += ["left of budget", "budget breaks"] }
    if hasBudget && !isReplay { headers += Self.chances(report) }
    headers += ["a user", "cache hits", "failed", "p95 latency"]
    let rows = report.plans.map { cells($0, report) }
    let widths = headers.indices.map { column in
      ([headers] + rows).map { $0[column].count }.max() ?? 0
    }
    var text =
      bold(PlainEnglish.visible(report.scenario.name), styled) + "\n" + Headline.text(report)
      + "\n\n"
    text += bold(line(headers, widths), styled) + "\n"
    let leftOut = Expectation.union(report.plans.map(\.expectation.leftOut))
    for (plan, row) in zip(report.plans, rows) {
      let isOver = plan.isOverBudget(report.scenario.budget) == true
      let line = line(row, widths)
      text += (styled && isOver ? TextStyle.red(line) : line) + "\n"
    }
    if !leftOut.isEmpty {
      let parts = LeftOutWords.parts(leftOut.map { PlainEnglish.visible($0.part) })
      let verb =
        leftOut.allSatisfy(\.isLeftOut)
        ? "the formula leaves out" : "formulas " + LeftOutWords.verb(leftOut)
      text += "* \(verb) \(parts)\n"
    }
    return text
  }

  /// A period of one month has one chance.
  private static func chances(_ report: ScenarioReport) -> [String] {
    report.scenario.period.months.count > 1
      ? ["chance in a month", "in any month"] : ["chance of that"]
  }

  private static func cells(_ plan: PlanReport, _ report: ScenarioReport) -> [String] {
    let result = plan.result
    var cells = [
      PlainEnglish.visible(plan.plan.name), PlainEnglish.count(result.calls),
      PlainEnglish.usd(result.cost),
    ]
    // Closed forms and chances are of synthetic traffic.
    let isReplay = report.replay != nil
    if !isReplay {
      let mark = plan.expectation.leftOut.isEmpty ? "" : "*"
      cells.append(PlainEnglish.usd(plan.expectation.cost) + mark)
    }
    if let budget = report.periodBudget {
      cells.append(PlainEnglish.usd(budget - result.cost))
      cells.append(
        plan.budgetCrossedAt.map { PlainEnglish.moment($0, in: report.scenario.period) } ?? "no")
      if !isReplay {
        cells.append(plan.overBudgetProbability.map { PlainEnglish.share($0) } ?? "–")
        if report.scenario.period.months.count > 1 {
          cells.append(plan.anyMonthOverBudgetProbability.map { PlainEnglish.share($0) } ?? "–")
        }
      }
    }
    let lookups = Double(result.cacheHits + result.cacheMisses)
    cells += [
      PlainEnglish.smallUSD(result.cost, per: Int64(plan.plan.users)),
      PlainEnglish.percent(Double(result.cacheHits), of: lookups),
      PlainEnglish.share(Double(result.failedCalls), of: Double(result.calls)),
      PlainEnglish.percentile(result.latency, 95),
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
