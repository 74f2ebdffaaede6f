import CostModel
import Decisions
import Reports
import Support

/// The comment on a pull request: a marker to find it by, a verdict, one table, the rest folded.
package enum GateMarkdown {
  /// The mark by which a workflow finds its comment, so that it updates it in place of adding
  /// another.
  package static let marker = "<!-- costsim -->"
  /// GitHub takes 65,536 characters.
  package static let limit = 60_000

  package static func text(_ report: GateReport) -> String {
    var text = marker + "\n### AI bill: \(title(report))\n\n"
    text += Markdown.escape(clipped(GateText.headline(report), to: 1_500)) + "\n\n"
    if let error = report.error { return text + code(error, upTo: limit - text.utf8.count) }
    text += table(report)
    if report.isObserved, !report.changed.isEmpty { text += GateText.observed + "\n\n" }
    let (checks, areAll) = checks(report, upTo: limit / 4)
    text += checks
    var isCut = !areAll
    let changed = report.changed.filter { !$0.causes.isEmpty }
    for (place, plan) in changed.enumerated() {
      let room = limit - 200 - text.utf8.count
      let why = GateMarkdownCauses(plan, share: room / (changed.count - place))
      // The largest changes come first; totals are worth more than the inputs of another plan.
      guard why.size <= room else {
        isCut = true
        break
      }
      isCut = isCut || !why.isWhole
      text += why.text
    }
    if isCut { text += "Not everything fits into a comment: `check.json` has the rest.\n" }
    return text
  }

  private static func title(_ report: GateReport) -> String {
    if report.error != nil { return "not checked ❌" }
    if !report.passed { return "check failed ❌" }
    if report.isJudged, !report.hasJudged { return "nothing judged ⚠️" }
    let isSame = report.plans.allSatisfy { report.status($0) == .same }
    return (isSame ? "unchanged" : report.isCompared ? "changed" : "new")
      + (report.gaps.isEmpty ? "" : ", not all judged ⚠️")
  }

  /// A text from a file, short enough for a row.
  package static func cell(_ text: String) -> String { Markdown.escape(clipped(text, to: 300)) }

  private static func clipped(_ text: String, to characters: Int) -> String {
    // Bytes are counted at once, and are no fewer than characters.
    guard text.utf8.count > characters else { return text }
    let start = text.unicodeScalars.prefix(characters)
    return start.count < text.unicodeScalars.count ? String(start) + "…" : text
  }

  /// As it is, in a fence longer than any within.
  private static func code(_ text: String, upTo limit: Int) -> String {
    let shown = clipped(HumanFormat.visibleLines(text), to: (limit - 200) / 4)
    let run = shown.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, run + 1))
    return "\(fence)text\n\(shown)\n\(fence)\n"
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
        "`\(GateText.key(report.status(plan)))`", cell(plan.scenario),
        cell(plan.plan), plan.bills.base.map { HumanFormat.usd($0) } ?? "–",
        plan.bills.head.map { HumanFormat.usd($0) } ?? "–",
        report.status(plan) == .same ? "" : GateText.difference(plan),
      ]
      // Padding makes a row as long as the longest one.
      length = max(length, row.reduce(20) { $0 + $1.utf8.count })
      if (table.rowCount + 2) * length < limit / 3 { table.row(row) } else { left += 1 }
    }
    let key = "`~` changed, `+` new, `-` gone"
    let more = left == 0 ? "" : " and \(HumanFormat.plural(Int64(left), "more plan"))"
    return table.text + key + more + "\n\n"
  }

  /// Failed ones first, and whether there was room for all.
  private static func checks(
    _ report: GateReport, upTo limit: Int
  ) -> (text: String, areAll: Bool) {
    guard !report.checks.isEmpty else { return ("", true) }
    let count = { (outcome: GateCheck.Outcome) in
      report.checks.count { $0.outcome == outcome }
    }
    let words = [(count(.failed), "failed"), (count(.skipped), "not judged")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }
    let all = HumanFormat.plural(Int64(report.checks.count), "check")
    var table = MarkdownTable([
      .text(""), .text("scenario"), .text("plan"), .text("check"), .text("found"),
    ])
    var length = 0
    for outcome in [GateCheck.Outcome.failed, .skipped, .passed] {
      for check in report.checks where check.outcome == outcome {
        let row = [
          outcome == .failed ? "**failed**" : outcome == .skipped ? "not judged" : "passed",
          cell(check.scenario), cell(check.plan), cell(check.name), cell(check.message),
        ]
        length = max(length, row.reduce(30) { $0 + $1.utf8.count })
        if (table.rowCount + 3) * length < limit { table.row(row) }
      }
    }
    let more = report.checks.count - table.rowCount
    return (
      "<details><summary>\(all), "
        + (words.isEmpty ? "all passed" : words.joined(separator: ", ")) + "</summary>\n\n"
        + table.text
        + (more == 0 ? "" : "and \(HumanFormat.plural(Int64(more), "more check"))\n\n")
        + "</details>\n\n", more == 0
    )
  }
}

