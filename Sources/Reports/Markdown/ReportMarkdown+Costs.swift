import CostModel
import Simulator
import Support

extension ReportMarkdown {
  /// Plan by plan: bill, budget, per user, per thousand calls.
  package static func planSection(_ report: ScenarioReport) -> String {
    var headers: [MarkdownTable.Header] = [
      .text(report.unit), .number("calls"), .number("bill"),
    ]
    let currency = report.scenario.currency
    if let currency { headers.append(.number("in \(currency.code)")) }
    let budget = report.periodBudget
    if budget != nil {
      headers += [.number("budget remaining"), .text("budget breaks")]
    }
    // A log need not name users.
    let hasUsers = report.plans.contains { $0.plan.users > 0 }
    if hasUsers { headers.append(.number("per user")) }
    headers += [
      .number("per 1,000 calls"), .number("cache hits"), .number("failed"),
      .number("p95 latency"),
    ]
    var table = MarkdownTable(headers)
    for plan in report.plans {
      let result = plan.result
      var cells = [
        name(plan.plan), HumanFormat.count(result.calls), HumanFormat.usd(result.cost),
      ]
      if let currency { cells.append(HumanFormat.amount(result.cost, in: currency)) }
      if let budget {
        cells.append(HumanFormat.usd(budget - result.cost))
        cells.append(verdict(plan, report))
      }
      let thousand = MoneySum(picodollars: result.cost.picodollars * 1_000)
      if hasUsers {
        cells.append(HumanFormat.smallUSD(result.cost, per: Int64(plan.plan.users)))
      }
      cells += [
        HumanFormat.smallUSD(thousand, per: result.calls),
        HumanFormat.percent(
          Double(result.cacheHits), of: Double(result.cacheHits + result.cacheMisses)),
        HumanFormat.share(Double(result.failedCalls), of: Double(result.calls)),
        HumanFormat.percentile(result.latency, 95),
      ]
      table.row(cells)
    }
    let span = report.scenario.period.months.count > 1 ? "period" : "month"
    return heading(report.replay.map { $0.units.capitalized } ?? "Plans")
      + (report.replay == nil ? "Of the simulated \(span):\n\n" : "") + table.text
      + rate(currency)
  }

  private static func rate(_ currency: Currency?) -> String {
    currency.map {
      "Amounts in \($0.code) take \(HumanFormat.rate($0)) \($0.code) for a dollar, "
        + "the rate that the scenario states for \(HumanFormat.date($0.date)); prices and the "
        + "budget are in dollars.\n\n"
    } ?? ""
  }

  private static func verdict(_ plan: PlanReport, _ report: ScenarioReport) -> String {
    guard plan.isOverBudget(report.scenario.budget) == true else { return "no" }
    return plan.budgetCrossedAt.map { HumanFormat.moment($0, in: report.scenario.period) } ?? "yes"
  }

  /// Costs by model and by use case for all plans, then the largest plan in detail.
  package static func costSection(_ report: ScenarioReport) -> String {
    guard let largest = report.largestPlan else { return "" }
    var text = heading("Where the money goes")
    let bill = report.replay == nil ? "each plan's bill" : "the bill"
    text += "By model, with its share of \(bill):\n\n"
    text += shareTable(report, title: "model") { $0.model }
    text += "By use case:\n\n"
    text += shareTable(report, title: "use case") { $0.useCase ?? "(fixed prices)" }
    text +=
      largest.plan.isPolicy
      ? "Under \(name(largest.plan)), in detail:\n\n"
      : "The plan with \(name(largest.plan)) in detail:\n\n"
    return text + detailTable(largest.result) + topAccounts(largest)
  }

