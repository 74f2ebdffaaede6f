import CostModel
import Scenarios
import Simulator
import Support

/// What the users of a plan were dealt, and how active that makes them.
package struct DealtUsers {
  package let groups: [UserAllocation.Group]
  /// The mean user's activity in run 1: 1, unless activities are drawn or one user runs wild.
  package let meanActivity: Double
  /// Names of workloads whose weights are scaled once more, since account plans change their volumes.
  package let scales: [(workload: String, scale: Double)]

  package init(_ scenario: Scenario, plan: PlanSpec) {
    let population = Population(
      scenario, users: plan.users, draws: Draws(seed: scenario.seed, run: 1))
    groups = population.deal.groups
    meanActivity =
      (0..<plan.users).reduce(0.0) { $0 + population.activity(of: $1) } / Double(plan.users)
    let names = scenario.users.accountPlans.map(\.name)
    scales = scenario.workloads.compactMap { workload in
      guard !names.isEmpty else { return nil }
      let scale = population.deal.volumeScale(
        factors: names.map { workload.volumeByAccountPlan[$0] ?? 1 })
      return scale == 1 ? nil : (workload.name, scale)
    }
  }

  package func json(_ users: UserPopulation) -> JSONValue {
    .object([
      ("mean_weight", Self.number(meanActivity)),
      (
        "groups",
        .array(
          groups.map { group in
            .object([
              (
                "account_plan",
                .optional(group.accountPlan) { .string(users.accountPlans[$0].name) }
              ),
              (
                "activity_class", .optional(group.activityClass) { .string(users.classes[$0].name) }
              ),
              ("users", .integer(Int64(group.users))),
              ("weight", Self.number(group.weight)),
            ])
          })
      ),
      ("volume_scales", .object(scales.map { ($0.workload, Self.number($0.scale)) })),
    ])
  }

  private static func number(_ value: Double) -> JSONValue {
    .optional(DecimalText.real(value, places: 9)) { .string($0) }
  }
}

extension UserPopulation {
  /// Empty where all users are alike or their activities are drawn.
  package var classes: [ActivityClass] {
    if case .classes(let classes) = activity { classes } else { [] }
  }

  /// Whether users differ.
  package var isMixed: Bool { activity != .equal || !accountPlans.isEmpty || rogue != nil }
}

extension ReportMarkdown {
  /// Who the users are: what a plan of so many whole users was dealt of the stated shares.
  package static func userSection(_ report: ScenarioReport) -> String {
    let users = report.scenario.users
    guard users.isMixed else { return "" }
    let dealt = report.plans.map { DealtUsers(report.scenario, plan: $0.plan) }
    var table = MarkdownTable(
      [.text("users")] + report.plans.map { .number(name($0.plan)) })
    for (number, item) in users.classes.enumerated() {
      let row = dealt.map { cell($0) { $0.activityClass == number } }
      table.row(["class " + Markdown.escape(item.name)] + row)
    }
    for (number, item) in users.accountPlans.enumerated() {
      let row = dealt.map { cell($0, weighs: false) { $0.accountPlan == number } }
      table.row(["account plan " + Markdown.escape(item.name)] + row)
    }
    for name in report.scenario.workloads.map(\.name)
    where dealt.contains(where: { $0.scales.contains { $0.workload == name } }) {
      let row = dealt.map { plan in
        weight(plan.scales.first { $0.workload == name }?.scale ?? 1)
      }
      table.row(["weights in " + Markdown.escape(name) + ", times"] + row)
    }
    if dealt.contains(where: { ($0.meanActivity - 1).magnitude > 1e-9 }) {
      table.row(["mean weight"] + dealt.map { weight($0.meanActivity) })
    }
    return heading("Users") + (table.isEmpty ? "" : table.text) + sentences(report) + "\n\n"
  }

  private static func sentences(_ report: ScenarioReport) -> String {
    let users = report.scenario.users
    var text = ""
    if !users.classes.isEmpty || !users.accountPlans.isEmpty {
      text = "Users are whole, so each share is met to within one user."
    }
    if !users.classes.isEmpty {
      text += " A weight is how much a user calls, beside the mean user of the plan."
    }
    if case .lognormal = users.activity {
      text += " How much each user calls is drawn: the mean is 1 over all luck, not in every run."
      if report.scenario.workloads.contains(where: { $0.arrivals == .exact }) {
        text +=
          " Where arrivals are exact, weights are scaled so that the calls are the stated ones."
      }
    }
    if users.rogue != nil { text += " What the rogue user makes too much comes on top." }
    return text.hasPrefix(" ") ? String(text.dropFirst()) : text
  }

  /// `2 of weight 7.83`; `0` where nobody is.
  private static func cell(
    _ dealt: DealtUsers, weighs: Bool = true, _ isMember: (UserAllocation.Group) -> Bool
  ) -> String {
    let members = dealt.groups.filter(isMember)
    let count = HumanFormat.count(members.reduce(0) { $0 + Int64($1.users) })
    guard weighs, let first = members.first else { return count }
    return "\(count) of weight \(weight(first.weight))"
  }

  private static func weight(_ value: Double) -> String {
    DecimalText.real(value, places: value < 1 ? 3 : 2) ?? "–"
  }
}
