/// The tables of one scenario's report (docs/interface.md, "Output of run").
enum ReportTables {
  /// All of them, in the order in which databases need them.
  static func all(_ report: ScenarioReport) -> [Table] {
    let always =
      [
        plans.table(
          rows(report) { plan in
            [
              PlanSummary(
                report: plan, budget: report.scenario.budget, periodBudget: report.periodBudget)
            ]
          }),
        costs.table(
          rows(report) { plan in
            plan.result.costs.map { CostItem(users: plan.plan.users, cell: $0) }
          }),
        daily.table(rows(report) { dailyItems($0.result, period: report.scenario.period) }),
        accounts.table(rows(report) { accountItems($0.result) }),
        performance.table(rows(report) { $0.result.performance }),
        alerts.table(rows(report) { $0.result.alerts }),
      ] + enforcement(report) + returns(report) + experiments(report)
    guard report.plans.contains(where: { $0.spread != nil }) else { return always }
    return always + [uncertainty.table(rows(report, uncertaintyItems))]
  }

  static func rows<Item>(
    _ report: ScenarioReport, _ items: (PlanReport) -> [Item]
  ) -> [PlanRow<Item>] {
    report.plans.flatMap { plan in
      items(plan).map {
        PlanRow(scenario: report.scenario.name, plan: plan.plan.name, item: $0)
      }
    }
  }
}
