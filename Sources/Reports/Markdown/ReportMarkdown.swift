import CostModel
import Scenarios
import Support

/// `report.md`: what a founder reads. A section is a function of the report to Markdown; one that
/// has nothing to say is empty.
package enum ReportMarkdown {
  package static func text(_ report: ScenarioReport) -> String {
    var text = "# " + Markdown.escape(report.title)
    text += "\n\n" + opening(report) + "\n\n"
    text += ReportChart.cumulativeCost.markdown(report) + ReportChart.costByModel.markdown(report)
    let sections =
      if let replay = report.replay {
        [
          planSection(report), report.replay.map { ReplayMarkdown.comparison(report, $0) } ?? "",
          costSection(report), meterSection(report), ReplayMarkdown.logged(report, replay),
          ReplayMarkdown.costCheck(replay), ReplayMarkdown.outliers(replay),
          budgetSection(report), enforcementSection(report), alertSection(report),
          capacitySection(report), latencySection(report), cacheSection(report),
          windowSection(report), unaskedSection(report), retiredSection(report),
          estimateSection(report), ReplayMarkdown.unknowns(report, replay), unbilledSection(report),
          fileSection(report),
        ]
      } else {
        [
          arithmeticSection(report), planSection(report), userSection(report), costSection(report),
          meterSection(report), returnSection(report),
          experimentSection(report), retiredSection(report), pricesSection(report),
          publishedSection(report),
          budgetSection(report), enforcementSection(report), alertSection(report),
          capacitySection(report), latencySection(report), cacheSection(report),
          windowSection(report), unaskedSection(report), classifierSection(report),
          knowledgeSection(report), estimateSection(report),
          flowSection(report), conversationSection(report),
          expectationSection(report),
          spreadSection(report),
          assumptionSection(report), unbilledSection(report), fileSection(report),
        ]
      }
    return text + sections.filter { !$0.isEmpty }.joined()
  }

  /// What calls for attention, what is expected, and a simulated month as an example.
  private static func opening(_ report: ScenarioReport) -> String {
    guard report.replay == nil, !report.plans.isEmpty else {
      return Headline.text(report, emphasis: "**")
    }
    let attention = report.attention(emphasis: "**").map { $0 + "\n\n" } ?? ""
    return attention + FirstScreen(report, emphasis: "**").markdown
      + Headline.example(report, emphasis: "**")
  }

  package static func heading(_ title: String) -> String { "## \(title)\n\n" }

  /// The plan's number of users in words, with the plan's own name where the file gives one.
  package static func name(_ plan: PlanSpec) -> String { Markdown.escape(plainName(plan)) }

  /// The same as plain text.
  package static func plainName(_ plan: PlanSpec) -> String {
    if plan.isPolicy { return plan.name }
    let users = HumanFormat.plural(Int64(plan.users), "user")
    return plan.name == "users-\(plan.users)" ? users : "\(plan.name) (\(users))"
  }

  private static func assumptionSection(_ report: ScenarioReport) -> String {
    let assumptions = report.scenario.assumptions
    guard !assumptions.isEmpty else { return "" }
    return heading("What was assumed")
      + "No source gives these figures; the scenario states them with a reason.\n\n"
      + assumptions.enumerated().map { place, assumption in
        let bills = assumed(place, report)
        let text = assumption.text
        let stop = bills.isEmpty || text.last.map { ".!?:".contains($0) } ?? true ? "" : "."
        return "- " + Markdown.escape(text) + stop + bills + "\n"
      }.joined() + "\n"
  }

  /// What the bill would be, were the assumption another way: ` With 20 in and 20 out: $12.00 …`.
  private static func assumed(_ place: Int, _ report: ScenarioReport) -> String {
    guard let assumed = report.assumed else { return "" }
    let name = report.comparison.map { Markdown.escape($0.compared.name) }
    func costs(_ own: Double, _ other: Double?) -> String {
      let there = name.flatMap { name in
        other.map { ", at the prices of \(name) \(HumanFormat.usd($0))" }
      }
      return HumanFormat.usd(own) + (there ?? "")
    }
    let items = assumed.bills.filter { $0.assumption == place }.map { bill in
      let title = Markdown.escape(bill.title)
      guard let own = bill.own else {
        return "\(title): not possible here: \(Markdown.escape(bill.reason ?? "it is in error"))"
      }
      return "\(title): \(costs(own, bill.other))"
    }
    guard !items.isEmpty else { return "" }
    return " The expected bill of \(self.name(assumed.plan)) is "
      + "\(costs(assumed.own, assumed.other)). Instead, \(items.joined(separator: "; "))."
  }

  private static func unbilledSection(_ report: ScenarioReport) -> String {
    let unbilled = report.scenario.unbilled
    guard !unbilled.isEmpty else { return "" }
    let effect =
      unbilled.contains { $0.dimensions.contains(.cacheReadTokens) }
      ? "the bill is another one: smaller where tokens are read from a prompt cache, else larger"
      : "the bill is larger"
    return heading("What is not billed here")
      + (report.replay == nil
        ? "Models that calls can reach have prices for things that no call of the scenario states. If "
          + "the real calls use them, \(effect).\n\n"
        : "Models that answer have prices for things that no request of the log states. If the "
          + "requests used them, \(effect).\n\n")
      + unbilled.map { "- " + Markdown.escape($0.text) + "\n" }.joined() + "\n"
  }

  private static func fileSection(_ report: ScenarioReport) -> String {
    let zone = report.scenario.period.timeZone
    return heading("Where the details are")
      + """
      The same figures for spreadsheets: [plans.csv](plans.csv), [costs.csv](costs.csv), \
      [daily.csv](daily.csv), [accounts.csv](accounts.csv), [performance.csv](performance.csv), \
      [alerts.csv](alerts.csv), described in [datapackage.json](datapackage.json); all of them for \
      SQL in `costs.sqlite`; as charges for FinOps tools, [focus.csv](focus.csv). \
      [report.html](report.html) is this report as one page. [run.json](run.json) says \
      what is needed to get this report again. Days and times above are those of \
      \(Markdown.escape(zone)); the files' times are UTC.

      """
  }
}
