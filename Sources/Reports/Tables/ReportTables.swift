import CostModel
import Support

/// The tables of one scenario's report (docs/interface.md, "Output of run").
package enum ReportTables {
  /// All of them, in the order in which databases need them.
  package static func all(_ report: ScenarioReport) -> [Table] {
    let tables = written(report)
    return report.replay == nil ? tables : tables.map(describedForReplay)
  }

  private static func written(_ report: ScenarioReport) -> [Table] {
    let always =
      [
        plans.table(
          rows(report) { plan in
            [
              PlanSummary(
                report: plan, budget: report.scenario.budget, periodBudget: report.periodBudget)
            ]
          }),
        costs(writes: report.replay == nil && report.scenario.billsCacheWrites).table(
          rows(report) { plan in
            plan.result.costs.map { CostItem(users: plan.plan.users, cell: $0) }
          }),
        daily.table(rows(report) { dailyItems($0.result, period: report.scenario.period) }),
        accounts.table(rows(report) { accountItems($0.result) }),
        performance.table(rows(report) { $0.result.performance }),
        alerts(report.scenario).table(rows(report) { $0.result.alerts }),
      ] + extra(report) + enforcement(report) + returns(report) + experiments(report)
      + caching(report) + meters(report)
    guard report.plans.contains(where: { $0.spread != nil }) else { return always }
    return always + [uncertainty.table(rows(report, uncertaintyItems))]
  }

  /// Where calls say what they are for, and what the scenario asks for.
  private static func extra(_ report: ScenarioReport) -> [Table] {
    var tables: [Table] = []
    let scenario = report.replay == nil ? report.scenario : nil
    if scenario?.labelsCalls ?? false
      || report.plans.contains(where: { !$0.result.labelled.isEmpty })
    {
      tables.append(actions.table(rows(report) { $0.result.labelled }))
    }
    if report.scenario.tables.contains(.accountMonths) {
      tables.append(accountMonths.table(rows(report) { $0.result.accountMonths }))
    }
    if scenario?.tellsQuality ?? false
      || report.plans.contains(where: { !$0.result.quality.isEmpty })
    {
      tables.append(quality.table(rows(report) { $0.result.quality }))
    }
    if !report.scenario.performanceHours.isEmpty {
      tables.append(performanceHours.table(rows(report) { $0.result.hours }))
    }
    return tables
  }

  package static func rows<Item>(
    _ report: ScenarioReport, _ items: (PlanReport) -> [Item]
  ) -> [PlanRow<Item>] {
    report.plans.flatMap { plan in
      items(plan).map {
        PlanRow(scenario: report.scenario.name, plan: plan.plan.name, item: $0)
      }
    }
  }

  /// The table of a replayed log, where a plan is a policy or a case and nothing is drawn.
  private static func describedForReplay(_ table: Table) -> Table {
    var table = table
    for place in table.columns.indices {
      let name = table.columns[place].name
      if let about = replayDescriptions[table.name]?[name] ?? replayDescriptions[""]?[name] {
        table.columns[place].about = about
      }
    }
    return table
  }

  /// By table and column; by column alone under the empty name.
  private static let replayDescriptions: [String: [String: String]] = [
    "": ["plan": "Policy or case that the log's requests were sent through"],
    "plans": [
      "users": "Users that the log names",
      "calls": "Requests of the log, cache hits included",
      "cost_usd": "Bill of the log's requests under this policy or case",
      "cost_p05_usd": "Always empty: a log is replayed once",
      "cost_p50_usd": "Always empty: a log is replayed once",
      "cost_p95_usd": "Always empty: a log is replayed once",
      "expected_cost_usd": "Always empty: a log has no closed form",
      "over_budget_probability": "Always empty: a log is no draw",
    ],
    "costs": ["users": "Users that the log names"],
    "accounts": [
      "account_id": "User as the log names it; empty for requests and fixed prices of no user",
      "account_plan": "Account plan that the log tells of the account last",
    ],
    "account_months": ["account_plan": "Account plan that the log tells of the account last"],
  ]
}
