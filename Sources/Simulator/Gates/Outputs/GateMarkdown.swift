import CostModel

/// The comment on a pull request: a marker to find it by, a verdict, one table, the rest folded.
enum GateMarkdown {
  /// What a workflow looks for, so that it updates its comment in place of adding another.
  static let marker = "<!-- costsim -->"
  /// GitHub takes 65,536 characters.
  static let limit = 60_000

  static func text(_ report: GateReport) -> String {
    var text = marker + "\n### AI bill: \(title(report))\n\n"
    text += Markdown.escape(GateText.headline(report)) + "\n\n"
    text += table(report)
    if report.isObserved, !report.changed.isEmpty { text += GateText.observed + "\n\n" }
    var isCut = false
    for part in [checks(report)] + report.changed.map(why) where !part.isEmpty {
      if text.count + part.count > limit - 200 {
        isCut = true
      } else {
        text += part
      }
    }
    if isCut { text += "Not everything fits into a comment: `check.json` has the rest.\n" }
    return text
  }

  private static func title(_ report: GateReport) -> String {
    if !report.passed { return "check failed ❌" }
    let isSame = report.plans.allSatisfy { report.status($0) == .same }
    return isSame ? "unchanged" : report.isCompared ? "changed" : "new"
  }

  private static func table(_ report: GateReport) -> String {
    var table = MarkdownTable([
      .text(""), .text("scenario"), .text("plan"), .number("baseline"), .number("now"),
      .number("change"),
    ])
    var length = 0
    var left = 0
    for plan in report.plans {
      let row = [
        "`\(GateText.key(report.status(plan)))`", Markdown.escape(plan.scenario),
        Markdown.escape(plan.plan), plan.bills.base.map { PlainEnglish.usd($0) } ?? "–",
        plan.bills.head.map { PlainEnglish.usd($0) } ?? "–",
        report.status(plan) == .same ? "" : GateText.difference(plan),
      ]
      // Padding makes a row as long as the longest one.
      length = max(length, row.reduce(20) { $0 + $1.count })
      if (table.rowCount + 2) * length < limit / 2 { table.row(row) } else { left += 1 }
    }
    let key = "`~` changed, `+` new, `-` gone"
    let more = left == 0 ? "" : " and \(PlainEnglish.plural(Int64(left), "more plan"))"
    return table.text + key + more + "\n\n"
  }

  private static func why(_ plan: PlanComparison) -> String {
    guard !plan.causes.isEmpty else { return "" }
    let name = "\(Markdown.escape(plan.scenario)) at \(Markdown.escape(plan.plan))"
    let text = "<details><summary>Why \(name): \(GateText.difference(plan))</summary>\n\n"
    var table = MarkdownTable([.text("cause"), .text("input"), .number("change")])
    for cause in plan.causes where cause.amount != .zero {
      let inputs = cause.inputs.filter { $0.amount != .zero }
      for (place, input) in inputs.enumerated() {
        table.row([
          place == 0 ? cause.cause.words : "", Markdown.escape(input.words),
          GateText.signed(input.amount),
        ])
      }
      if inputs.isEmpty { table.row([cause.cause.words, "", GateText.signed(cause.amount)]) }
      if inputs.count > 1 {
        table.row(["", "**\(cause.cause.words) together**", "**\(GateText.signed(cause.amount))**"])
      }
    }
    table.row(["**together**", "", "**\(GateText.signed(plan.change ?? .zero))**"])
    let silent = GateText.withoutEffect(plan).map { "Without effect: \(Markdown.escape($0))\n\n" }
    return text + table.text + (silent ?? "") + "</details>\n\n"
  }

  private static func checks(_ report: GateReport) -> String {
    guard !report.checks.isEmpty else { return "" }
    let count = PlainEnglish.plural(Int64(report.checks.count), "check")
    let failed = report.passed ? "all passed" : "\(report.failed.count) failed"
    var table = MarkdownTable([
      .text(""), .text("scenario"), .text("plan"), .text("check"), .text("found"),
    ])
    for check in report.failed + report.checks.filter(\.passed) {
      table.row([
        check.passed ? "passed" : "**failed**", Markdown.escape(check.scenario),
        Markdown.escape(check.plan), Markdown.escape(check.name), Markdown.escape(check.message),
      ])
    }
    return "<details><summary>\(count), \(failed)</summary>\n\n" + table.text + "</details>\n\n"
  }
}
