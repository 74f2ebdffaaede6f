import Analysis
import Support

/// `index.md` of the reports folder: every scenario of the run with its answer.
package enum IndexMarkdown {
  /// Pages that other verbs have written beside a report, and what they answer.
  private static let pages = [
    ("forecast.md", "The months to come"), ("levers.md", "What would save how much"),
    ("stress.md", "What may go wrong"), ("solve.md", "How far it can go"),
    ("sensitivity.md", "What moves the bill"), ("sweep.md", "What if"),
    ("select.md", "Which model for what"),
  ]

  /// The section of one scenario; `exists` tells which files of the folder there are.
  package static func section(_ report: ScenarioReport, exists: (String) -> Bool) -> IndexSection {
    let name = report.scenario.name
    let link = "\(linkTarget(name))/report.md"
    let body = Headline.text(report, emphasis: "**") + "\n\n" + table(report).dropLast(2)
    return IndexSection(
      title: Markdown.escape(report.title), link: link,
      text: text(body, of: name, besides: link) { exists(name + "/" + $0) })
  }

  /// A section's text with links to the other pages of its subfolder, in place of those that it had;
  /// `exists` tells which files the subfolder has.
  static func text(
    _ text: String, of subfolder: String, besides own: String, exists: (String) -> Bool
  ) -> String {
    let place = linkTarget(subfolder)
    let links = pages.filter { exists($0.0) && "\(place)/\($0.0)" != own }.map { file, words in
      "[\(words)](\(place)/\(file))"
    }
    let body = text.replacing(/\n\nMore: \[[^\n]*$/, with: "")
    return body + (links.isEmpty ? "" : "\n\nMore: \(links.joined(separator: " · "))")
  }

  private static func table(_ report: ScenarioReport) -> String {
    let isReplay = report.replay != nil
    let expected: [MarkdownTable.Header] =
      isReplay ? [] : [.number("expected bill"), .number("nine months in ten")]
    var table = MarkdownTable(
      [.text("plan")] + expected + [
        .number(isReplay ? "bill" : "one simulated month"), .number("per user"),
        .text("within budget"),
      ])
    for plan in report.plans {
      let over = plan.isOverBudget(report.scenario.budget)
      let expected =
        isReplay
        ? []
        : [
          HumanFormat.usd(plan.expectation.cost) + (plan.expectation.leftOut.isEmpty ? "" : "\\*"),
          plan.rangeText,
        ]
      table.row(
        [ReportMarkdown.name(plan.plan)] + expected + [
          HumanFormat.usd(plan.result.cost),
          HumanFormat.smallUSD(plan.result.cost, per: Int64(plan.plan.users)),
          over.map { verdict(plan, isOver: $0) } ?? "no budget",
        ])
    }
    return table.text
  }

  /// Of the simulated month, with the chance of other months where it tells another tale.
  private static func verdict(_ plan: PlanReport, isOver: Bool) -> String {
    let word = isOver ? "**no**" : "yes"
    let doubt = AttentionLimits.shipped.doubt
    guard let chance = plan.overBudgetProbability, isOver ? chance < 1 - doubt : chance > doubt
    else {
      return word
    }
    let share = "\(HumanFormat.share(chance)) of months"
    return isOver ? "\(word), like \(share)" : "\(word), but \(share) are over"
  }

  /// A folder name as a link: what Markdown or URLs would take for their own is escaped.
  static func linkTarget(_ name: String) -> String {
    var text = ""
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return text
  }
}
