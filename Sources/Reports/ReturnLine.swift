import Analysis
import CostModel
import Scenarios
import Simulator

/// What one use case, one account plan or all of them bring and cost in the period.
package struct ReturnLine: Sendable {
  package enum Scope: String, Sendable {
    case useCase = "use_case"
    case accountPlan = "account_plan"
    case all
  }

  package var scope: Scope
  /// nil: fixed prices, which belong to no use case and no account plan; or all.
  package var name: String?
  /// Of the plan, or of the account plan.
  package var users: Int64?
  package var calls: Int64
  /// Answered calls that may convert.
  package var answered: Int64
  package var conversions: Int64
  /// Of conversions.
  package var sales: MoneySum
  /// Of `sales`, if every one of those calls converted.
  package var potential: MoneySum
  /// nil: a use case has none.
  package var subscriptions: MoneySum?
  package var cost: MoneySum
  /// Of the same; nil where closed forms do not know.
  package var expected: ExpectedReturn.Part?

  package var revenue: MoneySum { sales + (subscriptions ?? .zero) }
  package var margin: MoneySum { revenue - cost }
}

extension PlanReport {
  /// Use cases in the order of costs.csv, account plans in the scenario's, each with what belongs to
  /// none of them last; then all. Either group adds up to all.
  ///
  /// Empty where the scenario says nothing of what calls and users bring, and for a log.
  package func returnLines(_ scenario: Scenario) -> [ReturnLine] {
    guard scenario.statesReturn, !plan.isPolicy else { return [] }
    return useCaseLines() + accountPlanLines(scenario) + [wholeLine(scenario)]
  }

  private func line(
    _ scope: ReturnLine.Scope, _ name: String?, cells: [ReturnCell]
  ) -> ReturnLine {
    ReturnLine(
      scope: scope, name: name, calls: 0, answered: cells.reduce(0) { $0 + $1.answered },
      conversions: cells.reduce(0) { $0 + $1.conversions },
      sales: cells.reduce(.zero) { $0 + $1.revenue },
      potential: cells.reduce(.zero) { $0 + $1.potential }, cost: .zero)
  }

  private func useCaseLines() -> [ReturnLine] {
    var names: [String?] = []
    for cell in result.costs where !names.contains(cell.useCase) { names.append(cell.useCase) }
    // Fixed prices come first in costs.csv.
    return (names.filter { $0 != nil } + names.filter { $0 == nil }).map { name in
      let costs = result.costs.filter { $0.useCase == name }
      var line = line(.useCase, name, cells: result.returns.filter { $0.useCase == name })
      line.users = name == nil ? nil : Int64(plan.users)
      line.calls = costs.reduce(0) { $0 + $1.calls }
      line.cost = costs.reduce(.zero) { $0 + $1.cost }
      line.expected = name.flatMap { expectation.returns?.byUseCase[$0] }
      return line
    }
  }

  private func accountPlanLines(_ scenario: Scenario) -> [ReturnLine] {
    let names = scenario.users.accountPlans.map(\.name)
    guard !names.isEmpty else { return [] }
    let accounts = Dictionary(grouping: result.accounts, by: \.accountPlan)
    return (names.map(Optional.some) + [nil]).compactMap { name in
      guard let own = accounts[name] else { return nil }
      var line = line(
        .accountPlan, name, cells: result.returns.filter { $0.accountPlan == name })
      if let name {
        let users = own.count
        line.users = Int64(users)
        line.subscriptions = scenario.subscriptions(of: name, users: users)
        line.expected = expectation.returns?.byAccountPlan[name]
        line.expected?.revenue += line.subscriptions?.dollars ?? 0
      }
      line.calls = own.reduce(0) { $0 + $1.calls }
      line.cost = own.reduce(.zero) { $0 + $1.cost }
      return line
    }
  }

  private func wholeLine(_ scenario: Scenario) -> ReturnLine {
    var whole = line(.all, nil, cells: result.returns)
    whole.users = Int64(plan.users)
    whole.calls = result.calls
    whole.cost = result.cost
    whole.subscriptions = accountPlanLines(scenario).compactMap(\.subscriptions).reduce(.zero, +)
    whole.expected = expectation.returns?.total
    whole.expected?.revenue += whole.subscriptions?.dollars ?? 0
    return whole
  }
}

extension Scenario {
  /// What so many users of an account plan pay in the whole period.
  fileprivate func subscriptions(of accountPlan: String, users: Int) -> MoneySum {
    let months = Int128(period.months.count) * Int128(users)
    let price = self.users.subscriptions[accountPlan] ?? .zero
    return MoneySum(picodollars: price.picodollars * months)
  }
}
