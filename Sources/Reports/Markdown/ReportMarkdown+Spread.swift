import Analysis
import CostModel
import Decisions
import Support

extension ReportMarkdown {
  /// What the inputs that carry a range do to the bill, apart from the chance of the month.
  package static func spreadSection(_ report: ScenarioReport) -> String {
    let ranges = report.scenario.ranges
    guard !ranges.isEmpty else { return "" }
    var inputs = MarkdownTable([.text("input"), .number("this run"), .text("what is known")])
    for input in ranges {
      inputs.row([
        Markdown.escape(InputWords.label(input)), InputWords.value(input.value, of: input.kind),
        input.law.map { InputWords.law($0, of: input.kind) } ?? "–",
      ])
    }
    let count = Int64(ranges.count)
    let start =
      "The scenario knows \(HumanFormat.plural(count, "input")) only up to a range; all other "
      + "figures of this report are of the values in the second column.\n\n" + inputs.text
    guard report.plans.contains(where: { $0.spread != nil }) else {
      return heading("What is not known exactly") + start
        + rangesTable(report)
        + "`\(AttentionLimits.severalMonths)` simulates months with inputs drawn from the ranges as well.\n\n"
    }
    return heading("What is not known exactly") + start + explanation(report)
      + spreadTable(report)
  }

  /// What the closed form says of the bill over the ranges.
  private static func rangesTable(_ report: ScenarioReport) -> String {
    var table = MarkdownTable(
      [
        .text("plan"), .number("expected, at these values"), .number("mean over the ranges"),
        .number("5 % cost at most"), .number("95 %"),
      ] + chanceHeaders(report))
    for plan in report.plans {
      let expectation = plan.expectation
      guard let mean = expectation.meanOverRanges else { continue }
      let band = expectation.percentiles
      table.row(
        [
          name(plan.plan), HumanFormat.usd(expectation.cost), HumanFormat.usd(mean),
          band.map { HumanFormat.usd($0.p05) } ?? "–",
          band.map { HumanFormat.usd($0.p95) } ?? "–",
        ]
          + chances(
            report, expectation.overBudgetProbability, expectation.anyMonthOverBudgetProbability))
    }
    guard !table.isEmpty else { return "" }
    return "By the closed form, over \(InputDraws.sets) sets of inputs that fill the ranges "
      + "evenly:\n\n" + table.text
  }

  private static func explanation(_ report: ScenarioReport) -> String {
    let runs = report.plans.first?.runs.runs ?? 0
    return "Each of \(HumanFormat.count(Int64(runs))) months was simulated twice with the same "
      + "luck: with these values, and with values drawn from the ranges. What the two differ by is "
      + "the inputs' part; more months or more users do not narrow it, measuring the inputs does."
      + "\n\n![The bill's range, by plan](charts/uncertainty.svg)\n\n"
  }

  private static func spreadTable(_ report: ScenarioReport) -> String {
    var table = MarkdownTable(
      [
        .text("plan"), .text("what varies"), .number("5 % cost at most"),
        .number("half (median)"), .number("95 %"),
      ] + chanceHeaders(report) + [.number("of the variance")])
    for plan in report.plans {
      guard let spread = plan.spread else { continue }
      for (what, sample, share) in spread.parts {
        table.row(
          [
            name(plan.plan), what, HumanFormat.usd(sample.p05), HumanFormat.usd(sample.p50),
            HumanFormat.usd(sample.p95),
          ] + chances(report, sample.overrun, sample.anyOverrun)
            + [share.map { HumanFormat.percent($0) } ?? "–"])
      }
    }
    return table.text
  }

  /// The range of the largest plan's bill in a sentence; nil where no input was drawn.
  package static func spreadSentence(_ plan: PlanReport, emphasis: String) -> String? {
    guard let spread = plan.spread else {
      return plan.overRanges.flatMap {
        RangesNote.sentence(
          ranges: plan.rangedInputs, over: $0, bills: "this bill is", emphasis: emphasis)
      }
    }
    var text =
      "With what is known of the inputs, nine such months in ten cost between "
      + "\(emphasis)\(HumanFormat.usd(spread.both.p05))\(emphasis) and "
      + "\(emphasis)\(HumanFormat.usd(spread.both.p95))\(emphasis)"
    if let overrun = spread.both.anyOverrun {
      text +=
        overrun == 0
        ? ", and none breaks the budget" : ", and \(HumanFormat.share(overrun)) break the budget"
    }
    if let share = spread.inputShare {
      text += "; \(HumanFormat.share(share)) of that spread is the inputs', not chance"
    }
    return text + "."
  }
}

extension CostSpread {
  /// In the order in which reports show them: what varies, how far, its part of the variance.
  package var parts: [(what: String, sample: Sample, share: Double?)] {
    [
      ("the chance of the month", chance, inputShare.map { 1 - $0 }),
      ("the inputs", inputs, inputShare), ("both", both, nil),
    ]
  }
}
