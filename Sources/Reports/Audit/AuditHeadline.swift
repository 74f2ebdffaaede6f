import Audit
import Support

/// The answer of an audit in two sentences.
package enum AuditHeadline {
  /// How many claims got which verdict, and the most expensive error; `emphasis` is put around
  /// the figures that matter (`**` in Markdown).
  package static func text(_ result: AuditResult, emphasis: String = "") -> String {
    let count = { (verdict: Verdict) in Int64(result.findings(verdict).count) }
    let total = HumanFormat.plural(Int64(result.findings.count), "published claim")
    let are = { (verdict: Verdict) in count(verdict) == 1 ? "is" : "are" }
    let words: [(Verdict, String)] = [
      (.doubtful, "\(are(.doubtful)) doubtful"),
      (
        .restsOnWrong,
        "\(are(.restsOnWrong)) consistent, but "
          + (count(.restsOnWrong) == 1 ? "rests" : "rest") + " on a wrong figure"
      ),
      (.restated, "\(are(.restated)) only restated by data that was typed from the same documents"),
      (.unsupported, "cannot be checked"),
      (.confirmed, "\(are(.confirmed)) confirmed by recomputing"),
    ]
    let chained: [Verdict] = [.restsOnWrong, .restated]
    let verdicts = words.filter { count($0.0) > 0 || !chained.contains($0.0) }.map {
      "\(HumanFormat.count(count($0.0))) \($0.1)"
    }
    let wrong = "\(emphasis)\(HumanFormat.count(count(.wrong)))\(emphasis) \(are(.wrong)) wrong"
    let first = "Of \(total), \(HumanFormat.list([wrong] + verdicts))."
    guard let error = mostExpensive(result), let recomputed = error.recomputed else {
      return first
        + (count(.wrong) == 0
          ? " No error was found." : " No monthly cost is published too low.")
    }
    let claim = error.claim
    return first + " The most expensive error: \(claim.subject) is published as "
      + "\(AmountText.published(claim)) and comes to \(emphasis)"
      + "\(AmountText.text(recomputed, in: claim.unit))\(emphasis) (\(claim.source))."
  }

  /// The largest sum that a month costs more than is published; what follows from the documents
  /// alone comes before what rests on assumptions.
  package static func mostExpensive(_ result: AuditResult) -> Finding? {
    let monthly = ClaimUnit.Kind(ClaimUnit.dollar)
      .times(ClaimUnit.Kind(ClaimUnit.month), power: -1)
    let candidates = result.findings(.wrong).filter { finding in
      finding.claim.unit.kind == monthly && finding.otherUnit == nil
        && (finding.difference ?? .zero) > .zero
    }
    let certain = candidates.filter(\.assumptions.isEmpty)
    return (certain.isEmpty ? candidates : certain).reduce(nil) { worst, finding in
      guard let known = worst.flatMap(missing) else { return finding }
      return (missing(finding) ?? .zero) > known ? finding : worst
    }
  }

  /// Dollars a month that are missing.
  private static func missing(_ finding: Finding) -> Rational? {
    finding.difference.flatMap { try? $0.multiplied(by: finding.claim.unit.scale) }
  }
}
