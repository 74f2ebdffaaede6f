import CostModel
import Support

/// What AI brings, of a scenario that says what conversions or users bring; else empty.
extension ReportMarkdown {
  package static func returnSection(_ report: ScenarioReport) -> String {
    guard report.replay == nil, let largest = report.largestPlan,
      case let lines = largest.returnLines(report.scenario), let whole = lines.last
    else { return "" }
    var text = heading("Revenue and margin") + answer(whole, report) + "\n\n"
    if whole.answered > 0 { text += meaning }
    text += byPlan(report)
    if whole.answered > 0 {
      text +=
        "By use case, with \(name(largest.plan)):\n\n"
        + byUseCase(lines.filter { $0.scope == .useCase })
        + breakEven(lines.filter { $0.scope == .useCase && $0.answered > 0 })
    }
    let plans = lines.filter { $0.scope == .accountPlan }
    if !plans.isEmpty {
      text += "By account plan, with \(name(largest.plan)):\n\n" + byAccountPlan(plans)
    }
    return text + "For spreadsheets: [return.csv](return.csv).\n\n"
  }

  /// The first sentence, of the largest plan.
  private static func answer(_ whole: ReturnLine, _ report: ScenarioReport) -> String {
    let period = report.scenario.period
    let span = HumanFormat.during(Period.Span(start: period.start, end: period.end), in: period)
    let users = HumanFormat.plural(whole.users ?? 0, "user")
    let start =
      "With \(users), revenue is **\(HumanFormat.usd(whole.revenue))** \(span), and AI costs "
      + "\(HumanFormat.usd(whole.cost))"
    guard whole.cost > .zero else { return start + "." }
    guard whole.margin >= .zero else {
      return start + ": it loses **\(HumanFormat.usd(.zero - whole.margin))**."
    }
    return start + ": a margin of \(HumanFormat.usd(whole.margin)), and "
      + "**\(multiple(whole))** of revenue per dollar of cost."
  }

  /// What counts, and what the figures are worth.
  private static let meaning = """
    A conversion is an answered call that sells. Calls answered from the cache count, calls that \
    failed or were refused do not. How often a call sells, and its revenue, is what the scenario \
    states: neither is measured.


    """

  private static func byPlan(_ report: ScenarioReport) -> String {
    let lines = report.plans.compactMap { plan in
      plan.returnLines(report.scenario).last.map { (plan, $0) }
    }
    let isExpected = lines.contains { $0.1.expected != nil }
    var table = MarkdownTable(
      [
        .text("plan"), .number("conversions"), .number("revenue"), .number("AI cost"),
        .number("margin"), .number("ROI"), .number("revenue per dollar"),
      ] + (isExpected ? [.number("expected revenue"), .number("nine months in ten")] : []))
    for (plan, whole) in lines {
      let expected = [
        whole.expected.map { HumanFormat.usd($0.revenue) } ?? "–",
        whole.expected.map {
          "\(HumanFormat.usd($0.range.lowerBound))–\(HumanFormat.usd($0.range.upperBound))"
        } ?? "–",
      ]
      table.row(
        [name(plan.plan), HumanFormat.count(whole.conversions)] + money(whole)
          + (isExpected ? expected : []))
    }
    return table.text
  }

  private static func byUseCase(_ lines: [ReturnLine]) -> String {
    var table = MarkdownTable([
      .text("use case"), .number("calls that may sell"), .number("conversions"),
      .number("revenue"), .number("AI cost"), .number("margin"), .number("ROI"),
      .number("revenue per dollar"), .number("breaks even at"),
    ])
    for line in lines {
      table.row(
        [
          Markdown.escape(line.name ?? "(fixed prices)"), HumanFormat.count(line.answered),
          HumanFormat.count(line.conversions),
        ] + (line.answered > 0 ? money(line) + [breakEvenRate(line)] : nothingStated(line)))
    }
    return table.text
  }

  private static func byAccountPlan(_ lines: [ReturnLine]) -> String {
    var table = MarkdownTable([
      .text("account plan"), .number("users"), .number("from conversions"),
      .number("from subscriptions"), .number("revenue"), .number("AI cost"), .number("margin"),
      .number("ROI"), .number("revenue per dollar"), .number("AI cost as share of revenue"),
    ])
    for line in lines {
      table.row(
        [
          Markdown.escape(line.name ?? "(fixed prices)"),
          line.users.map(HumanFormat.count) ?? "–", HumanFormat.usd(line.sales),
          line.subscriptions.map { HumanFormat.usd($0) } ?? "–",
        ] + money(line) + [HumanFormat.percent(line.cost.dollars, of: line.revenue.dollars)])
    }
    return table.text
  }

  /// A use case of which the scenario states no value brings nothing that could be set against its
  /// cost.
  private static func nothingStated(_ line: ReturnLine) -> [String] {
    ["–", HumanFormat.usd(line.cost), "–", "–", "–", "–"]
  }

  /// Revenue, AI cost, margin, ROI, revenue a dollar.
  private static func money(_ line: ReturnLine) -> [String] {
    [
      HumanFormat.usd(line.revenue), HumanFormat.usd(line.cost), HumanFormat.usd(line.margin),
      HumanFormat.percent(line.margin.dollars, of: line.cost.dollars), multiple(line),
    ]
  }

  private static func multiple(_ line: ReturnLine) -> String {
    line.cost > .zero ? HumanFormat.usd(line.revenue.dollars / line.cost.dollars) : "–"
  }

  // MARK: Break-even

  /// One sentence a use case that can sell.
  private static func breakEven(_ lines: [ReturnLine]) -> String {
    let sentences = lines.map { line in
      let name = Markdown.escape(line.name ?? "")
      guard line.cost <= line.potential else {
        return "- \(name): AI costs more than if every answered call sold."
      }
      guard line.cost > .zero else { return "- \(name): costs nothing." }
      let calls = Int64(clamping: line.potential.picodollars / line.cost.picodollars)
      let actual = HumanFormat.percent(Double(line.conversions), of: Double(line.answered))
      return "- \(name): AI is paid for when one answered call in "
        + "\(HumanFormat.count(calls)) sells (\(breakEvenRate(line))); here \(actual) do."
    }
    return sentences.joined(separator: "\n") + "\n\n"
  }

  /// A percentage with as many decimals as say something.
  private static func breakEvenRate(_ line: ReturnLine) -> String {
    let rate = line.cost.dollars / line.potential.dollars
    guard rate <= 1 else { return "never" }
    var places = 2
    var limit = 1.0
    while places < 9, rate * 100 < limit {
      places += 1
      limit /= 10
    }
    return (DecimalText.real(rate * 100, places: places).map(DecimalText.trimmed) ?? "–") + " %"
  }
}
