import Analysis
import CostModel
import Decisions
import Support

extension ReportMarkdown {
  /// What each experiment says, and whether it can say it; empty without experiments.
  package static func experimentSection(_ report: ScenarioReport) -> String {
    guard let largest = report.largestPlan, !largest.experiments.isEmpty else { return "" }
    let plans = report.plans.filter { !$0.experiments.isEmpty }
    var text = heading("Experiments")
    for (number, finding) in largest.experiments.enumerated() {
      text += "### \(Markdown.escape(finding.experiment.name))\n\n"
      text += finding.arms.indices.dropFirst().map { arm in
        ExperimentWords(finding: finding, number: arm).sentences(
          users: largest.plan.users, emphasis: "**")
      }.joined(separator: "\n\n")
      text += "\n\n" + rates(plans, number) + costs(plans, number) + needs(plans, number)
      text += notes(finding)
    }
    if ExperimentChart(largest) != nil {
      text += "![\(ExperimentChart.title)](\(ExperimentChart.path))\n\n"
    }
    return text + "All figures: [experiments.csv](experiments.csv).\n\n"
  }

  // MARK: Tables

  /// Ranked by conversion.
  private static func rates(_ plans: [PlanReport], _ number: Int) -> String {
    let findings = plans.map { $0.experiments[number] }
    guard let finding = findings.first, finding.metric != nil else { return "" }
    let sells = findings.contains { $0.arms.contains { $0.conversion != nil } }
    let isRated = findings.contains { $0.arms.contains { $0.satisfaction != nil } }
    let rate: (String) -> [MarkdownTable.Header] = {
      [
        .number($0), .number(interval(finding)), .number("points above control"),
        .number("its interval"), .number("p"),
      ]
    }
    var table = MarkdownTable(
      [.text("plan"), .text("variant")] + (sells ? rate("converts") : [])
        + (isRated ? rate("satisfied") : []))
    for plan in plans {
      let finding = plan.experiments[number]
      for place in finding.ranking {
        let arm = finding.arms[place]
        table.row(
          [name(plan.plan), Markdown.escape(arm.arm.name)]
            + (sells ? cells(arm.conversion, arm.conversionDifference, isControl: place == 0) : [])
            + (isRated
              ? cells(arm.satisfaction, arm.satisfactionDifference, isControl: place == 0) : []))
      }
    }
    return table.text
  }

  private static func cells(
    _ rate: ArmFinding.Figure?, _ difference: ArmFinding.Difference?, isControl: Bool
  ) -> [String] {
    [
      ExperimentWords.rate(rate), ExperimentWords.rateInterval(rate),
      isControl ? "control" : difference.map { ExperimentWords.points($0.value) } ?? "–",
      difference.map { ExperimentWords.pointsInterval($0) } ?? "–",
      difference.map { ExperimentWords.chance($0.adjusted) } ?? "–",
    ]
  }

  /// `95 % interval`.
  private static func interval(_ finding: ExperimentFinding) -> String {
    HumanFormat.wholePercent(finding.confidence) + " interval"
  }

  private static func costs(_ plans: [PlanReport], _ number: Int) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("variant"), .number("share"), .number("users"), .number("calls"),
      .number("bill"), .number("a 1,000 calls"),
      .number(interval(plans[0].experiments[number])), .number("mean latency"),
      .number("95 % within"),
    ])
    for plan in plans {
      for arm in plan.experiments[number].arms {
        table.row([
          name(plan.plan), Markdown.escape(arm.arm.name), HumanFormat.percent(arm.arm.share),
          HumanFormat.count(arm.result.users), HumanFormat.count(arm.result.calls),
          HumanFormat.usd(arm.result.cost), ExperimentWords.perThousand(arm.cost?.value),
          ExperimentWords.interval(arm.cost) { ExperimentWords.perThousand($0) },
          arm.latency.map { ExperimentWords.milliseconds($0.value) } ?? "–",
          HumanFormat.percentile(arm.result.latency, 95),
        ])
      }
    }
    return table.text
  }

  private static func needs(_ plans: [PlanReport], _ number: Int) -> String {
    let unit = plans[0].experiments[number].answers
    let isByUser = plans[0].experiments[number].experiment.unit == .user
    var table = MarkdownTable(
      [
        .text("plan"), .text("variant"), .number("difference to be seen"),
        .number("\(unit) needed"),
      ] + (isByUser ? [.number("users needed")] : []) + [
        .number("days of this traffic"), .number("this plan sees from"),
      ])
    for plan in plans {
      for arm in plan.experiments[number].arms {
        guard let need = arm.need else { continue }
        table.row(
          [
            name(plan.plan), Markdown.escape(arm.arm.name),
            ExperimentWords.points(need.difference) + " points",
            HumanFormat.count(Int64(need.answers)),
          ] + (isByUser ? [need.users.map { HumanFormat.count(Int64($0)) } ?? "–"] : []) + [
            need.days.map { HumanFormat.number($0) } ?? "–",
            need.detectable.map { ExperimentWords.points($0) + " points" } ?? "–",
          ])
      }
    }
    return table.isEmpty ? "" : table.text
  }

  // MARK: What they mean

  private static func notes(_ finding: ExperimentFinding) -> String {
    var notes: [String] = []
    if finding.experiment.unit == .user {
      notes.append(
        "Users were given variants, so users are what the intervals count: calls of one user are "
          + "not independent of each other, and counting them as if they were would see "
          + "differences that are not there.")
    }
    if finding.comparisons > 1 {
      notes.append(
        "\(HumanFormat.count(Int64(finding.comparisons))) variants are compared with one control: "
          + "p-values are corrected for that (Holm), and intervals of differences are as wide as it "
          + "takes for all of them to hold together with "
          + "\(HumanFormat.wholePercent(finding.confidence)) (Bonferroni).")
    }
    if finding.arms.contains(where: { $0.need != nil }) {
      notes.append(
        "Sample sizes are for a chance of \(HumanFormat.wholePercent(finding.power)) to see the "
          + "difference, and \(HumanFormat.wholePercent(finding.significance)) to see one where "
          + "there is none.")
    }
    let temperatures = finding.arms.compactMap { arm in
      arm.arm.temperature.map {
        "\(Markdown.escape(arm.arm.name)) \(DecimalText.trimmed(DecimalText.real($0, places: 2) ?? ""))"
      }
    }
    if !temperatures.isEmpty {
      notes.append(
        "Temperatures (\(HumanFormat.list(temperatures))) are recorded only: no price depends on "
          + "one, and what it does to answers is in the stated rates.")
    }
    return notes.isEmpty ? "" : notes.joined(separator: " ") + "\n\n"
  }
}
