import CostModel
import Testing

@testable import Simulator

@Test func headlineSaysBillVerdictAndMoment() {
  let report = SampleReport(users: [1, 30], budget: 10).report
  #expect(
    Headline.text(report)
      == "With 30 users, AI costs $29.40 in November 2026: $19.40 over the $10.00 budget, which "
      + "breaks on 11 November 2026, 04:53. The largest plan that stays within the budget is "
      + "1 user at $0.98.")
  #expect(
    Headline.text(SampleReport(users: [1, 2], budget: 10).report)
      == "With 2 users, AI costs $1.96 in November 2026, within the $10.00 budget with $8.04 to "
      + "spare. Every plan stays within the budget; that is $0.98 a user.")
  #expect(
    Headline.text(SampleReport(users: [20, 30], budget: 10).report).hasSuffix(
      "None of the 2 plans stays within the budget."))
  #expect(
    Headline.text(SampleReport(users: [2], budget: nil).report)
      == "With 2 users, AI costs $1.96 in November 2026; no budget is set. That is $0.98 a user.")
}

@Test func reportSaysWhereTheDocumentContradictsItself() {
  let text = ReportMarkdown.publishedSection(SampleReport(users: [1_000]).report)
  #expect(
    text.contains(
      "- **The document contradicts itself at 1,000 users:** its rows add up to $1,200.00, but it "
        + "says $900.00, which is too little by $300.00; by its own rows it does not fit in the "
        + "$1,000.00 budget (complete-guide.md:12)."))
  #expect(text.contains("| V3            | deepseek-v3 |   $680.00 |"))
}

@Test func publishedRowsCoverEveryRegionOfAModel() {
  var report = SampleReport(users: [1_000]).report
  report.plans[0].result.costs[0].model = "deepseek-v3@westus2"
  #expect(
    ReportMarkdown.publishedSection(report).contains(
      "| V3            | deepseek-v3 |   $680.00 |   $680.02 |                 1.00× |"))
}

@Test func reportExplainsABillOutsideChance() {
  var report = SampleReport(users: [10], budget: nil).report
  #expect(Agreement(report.plans[0]).isWithinChance)
  report.plans[0].expectation.cost = report.plans[0].result.cost.dollars - 11
  #expect(!Agreement(report.plans[0]).isWithinChance)
  #expect(
    ReportMarkdown.expectationSection(report).contains("please treat it as an error"))
  report.plans[0].result.failedCalls = 1_234
  report.plans[0].result.performance[0].throttledCalls = 7
  report.plans[0].result.performance[1].saturated = true
  report.plans[0].expectation.approximations = [
    Expectation.Approximation(part: "mistral cache", reason: "keyed under a daily profile")
  ]
  let text = ReportMarkdown.expectationSection(report)
  #expect(
    text.contains(
      "The formula does not foresee that 7 attempts were throttled by quotas, 1,234 calls failed "
        + "and deepseek-r1 is saturated. The formula only approximates mistral cache: keyed under a "
        + "daily profile."))
}

@Test func agreementWithoutChanceAllowsOnlyRounding() {
  var plan = SampleReport(users: [10], budget: nil).report.plans[0]
  plan.expectation.variance = 0
  plan.expectation.cost = plan.result.cost.dollars
  #expect(Agreement(plan).isWithinChance)
  #expect(Agreement(plan).z == nil)
  plan.expectation.cost += 0.000_01
  #expect(!Agreement(plan).isWithinChance)
}

@Test func reportShowsAlertDelayAndTheSpendingMeanwhile() {
  var report = SampleReport(users: [1_000]).report
  report.scenario.budget?.evaluateEvery = .day
  report.scenario.budget?.dataLag = SimDuration(microseconds: 8 * 3_600_000_000)
  let at = SampleReport.november.days[18].start
  report.plans[0].result.budgetMonths[0].lines[0].crossedAt = at
  report.plans[0].result.budgetMonths[0].lines[0].alertedAt = at + .day
  report.plans[0].result.budgetMonths[0].lines[0].spentBetween = MoneySum(
    picodollars: 41_000_000_000_000)
  report.plans[0].result.budgetMonths[0].lines[1].alertedAt = nil
  let text = ReportMarkdown.budgetSection(report)
  #expect(
    text.contains(
      "The provider looks at spending every 24 h and then sees figures that are 8 h old."))
  #expect(text.contains("| 20 November 2026, 00:00 (24 h later) |           $41.00 |"))
  #expect(text.contains("none before the end"))
}

@Test func reportTellsForecastsFromCrossings() {
  var report = SampleReport(users: [1_000]).report
  report.scenario.budget?.thresholds[1].kind = .forecast
  let text = ReportMarkdown.budgetSection(report)
  #expect(text.contains("| budget-90% (forecast) |"))
  #expect(text.split(separator: "\n").count { $0.contains("at once") } == 1)
}

