import CostModel
import Decisions
import Scenarios
import Support

extension LeverMarkdown {
  /// What each lever saves with every plan; empty where there is one plan only.
  package static func planByPlan(_ studies: [LeverStudy]) -> String {
    guard studies.count > 1 else { return "" }
    let levers = names(studies)
    let isPublished = levers.contains { $0.published != nil }
    let none = isPublished ? ["–"] : []
    var table = MarkdownTable(
      [.text("lever")]
        + studies.flatMap {
          [.number(HumanFormat.plural(Int64($0.plan.users), "user")), .number("p95 latency")]
        } + (isPublished ? [.text("published")] : []))
    table.row(
      ["As it is: the bill"]
        + studies.flatMap { [HumanFormat.usd($0.base.amount), change($0.base.latencyP95, nil)] }
        + none)
    for lever in levers {
      let cells = studies.flatMap { study -> [String] in
        guard let result = study.results.first(where: { $0.lever.name == lever.name }),
          let outcome = result.outcome, let saving = result.saving(from: study.base)
        else { return ["–", "–"] }
        let amount = "\(HumanFormat.usd(saving)) (\(share(saving, result.without(study.base))))"
        return [
          amount + (result.state == "in use" ? ", in use" : ""), change(outcome.latencyP95, nil),
        ]
      }
      table.row(
        [Markdown.escape(lever.title)] + cells + (isPublished ? [published(lever, nil)] : []))
    }
    table.row(
      ["All that save, together"]
        + studies.flatMap { study in
          let all = study.base.amount - study.together.amount
          return [
            "\(HumanFormat.usd(all)) (\(share(all, study.base.amount)))",
            change(study.together.latencyP95, nil),
          ]
        } + none)
    return ReportMarkdown.heading("Plan by plan")
      + studies.dropFirst().map { "- \(headline($0, emphasis: "**"))\n" }.joined()
      + "\nWhat each lever saves, and how long 95 % of the answers then take at most (where it is in "
      + "use, without it):\n\n" + table.text
  }

  /// Levers that have a figure with one of the plans at least, each once, in order.
  private static func names(_ studies: [LeverStudy]) -> [Lever] {
    var seen: Set<String> = []
    return studies.flatMap(\.results).filter { $0.outcome != nil }.map(\.lever)
      .filter { seen.insert($0.name).inserted }
  }
}
