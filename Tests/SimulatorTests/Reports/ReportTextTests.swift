import CostModel
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

@Test func headlineSaysBillVerdictAndMoment() {
  let report = SampleReport(users: [1, 30], budget: 10).report
  #expect(
    Headline.text(report)
      == "With 30 users, AI costs $29.40 in November 2026: $19.40 over the $10.00 budget, which "
      + "breaks on 11 November 2026, 04:53. The largest plan that stays within the budget is "
      + "1 user at $0.9801.")
  #expect(
    Headline.text(SampleReport(users: [1, 2], budget: 10).report)
      == "With 2 users, AI costs $1.96 in November 2026, within the $10.00 budget with $8.04 to "
      + "spare. Every plan stays within the budget; that is $0.98 per user.")
  #expect(
    Headline.text(SampleReport(users: [20, 30], budget: 10).report).hasSuffix(
      "None of the 2 plans stays within the budget."))
  #expect(
    Headline.text(SampleReport(users: [2], budget: nil).report)
      == "With 2 users, AI costs $1.96 in November 2026; no budget is set. That is $0.98 per user.")
}

@Test func headlineDoubtsABillNearTheBudget() {
  var report = SampleReport(users: [5, 10], budget: 10, chance: 0.5).report
  func setChance(_ chance: Double, of plan: Int) {
    report.plans[plan].expectation.overBudgetProbability = chance
    report.plans[plan].expectation.anyMonthOverBudgetProbability = chance
  }
  setChance(0, of: 0)
  report.plans[1].expectation.cost = 10.04
  #expect(
    Headline.text(report)
      == "With 10 users, AI costs $9.80 in November 2026, within the $10.00 budget with $0.1996 to "
      + "spare; but it is a coin toss: the expected bill is $10.04, and chance alone breaks the "
      + "budget in 50 % of such months. The largest plan that is sure to stay within the budget is "
      + "5 users at $4.90.")
  setChance(0.125, of: 1)
  #expect(Headline.text(report).contains("; but that is not certain: the expected bill is $10.04"))
  #expect(Headline.text(report).contains("breaks the budget in 12 % of such months."))
  setChance(0.02, of: 0)
  #expect(
    Headline.text(report).hasSuffix("None of the 2 plans is sure to stay within the budget."))
  setChance(0.9, of: 1)
  #expect(Headline.text(report).contains("; but that is luck: the expected bill is $10.04"))
  setChance(0.009, of: 1)
  #expect(!Headline.text(report).contains("but"))
  // What nearly every month breaks is no budget that holds, even if this month did not break it.
  for (chance, share) in [(0.995, "99.5 %"), (0.9999, ">99.9 %")] {
    setChance(chance, of: 1)
    #expect(
      Headline.text(report).contains(
        "to spare; but that is luck: the expected bill is $10.04, and chance alone breaks the budget "
          + "in \(share) of such months."))
  }
}

@Test func headlineDoubtsABillOverTheBudget() {
  let likely = Headline.text(SampleReport(users: [11], budget: 10, chance: 0.98).report)
  #expect(likely.contains("over the $10.00 budget, which breaks on 28 November 2026"))
  #expect(
    likely.contains(
      "; but that is not certain: the expected bill is $10.79, and chance alone keeps within the "
        + "budget 2 % of such months."))
  let unlikely = Headline.text(SampleReport(users: [11], budget: 10, chance: 0.2).report)
  #expect(
    unlikely.contains(
      "; but that is bad luck: the expected bill is $10.79, and chance alone breaks the budget in "
        + "20 % of such months."))
}

@Test func headlineNamesTheFirstLimitToFill() {
  var report = SampleReport(users: [8, 30], budget: 10).report
  let load = report.plans[1].expectation.quotaLoads[0]
  func fill(_ name: String, _ limit: String, busiest: Double, mean: Double) {
    var full = load
    (full.target, full.limit) = (name, limit)
    (full.saturatesAtUsersBusiestHour, full.saturatesAtUsersMean) = (busiest, mean)
    report.plans[1].expectation.quotaLoads.append(full)
  }
  fill("a*b", "tokens/min", busiest: 30.5, mean: 90)
  #expect(Headline.text(report).hasSuffix("budget is 8 users at $7.84."))
  fill("a*b", "tokens/min", busiest: 12.9, mean: 25.2)
  fill("c", "requests/min", busiest: 13, mean: 13)
  #expect(
    Headline.text(report).hasSuffix(
      " The first limit to fill is a*b's tokens a minute: in the busiest hour from 13 users, "
        + "around the clock from 26."))
  #expect(Headline.text(report, emphasis: "**").contains(#"a\*b's tokens"#))
  fill("speech", "audio hours/day", busiest: 7.5, mean: 31)
  #expect(
    Headline.text(report).hasSuffix(
      " Before that, speech's audio hours a day fill up: on the busiest day from 8 users."))
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
  #expect(!ReportMarkdown.expectationSection(report).contains("more than chance allows"))
  report.plans[0].expectation.cost = report.plans[0].result.cost.dollars - 11
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

