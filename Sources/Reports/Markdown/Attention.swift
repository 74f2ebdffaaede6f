import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// What a report has to say before anything else: calls that did not go as routed, and a bill that
/// simulation and formula do not agree on. From when on: `AttentionLimits`.
package struct Attention {
  package let plan: PlanReport
  package let limits = AttentionLimits.shipped

  package init(plan: PlanReport) {
    self.plan = plan
  }

  private var trouble: CallTrouble { CallTrouble(plan.result) }
  package var failed: Int64 { trouble.failed }
  package var refused: Int64 { trouble.refused }
  package var fallback: Int64 { trouble.fallback }
  /// Answered by the model that they were routed to, but not in its first region.
  package var moved: Int64 { trouble.moved }
  package var throttled: Int64 { trouble.throttled }

  /// Whether so many calls failed, were refused, skipped or answered by a fallback or in another
  /// region.
  package var isTroubled: Bool { trouble.isTold }

  /// How far the simulated bill lies from the closed form, in standard errors, signed; infinite where
  /// nothing is drawn and the two differ by more than rounding; nil where nothing is expected.
  package var standardErrorsApart: Double? {
    let expectation = plan.expectation
    guard expectation.cost.isFinite else { return nil }
    let difference = plan.result.cost.dollars - expectation.cost
    let rounding = 1e-9 * expectation.cost.magnitude + 1e-9
    guard difference.magnitude > rounding else { return 0 }
    return difference / expectation.standardError
  }

  package var isContradicted: Bool {
    standardErrorsApart.map { $0.magnitude > limits.standardErrors } ?? false
  }

  package var isNeeded: Bool { isTroubled || isContradicted }

  // MARK: Words

  /// The sentences; empty where there is nothing to call attention to.
  /// - Parameter whose: ` with 50 users`, or nothing where it is clear.
  package func text(emphasis: String, whose: String) -> String {
    let parts = [
      isTroubled ? trouble.text(whose) + (effect.map { " " + $0 } ?? "") : nil,
      isContradicted ? contradiction(whose, isFirst: !isTroubled) : nil,
    ].compactMap(\.self)
    guard !parts.isEmpty else { return "" }
    let word = emphasis.isEmpty ? "ATTENTION" : "Attention"
    return "\(emphasis)\(word): \(parts.joined(separator: " "))\(emphasis)"
  }

  /// What that does to the bill.
  private var effect: String? {
    guard let bill = plan.untroubled else { return nil }
    let change = plan.result.cost - bill
    let amount = HumanFormat.usd(
      change < .zero ? bill - plan.result.cost : change)
    let result =
      change == .zero
      ? "which is what it is" : "so this makes it \(amount) \(change < .zero ? "lower" : "higher")"
    let failures = plan.plan.isPolicy ? "failures (also those that the log tells)" : "failures"
    return
      "Without \(failures), breakers, outages, time limits, context windows, quotas and actions of the "
      + "budget "
      + "the bill would be \(HumanFormat.usd(bill)), "
      + "\(result)."
  }

  private func contradiction(_ whose: String, isFirst: Bool) -> String {
    let expectation = plan.expectation
    let apart = standardErrorsApart ?? 0
    let distance =
      apart.isFinite
      ? "\(HumanFormat.number(apart.magnitude)) standard errors"
      : HumanFormat.usd((plan.result.cost.dollars - expectation.cost).magnitude)
    var text =
      "\(isFirst ? "the" : "The") simulated bill\(whose), \(HumanFormat.usd(plan.result.cost)), lies \(distance) "
      + "\(apart < 0 ? "below" : "above") the \(HumanFormat.usd(expectation.cost)) that formulas "
      + "expect, which \(Self.odds(of: apart.magnitude, from: limits.standardErrors))"
    let parts = (expectation.leftOut.isEmpty ? expectation.approximations : expectation.leftOut)
      .map { HumanFormat.visible($0.part) }
    if !parts.isEmpty {
      text += "; they \(LeftOutWords.verb(expectation.leftOut)) "
      text += LeftOutWords.parts(parts)
    }
    return text + "."
  }

  /// Beyond so many standard errors nobody speaks of luck.
  private static let noLuck = 5.0

  private static func odds(of apart: Double, from limit: Double) -> String {
    guard apart <= noLuck else { return "chance does not explain" }
    let months = Int64((0.5 / Normal.cdf(-limit)).rounded())
    return "chance alone does in one month of \(HumanFormat.count(months)) or fewer"
  }

  /// What a verdict on the budget is to be qualified by.
  package var qualification: String? {
    trouble.qualification
      ?? (isContradicted ? "as simulated, which formulas do not confirm" : nil)
  }
}

extension ScenarioReport {
  /// The attention that plans call for, the largest of them first, in at most a few sentences.
  package func attention(emphasis: String) -> String? {
    let needed = plans.filter { Attention(plan: $0).isNeeded }
      .sorted { $0.plan.users > $1.plan.users }
    guard let first = needed.first else { return nil }
    func whose(_ plan: PlanReport) -> String {
      if plans.count == 1 { return "" }
      let name = HumanFormat.visible(ReportMarkdown.plainName(plan.plan))
      let text = emphasis.isEmpty ? name : Markdown.escape(name)
      return replay == nil ? " with \(text)" : " under \(text)"
    }
    var text = Attention(plan: first).text(emphasis: emphasis, whose: whose(first))
    let others = needed.dropFirst().map(whose)
    if !others.isEmpty {
      text += " Likewise\(HumanFormat.list(others)): the tables below say how many."
    }
    return text
  }
}

/// What closed forms leave out, in words.
package enum LeftOutWords {
  private static let mostParts = 5

  /// `m1 breaker, m2 quota and 3 more`.
  package static func parts(_ parts: [String]) -> String {
    let shown = Array(parts.prefix(mostParts))
    let rest = parts.count - shown.count
    return HumanFormat.list(rest > 0 ? shown + ["\(rest) more"] : shown)
  }

  /// `leave out`, or what of it they do.
  package static func verb(_ leftOut: [Expectation.Approximation]) -> String {
    if leftOut.allSatisfy({ !$0.isLeftOut }) { return "only approximate" }
    return leftOut.allSatisfy(\.isLeftOut) ? "leave out" : "leave out, or only approximate,"
  }

  /// A sentence that stands before figures of closed forms; nil where they leave nothing out.
  /// - Parameter instead: how to have it simulated.
  package static func sentence(
    _ leftOut: [Expectation.Approximation], emphasis: String, whose: String = "", instead: String
  ) -> String? {
    guard !leftOut.isEmpty else { return nil }
    let parts = leftOut.prefix(mostParts).map { item in
      let text = "\(item.part) (\(item.reason))"
      return emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
    }
    let word = emphasis.isEmpty ? "ATTENTION" : "Attention"
    return "\(emphasis)\(word): the figures below are formulas, which \(verb(leftOut))\(whose) "
      + "\(Self.parts(parts)): they may be far off. \(instead)\(emphasis)"
  }

  /// The sentence as a paragraph of a page that simulates nothing; empty where nothing is left out.
  package static func paragraph(_ lists: [[Expectation.Approximation]]) -> String {
    sentence(Expectation.union(lists), emphasis: "**", instead: "`run` simulates.").map {
      $0 + "\n\n"
    } ?? ""
  }

  /// As a cell of a table says it: `deepseek-v3 breaker; the budget`; empty where nothing is left out.
  package static func cell(_ leftOut: [Expectation.Approximation]) -> Cell {
    leftOut.isEmpty ? .unknown : .text(leftOut.map(\.part).joined(separator: "; "))
  }
}
