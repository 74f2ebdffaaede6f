import CostModel
import Support

/// The text that `check` and `diff` print.
package enum GateText {
  package static func text(_ report: GateReport) -> String {
    var text = headline(report) + "\n"
    if !report.plans.isEmpty { text += "\n" + table(report) }
    for plan in report.changed where !plan.causes.isEmpty { text += "\n" + why(plan) }
    if report.isObserved, !report.changed.isEmpty { text += "\n" + observed + "\n" }
    if !report.checks.isEmpty { text += "\n" + checks(report) }
    return text
  }

  /// What two reports cannot tell.
  package static let observed = """
    From reports alone a mix that changes within a use case shows as routing, and what providers' caches \
    read and write as price. Comparing the scenarios tells them apart.
    """

  // MARK: Sentences

  /// The verdict, the change that matters most with its causes, and what could not be judged.
  package static func headline(_ report: GateReport) -> String {
    if let error = report.error {
      let first = error.split(separator: "\n").first.map(String.init) ?? ""
      return "Failed. Nothing was checked: \(HumanFormat.visible(first))"
    }
    return
      ([verdict(report), finding(report)] + gaps(report)
      + report.notes.map(HumanFormat.visible)).compactMap { $0 }.joined(separator: " ")
  }

  private static func verdict(_ report: GateReport) -> String? {
    guard report.isJudged else { return nil }
    if !report.passed { return "Failed." }
    return report.hasJudged ? "Passed." : "Nothing was judged."
  }

  private static func finding(_ report: GateReport) -> String? {
    let failed = report.failed.filter { $0.gap == nil }
    if let worst = worst(failed, report) {
      let more = Int64(failed.count - 1)
      let others = more == 0 ? "" : " \(HumanFormat.plural(more, "more check")) failed."
      return words(worst, report) + others
    }
    guard report.isCompared else { return "There is no baseline to compare with." }
    if let plan = report.changed.max(by: { $0.isLess(than: $1) }) { return sentence(plan) }
    let isEqual = report.plans.allSatisfy { report.status($0) == .same }
    return isEqual ? "No bill changed." : "No bill changed that has a baseline."
  }

  /// The failed check whose bill changed most, else the first one.
  private static func worst(_ failed: [GateCheck], _ report: GateReport) -> GateCheck? {
    let byPlan = Dictionary(failed.map { ([$0.scenario, $0.plan], $0) }) { first, _ in first }
    for plan in report.changed {
      if let check = byPlan[[plan.scenario, plan.plan]] { return check }
    }
    return failed.first
  }

  /// What was compared with nothing or held to nothing, a sentence for each reason.
  private static func gaps(_ report: GateReport) -> [String] {
    GateCheck.Gap.allCases.compactMap { gap in
      let checks = report.checks.filter { $0.gap == gap }
      guard !checks.isEmpty else { return nil }
      let names = GateWords.few(places(checks, report))
      switch gap {
      case .new: return "Not in the baseline: \(names)."
      case .gone: return "In the baseline, but not checked: \(names)."
      case .nothingToCount:
        let count = HumanFormat.plural(Int64(checks.count), "threshold")
        return "Nothing to count for \(count), the first "
          + "'\(HumanFormat.visible(checks[0].name))': \(names)."
      case .noLimit:
        return "No limit is given for \(names): --max-increase, --max-increase-usd or a threshold."
      }
    }
  }

  /// The plans of some checks, or their scenario where these are all its plans.
  private static func places(_ checks: [GateCheck], _ report: GateReport) -> [String] {
    let here = Dictionary(grouping: report.plans.filter { $0.head != nil }, by: \.scenario)
    var found: [String: Set<String>] = [:]
    for check in checks { found[check.scenario, default: []].insert(check.plan) }
    var told: Set<String> = []
    return checks.compactMap { check in
      let scenario = HumanFormat.visible(check.scenario)
      let isWhole =
        check.plan.isEmpty
        || found[check.scenario] == Set((here[check.scenario] ?? []).map(\.plan))
      let name = isWhole ? scenario : "\(scenario) at \(HumanFormat.visible(check.plan))"
      return told.insert(name).inserted ? name : nil
    }
  }

  private static func words(_ check: GateCheck, _ report: GateReport) -> String {
    let plan = report.plans.first { $0.scenario == check.scenario && $0.plan == check.plan }
    let causes = plan.map(causeWords) ?? ""
    let start =
      check.isIncrease
      ? check.message
      : "\(HumanFormat.visible(check.scenario)) at \(HumanFormat.visible(check.plan)) breaks "
        + "'\(HumanFormat.visible(check.name))': \(check.message)"
    return start + (causes.isEmpty || !check.isIncrease ? "." : ": \(causes).")
  }

  /// The change with its causes: `…: price +$9.90, mix of calls +$5.20.`
  private static func sentence(_ plan: PlanComparison) -> String {
    let causes = causeWords(plan)
    return change(plan) + (causes.isEmpty ? "." : ": \(causes).")
  }

  /// Causes that show at all, the largest first.
  package static func causeWords(_ plan: PlanComparison) -> String {
    plan.causes.filter { isVisible($0.amount) }
      .sorted { $0.amount.magnitude > $1.amount.magnitude }
      .map { "\($0.cause.words) \(signed($0.amount))" }.joined(separator: ", ")
  }

  /// `two-tier at users-50 costs $67.71 instead of $49.51 (+$18.20, +36.8 %)`.
  package static func change(_ plan: PlanComparison) -> String {
    let name =
      "\(HumanFormat.visible(plan.scenario)) at \(HumanFormat.visible(plan.plan))"
    guard let change = plan.change, let base = plan.bills.base, let now = plan.bills.head else {
      return name
    }
    guard change != .zero else { return "\(name) costs \(HumanFormat.usd(now)) as before" }
    return "\(name) costs \(HumanFormat.usd(now)) instead of \(HumanFormat.usd(base)) "
      + "(\(difference(plan)))"
  }

  /// `+$18.20, +36.8 %`; empty where nothing compares.
  package static func difference(_ plan: PlanComparison) -> String {
    guard let change = plan.change, change != .zero, let base = plan.bills.base else { return "" }
    guard base != .zero else { return signed(change) }
    let percent = HumanFormat.percent(change.dollars, of: base.dollars)
    return signed(change) + ", " + (change > .zero ? "+" : "") + percent
  }

  /// `+$1.20`, `−$0.30`.
  package static func signed(_ money: MoneySum) -> String {
    (money > .zero ? "+" : "") + HumanFormat.usd(money)
  }

  /// Whether an amount is at least half a cent.
  package static func isVisible(_ money: MoneySum) -> Bool {
    money.magnitude.picodollars * 200 >= MoneySum.picodollarsPerDollar
  }

  // MARK: Tables

  package static func key(_ status: PlanComparison.Status) -> String {
    switch status {
    case .same: " "
    case .changed: "~"
    case .added: "+"
    case .removed: "-"
    }
  }

  private static func table(_ report: GateReport) -> String {
    let header = ["", "scenario", "plan", "baseline", "now", "change"]
    let rows = report.plans.map { plan in
      [
        key(report.status(plan)), HumanFormat.visible(plan.scenario),
        HumanFormat.visible(plan.plan), plan.bills.base.map { HumanFormat.usd($0) } ?? "–",
        plan.bills.head.map { HumanFormat.usd($0) } ?? "–",
        report.status(plan) == .same ? "" : difference(plan),
      ]
    }
    return aligned([header] + rows, rightFrom: 3)
  }

  private static func why(_ plan: PlanComparison) -> String {
    var rows: [[String]] = []
    for cause in plan.causes where cause.amount != .zero {
      rows.append(["  " + cause.cause.words, signed(cause.amount)])
      for input in cause.inputs where input.amount != .zero {
        rows.append(["    " + HumanFormat.visible(input.words), signed(input.amount)])
      }
    }
    rows.append(["  together", signed(plan.change ?? .zero)])
    let silent = withoutEffect(plan).map { "  without effect: \($0)\n" } ?? ""
    return "Why \(change(plan))\n" + aligned(rows, rightFrom: 1) + silent
  }

  /// Inputs that changed and left this plan's expected bill as it was; nil: none.
  package static func withoutEffect(_ plan: PlanComparison) -> String? {
    let words = plan.causes.flatMap(\.inputs).filter { $0.amount == .zero }.map(\.words)
    guard !words.isEmpty else { return nil }
    let more = words.count > 5 ? " and \(words.count - 5) more" : ""
    return HumanFormat.visible(words.prefix(5).joined(separator: "; ")) + more
  }

  private static func checks(_ report: GateReport) -> String {
    aligned(
      report.checks.map { check in
        [
          check.outcome == .failed ? "FAILED" : check.outcome.rawValue,
          HumanFormat.visible(check.scenario),
          HumanFormat.visible(check.plan), HumanFormat.visible(check.name),
          HumanFormat.visible(check.message),
        ]
      }, rightFrom: .max)
  }

  /// Columns side by side; those from `rightFrom` on end at the same place.
  private static func aligned(_ rows: [[String]], rightFrom: Int) -> String {
    guard let first = rows.first else { return "" }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let pad = String(repeating: " ", count: widths[column] - cell.count)
        return column >= rightFrom ? pad + cell : cell + pad
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}

extension PlanComparison {
  /// By the size of the change.
  fileprivate func isLess(than other: PlanComparison) -> Bool {
    (change ?? .zero).magnitude < (other.change ?? .zero).magnitude
  }
}