@Test func withoutChanceOnlyRoundingIsExplained() {
  var report = SampleReport(users: [10], budget: nil).report
  report.plans[0].expectation.variance = 0
  report.plans[0].expectation.cost = report.plans[0].result.cost.dollars
  let text = ReportMarkdown.expectationSection(report)
  #expect(text.contains("|                  – |") && !text.contains("more than chance allows"))
  report.plans[0].expectation.cost += 0.000_01
  #expect(ReportMarkdown.expectationSection(report).contains("more than chance allows"))
}

@Test func reportSaysThatPlansShareTheirLuckAndHowRunsSpread() {
  let report = SampleReport(users: [1, 2], budget: 2, runs: [3, 1, 2], chance: 0.25).report
  let text = ReportMarkdown.expectationSection(report)
  #expect(text.contains("count as one observation, not as 2."))
  #expect(text.contains("|                   25.0 % |"))
  #expect(
    text.contains(
      "| 1 user  |    3 |            $1.00 |         $2.00 | $3.00 |                   33.3 % |"))
  let one = ReportMarkdown.expectationSection(SampleReport(users: [1]).report)
  #expect(!one.contains("share their luck") && !one.contains("median"))
}

@Test func approximationsOfOneKindAreToldTogether() {
  var report = SampleReport(users: [1, 2]).report
  for (plan, part) in [(0, "a"), (1, "a"), (0, "b"), (1, "b"), (1, "c")] {
    report.plans[plan].expectation.approximations.append(
      Expectation.Approximation(part: "\(part) breaker", reason: "it may open"))
  }
  let text = ReportMarkdown.expectationSection(report)
  #expect(text.contains("- a breaker and b breaker: it may open\n"))
  #expect(text.contains("- c breaker: it may open (2 users)\n"))
}

/// Three models of 33.4 cents each are a dollar, not 99 cents.
@Test func totalsAreRoundedOnce() {
  let models: [(String, Int64)] = ["a", "b", "c"].map { ($0, 11_133_333_333) }
  let text = ReportMarkdown.text(SampleReport(users: [1], models: models).report)
  let totals = text.split(separator: "\n").filter { $0.hasPrefix("| **total**") }
  #expect(text.contains("$0.334 (33.3 %)") && totals.count == 2)
  #expect(totals.allSatisfy { $0.contains("**$1.00**") }, "\(totals)")
}

@Test func budgetTableHasTheExpectedDates() {
  var report = SampleReport(users: [1_000], budget: 1_000).report
  report.plans[0].expectation.crossings = [
    Expectation.Crossing(
      rule: "budget", amount: MoneySum(picodollars: 1_000 * SampleReport.dollar),
      at: SampleReport.november.days[29].start),
    Expectation.Crossing(
      rule: "budget-75%", amount: MoneySum(picodollars: 750 * SampleReport.dollar),
      at: SampleReport.november.days[22].start),
  ]
  let text = ReportMarkdown.budgetSection(report)
  #expect(
    text.contains(
      "$750.00 | 23 November 2026, 22:59 | 23 November 2026, 00:00 | at once |"))
  #expect(
    text.contains(
      "$1,000.00 | not crossed             | 30 November 2026, 00:00 | –       |"))
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

@Test func alertsThatComeAndGoAreSummedUp() {
  var report = SampleReport(users: [30], budget: 10, alertsPerPlan: 23).report
  let last = report.plans[0].result.alerts.count - 1
  report.plans[0].result.alerts[last].worst = 0.08
  let text = ReportMarkdown.alertSection(report)
  #expect(text.split(separator: "\n").count { $0.contains("=too many errors") } == 1)
  // 11 hours between firing and clearing, and from hour 22 to the end of 720.
  #expect(text.contains("| =too many errors | 12 times |      29.5 days |"))
  #expect(text.contains("| 1 November 2026, 00:00 | 1 November 2026, 22:00, still on at the end |"))
  #expect(text.contains(" 8 % |"))
  #expect(text.contains("| budget-75% | $7.50 |") && text.contains("| budget-90% | $9.00 |"))
  #expect(text.contains("has the threshold 10 %, but they test 5 %."))
}

