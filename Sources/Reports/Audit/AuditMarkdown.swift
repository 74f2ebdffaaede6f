import Audit
import Support

/// audit.md: the answer first, then what is wrong, then what contradicts itself, then the rest.
package struct AuditMarkdown {
  private let result: AuditResult

  package static func text(_ result: AuditResult) -> String { AuditMarkdown(result: result).text }

  private var text: String {
    var text = "# \(Markdown.escape(result.title))\n\n"
    text += Self.headline(result) + "\n\n"
    text += counts
    text +=
      "A number is confirmed if the recomputed one would be printed like it and no figure that leads to "
      + "it is wrong. Figures in brackets are what the documents publish, right or wrong. Where one of "
      + "them is wrong, the number is judged once more from the recomputed figures.\n\n"
    text += section(.wrong, "Wrong", "Recomputed, they come out differently than rounding allows.")
    text += slips + sums + contradictions
    text += section(
      .doubtful, "Doubtful",
      "Near, but not what the documents' own figures give; or at odds with another place; or only "
        + "as good as what had to be assumed.")
    text += section(
      .restsOnWrong, "Consistent, but rests on a wrong figure",
      "They follow from the published figures, at least one of which is wrong.")
    text += section(
      .restated, "Restated",
      "What was typed from the same document says the same; nothing else leads to them.")
    text += section(.confirmed, "Confirmed", "They follow from the other figures.")
    text += section(.unsupported, "Cannot be checked", "No published figure leads to them.")
    return text
  }

  /// The two sentences. Subjects are the author's words; the emphasis is ours.
  package static func headline(_ result: AuditResult) -> String {
    AuditHeadline.text(result, emphasis: "\u{1}").split(
      separator: "\u{1}", omittingEmptySubsequences: false
    ).map { Markdown.escape(String($0)) }.joined(separator: "**")
  }

  private var documents: [String] {
    var seen: Set<String> = []
    return result.findings.map(\.claim.document).filter { seen.insert($0).inserted }
  }

  private var counts: String {
    var table = MarkdownTable(
      [.text("document"), .number("claims")] + Verdict.allCases.map { .number($0.words) })
    for document in documents {
      let own = result.findings.filter { $0.claim.document == document }
      table.row(
        [Markdown.escape(document), String(own.count)]
          + Verdict.allCases.map { verdict in String(own.count { $0.verdict == verdict }) })
    }
    return table.text
  }

  private func section(_ verdict: Verdict, _ title: String, _ about: String) -> String {
    let findings = result.findings(verdict)
    guard !findings.isEmpty else { return "" }
    var text = "## \(title)\n\n\(about)\n\n"
    for document in documents {
      let own = findings.filter { $0.claim.document == document }
      if own.isEmpty { continue }
      text += "### \(Markdown.escape(document))\n\n" + table(own)
    }
    return text
  }

  private func table(_ findings: [Finding]) -> String {
    let hasReason = findings.contains { $0.claim.way != nil || !$0.contradictions.isEmpty }
    var headers: [MarkdownTable.Header] = [.text("line"), .text("what"), .number("published")]
    if hasReason { headers += [.number("recomputed"), .text("why")] }
    var table = MarkdownTable(headers)
    for same in Self.repeated(findings) {
      let finding = same[0]
      let lines = same.map(\.claim.line).filter { !$0.isEmpty }.joined(separator: ", ")
      var cells = [
        lines.isEmpty ? "–" : Markdown.escape(lines), Markdown.escape(finding.claim.subject),
        Markdown.escape(AmountText.published(finding.claim)),
      ]
      if hasReason {
        cells += [
          recomputed(finding),
          Markdown.escape(AuditText(workings: result.workings).explanation(finding)),
        ]
      }
      table.row(cells)
    }
    return table.text
  }

  /// What repeats a claim stands beside it: the same number of the same quantity.
  private static func repeated(_ findings: [Finding]) -> [[Finding]] {
    var order: [String] = []
    var groups: [String: [Finding]] = [:]
    for finding in findings {
      let claim = finding.claim
      let key =
        "\(claim.quantity) \(claim.unit.text) \(claim.published.decimal) "
        + (finding.recomputed?.decimal ?? "")
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(finding)
    }
    return order.compactMap { groups[$0] }
  }

  private func recomputed(_ finding: Finding) -> String {
    guard let value = finding.recomputed else { return "–" }
    if let other = finding.otherUnit {
      return Markdown.escape(
        AmountText.text(other.measure.interval, ofKind: other.measure.kind))
    }
    return Markdown.escape(AmountText.text(value, in: finding.claim.unit))
  }

  // MARK: Kinds of errors

  private var slips: String {
    let slips = result.findings.compactMap { finding in finding.slip.map { (finding, $0) } }
    let others = result.findings.filter { $0.otherUnit != nil }
    guard !slips.isEmpty || !others.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("where"), .text("what"), .number("published"), .number("recomputed"),
      .number("factor"), .text("what happened"),
    ])
    for same in Self.repeated(slips.map(\.0)) {
      guard let slip = same[0].slip else { continue }
      table.row(
        common(same) + [InputLog.grouped(slip.factor), Markdown.escape(slip.words)])
    }
    for finding in others {
      let same = finding.otherUnit?.hasSameNumber == true
      table.row(
        common([finding]) + ["–", same ? "the number of another unit" : "another unit"])
    }
    return "## Unit slips\n\nRight but for the unit.\n\n" + table.text
  }

  private func common(_ same: [Finding]) -> [String] {
    let finding = same[0]
    return [
      Markdown.escape(AuditText.places(same.map(\.claim))), Markdown.escape(finding.claim.subject),
      Markdown.escape(AmountText.published(finding.claim)), recomputed(finding),
    ]
  }

  private var sums: String {
    let sums = result.findings.filter { finding in
      if case .sum = finding.claim.way { return true }
      return false
    }
    let bad = sums.filter { $0.asPublished != .confirmed }
    guard !sums.isEmpty else { return "" }
    let right = sums.count - bad.count
    var text = "## Sums\n\n"
    text +=
      "\(right) of \(HumanFormat.plural(Int64(sums.count), "total")) "
      + "\(right == 1 ? "is" : "are") what the rows add up to.\n\n"
    guard !bad.isEmpty else { return text }
    var table = MarkdownTable([
      .text("where"), .text("what"), .number("published total"), .number("sum of the rows"),
    ])
    for same in Self.repeated(bad) { table.row(common(same)) }
    return text + "These do not add up:\n\n" + table.text
  }

  private var contradictions: String {
    var seen: Set<String> = []
    let groups = result.findings.filter {
      !$0.contradictions.isEmpty && seen.insert($0.claim.quantity).inserted
    }
    guard !groups.isEmpty else { return "" }
    var table = MarkdownTable([.text("what"), .text("statements")])
    for first in groups {
      let all = result.findings.map(\.claim).filter { $0.quantity == first.claim.quantity }
      table.row([
        Markdown.escape(first.claim.subject),
        Markdown.escape(AuditText.statements(all)),
      ])
    }
    return "## Contradictions\n\nThe documents say different things of the same quantity.\n\n"
      + table.text
  }
}
