import Analysis
import CostModel
import Scenarios
import Support

/// What routing itself costs: a classifier and its mistakes, and what a policy's rules estimate.
extension ReportMarkdown {
  package static func classifierSection(_ report: ScenarioReport) -> String {
    guard let classifier = report.scenario.classifier else { return "" }
    var table = MarkdownTable([
      .text("plan"), .number("classified"), .number("named wrong"), .number("classifying"),
      .number("misrouting"), .number("misrouting by formula"),
    ])
    for plan in report.plans {
      // One that is never wrong is its own comparison.
      let well = plan.wellRouted ?? (classifier.accuracy == 1 ? plan.result : nil)
      guard let right = well else { continue }
      let own = plan.result.costs.filter { $0.tier == Classifier.tier }
      let formula =
        ExpectedCost(scenario: report.scenario, plan: plan.plan).total
        - ExpectedCost(scenario: report.scenario.withoutMisrouting, plan: plan.plan).total
      table.row([
        name(plan.plan), HumanFormat.count(own.reduce(0) { $0 + $1.calls }),
        HumanFormat.count(plan.result.misroutedCalls),
        HumanFormat.usd(own.reduce(.zero) { $0 + $1.cost }),
        HumanFormat.usd(plan.result.cost - right.cost), HumanFormat.usd(formula),
      ])
    }
    guard !table.isEmpty else { return "" }
    return heading("Classifier")
      + "\(Markdown.escape(report.scenario.catalog[classifier.model].name)) is asked before each "
      + "request and names the model that the policy means in "
      + "\(HumanFormat.share(classifier.accuracy)) of cases; otherwise a wrong one answers and is "
      + "billed (none is wrong that the request's rule may choose itself). What misrouting costs is the bill less that of the same month with a classifier that "
      + "is always right; it is below nothing where wrong models are cheaper, and says nothing of "
      + "what their answers are worth:\n\n" + table.text
  }

  /// What the knowledge base has learnt and answered.
  package static func knowledgeSection(_ report: ScenarioReport) -> String {
    guard let knowledge = report.scenario.knowledge else { return "" }
    var table = MarkdownTable([
      .text("plan"), .number("answered"), .number("learnt"), .number("share at the end"),
      .number("mean share by formula"),
    ])
    for plan in report.plans {
      let learnt = plan.result.knownConversions
      let traffic = ExpectedTraffic(scenario: report.scenario, users: plan.plan.users)
      table.row([
        name(plan.plan), HumanFormat.count(plan.result.knownCalls), HumanFormat.count(learnt),
        HumanFormat.share(knowledge.share(known: knowledge.known + Double(learnt))),
        HumanFormat.share(knowledge.meanShare(of: report.scenario, traffic)),
      ])
    }
    let how =
      knowledge.prompt.map {
        "helps a model to answer with \(HumanFormat.share($0)) of the prompt"
      } ?? "answers without a model, for nothing"
    return heading("Knowledge base")
      + "Of the requests that the response cache does not answer it \(how), more and more of them as "
      + "conversions come to be known, up to \(HumanFormat.share(knowledge.ceiling)):\n\n"
      + table.text
  }

  /// What the policy's rules say that calls cost, beside what they are expected to.
  package static func estimateSection(_ report: ScenarioReport) -> String {
    guard report.replay == nil else {
      return report.plans.map { replayedEstimates($0) }.joined()
    }
    guard report.scenario.policy.rules.contains(where: { $0.estimatedCost != nil }),
      let plan = report.largestPlan
    else { return "" }
    let rows = PolicyEstimates(report.scenario, plan: plan.plan).rows
    var table = MarkdownTable([
      .text("rule"), .number("calls"), .number("estimate a call"), .number("estimated"),
      .number("expected"), .number("times"), .number("estimated latency"), .number("mean latency"),
    ])
    for row in rows {
      table.row([
        Markdown.escape(row.rule), HumanFormat.number(row.calls),
        row.estimate.map { HumanFormat.smallUSD(MoneySum($0), per: 1) } ?? "–",
        row.estimated.map { HumanFormat.usd($0) } ?? "–", HumanFormat.usd(row.expected),
        row.estimated.map { HumanFormat.number($0 / row.expected) } ?? "–",
        row.estimatedLatency.map { HumanFormat.duration($0) } ?? "–",
        HumanFormat.duration(row.meanLatency),
      ])
    }
    guard !table.isEmpty else { return "" }
    let estimated = rows.compactMap(\.estimated).reduce(0, +)
    let expected = rows.filter { $0.estimated != nil }.reduce(0) { $0 + $1.expected }
    return heading("Estimates of the policy")
      + "What the rules of \(Markdown.escape(report.scenario.policy.name)) say that a call costs and "
      + "takes, beside what formulas expect with \(name(plan.plan)) in the whole period, hits of the "
      + "response cache included. Together they estimate \(HumanFormat.usd(estimated)), and the "
      + "calls are expected to cost \(HumanFormat.usd(expected)). Nothing is ever billed by an "
      + "estimate:\n\n" + table.text
  }

  /// Of the requests of a log under one policy.
  private static func replayedEstimates(_ plan: PlanReport) -> String {
    let rows = plan.result.estimates
    guard !rows.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("rule"), .number("requests"), .number("estimate a request"), .number("estimated"),
      .number("cost"), .number("times"),
    ])
    for row in rows {
      table.row([
        Markdown.escape(row.rule), HumanFormat.count(row.calls),
        row.estimate.map { HumanFormat.smallUSD(MoneySum($0), per: 1) } ?? "–",
        row.estimated.map { HumanFormat.usd($0) } ?? "–", HumanFormat.usd(row.cost),
        row.estimated.map { HumanFormat.number($0.dollars / row.cost.dollars) } ?? "–",
      ])
    }
    let told = rows.filter { $0.estimate != nil }
    let calls = told.reduce(0) { $0 + $1.calls }
    let estimated = told.reduce(MoneySum.zero) { $0 + ($1.estimated ?? .zero) }
    let cost = told.reduce(MoneySum.zero) { $0 + $1.cost }
    return heading("Estimates of the policy, \(name(plan.plan))")
      + "What its rules say that a request costs, beside what the requests that they decide cost under "
      + "it, hits of the response cache and failed ones included. The rules estimate "
      + "\(HumanFormat.plural(calls, "request")) at \(HumanFormat.usd(estimated)) in all, and "
      + "\(calls == 1 ? "it cost" : "they cost") \(HumanFormat.usd(cost)). Nothing is ever billed by "
      + "an estimate:\n\n" + table.text
  }
}
