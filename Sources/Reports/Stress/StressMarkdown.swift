import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// `stress.md`: what may go wrong and what it costs, for a founder.
package enum StressMarkdown {
  /// - Parameter others: the same shocks with other plans.
  package static func text(_ study: StressStudy, others: [StressStudy] = []) -> String {
    let scenario = study.scenario
    let title = Markdown.escape(scenario.title.isEmpty ? scenario.name : scenario.title)
    return "# Stress: \(title)\n\n" + headline(study, emphasis: "**") + caution(study, "**")
      + "\n\n"
      + "![What each shock makes of the bill](charts/stress.svg)\n\n"
      + ReportMarkdown.heading("Shock by shock") + table(study) + rest(study)
      + planByPlan([study] + others) + basis(study)
  }

  /// Where inputs are known only up to a range; empty where none is.
  package static func caution(_ study: StressStudy, _ emphasis: String = "") -> String {
    RangesNote.sentence(
      ranges: study.scenario.ranges.count, over: study.overRanges, emphasis: emphasis
    ).map { " " + $0 } ?? ""
  }

  // MARK: The answer

  package static func headline(_ study: StressStudy, emphasis: String = "") -> String {
    func strong(_ text: String) -> String { emphasis + text + emphasis }
    func escape(_ text: String) -> String {
      emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
    }
    let shocks = study.results.compactMap { result in result.month.map { (result.shock, $0) } }
    let users = HumanFormat.plural(Int64(study.plan.users), "user")
    let losses = losses(study, escape)
    let trouble =
      CallTrouble.sentence(
        [(whose: " with \(users)", trouble: study.base.outcome.trouble)], emphasis: emphasis
      ).map { $0 + " " } ?? ""
    guard let worst = shocks.max(by: { $0.1.bill < $1.1.bill }), worst.1.bill > study.base.bill
    else {
      let bill = strong(HumanFormat.usd(study.base.bill))
      return trouble + "No shock makes the bill of \(users), \(bill), any larger." + losses
    }
    let more = worst.1.bill - study.base.bill
    let first =
      trouble
      + "The shock that costs most with \(users) is \(strong("“\(escape(worst.0.title))”")): the bill "
      + "goes from \(HumanFormat.usd(study.base.bill)) to "
      + "\(strong(HumanFormat.usd(worst.1.bill))), \(HumanFormat.usd(more)) more."
    guard let budget = study.scenario.budget?.amount else { return first + losses }
    let breaking = shocks.filter { $0.1.crossedDay != nil }.count
    let verdict =
      study.base.crossedDay != nil
      ? "The \(HumanFormat.usd(budget)) budget breaks even without a shock."
      : breaking == 0
        ? "Under none of the \(shocks.count) shocks does the \(HumanFormat.usd(budget)) budget break"
          + (study.base.outcome.trouble?.qualification.map { ", but \($0)" } ?? "") + "."
        : "\(breaking) of the \(shocks.count) shocks \(breaking == 1 ? "breaks" : "break") the "
          + "\(HumanFormat.usd(budget)) budget, which holds without them."
    return first + " " + verdict + losses
  }

  /// The shocks under which most calls fail, and most runs are refused, that do not without them, of those
  /// whose calls are counted; empty: there is none.
  private static func losses(
    _ study: StressStudy, _ escape: (String) -> String
  ) -> String {
    func most(_ count: (ShockResult.Month) -> Int64) -> (title: String, more: Int64)? {
      study.results.compactMap { result in
        result.month.flatMap { month in
          month.isSpliced
            ? nil : (title: result.shock.title, more: count(month) - count(study.base))
        }
      }.filter { $0.more > 0 }.max { $0.more < $1.more }
    }
    let calls = most(\.failedCalls).map {
      " Most calls are lost under “\(escape($0.title))”: \(HumanFormat.count($0.more)) more than "
        + "without it \($0.more == 1 ? "gets" : "get") no answer, which costs nothing."
    }
    let runs = most(\.refusedRuns).map {
      " Most flows and conversations are refused under “\(escape($0.title))”: "
        + "\(HumanFormat.count($0.more)) more than without it \($0.more == 1 ? "finds" : "find") no free "
        + "place, which costs nothing."
    }
    return (calls ?? "") + (runs ?? "")
  }

  // MARK: Details

  private static func table(_ study: StressStudy) -> String {
    let hasBudget = study.scenario.budget != nil
    var headers: [MarkdownTable.Header] = [
      .text("shock"), .text("when"), .number("bill"), .number("more"), .number("dearest day"),
    ]
    if hasBudget { headers.append(.text("budget breaks")) }
    let limitsRuns = study.scenario.limitsRuns
    headers += [.number("fallback calls"), .number("failed calls")]
    if limitsRuns { headers.append(.number("refused runs")) }
    headers.append(.number("p95 latency"))
    var table = MarkdownTable(headers)
    for row in StressReport.rows(study) {
      guard let month = row.month else { continue }
      var cells = [
        Markdown.escape(row.result?.shock.title ?? "No shock"), when(row, study),
        HumanFormat.usd(month.bill),
        row.result == nil ? "" : more(month.bill - study.base.bill, study.base.bill),
        month.days.max().map { HumanFormat.usd($0) } ?? "–",
      ]
      if hasBudget { cells.append(row.crossedOn.map { "**\(HumanFormat.date($0))**" } ?? "no") }
      cells += [
        row.countedMonth.map { HumanFormat.count($0.fallbackCalls) } ?? "–",
        row.countedMonth.map { HumanFormat.count($0.failedCalls) } ?? "–",
      ]
      if limitsRuns {
        cells.append(row.countedMonth.map { HumanFormat.count($0.refusedRuns) } ?? "–")
      }
      cells.append(latency(month))
      table.row(cells)
    }
    return table.text
  }

  private static func more(_ change: MoneySum, _ base: MoneySum) -> String {
    guard change != .zero else { return "nothing" }
    let share = HumanFormat.percent(change.dollars, of: base.dollars).replacing("-", with: "−")
    return (change < .zero ? "" : "+") + HumanFormat.usd(change) + " (\(share))"
  }

  private static func when(_ row: StressReport.Row, _ study: StressStudy) -> String {
    guard let result = row.result else { return "" }
    guard let window = result.window else { return "all the time" }
    let period = study.scenario.period
    return window.start == window.end
      ? HumanFormat.moment(window.start, in: period) : HumanFormat.span(window, in: period)
  }

  /// What each shock does with every plan; empty where there is one plan only.
  private static func planByPlan(_ studies: [StressStudy]) -> String {
    guard studies.count > 1 else { return "" }
    let plans = studies.map { HumanFormat.plural(Int64($0.plan.users), "user") }
    let rows = studies.map(StressReport.rows)
    var names: [(shock: String?, title: String)] = [(nil, "No shock")]
    for row in rows.joined() {
      guard let shock = row.result?.shock, row.month != nil,
        !names.contains(where: { $0.shock == shock.name })
      else { continue }
      names.append((shock.name, shock.title))
    }
    var table = MarkdownTable(
      [.text("shock")] + plans.flatMap { [.number($0), .number("p95 latency")] })
    for (shock, title) in names {
      let cells = zip(studies, rows).flatMap { study, rows -> [String] in
        guard let row = rows.first(where: { $0.result?.shock.name == shock }),
          let month = row.month
        else { return ["–", "–"] }
        let change = month.bill - study.base.bill
        let more =
          shock == nil || change == .zero ? "" : " (\(signedShare(change, study.base.bill)))"
        return [HumanFormat.usd(month.bill) + more, latency(month)]
      }
      table.row([Markdown.escape(title)] + cells)
    }
    return ReportMarkdown.heading("Plan by plan")
      + studies.dropFirst().map { "- \(headline($0, emphasis: "**"))\n" }.joined()
      + "\nThe bill under each shock, and how long 95 % of the answers take at most:\n\n"
      + table.text
  }

  private static func latency(_ month: ShockResult.Month) -> String {
    month.outcome.latencyP95.map {
      HumanFormat.duration(SimDuration(microseconds: Int64($0 * 1_000)))
    } ?? "–"
  }

  private static func signedShare(_ change: MoneySum, _ base: MoneySum) -> String {
    (change < .zero ? "" : "+")
      + HumanFormat.percent(change.dollars, of: base.dollars).replacing("-", with: "−")
  }

  private static func rest(_ study: StressStudy) -> String {
    let lines = study.results.compactMap { result in
      result.reason.map {
        "- \(Markdown.escape(result.shock.title)): does not apply here: \(Markdown.escape($0)).\n"
      }
    }
    return lines.isEmpty
      ? "" : ReportMarkdown.heading("What has no place here") + lines.joined() + "\n"
  }

  private static func basis(_ study: StressStudy) -> String {
    let isSpliced = study.results.contains { $0.month?.isSpliced == true }
    let spliced =
      isSpliced
      ? "- Where a shock holds for some days and is not a surge, an outage or a price, its days are "
        + "those of a month lived under it from the start, and so is its latency: caches and queues "
        + "are then as warm or as long as they would be in the middle of such a month.\n"
      : ""
    return ReportMarkdown.heading("What this rests on")
      + """
      - Every bill is a simulated month of \(HumanFormat.plural(Int64(study.plan.users), "user")) \
      with the same luck, so that differences are the shocks'. `--users` asks for another number.
      \(spliced)\(fallbacks(study))- The busiest day and hour are those with most expected calls; the \
      heaviest user is the one of this plan's users who is expected to make most.
      - Shocks are data: `shocks:` of a scenario adds own ones.

      The same figures for spreadsheets: [stress.csv](stress.csv).

      """
  }

  /// Which fallbacks of the chains are never asked, and what that changes.
  private static func fallbacks(_ study: StressStudy) -> String {
    guard !study.unfit.isEmpty else { return "" }
    var models: [(calls: String, reason: String, models: [String])] = []
    for item in study.unfit {
      let place =
        models.firstIndex { $0.calls == item.calls && $0.reason == item.reason } ?? models.count
      if place == models.count { models.append((item.calls, item.reason, [])) }
      if !models[place].models.contains(item.model) { models[place].models.append(item.model) }
    }
    let list = models.map {
      "\(Markdown.escape($0.calls)) never goes to \(HumanFormat.list($0.models.map(Markdown.escape))) "
        + "(\(Markdown.escape($0.reason)))"
    }
    let change = study.billAsChained.map {
      " With the chains as they stand, as `run` follows them, the month without a shock costs "
        + "\(HumanFormat.usd($0)) in place of \(HumanFormat.usd(study.base.bill))."
    }
    return "- Calls fall back only to models that can do the task: "
      + list.joined(separator: "; ") + "." + (change ?? "") + "\n"
  }
}