@Test func rollingAlertsSpeakInWords() {
  func words(_ metric: String, _ threshold: Double, hours: Int64) -> String {
    RollingAlert(
      name: "a", type: .quality, severity: .low, metric: ScenarioBuilder.metric(metric),
      comparison: threshold > 1 ? .above : .below, threshold: threshold,
      window: SimDuration(microseconds: hours * 3_600_000_000), message: ""
    ).inWords
  }
  #expect(words("cache_hit_rate", 0.6, hours: 1) == "cache hit rate below 60 % over the last hour")
  #expect(
    words("conversion", 0.125, hours: 24) == "conversion below 12.5 % over the last 24 h")
  #expect(
    words("latency_p99.9", 5_000, hours: 2)
      == "p99.9 latency above 5 s over the last 2 h")
}

/// A simulated month within the budget is no promise where most months are over it. The sample's plan of
/// 1,000 users costs $980, over its $900.
@Test func theIndexTellsTheChanceBesideTheSimulatedMonth() {
  func index(_ chance: Double?) -> String {
    IndexMarkdown.section(SampleReport(budget: 900, chance: chance).report) { _ in false }
      .added(to: nil)
  }
  let likely = index(0.75)
  #expect(likely.contains("yes, but 75.0 % of months are over"), "\(likely)")
  #expect(likely.contains("**no**, like 75.0 % of months"), "\(likely)")
  #expect(!index(nil).contains(" of months are over") && !index(nil).contains(", like "))
}

