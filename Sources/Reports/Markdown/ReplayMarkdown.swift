import CostModel
import Scenarios
import Simulator
import Support

/// What the report of a replayed log says that no other report does.
package enum ReplayMarkdown {
  /// The answer: what the log costs, beside what it says it cost, and what other policies would.
  package static func headline(
    _ report: ScenarioReport, _ replay: ReplayFindings, _ emphasis: String
  ) -> String {
    guard let first = report.plans.first else { return "Nothing was replayed." }
    let calls = HumanFormat.plural(first.result.calls, "request")
    let cost = emphasis + HumanFormat.usd(first.result.cost) + emphasis
    let name = report.plans.count > 1 ? " under \(Markdown.escape(first.plan.name))" : ""
    var text = report.attention(emphasis: emphasis).map { $0 + " " } ?? ""
    text += "The log's \(calls), replayed\(name), cost \(cost)"
    if replay.logged.calls > 0 {
      text += "; the log itself says \(HumanFormat.usd(replay.logged.cost))"
      if replay.logged.calls < first.result.calls {
        text += " for \(HumanFormat.count(replay.logged.calls)) of them"
      }
    }
    text += "."
    if let untold = UntoldUse(report, replay).sentence { text += " " + untold }
    if let unlisted = UnlistedBilling(report, replay).sentence { text += " " + unlisted }
    let check = replay.costCheck.total
    if check.differing > 0 {
      text +=
        " \(HumanFormat.count(check.differing)) of the "
        + "\(HumanFormat.plural(check.calls, "request")) whose cost can be checked "
        + "\(check.differing == 1 ? "costs" : "cost") otherwise by the catalog than the log says: "
        + "\(HumanFormat.usd(check.computed)) in place of \(HumanFormat.usd(check.logged))."
    }
    let others = report.plans.dropFirst().sorted { $0.result.cost < $1.result.cost }
    if let best = others.first {
      let difference = best.result.cost - first.result.cost
      let amount = HumanFormat.usd(MoneySum(picodollars: abs(difference.picodollars)))
      let change =
        difference == .zero ? "the same" : "\(amount) \(difference < .zero ? "less" : "more")"
      text +=
        " Under \(Markdown.escape(best.plan.name)) they cost "
        + "\(HumanFormat.usd(best.result.cost)), \(change)"
        + (others.count > 1 ? ", the least of the other \(replay.units)." : ".")
    }
    let missing = attributesMissing(report.scenario.policy, replay.facts)
    if !missing.isEmpty {
      text +=
        " The policy's rules read \(HumanFormat.list(missing)), which the log does not tell: "
        + "requests may have gone where they would not go."
    }
    if let status = replay.facts.statusSentence {
      text += " " + (emphasis.isEmpty ? status : Markdown.escape(status))
    }
    if let tokenless = tokenless(report.scenario, replay.facts) { text += " " + tokenless }
    if let userless = userless(report.scenario, replay.facts) { text += " " + userless }
    if let crossed = first.budgetCrossedAt {
      text +=
        " The budget breaks on "
        + "\(emphasis)\(HumanFormat.moment(crossed, in: report.scenario.period))\(emphasis)."
    }
    if let enforced = Headline.enforced(first, emphasis, whose: name) { text += " " + enforced }
    return text
  }

  /// Attributes that a policy tests and no row of the log has.
  private static func attributesMissing(_ policy: Policy, _ facts: TraceFacts) -> [String] {
    let absent = Set(facts.untold.map(\.name))
    let read = policy.rules.flatMap(\.conditions).map(\.attribute.name)
    return Set(read).intersection(absent).sorted()
  }

  /// Tokens that models bill which answered, and that no row of the log tells.
  private static func tokenless(_ scenario: Scenario, _ facts: TraceFacts) -> String? {
    let columns: [(TraceColumn, BillingDimension)] = [
      (.inputTokens, .inputTokens), (.outputTokens, .outputTokens),
    ]
    let untold = columns.filter { column, dimension in
      facts.untold.contains(column)
        && scenario.unbilled.contains { $0.dimensions.contains(dimension) }
    }
    guard !untold.isEmpty else { return nil }
    return
      "Mind that no row tells \(InputLog.alternatives(untold.map(\.0.name))): the bill leaves out "
      + "what these cost."
  }

  /// What a scenario asks of accounts, where no row of the log tells any and nothing stands for them.
  private static func userless(_ scenario: Scenario, _ facts: TraceFacts) -> String? {
    guard facts.untold.contains(.user), scenario.replay.users == .none else { return nil }
    let isKeptByUser = scenario.cache.mode != .off && scenario.cache.scope == .user
    let caps = (scenario.budget?.actions ?? []).contains { $0.isCap }
    let watches = scenario.alerts.contains(where: \.watchesAccounts)
    let effects = [
      isKeptByUser ? "the response cache, which is kept by user, is never asked" : nil,
      caps ? "no cap of an account holds" : nil,
      watches ? "no alert looks at an account's month" : nil,
    ].compactMap(\.self)
    return effects.isEmpty
      ? nil : "No row tells whose request it is (column `user`): \(HumanFormat.list(effects))."
  }

  /// The same requests under each policy, side by side.
  package static func comparison(_ report: ScenarioReport, _ replay: ReplayFindings) -> String {
    guard report.plans.count > 1, let base = report.plans.first else { return "" }
    var table = MarkdownTable(
      [.text("model")] + report.plans.map { .number(ReportMarkdown.name($0.plan)) }
        + report.plans.dropFirst().map { .number("\(ReportMarkdown.name($0.plan)), difference") })
    func costs(by key: (CostCell) -> String) -> [[String: MoneySum]] {
      report.plans.map { plan in
        plan.result.costs.reduce(into: [:]) { $0[key($1), default: .zero] += $1.cost }
      }
    }
    func rows(_ sums: [[String: MoneySum]]) {
      for name in Set(sums.flatMap(\.keys)).sorted() {
        let values = sums.map { $0[name] ?? .zero }
        table.row(
          [Markdown.escape(name)] + values.map(HumanFormat.usd)
            + values.dropFirst().map { HumanFormat.usd($0 - values[0]) })
      }
    }
    rows(costs { $0.model })
    let byModel = table.text
    table = MarkdownTable(
      [.text("use case")] + report.plans.map { .number(ReportMarkdown.name($0.plan)) }
        + report.plans.dropFirst().map { .number("\(ReportMarkdown.name($0.plan)), difference") })
    rows(costs { $0.useCase ?? "" })
    return ReportMarkdown.heading("\(replay.units.capitalized) compared")
      + "The same requests under each; differences are to "
      + "\(ReportMarkdown.name(base.plan)).\n\n" + service(report) + byModel + table.text
  }

  /// What the requests' senders would notice, a row a measure.
  private static func service(_ report: ScenarioReport) -> String {
    var table = MarkdownTable(
      [.text("measure")] + report.plans.map { .number(ReportMarkdown.name($0.plan)) })
    func row(_ name: String, _ value: (PlanResult) -> String) {
      table.row([name] + report.plans.map { value($0.result) })
    }
    row("bill") { HumanFormat.usd($0.cost) }
    for percent in [50.0, 95, 99] {
      row("p\(Int(percent)) latency") { HumanFormat.percentile($0.latency, percent) }
    }
    row("cache hits") {
      HumanFormat.percent(Double($0.cacheHits), of: Double($0.cacheHits + $0.cacheMisses))
    }
    row("failed requests") { HumanFormat.count($0.failedCalls) }
    row("answered by a fallback") {
      HumanFormat.count($0.performance.reduce(0) { $0 + $1.fallbackCalls })
    }
    if report.plans.contains(where: { Attention(plan: $0).moved > 0 }) {
      row("answered in another region") {
        HumanFormat.count($0.performance.reduce(0) { $0 + $1.otherRegionCalls })
      }
    }
    row("turned away by a quota") {
      HumanFormat.count($0.performance.reduce(0) { $0 + $1.throttledCalls })
    }
    if report.actsOnBudget {
      row("refused by the budget") {
        HumanFormat.count($0.enforcements.reduce(0) { $0 + $1.refused })
      }
      row("moved by the budget") { HumanFormat.count($0.enforcements.reduce(0) { $0 + $1.moved }) }
    }
    return table.text
  }

  /// What the log says that its requests cost, beside what they cost here.
  package static func logged(_ report: ScenarioReport, _ replay: ReplayFindings) -> String {
    guard replay.logged.calls > 0, let first = report.plans.first else { return "" }
    let difference = first.result.cost - replay.logged.cost
    return ReportMarkdown.heading("Logged against simulated")
      + "\(HumanFormat.plural(replay.logged.calls, "request")) of the log "
      + "\(replay.logged.calls == 1 ? "tells" : "tell") a cost, "
      + "\(HumanFormat.usd(replay.logged.cost)) in all; replayed, all "
      + "\(HumanFormat.count(first.result.calls)) cost \(HumanFormat.usd(first.result.cost)): "
      + "\(HumanFormat.usd(difference)).\n\n" + loggedByModel(report, replay, first)
  }

  /// A request is logged at the model that the log names, and simulated at those it was sent to.
  private static func loggedByModel(
    _ report: ScenarioReport, _ replay: ReplayFindings, _ plan: PlanReport
  ) -> String {
    let catalog = report.scenario.catalog
    var logged: [String: MoneySum] = [:]
    for (number, cost) in replay.logged.byModel {
      let isKnown = Int(number) < catalog.models.count
      logged[isKnown ? catalog[ModelID(number)].name : unknownModel] = cost
    }
    let simulated = plan.result.costs.reduce(into: [String: MoneySum]()) { sums, cell in
      let model = String(cell.model.split(separator: "@").first ?? "")
      sums[model, default: .zero] += cell.cost
    }
    var table = MarkdownTable([
      .text("model"), .number("logged"), .number("simulated"), .number("difference"),
    ])
    for name in Set(logged.keys).union(simulated.keys).sorted() {
      let (log, here) = (logged[name] ?? .zero, simulated[name] ?? .zero)
      table.row([
        Markdown.escape(name), HumanFormat.usd(log), HumanFormat.usd(here),
        HumanFormat.usd(here - log),
      ])
    }
    return table.text
  }

  private static let unknownModel = "(not in the catalog)"

  /// Model by model, and the requests that differ most.
  package static func costCheck(_ replay: ReplayFindings) -> String {
    let check = replay.costCheck
    guard check.total.calls > 0 else { return "" }
    var text =
      ReportMarkdown.heading("The log's costs checked")
      + "Of requests that the log's model answers here too, what the log says that they cost against "
      + "what the catalog makes of their tokens. Costs differ that are more than 1 % and more than "
      + "$0.000001 apart.\n\n"
    var table = MarkdownTable([
      .text("model"), .number("requests"), .number("that differ"), .number("logged"),
      .number("computed"), .number("difference"),
    ])
    for (place, row) in check.rows.enumerated() where row.calls > 0 {
      table.row([
        Markdown.escape(replay.targets[place]), HumanFormat.count(row.calls),
        HumanFormat.count(row.differing), HumanFormat.usd(row.logged),
        HumanFormat.usd(row.computed), HumanFormat.usd(row.computed - row.logged),
      ])
    }
    text += table.text
    guard !check.largest.isEmpty else { return text }
    table = MarkdownTable([
      .number("request"), .text("model"), .number("logged"), .number("computed"),
    ])
    for found in check.largest {
      table.row([
        HumanFormat.count(found.number), Markdown.escape(replay.targets[found.model]),
        HumanFormat.usd(MoneySum(picodollars: Int128(found.logged))),
        HumanFormat.usd(MoneySum(picodollars: Int128(found.computed))),
      ])
    }
    return text + "The requests that differ most, numbered in order of time:\n\n" + table.text
  }

  package static func outliers(_ replay: ReplayFindings) -> String {
    guard !replay.outliers.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("cost is"), .number("request"), .text("model"), .number("cost"),
      .number("usual (median)"),
    ])
    for outlier in replay.outliers.prefix(20) {
      table.row([
        outlier.source.rawValue, HumanFormat.count(outlier.number),
        Markdown.escape(outlier.model), HumanFormat.usd(outlier.cost),
        HumanFormat.usd(outlier.usual),
      ])
    }
    return ReportMarkdown.heading("Requests that cost far more than others")
      + "More than 3.5 robust standard deviations (of the logarithm) above the median of their model, "
      + "and more than ten times what all but its dearest √n of n requests cost; a model needs "
      + "\(OutlierFinder.fewest) requests that cost anything. Requests are numbered in order of time, "
      + "logged costs by the log's row.\n\n" + table.text
  }

  private static let maximumNames = 50

  /// What a scenario says of its own calls alone, as far as it moves a bill or is told of answers.
  package static func unapplied(_ scenario: Scenario) -> String? {
    let variants = scenario.workloads.lazy.flatMap(\.stages).flatMap(\.calls).flatMap(\.mix)
    let isRated = variants.contains {
      $0.satisfaction != nil || $0.conversion != nil || $0.quality.isStated
    }
    let parts = [
      scenario.classifier.map { _ in "`classifier`" },
      scenario.knowledge.map { _ in "`knowledge_base`" },
      scenario.experiments.isEmpty ? nil : "`experiments`",
      isRated ? "rates of quality, ratings and sales" : nil,
    ].compactMap(\.self)
    guard !parts.isEmpty else { return nil }
    return "Of the scenario, \(HumanFormat.list(parts)) "
      + (parts.count == 1 && !isRated ? "is" : "are")
      + " for its own calls and not applied to the log's requests."
  }

  /// What had to be taken as the scenario says, because the log does not tell.
  package static func unknowns(_ report: ScenarioReport, _ replay: ReplayFindings) -> String {
    let facts = replay.facts
    var lines = [
      "\(HumanFormat.pluralWithVerb(facts.accepted, "row")) read from "
        + "\(Markdown.escape(replay.path)) as \(Markdown.escape(facts.format)), "
        + "\(facts.first) to \(facts.last)"
        + (facts.wasSorted ? "." : "; they were not in order of time and were sorted.")
    ]
    if facts.rejected > 0 {
      lines.append(
        "\(HumanFormat.pluralWithVerb(facts.rejected, "malformed row")) left out: "
          + "[rejected.csv](rejected.csv).")
    }
    if facts.filtered > 0 {
      lines.append(
        "\(HumanFormat.pluralWithVerb(facts.filtered, "row")) left out as no requests.")
    }
    if facts.usedTimeZone {
      lines.append("Times without an offset were taken to be in the stated time zone.")
    }
    if !facts.unused.isEmpty {
      let names = facts.unused.prefix(maximumNames).map(Markdown.escape)
      let more = Int64(facts.unused.count - names.count)
      let rest = more > 0 ? [HumanFormat.plural(more, "more column")] : []
      lines.append("Of the log's columns these were not read: \(HumanFormat.list(names + rest)).")
    }
    lines +=
      UntoldMarkdown(
        facts: facts, settings: report.scenario.replay, cache: report.scenario.cache,
        billsWrites: report.scenario.behaviours.contains {
          $0.promptCache?.match == .breakpoint
        }
      ).lines
    lines += UntoldUse(report, replay).lines
    lines += UnlistedBilling(report, replay).lines
    if let unapplied = replay.unapplied { lines.append(unapplied) }
    lines += replay.readAs.prefix(maximumNames).map { Markdown.escape($0.text) + "." }
    if replay.readAs.count > maximumNames {
      let more = Int64(replay.readAs.count - maximumNames)
      lines.append("\(HumanFormat.plural(more, "more name")) of models were read as another.")
    }
    return ReportMarkdown.heading("What the log told, and what not")
      + lines.map { "- " + $0 + "\n" }.joined() + "\n"
      + "What stands for unknown users, sessions and prompts is the scenario's to say (`replay`)"
      + (replay.unit == "case" ? "; this is what it says for the first case.\n\n" : ".\n\n")
  }
}