  /// What the largest plan's calls were metered for beside text tokens, by model.
  package static func meterSection(_ report: ScenarioReport) -> String {
    guard let largest = report.largestPlan, !largest.result.meters.isEmpty else { return "" }
    var sums: [[String]: [MeterCell]] = [:]
    for cell in largest.result.meters {
      sums[[cell.model, cell.dimension.meterKey], default: []].append(cell)
    }
    var table = MarkdownTable([
      .text("model"), .text("meter"), .number("quantity"), .text("unit"), .number("cost"),
      .number("share"),
    ])
    let keys = sums.keys.sorted { $0.lexicographicallyPrecedes($1) }
    for cells in keys.compactMap({ sums[$0] }) {
      let dimension = cells[0].dimension
      let quantity = cells.reduce(0) { $0 + $1.quantity }
      let cost = cells.reduce(MoneySum.zero) { $0 + $1.cost }
      table.row([
        Markdown.escape(cells[0].model), Markdown.escape(dimension.meterKey),
        HumanFormat.number(Double(quantity) / Double(dimension.meterScale)), dimension.meterUnit,
        HumanFormat.usd(cost),
        HumanFormat.share(cost.dollars, of: largest.result.cost.dollars),
      ])
    }
    return heading("What is metered beside text")
      + (largest.plan.isPolicy
        ? "Under \(name(largest.plan))" : "Of the plan with \(name(largest.plan))")
      + ", quantities as they are used and what is billed for them; by use case in "
      + "[meters.csv](meters.csv):\n\n" + table.text
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
    for rows in folded(keys, sums, report) {
      table.row(
        [rows.count == 1 ? Markdown.escape(rows[0]) : "all others (\(rows.count))"]
          + zip(sums, report.plans).map { sums, plan in
            let cost = rows.reduce(MoneySum.zero) { $0 + (sums[$1] ?? .zero) }
            let share = HumanFormat.share(cost.dollars, of: plan.result.cost.dollars)
            return "\(HumanFormat.usd(cost)) (\(share))"
          })
    }
    table.row(["**total**"] + report.plans.map { "**\(HumanFormat.usd($0.result.cost))**" })
    return table.text
  }

  /// Rows below this share of every plan's bill are told together.
  private static let smallShare = 0.001

  private static func folded(
    _ keys: [String], _ sums: [[String: MoneySum]], _ report: ScenarioReport
  ) -> [[String]] {
    let small = keys.filter { key in
      zip(sums, report.plans).allSatisfy { sums, plan in
        (sums[key] ?? .zero).dollars.magnitude < smallShare * plan.result.cost.dollars
      }
    }
    guard small.count > 1 else { return keys.map { [$0] } }
    return keys.filter { !small.contains($0) }.map { [$0] } + [small]
  }

  private static func detailTable(_ result: PlanResult) -> String {
    var table = MarkdownTable([
      .text("use case"), .text("model"), .text("tier"), .number("calls"), .number("cache hits"),
      .number("input tokens"), .number("output tokens"), .number("cost"), .number("share"),
    ])
    let cells = result.costs.enumerated().sorted { a, b in
      a.element.cost > b.element.cost || (a.element.cost == b.element.cost && a.offset < b.offset)
    }
    let isSmall = { (cell: CostCell) in
      cell.cost.dollars.magnitude < smallShare * result.cost.dollars
    }
    let small = cells.map(\.element).filter(isSmall)
    let large = cells.map(\.element).filter { small.count < 2 || !isSmall($0) }
    for cell in large {
      let names = [cell.useCase ?? "(fixed prices)", cell.model, cell.tier].map(Markdown.escape)
      table.row(names + figures([cell], of: result))
    }
    if small.count > 1 {
      table.row(["all others (\(small.count))", "", ""] + figures(small, of: result))
    }
    return table.text
  }

  private static func figures(_ cells: [CostCell], of result: PlanResult) -> [String] {
    let sums = [\CostCell.calls, \.cacheHits, \.inputTokens, \.outputTokens].map { path in
      HumanFormat.count(cells.reduce(0) { $0 + $1[keyPath: path] })
    }
    let cost = cells.reduce(MoneySum.zero) { $0 + $1.cost }
    return sums + [
      HumanFormat.usd(cost), HumanFormat.share(cost.dollars, of: result.cost.dollars),
    ]
  }

  /// How unequal users are, in a sentence.
  private static func topAccounts(_ plan: PlanReport) -> String {
    let items = ReportTables.accountItems(plan.result).filter { $0.rank != nil }
    guard let first = items.first, items.count > 1 else { return "" }
    let tenth = max(1, items.count / 10)
    let top = items.prefix(tenth).reduce(MoneySum.zero) { $0 + $1.account.cost }
    let median = items[items.count / 2].account.cost
    let share = HumanFormat.percent(top.dollars, of: plan.result.cost.dollars)
    return """
      The cost per user is \(HumanFormat.smallUSD(plan.result.cost, per: Int64(plan.plan.users))) on \
      average, the median is \(HumanFormat.smallUSD(median, per: 1)); the most expensive user \
      costs \(HumanFormat.smallUSD(first.account.cost, per: 1)), and the top \
      \(HumanFormat.plural(Int64(tenth), "user")) \(tenth == 1 ? "makes" : "make") \(share) of \
      the bill.


      """
  }
}