/// Why a plan's bill changed, in as much room as there is: the totals of the causes always, of the
/// inputs the largest.
private struct GateMarkdownCauses {
  let text: String
  /// Whether every input is in it.
  let isWhole: Bool
  /// Bytes.
  var size: Int { text.utf8.count }

  private struct Row {
    var cause: Int
    var words: String
    var amount: MoneySum
  }

  /// - Parameter share: bytes that it should not exceed.
  init(_ plan: PlanComparison, share: Int) {
    let causes = plan.causes.filter {
      $0.amount != .zero || $0.inputs.contains { $0.amount != .zero }
    }
    let rows = causes.enumerated().flatMap { place, cause in
      cause.inputs.filter { $0.amount != .zero }.map {
        Row(cause: place, words: GateMarkdown.cell($0.words), amount: $0.amount)
      }
    }
    let largest = rows.indices.sorted {
      (rows[$1].amount.magnitude, $0) < (rows[$0].amount.magnitude, $1)
    }
    // Every row is as long as the longest one, and each cause has up to three of its own.
    var shown: Set<Int> = []
    var length = 100
    for place in largest {
      length = max(length, 100 + rows[place].words.utf8.count)
      if (shown.count + 3 * causes.count + 6) * length > share { break }
      shown.insert(place)
    }
    isWhole = shown.count == rows.count
    let name = "\(GateMarkdown.cell(plan.scenario)) at \(GateMarkdown.cell(plan.plan))"
    let silent = GateText.withoutEffect(plan).map { "Without effect: \(GateMarkdown.cell($0))\n\n" }
    text =
      "<details><summary>Why \(name): \(GateText.difference(plan))</summary>\n\n"
      + Self.table(causes, rows, shown, plan.change ?? .zero) + (silent ?? "") + "</details>\n\n"
  }

  private static func table(
    _ causes: [CauseAmount], _ rows: [Row], _ shown: Set<Int>, _ change: MoneySum
  ) -> String {
    var table = MarkdownTable([.text("cause"), .text("input"), .number("change")])
    let byCause = Dictionary(grouping: rows.indices) { rows[$0].cause }
    for (place, cause) in causes.enumerated() {
      let own = byCause[place] ?? []
      let kept = own.filter(shown.contains)
      for (number, row) in kept.enumerated() {
        table.row([
          number == 0 ? cause.cause.words : "", rows[row].words, GateText.signed(rows[row].amount),
        ])
      }
      if kept.isEmpty {
        let inputs = HumanFormat.plural(Int64(own.count), "input")
        table.row([cause.cause.words, own.isEmpty ? "" : inputs, GateText.signed(cause.amount)])
        continue
      }
      if kept.count < own.count {
        let rest = own.filter { !shown.contains($0) }.reduce(MoneySum.zero) {
          $0 + rows[$1].amount
        }
        table.row(["", "and \(own.count - kept.count) smaller ones", GateText.signed(rest)])
      }
      if own.count > 1 {
        table.row(["", "**\(cause.cause.words) together**", "**\(GateText.signed(cause.amount))**"])
      }
    }
    table.row(["**together**", "", "**\(GateText.signed(change))**"])
    return table.text
  }
}
