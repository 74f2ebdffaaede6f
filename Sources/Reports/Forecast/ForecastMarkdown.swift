import Analysis
import CostModel
import Decisions
import Simulator
import Support

/// `forecast.md`: the months to come, for a founder.
package enum ForecastMarkdown {
  package static func text(_ forecast: Forecast) -> String {
    let scenario = forecast.scenario
    let title = Markdown.escape(scenario.title.isEmpty ? scenario.name : scenario.title)
    var text = "# Forecast: \(title)\n\n" + headline(forecast, emphasis: "**") + "\n\n"
    text += "![The bill of each month against its budget](charts/forecast.svg)\n\n"
    text += ReportMarkdown.heading("Month by month") + table(forecast)
    text += ReportMarkdown.heading("What this rests on") + basis(forecast)
    return text
  }

  // MARK: The answer

  /// What the bill does, and when the budget or the prepaid sum is used up.
  package static func headline(_ forecast: Forecast, emphasis: String = "") -> String {
    guard let first = forecast.months.first, let last = forecast.months.last else {
      return "There is no month to forecast."
    }
    func strong(_ text: String) -> String { emphasis + text + emphasis }
    let sentences = [
      leftOut(forecast, emphasis), trouble(forecast, emphasis),
      course(forecast, first, last, strong), ranges(forecast, last),
      kept(forecast), budget(forecast, last, strong),
      actions(forecast), runway(forecast, last, strong),
    ]
    return sentences.compactMap(\.self).joined(separator: " ")
  }

  /// What the closed forms leave out of the months that they are used for.
  private static func leftOut(_ forecast: Forecast, _ emphasis: String) -> String? {
    let months = forecast.months.filter { !$0.leftOut.isEmpty }
    let count = forecast.months.count
    let isAll = months.count == count
    return LeftOutWords.sentence(
      Expectation.union(months.reversed().map(\.leftOut)), emphasis: emphasis,
      whose: isAll ? "" : " in \(months.count) of the \(count) months",
      instead: "'--runs 20' simulates each month as well.")
  }

  /// What became of the calls of months that were simulated.
  private static func trouble(_ forecast: Forecast, _ emphasis: String) -> String? {
    CallTrouble.sentence(
      forecast.months.map { (" in \(name($0))", $0.trouble) }, emphasis: emphasis,
      things: ("other month", "other months"))
  }

  private static func course(
    _ forecast: Forecast, _ first: ForecastMonth, _ last: ForecastMonth,
    _ strong: (String) -> String
  ) -> String {
    func users(_ month: ForecastMonth) -> String {
      HumanFormat.plural(Int64(month.plan.users), "user")
    }
    let total = strong(HumanFormat.usd(last.total.mean))
    guard forecast.months.count > 1 else {
      return "With \(users(first)), AI is expected to cost \(total) \(when(first))."
    }
    let ends =
      "\(strong(HumanFormat.usd(first.bill.mean))) with \(users(first)) \(when(first)) to "
      + "\(strong(HumanFormat.usd(last.bill.mean))) with \(users(last)) \(when(last))"
    let isSame = HumanFormat.usd(first.bill.mean) == HumanFormat.usd(last.bill.mean)
    if isSame, first.plan.users == last.plan.users {
      return "The AI bill stays at \(strong(HumanFormat.usd(first.bill.mean))) a month with "
        + "\(users(first)), \(total) for the \(forecast.months.count) months together."
    }
    let change = last.bill.mean / first.bill.mean
    let verb = change > 1.005 ? "grows" : change < 0.995 ? "falls" : "stays about the same, going"
    return "The monthly AI bill \(verb) from \(ends), \(total) for the "
      + "\(forecast.months.count) months together."
  }

  /// Bills over ranges of inputs are means; what they would be at the likely values.
  private static func ranges(_ forecast: Forecast, _ last: ForecastMonth) -> String? {
    let count = forecast.scenario.ranges.count
    guard count > 0 else { return nil }
    let likely = forecast.months.reduce(0) { $0 + ($1.likely ?? $1.bill.mean) }
    return
      "These are means over the ranges of \(HumanFormat.plural(Int64(count), "input")); at the "
      + "likely values the sum would be \(HumanFormat.usd(likely))."
  }

  /// What a forecast of shrinking use cannot show.
  private static func kept(_ forecast: Forecast) -> String? {
    guard let month = forecast.spec.firstMonthKept(of: forecast.scenario) else { return nil }
    return "From month \(month) on its growth leaves no whole user; one is kept."
  }

  private static func budget(
    _ forecast: Forecast, _ last: ForecastMonth, _ strong: (String) -> String
  ) -> String? {
    guard last.budget != nil else { return nil }
    guard let month = forecast.firstOverBudget, let budget = month.budget else {
      let closest = forecast.months.max {
        ($0.overBudgetProbability ?? 0) < ($1.overBudgetProbability ?? 0)
      }
      let but =
        CallTrouble.worst(forecast.months.map { ("", $0.trouble) })?.trouble.qualification
        .map { ", but \($0)" + (forecast.months.count > 1 ? " at worst" : "") } ?? ""
      guard let closest, let chance = closest.overBudgetProbability, chance >= 0.01 else {
        return forecast.months.allSatisfy(\.leftOut.isEmpty)
          ? "No month goes over its budget" + but + "."
          : "By the formulas alone, no month goes over its budget."
      }
      let cause =
        forecast.scenario.ranges.isEmpty
        ? "chance alone breaks" : "chance, or inputs within their ranges, break"
      let start = forecast.months.allSatisfy(\.leftOut.isEmpty) ? "No" : "By the formulas alone, no"
      return "\(start) month is expected to go over its budget, but \(cause) that of "
        + "\(name(closest)) \(HumanFormat.wholePercent(chance)) of the time."
    }
    let day = month.expectedCrossing.map {
      strong(HumanFormat.date(HumanFormat.localDate($0, in: month.period)))
    }
    let users = HumanFormat.plural(Int64(month.plan.users), "user")
    let count = forecast.months.count { $0.isOverBudget == true }
    let others =
      count == forecast.months.count && count > 1
      ? "; every month is over" : count > 1 ? "; \(count) of the months are over" : ""
    return "A month's budget (\(HumanFormat.usd(budget))) first breaks on "
      + "\(day ?? name(month)), with \(users)\(others)."
  }

  /// What acting on the budget does to the bills, where it may.
  private static func actions(_ forecast: Forecast) -> String? {
    let acting = forecast.months.filter(\.isSimulated)
    guard !acting.isEmpty else { return nil }
    let saved = acting.reduce(0) { $0 + ($1.withoutActions ?? 0) - $1.bill.mean }
    let when =
      acting.count == forecast.months.count
      ? acting.count == 1 ? "" : " in every month"
      : " in \(acting.count) of the \(forecast.months.count) months"
    return "The budget's own lines may act\(when), which is simulated: calls refused or moved make "
      + "the bills \(HumanFormat.usd(saved.magnitude)) \(saved < 0 ? "higher" : "lower") than "
      + "they would be if it only told."
  }

  private static func runway(
    _ forecast: Forecast, _ last: ForecastMonth, _ strong: (String) -> String
  ) -> String? {
    guard let prepaid = forecast.spec.prepaid, let runway = forecast.runway else { return nil }
    func day(_ time: SimTime) -> String {
      HumanFormat.date(HumanFormat.localDate(time, in: forecast.scenario.period))
    }
    let sum = "The prepaid \(HumanFormat.usd(prepaid)) "
    guard let end = runway.end else {
      return sum + "outlasts the forecast, with \(HumanFormat.usd(runway.left)) left."
    }
    let low = runway.earliest.map(day)
    let high = runway.latest.map(day) ?? "later than the forecast reaches"
    let swing =
      low == day(end) && high == day(end)
      ? "" : " (nine times in ten between \(low ?? "the start") and \(high))"
    return sum + "is used up on \(strong(day(end)))\(swing)."
  }

  private static func name(_ month: ForecastMonth) -> String {
    HumanFormat.name(month.period.months[0], in: month.period)
  }

  private static func when(_ month: ForecastMonth) -> String {
    HumanFormat.during(month.period.months[0], in: month.period)
  }

  // MARK: Details

  private static func table(_ forecast: Forecast) -> String {
    let hasBudget = forecast.months.contains { $0.budget != nil }
    let isSimulated = forecast.months.contains { !$0.simulated.isEmpty }
    let acts = forecast.months.contains(where: \.isSimulated)
    let prepaid = forecast.spec.prepaid
    var headers: [MarkdownTable.Header] = [
      .text("month"), .number("users"), .number("expected bill"), .number("nine months in ten"),
    ]
    if acts { headers.append(.number("if the budget only told")) }
    if isSimulated { headers.append(.number("simulated")) }
    if hasBudget { headers += [.number("budget"), .text("breaks"), .number("over budget")] }
    headers.append(.number("all so far"))
    if prepaid != nil { headers.append(.number("prepaid remaining")) }
    var table = MarkdownTable(headers)
    for month in forecast.months {
      var cells = [
        name(month), HumanFormat.count(Int64(month.plan.users)),
        HumanFormat.usd(month.bill.mean),
        month.band.map {
          HumanFormat.usd($0.lowerBound) + "–" + HumanFormat.usd($0.upperBound)
        } ?? (month.isSimulated ? "not known of one month" : "not told by the formula"),
      ]
      if acts { cells.append(month.withoutActions.map { HumanFormat.usd($0) } ?? "the same") }
      if isSimulated { cells.append(month.likelyBill.map { HumanFormat.usd($0) } ?? "–") }
      if hasBudget { cells += budgetCells(month) }
      cells.append(HumanFormat.usd(month.total.mean))
      if let prepaid { cells.append(HumanFormat.usd(prepaid.dollars - month.total.mean)) }
      table.row(cells)
    }
    return table.text
  }

  private static func budgetCells(_ month: ForecastMonth) -> [String] {
    [
      month.budget.map { HumanFormat.usd($0) } ?? "–",
      month.expectedCrossing.map {
        "**\(HumanFormat.date(HumanFormat.localDate($0, in: month.period)))**"
      } ?? "no",
      month.overBudgetProbability.map { HumanFormat.share($0) } ?? "–",
    ]
  }

  private static func basis(_ forecast: Forecast) -> String {
    var lines = [
      growth(forecast),
      "Prices are those that the catalog and the scenario give for each month; volumes and call "
        + "sizes per user stay as they are.",
      "Bills are closed forms, computed without simulating; the range is what chance "
        + (forecast.scenario.ranges.isEmpty
          ? "alone does. How well volumes, sizes and growth are known matters more, and is not in it."
          : "and the stated ranges of inputs do, over \(InputDraws.sets) sets of inputs that fill "
            + "these evenly; how well growth is known is not in it."),
      "Every month begins with empty caches and idle quotas"
        + (forecast.scenario.knowledge == nil
          ? "." : ", and with what the knowledge base is expected to have learnt until then."),
    ]
    let acting = forecast.months.filter(\.isSimulated)
    if let runs = acting.first?.simulated.count {
      lines.append(
        "Where a line of the budget that acts may be crossed, the bill is that of "
          + (runs == 1
            ? "one simulated month (`--runs 20` simulates twenty, and tells their range)"
            : "\(runs) simulated months on average")
          + ", since formulas let all calls pass. The other months stay clear of these lines.")
    }
    if let runs = forecast.months.first?.simulated.count, runs > 0 {
      lines.append(
        "The simulated bill is that of run 1 of \(runs), inputs at their likely values; all months share their luck, so that they "
          + "differ by growth and prices.")
    }
    if let reason = forecast.months.compactMap(\.whyNoChance).first {
      lines.append(
        "Where the formula is off by construction it tells no range and no chance: "
          + Markdown.escape(reason) + ".")
    }
    var reasons: [String] = []
    for part in forecast.approximations where !reasons.contains(part.reason) {
      reasons.append(part.reason)
    }
    lines += reasons.map { reason in
      let parts = forecast.approximations.filter { $0.reason == reason }
      let month = forecast.months.last { !$0.isSimulated }
      let name =
        month?.number == forecast.months.count ? "the last month" : month.map(name) ?? "a month"
      return "Approximate in \(name): "
        + HumanFormat.list(parts.map { Markdown.escape($0.part) }) + ": "
        + Markdown.escape(reason) + "."
    }
    return lines.map { "- " + $0 + "\n" }.joined()
      + "\nThe same figures for spreadsheets: [forecast.csv](forecast.csv).\n"
  }

  private static func growth(_ forecast: Forecast) -> String {
    switch forecast.spec.growth {
    case .rate(0): "The number of users stays the same: no growth is stated."
    case .rate(let rate):
      "Users grow by \(HumanFormat.percent(rate)) a month."
    case .list: "The number of users is stated month by month."
    case .sCurve(let ceiling, let halfBy):
      "Users follow an S-curve towards \(HumanFormat.count(Int64(ceiling))), half of which is "
        + "reached in month \(HumanFormat.number(halfBy))."
    }
  }
}