@Test func alertsAreCountedAndListedUpToTwenty() {
  let text = ReportMarkdown.alertSection(
    SampleReport(users: [1], budget: 10, alertsPerPlan: 23).report)
  #expect(text.contains("- error rate: fired 12 times, cleared 11 times\n"))
  #expect(text.split(separator: "\n").count { $0.contains("| =too many errors |") } == 20)
  #expect(text.contains("and 3 more in [alerts.csv](alerts.csv)."))
  #expect(text.contains("has the threshold 10.0 %, but they test 5.0 %."))
}

@Test func markdownTakesNothingFromNames() {
  #expect(Markdown.escape("a|b *c* <d> & [e]\n_f_") == #"a\|b \*c\* &lt;d> &amp; \[e\] \_f\_"#)
  var report = SampleReport(models: [("evil | **name**\n# x", 1_000_000_000)]).report
  report.scenario.name = "../a b"
  for line in ReportMarkdown.costSection(report).split(separator: "\n") {
    #expect(!line.hasPrefix("# x"))
  }
  #expect(IndexMarkdown.text([report]).contains("](..%2Fa%20b/report.md)"))
}

@Test func jsonEscapesAndKeepsItsOrder() {
  let json = JSONValue.object([
    ("b", .string("a\"\\\n\u{1}é")), ("a", .array([.integer(-1), .null, .bool(true)])),
    ("c", .object([])), ("d", .array([])),
  ])
  #expect(
    json.text == """
      {
        "b": "a\\"\\\\\\n\\u0001é",
        "a": [
          -1,
          null,
          true
        ],
        "c": {},
        "d": []
      }

      """)
}

@Test func summaryIsPlainUnlessStyled() {
  let report = SampleReport(users: [1, 30], budget: 10).report
  let plain = TerminalSummary.text([report], styled: false)
  #expect(!plain.contains("\u{1B}"))
  var evil = report
  evil.scenario.name = "\u{1B}[2Jx"
  #expect(!TerminalSummary.text([evil], styled: false).contains("\u{1B}"))
  let styled = TerminalSummary.text([report], styled: true)
  #expect(styled.contains("\u{1B}[31musers-30"))
  #expect(styled.replacing(/\x1B\[[0-9]*m/, with: "") == plain)
}

@Test func cacheTableShowsClassesWithAndWithoutABound() {
  var report = SampleReport(users: [5]).report
  report.scenario.cache.classes["creative"] = CacheSettings.Class(
    ttl: SimDuration(microseconds: 600_000_000), hitRate: 0.4)
  report.plans[0].result.cacheClasses.append(
    CacheClassResult(name: "creative", hits: 1, misses: 3))
  let text = ReportMarkdown.cacheSection(report)
  #expect(
    text.contains("| 5 users | classification |          1 h |        7 |  90.0 % |    42.9 % |"))
  #expect(
    text.contains(
      "| 5 users | creative       |       10 min |        4 |  40.0 % |    25.0 % |          – |"))
  #expect(text.contains("cannot reach the claimed hit rate of classification, even if"))
}

@Test func capacityLeavesOutIdleModelsAndNamesSaturatedOnes() {
  var report = SampleReport(users: [5]).report
  report.plans[0].result.performance[0].attempts = 0
  report.plans[0].result.performance[1].quotaUtilisationPeak = 1
  report.plans[0].result.performance[1].saturated = true
  let text = ReportMarkdown.capacitySection(report)
  #expect(!text.contains("| 5 users | deepseek-v3 |"))
  #expect(text.contains("| 5 users | deepseek-r1 |             100.0 % |"))
  #expect(
    text.contains(
      "With 5 users, deepseek-r1 is saturated: on average more is asked for than the limits allow, "
        + "so calls wait ever longer or are turned away (longest wait: 1.2 s)."))
  #expect(text.contains("14,400 users |                 never |"))
}

@Test func severalMonthsEachHaveTheirOwnBudget() {
  var report = SampleReport(users: [1_000]).report
  let month = SampleReport.november.months[0]
  let middle = SampleReport.november.days[15].start
  report.scenario.period.months = [
    Period.Span(start: month.start, end: middle), Period.Span(start: middle, end: month.end),
  ]
  let half = MoneySum(picodollars: report.plans[0].result.cost.picodollars / 2)
  report.plans[0].result.budgetMonths = report.scenario.period.months.map {
    BudgetMonth(month: $0, cost: half)
  }
  #expect(report.periodBudget == MoneySum(picodollars: 2_000 * SampleReport.dollar))
  #expect(report.plans[0].isOverBudget(report.scenario.budget) == false)
  report.plans[0].result.budgetMonths[1].crossedAt = SampleReport.november.days[28].start
  report.plans[0].result.budgetMonths[1].cost = MoneySum(picodollars: 1_001 * SampleReport.dollar)
  #expect(
    Headline.text(report).contains(
      "more in one month than its budget allows, which breaks on 29 November 2026, 00:00."))
  #expect(
    ReportMarkdown.budgetSection(report).contains(
      "| 1,000 users, 16 to 30 November 2026 | the whole budget |"))
  // Month to date: the line starts again at zero, so that there is one for each month.
  #expect(
    CumulativeCostChart.svg(report).split(separator: "\n").count { $0.hasPrefix("<polyline") } == 2)
}
