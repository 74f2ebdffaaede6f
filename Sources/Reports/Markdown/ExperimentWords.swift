import CostModel
import Decisions
import Support

/// One variant of an experiment against the control, in sentences.
package struct ExperimentWords {
  package let finding: ExperimentFinding
  /// Of the variant.
  package let number: Int

  private var arm: ArmFinding { finding.arms[number] }
  private var name: String { Markdown.escape(arm.arm.name) }
  private var control: String { Markdown.escape(finding.control.arm.name) }

  /// What it costs and converts, whether that is more than chance, and what it takes to see it.
  package func sentences(users: Int, emphasis: String) -> String {
    let parts = [cost(emphasis), quality(emphasis)].compactMap { $0 }
    let start = "With \(HumanFormat.plural(Int64(users), "user")), variant \(name) "
    let first =
      parts.isEmpty
      ? start + "has too few \(finding.experiment.unit.rawValue)s to be compared with \(control)."
      : start + parts.joined() + "."
    return [first, need(emphasis)].compactMap { $0 }.joined(separator: " ")
  }

  /// The control's calls and the variant's, all of them at the variant's cost instead.
  private func cost(_ emphasis: String) -> String? {
    guard let difference = arm.costDifference else { return nil }
    let calls = Double(finding.calls) / finding.months
    let dollars = difference.value * calls
    let both = Self.isSure(difference.low, difference.high)
    if !both, dollars.magnitude < 0.005 { return "costs the same as \(control)" }
    let (low, high) = (difference.low * calls, difference.high * calls)
    let range =
      low == high ? "" : " (\(Self.signedUSD(low)) to \(Self.signedUSD(high)))"
    return "would cost \(emphasis)\(HumanFormat.usd(dollars.magnitude)) a month "
      + "\(dollars < 0 ? "less" : "more")\(emphasis) than \(control)\(range) if every call were "
      + "its own"
  }

  private func quality(_ emphasis: String) -> String? {
    guard let metric = finding.metric else { return nil }
    let difference =
      metric == .conversion ? arm.conversionDifference : arm.satisfactionDifference
    guard let difference else { return nil }
    let verb = metric == .conversion ? "converts" : "satisfies"
    let joint = arm.costDifference == nil ? "" : ", and "
    if difference.value == 0 { return "\(joint)\(verb) as well" }
    let isSeen = difference.adjusted < finding.significance
    return "\(joint)\(verb) \(emphasis)\(Self.points(difference.value.magnitude)) points "
      + "\(difference.value > 0 ? "better" : "worse")\(emphasis) "
      + "(\(Self.pointsInterval(difference)) points), which chance alone "
      + "\(isSeen ? "hardly explains" : "may explain") (\(Self.chanceWords(difference.adjusted)))"
  }

  private func need(_ emphasis: String) -> String? {
    guard let need = arm.need else { return nil }
    let answers = finding.answers
    let (needed, had, what): (Double, Int64, String) =
      need.users.map { ($0, arm.result.users, "users") } ?? (
        need.answers,
        finding.metric == .satisfaction ? arm.result.rated : arm.result.messages, answers
      )
    let enough = Double(had) >= needed
    let days = need.days.map { days in
      let count = Int64(days.rounded(.up))
      return enough ? "" : ", so that it takes \(HumanFormat.plural(count, "day")) of its traffic"
    }
    return "To see a difference of \(Self.points(need.difference.magnitude)) points, "
      + "\(emphasis)\(HumanFormat.count(Int64(needed))) \(what) \(of(needed))\(emphasis) are "
      + "needed; this plan has \(HumanFormat.count(had))"
      + (enough ? ", which is enough" : days ?? "") + "."
  }

  /// Whose they are: the control needs as many, or as its share is to the variant's.
  private func of(_ needed: Double) -> String {
    let ratio = finding.control.arm.share / arm.arm.share
    if (ratio - 1).magnitude < 1e-9 { return "a variant" }
    let others = Int64((needed * ratio).rounded(.up))
    return "of \(name) (and \(HumanFormat.count(others)) of \(control))"
  }

  // MARK: Figures

  private static func isSure(_ low: Double, _ high: Double) -> Bool { low > 0 || high < 0 }

  private static func signedUSD(_ dollars: Double) -> String {
    (dollars > 0 ? "+" : "") + HumanFormat.usd(dollars)
  }

  /// `13.2 %`.
  package static func rate(_ figure: ArmFinding.Figure?) -> String {
    figure.map { HumanFormat.percent($0.value) } ?? "–"
  }

  package static func rateInterval(_ figure: ArmFinding.Figure?) -> String {
    interval(figure) { HumanFormat.percent($0) }
  }

  package static func interval(
    _ figure: ArmFinding.Figure?, _ text: (Double) -> String
  ) -> String {
    guard let low = figure?.low, let high = figure?.high else { return "–" }
    return "\(text(low)) to \(text(high))"
  }

  /// `+1.2`, as percentage points; two decimals below one.
  package static func points(_ share: Double) -> String {
    let points = share * 100
    let text = DecimalText.real(points.magnitude, places: points.magnitude < 0.995 ? 2 : 1) ?? "–"
    return (points < 0 ? "−" : "") + text
  }

  package static func pointsInterval(_ difference: ArmFinding.Difference) -> String {
    "\(points(difference.low)) to \(points(difference.high))"
  }

  package static func chance(_ p: Double) -> String {
    p < 0.001 ? "<0.001" : DecimalText.real(p, places: 3) ?? "–"
  }

  private static func chanceWords(_ p: Double) -> String {
    p < 0.001 ? "p < 0.001" : "p = " + chance(p)
  }

  /// Of a cost per call.
  package static func perThousand(_ dollars: Double?) -> String {
    dollars.map { HumanFormat.usd($0 * 1_000, places: $0 < 1e-3 ? 4 : 2) } ?? "–"
  }

  package static func milliseconds(_ value: Double) -> String {
    HumanFormat.duration(SimDuration(microseconds: Int64((value * 1_000).rounded())))
  }
}

extension ExperimentFinding {
  /// What the rate that the sample size is for is a share of.
  package var answers: String { metric == .satisfaction ? "ratings" : "messages" }
}
