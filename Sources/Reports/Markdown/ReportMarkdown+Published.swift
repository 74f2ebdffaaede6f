import CostModel
import Scenarios
import Simulator
import Support

extension ReportMarkdown {
  /// What a document publishes beside what its own rows add up to and what was simulated.
  package static func publishedSection(_ report: ScenarioReport) -> String {
    let published = report.scenario.published
    guard !published.isEmpty else { return "" }
    var totals = MarkdownTable([
      .text("plan"), .number("published total"), .number("sum of its rows"), .number("simulated"),
      .number("simulated ÷ published"),
    ])
    var remarks = ""
    var details = ""
    for plan in published {
      let rows = plan.rows.reduce(MoneySum.zero) { $0 + $1.cost }
      let simulated = report.plans.first { $0.plan.users == plan.users }
      totals.row([
        HumanFormat.plural(Int64(plan.users), "user"), HumanFormat.usd(plan.total),
        plan.rows.isEmpty ? "–" : HumanFormat.usd(rows),
        simulated.map { HumanFormat.usd($0.result.cost) } ?? "not simulated",
        simulated.map { ratio($0.result.cost, plan.total) } ?? "–",
      ])
      remarks += contradiction(plan, rows: rows, report)
      if let simulated { remarks += verdict(plan, simulated) }
      if let simulated { details += publishedRows(plan, simulated, report) }
    }
    return heading("Published against recomputed") + totals.text
      + (remarks.isEmpty ? "" : remarks + "\n") + details
  }

  private static func ratio(_ cost: MoneySum, _ claim: MoneySum) -> String {
    let ratio = cost.dollars / claim.dollars
    guard let text = DecimalText.real(ratio, places: ratio < 0.1 ? 4 : 2) else { return "–" }
    return HumanFormat.grouped(text) + "×"
  }

  /// In words, where the published total is far from what its own prices and volumes give.
  private static func verdict(_ plan: PublishedPlan, _ simulated: PlanReport) -> String {
    let ratio = simulated.result.cost.dollars / plan.total.dollars
    guard ratio > 1.5 || ratio < 1 / 1.5 else { return "" }
    let users = HumanFormat.plural(Int64(plan.users), "user")
    let factor = HumanFormat.grouped(
      DecimalText.real(ratio > 1 ? ratio : 1 / ratio, places: 1) ?? "–")
    let (published, amount) = (
      HumanFormat.usd(plan.total), HumanFormat.usd(simulated.result.cost)
    )
    let claim = "- **The published \(published) at \(users) "
    let end =
      "\(amount), which is \(factor) times " + (ratio > 1 ? "as much" : "less")
      + " (\(Markdown.escape(plan.source))).\n"
    guard let sizes = neededSize(plan.total, simulated.result) else {
      return claim + "cannot be right**, whatever the size of the calls: the volumes and prices of "
        + "this scenario cost " + end
    }
    return claim + "needs calls of \(sizes.needed) tokens** on average, in and out: those of this "
      + "scenario that are billed by token have \(sizes.here) and make it " + end
  }

  /// Tokens that an average call billed by token would have if the bill were the published one, all
  /// else in place, and those that it has; nil where no size makes it so.
  private static func neededSize(
    _ total: MoneySum, _ result: PlanResult
  ) -> (needed: String, here: String)? {
    var (calls, tokens) = (Int64(0), Int64(0))
    var byToken = 0.0
    for cell in result.costs {
      let cost = cell.inputCost + cell.outputCost
      guard cost > .zero else { continue }
      calls += cell.calls - cell.cacheHits
      tokens += cell.inputTokens + cell.outputTokens
      byToken += cost.dollars
    }
    let left = total.dollars - (result.cost.dollars - byToken)
    guard calls > 0, byToken > 0, left > 0 else { return nil }
    let mean = Double(tokens) / Double(calls)
    func text(_ size: Double) -> String {
      size < 10
        ? DecimalText.real(size, places: 1) ?? "–" : HumanFormat.count(Int64(size.rounded()))
    }
    return (text(mean * left / byToken), text(mean))
  }

  private static func contradiction(
    _ plan: PublishedPlan, rows: MoneySum, _ report: ScenarioReport
  ) -> String {
    guard !plan.rows.isEmpty, rows != plan.total else { return "" }
    let users = HumanFormat.plural(Int64(plan.users), "user")
    var text = "- **The document contradicts itself at \(users):** its rows add up to "
    text += "\(HumanFormat.usd(rows)), but it says \(HumanFormat.usd(plan.total))"
    let difference = rows - plan.total
    text += difference > .zero ? ", which is too little by " : ", which is too much by "
    text += HumanFormat.usd(
      difference > .zero ? difference : MoneySum(picodollars: -difference.picodollars))
    if let budget = report.scenario.budget, plan.total <= budget.amount, rows > budget.amount {
      text += "; by its own rows it does not fit in the \(HumanFormat.usd(budget.amount)) budget"
    }
    return text + " (\(Markdown.escape(plan.source))).\n"
  }

  /// Each published row beside the simulated cost of the models it covers.
  private static func publishedRows(
    _ plan: PublishedPlan, _ simulated: PlanReport, _ report: ScenarioReport
  ) -> String {
    guard !plan.rows.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("published row"), .text("models"), .number("published"), .number("simulated"),
      .number("simulated ÷ published"),
    ])
    let covered = Set(plan.rows.flatMap { names($0, report) })
    for row in plan.rows {
      let names = names(row, report)
      let cost = simulated.result.costs.reduce(MoneySum.zero) { sum, cell in
        let model = baseModel(cell.model, report.scenario.catalog)
        let belongs = names.isEmpty ? !covered.contains(model) : names.contains(model)
        return belongs ? sum + cell.cost : sum
      }
      table.row([
        Markdown.escape(row.label),
        names.isEmpty ? "all others" : Markdown.escape(names.joined(separator: ", ")),
        HumanFormat.usd(row.cost), HumanFormat.usd(cost), ratio(cost, row.cost),
      ])
    }
    return "\(HumanFormat.plural(Int64(plan.users), "user")) "
      + "(\(Markdown.escape(plan.source))):\n\n" + table.text
  }

  private static func names(_ row: PublishedPlan.Row, _ report: ScenarioReport) -> [String] {
    row.models.map { report.scenario.catalog[$0].name }
  }

  /// The model of a table's row, which may be `model@region`.
  private static func baseModel(_ row: String, _ catalog: Catalog) -> String {
    if catalog.id(named: row) != nil { return row }
    return row.lastIndex(of: "@").map { String(row[..<$0]) } ?? row
  }
}

extension MoneySum {
  fileprivate static func <= (a: MoneySum, b: MoneySum) -> Bool { !(b < a) }
}
