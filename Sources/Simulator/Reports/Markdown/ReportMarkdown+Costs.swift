import CostModel

extension ReportMarkdown {
  /// Plan by plan: bill, budget, per user, per thousand calls.
  static func planSection(_ report: ScenarioReport) -> String {
    var headers: [MarkdownTable.Header] = [.text("plan"), .number("calls"), .number("bill")]
    let budget = report.periodBudget
    if budget != nil {
      headers += [.number("left of budget"), .text("budget breaks")]
    }
    headers += [
      .number("a user"), .number("1,000 calls"), .number("cache hits"), .number("failed"),
      .number("p95 latency"),
    ]
    var table = MarkdownTable(headers)
    for plan in report.plans {
      let result = plan.result
      var cells = [
        name(plan.plan), PlainEnglish.count(result.calls), PlainEnglish.usd(result.cost),
      ]
      if let budget {
        cells.append(PlainEnglish.usd(budget - result.cost))
        cells.append(verdict(plan, report))
      }
      let thousand = MoneySum(picodollars: result.cost.picodollars * 1_000)
      cells += [
        PlainEnglish.smallUSD(result.cost, per: Int64(plan.plan.users)),
        PlainEnglish.smallUSD(thousand, per: result.calls),
        PlainEnglish.percent(
          Double(result.cacheHits), of: Double(result.cacheHits + result.cacheMisses)),
        PlainEnglish.percent(Double(result.failedCalls), of: Double(result.calls)),
        PlainEnglish.percentile(result.latency, 95),
      ]
      table.row(cells)
    }
    return heading("Plans") + table.text + spread(report)
  }

  private static func verdict(_ plan: PlanReport, _ report: ScenarioReport) -> String {
    guard plan.isOverBudget(report.scenario.budget) == true else { return "no" }
    return plan.budgetCrossedAt.map { PlainEnglish.moment($0, in: report.scenario.period) } ?? "yes"
  }

  /// How far runs differ, where there were several.
  private static func spread(_ report: ScenarioReport) -> String {
    var text = ""
    for plan in report.plans {
      guard let low = plan.runs.p05, let middle = plan.runs.p50, let high = plan.runs.p95 else {
        continue
      }
      text += "- \(name(plan.plan)): of \(plan.runs.runs) runs, half cost at most "
      text += "\(PlainEnglish.usd(middle)) and \(plan.runs.runs < 20 ? "all" : "nine in ten") lie "
      text += "between \(PlainEnglish.usd(low)) and \(PlainEnglish.usd(high))"
      if let chance = plan.overBudgetProbability {
        text += "; \(PlainEnglish.percent(chance)) of the runs go over the budget"
      }
      text += ".\n"
    }
    return text.isEmpty ? "" : text + "\n"
  }

  /// Costs by model and by use case for all plans, then the largest plan in detail.
  static func costSection(_ report: ScenarioReport) -> String {
    guard let largest = report.largestPlan else { return "" }
    var text = heading("Where the money goes")
    text += "By model, with its share of each plan's bill:\n\n"
    text += shareTable(report, title: "model") { $0.model }
    text += "By use case:\n\n"
    text += shareTable(report, title: "use case") { $0.useCase ?? "(fixed prices)" }
    text += "The plan with \(name(largest.plan)) in detail:\n\n"
    return text + detailTable(largest.result) + topAccounts(largest)
  }

  /// Rows by cost in the largest plan; equal costs by name.
  private static func shareTable(
    _ report: ScenarioReport, title: String, by key: (CostCell) -> String
  ) -> String {
    let sums = report.plans.map { plan in
      plan.result.costs.reduce(into: [String: MoneySum]()) { sums, cell in
        sums[key(cell), default: .zero] += cell.cost
      }
    }
    let largest = report.plans.indices.max {
      report.plans[$0].plan.users < report.plans[$1].plan.users
    }
    guard let largest else { return "" }
    let keys = Set(sums.flatMap(\.keys)).sorted { a, b in
      let (costA, costB) = (sums[largest][a] ?? .zero, sums[largest][b] ?? .zero)
      return costA > costB || (costA == costB && a < b)
    }
    var table = MarkdownTable([.text(title)] + report.plans.map { .number(name($0.plan)) })
    for key in keys {
      table.row(
        [Markdown.escape(key)]
          + zip(sums, report.plans).map { sums, plan in
            let cost = sums[key] ?? .zero
            let share = PlainEnglish.percent(cost.dollars, of: plan.result.cost.dollars)
            return "\(PlainEnglish.usd(cost)) (\(share))"
          })
    }
    table.row(["**total**"] + report.plans.map { "**\(PlainEnglish.usd($0.result.cost))**" })
    return table.text
  }

  private static func detailTable(_ result: PlanResult) -> String {
    var table = MarkdownTable([
      .text("use case"), .text("model"), .text("tier"), .number("calls"), .number("cache hits"),
      .number("input tokens"), .number("output tokens"), .number("cost"), .number("share"),
    ])
    let cells = result.costs.enumerated().sorted { a, b in
      a.element.cost > b.element.cost || (a.element.cost == b.element.cost && a.offset < b.offset)
    }
    for (_, cell) in cells {
      table.row([
        Markdown.escape(cell.useCase ?? "(fixed prices)"), Markdown.escape(cell.model),
        Markdown.escape(cell.tier), PlainEnglish.count(cell.calls),
        PlainEnglish.count(cell.cacheHits), PlainEnglish.count(cell.inputTokens),
        PlainEnglish.count(cell.outputTokens), PlainEnglish.usd(cell.cost),
        PlainEnglish.percent(cell.cost.dollars, of: result.cost.dollars),
      ])
    }
    return table.text
  }

  /// How unequal users are, in a sentence.
  private static func topAccounts(_ plan: PlanReport) -> String {
    let items = ReportTables.accountItems(plan.result).filter { $0.rank != nil }
    guard let first = items.first, items.count > 1 else { return "" }
    let tenth = max(1, items.count / 10)
    let top = items.prefix(tenth).reduce(MoneySum.zero) { $0 + $1.account.cost }
    let median = items[items.count / 2].account.cost
    let share = PlainEnglish.percent(top.dollars, of: plan.result.cost.dollars)
    return """
      A user costs \(PlainEnglish.smallUSD(plan.result.cost, per: Int64(plan.plan.users))) on \
      average and \(PlainEnglish.smallUSD(median, per: 1)) in the middle; the most expensive one \
      costs \(PlainEnglish.smallUSD(first.account.cost, per: 1)), and the top \
      \(PlainEnglish.plural(Int64(tenth), "user")) \(tenth == 1 ? "makes" : "make") \(share) of \
      the bill.


      """
  }
}
