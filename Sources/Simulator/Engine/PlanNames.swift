import CostModel
import Scenarios

/// What the dense numbers of a plan's calls stand for.
package struct PlanNames: Sendable {
  package var compiled: CompiledScenario
  package var routing: CompiledRouting
  /// By user number from 0, where a log names them; else users are numbered.
  package var userNames: [String]

  package init(compiled: CompiledScenario, routing: CompiledRouting, userNames: [String]) {
    self.compiled = compiled
    self.routing = routing
    self.userNames = userNames
  }
}

extension PlanNames {
  /// `user-000001`: starts with a letter, so that spreadsheets keep every digit.
  package static func accountID(_ user: Int) -> String {
    let digits = String(user)
    return "user-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
  }

  /// `account_id` of a user; nil where a log names none.
  package func account(_ user: UInt32) -> String? {
    if user == Ledger.noUser { return nil }
    return userNames.isEmpty ? Self.accountID(Int(user) + 1) : userNames[Int(user)]
  }

  /// Why the call was routed as it was: the policy's rule, or the budget's line that has acted.
  package func reason(_ call: Call, accountPlan: Int) -> String {
    lineThatActed(call) ?? routing.reason(kind: Int(call.kind), accountPlan: accountPlan)
  }

  /// The budget's line that has changed or refused the call.
  package func lineThatActed(_ call: Call) -> String? {
    guard call.action >= 0, let budget = compiled.scenario.budget else { return nil }
    return budget.thresholds[budget.actions[Int(call.action)].line].name
  }

  /// The name of an account plan; a log may tell that of each call itself.
  package func accountPlan(_ place: Int, of attributes: CallAttributes) -> String? {
    let plans = compiled.scenario.users.accountPlans
    return plans.isEmpty ? attributes[.accountPlan] : plans[place].name
  }
}