@Test func markdownTakesNothingFromNames() {
  #expect(Markdown.escape("a|b *c* <d> & [e]\n_f_") == #"a\|b \*c\* &lt;d> &amp; \[e\] \_f\_"#)
  var report = SampleReport(models: [("evil | **name**\n# x", 1_000_000_000)]).report
  report.scenario.name = "../a b"
  for line in ReportMarkdown.costSection(report).split(separator: "\n") {
    #expect(!line.hasPrefix("# x"))
  }
  let index = IndexMarkdown.section(report) { $0 == "../a b/solve.md" }.added(to: nil)
  #expect(index.contains("](..%2Fa%20b/report.md)"))
  #expect(index.contains("More: [How far it can go](..%2Fa%20b/solve.md)\n"))
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
  #expect(TextStyle.applied(styled, isTerminal: true).contains("\u{1B}[31musers-30"))
  #expect(TextStyle.applied(styled, isTerminal: false) == plain)
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

@Test func cacheTableShowsSmallestAndLargestPlanWhereTheyDiffer() {
  var report = SampleReport(users: [5, 50, 500]).report
  let alike = ReportMarkdown.cacheSection(report)
  #expect(alike.contains("| 500 users |") && !alike.contains("| 5 users"))
  #expect(alike.contains("With fewer users, the rates differ by less than two points."))
  report.plans[0].expectation.cacheBounds[0].attainable -= 0.021
  let different = ReportMarkdown.cacheSection(report)
  #expect(different.contains("| 500 users |") && different.contains("| 5 users "))
  #expect(!different.contains("| 50 users") && !different.contains("With fewer users"))
  report.scenario.cache.classes["classification"]?.ttl = .zero
  report.plans[2].expectation.cacheBounds = []
  #expect(ReportMarkdown.cacheSection(report).contains("|   not cached |"))
}

@Test func smallRowsAreFoldedAndStillAddUp() {
  let big = (name: "big", cost: Int64(1_000_000_000_000))
  let small = (0..<9).map { (name: "small-\($0)", cost: Int64(10_000_000)) }
  let text = ReportMarkdown.costSection(SampleReport(users: [100], models: [big] + small).report)
  #expect(text.contains("| all others (9) |") && !text.contains("small-3"))
  // 9 × 30 × (100 × $0.00001 + 50 × $0.000001000001).
  #expect(text.contains("$0.2835 (<0.1 %) |"))
  let one = SampleReport(users: [100], models: [big, small[0]]).report
  #expect(ReportMarkdown.costSection(one).contains("| small-0 "))
}

@Test func capacityLeavesOutLimitsThatNobodyFills() {
  var report = SampleReport(users: [5]).report
  var idle = report.plans[0].expectation.quotaLoads[0]
  idle.target = "idle"
  (idle.saturatesAtUsersMean, idle.saturatesAtUsersBusiestHour) = (4e12, 2e12)
  report.plans[0].expectation.quotaLoads.append(idle)
  let text = ReportMarkdown.capacitySection(report)
  #expect(!text.contains("| idle"))
  #expect(text.contains("1 more limit would not be full with 1,000,000 users."))
}

@Test func longCapacityTablesShowTheSmallestAndLargestPlan() {
  let models = (0..<9).map { (name: "m\($0)", cost: Int64(1_000_000)) }
  var report = SampleReport(users: [1, 2, 3], models: models).report
  for plan in report.plans.indices {
    for model in models.indices { report.plans[plan].result.performance[model].queuedCalls = 1 }
  }
  report.plans[2].result.performance[4].quotaUtilisationPeak = 1.5
  let text = ReportMarkdown.capacitySection(report)
  #expect(text.contains("| 1 user  | m8") && text.contains("| 3 users | m8"))
  #expect(!text.contains("| 2 users | m8"))
  #expect(text.contains("(for the plans between, see [performance.csv](performance.csv))"))
  #expect(text.contains("A minute over 100 % is no error"))
}

@Test func capacityLeavesOutIdleModelsAndNamesSaturatedOnes() {
  var report = SampleReport(users: [5]).report
  report.plans[0].result.performance[0].attempts = 0
  report.plans[0].result.performance[1].quotaUtilisationPeak = 1
  report.plans[0].result.performance[1].saturated = true
  let text = ReportMarkdown.capacitySection(report)
  #expect(!text.contains("| 5 users | deepseek-v3 |"))
  #expect(text.contains("| 5 users | deepseek-r1 |        100.0 % |"))
  #expect(
    text.contains(
      "With 5 users, deepseek-r1 is saturated: on average more is asked for than the limits allow, "
        + "so calls wait ever longer or are turned away (longest wait: 1.2 s)."))
  #expect(text.contains("14,401 users |                     – |"))
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
  report.plans[0].expectation.anyMonthOverBudgetProbability = 1
  report.plans[0].result.budgetMonths[1].crossedAt = SampleReport.november.days[28].start
  report.plans[0].result.budgetMonths[1].cost = MoneySum(picodollars: 1_001 * SampleReport.dollar)
  #expect(
    Headline.text(report).contains(
      "more in one month than its budget allows; a month's budget first breaks on "
        + "29 November 2026, 00:00."))
  #expect(
    ReportMarkdown.budgetSection(report).contains(
      "| 1,000 users, 16 to 30 November 2026 | the whole budget |"))
  // Month to date: the line starts again at zero, so that there is one for each month.
  #expect(
    CumulativeCostChart.svg(report).split(separator: "\n").count { $0.hasPrefix("<polyline") } == 2)
}

/// 1,000 calls of 400 + 100 tokens cost $2,000, and $100 is not billed by token: for $900 in all the
/// calls may cost $800, two fifths, which is 200 tokens each. For $90 no size is small enough.
@Test func aPublishedTotalNeedsCallsOfAnotherSize() {
  func usd(_ dollars: Int64) -> MoneySum {
    MoneySum(picodollars: Int128(dollars) * 1_000_000_000_000)
  }
  var report = SampleReport(users: [1_000]).report
  var cell = CostCell(useCase: "chat", model: "m", provider: "p", tier: "standard")
  (cell.calls, cell.inputTokens, cell.outputTokens) = (1_500, 400_000, 100_000)
  cell.cacheHits = 500
  (cell.inputCost, cell.outputCost) = (usd(1_500), usd(500))
  var byCall = CostCell(useCase: "chat", model: "n", provider: "p", tier: "standard")
  (byCall.calls, byCall.otherCost) = (10, usd(100))
  report.plans[0].result.costs = [cell, byCall]
  report.plans[0].result.cost = usd(2_100)
  #expect(
    ReportMarkdown.publishedSection(report).contains(
      "- **The published $900.00 at 1,000 users needs calls of 200 tokens** on average, in and out: "
        + "those of this scenario that are billed by token have 500 and make it $2,100.00, which is "
        + "2.3 times as much (complete-guide.md:12)."))
  report.scenario.published[0].total = usd(90)
  #expect(
    ReportMarkdown.publishedSection(report).contains(
      "- **The published $90.00 at 1,000 users cannot be right**, whatever the size of the calls"))
}
