import CostModel
import Support

extension ReportMarkdown {
  /// What the budget's actions saved, and whom they met; empty where the budget only tells.
  package static func enforcementSection(_ report: ScenarioReport) -> String {
    guard report.actsOnBudget else { return "" }
    let heading = heading("What acting on the budget saves")
    guard report.plans.contains(where: { !$0.result.enforcements.isEmpty }) else {
      return heading + "No line of the budget that acts has met a call.\n\n"
    }
    return heading
      + """
      Without: the same calls with the same luck, had the budget only told. A refused call is a \
      failed call that asked no model: it costs nothing, and its user gets no answer. A moved \
      call is answered by another model.


      """ + savings(report) + doings(report)
        + """
        Accounts and use cases in full: [enforcement.csv](enforcement.csv), \
        [enforced_accounts.csv](enforced_accounts.csv), [savings.csv](savings.csv).


        """
  }

  private static func savings(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text(report.unit), .number("bill without"), .number("bill"), .number("saved"),
      .number("refused calls"), .number("moved calls"), .number("accounts met"),
    ])
    for plan in report.plans {
      guard let without = plan.unenforced else { continue }
      let met = plan.met
      table.row([
        name(plan.plan), HumanFormat.usd(without.cost), HumanFormat.usd(plan.result.cost),
        HumanFormat.usd(without.cost - plan.result.cost), HumanFormat.count(met.refused),
        HumanFormat.count(met.moved),
        plan.plan.users == 0
          ? "none told"
          : "\(HumanFormat.count(met.accounts)) of \(HumanFormat.count(Int64(plan.plan.users)))",
      ])
    }
    return table.text
  }

  private static func doings(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text(report.unit), .text("line"), .text("action"), .text("in force from"), .text("use case"),
      .number("refused"), .number("moved"), .number("accounts"),
    ])
    for plan in report.plans {
      for cell in plan.result.enforcements {
        table.row([
          name(plan.plan), Markdown.escape(cell.rule), cell.action,
          HumanFormat.moment(cell.since, in: report.scenario.period),
          Markdown.escape(cell.useCase), HumanFormat.count(cell.refused),
          HumanFormat.count(cell.moved), HumanFormat.count(Int64(cell.accounts.count)),
        ])
      }
    }
    return table.text + unable(report)
  }

  /// Calls that were refused because no model of the tier that they would be moved to can do their task.
  private static func unable(_ report: ScenarioReport) -> String {
    let refused = report.plans.compactMap { plan -> String? in
      let calls = plan.result.enforcements.reduce(0) { $0 + $1.unable }
      return calls > 0 ? "\(HumanFormat.count(calls)) with \(name(plan.plan))" : nil
    }
    guard !refused.isEmpty else { return "" }
    return
      "Refused since no model of the tier that the line moves calls to can do their task, as far as "
      + "the catalog tells: \(HumanFormat.list(refused)).\n\n"
  }
}

extension PlanReport {
  /// Calls that the budget's actions have refused and moved, and the number of their accounts.
  package var met: (refused: Int64, moved: Int64, accounts: Int64) {
    var accounts: Set<UInt32> = []
    for cell in result.enforcements { accounts.formUnion(cell.accounts.keys) }
    return (
      result.enforcements.reduce(0) { $0 + $1.refused },
      result.enforcements.reduce(0) { $0 + $1.moved }, Int64(accounts.count)
    )
  }
}
