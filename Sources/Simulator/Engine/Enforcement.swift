import CostModel
import Support

/// What the budget's actions do to calls, and whom they have met (docs/semantics.md, "Enforcement").
package struct Enforcement: Sendable {
  /// What has been done to the calls of one use case by one action in one month.
  package struct Tally: Sendable {
    package var refused: Int64 = 0
    package var moved: Int64 = 0
    /// Calls refused or moved, by user; a log may name none.
    package var accounts: [UInt32: Int64] = [:]
  }
  package struct Place: Hashable, Sendable {
    package var month: Int
    package var action: Int
    package var useCase: UInt16
  }
  package enum Decision {
    case untouched
    case refused(by: Int)
    case moved(by: Int, routing: CompiledRouting, tier: Int?)
  }

  package private(set) var actions: [CompiledAction]
  private var kinds: Int
  private let accountPlans: [UInt8]
  /// In force for the month that runs, in file order.
  private var inForce: [Int] = []
  private var month = -1
  private var firings = 0
  /// Of each account on the day that runs.
  private var today = -1
  private var admitted: [Int64]
  private var spent: [MoneySum]
  package private(set) var tallies: [Place: Tally] = [:]

  package init(compiled: CompiledScenario, population: Population) {
    actions = (compiled.scenario.budget?.actions ?? []).map { CompiledAction($0, compiled) }
    kinds = compiled.kinds.count
    accountPlans = actions.isEmpty ? [] : population.deal.accountPlan
    let users = actions.isEmpty ? 0 : population.users
    admitted = Array(repeating: 0, count: users)
    spent = Array(repeating: .zero, count: users)
  }

  /// Makes room for kinds of calls and users that a log has brought.
  package mutating func grow(compiled: CompiledScenario, users: Int) {
    guard !actions.isEmpty else { return }
    if compiled.kinds.count > kinds {
      kinds = compiled.kinds.count
      actions = (compiled.scenario.budget?.actions ?? []).map { CompiledAction($0, compiled) }
    }
    let new = users - admitted.count
    admitted += Array(repeating: 0, count: new)
    spent += Array(repeating: .zero, count: new)
  }

  package func accountPlan(of user: UInt32) -> Int {
    accountPlans.isEmpty ? 0 : Int(accountPlans[Int(user)])
  }

  /// A call arrives: days and months may have begun, and lines may have become known.
  package mutating func begin(day: Int, month: Int, budget: borrowing BudgetWatch) {
    if day != today {
      today = day
      for user in admitted.indices { (admitted[user], spent[user]) = (0, .zero) }
    }
    guard month != self.month || budget.firings != firings else { return }
    self.month = month
    firings = budget.firings
    inForce = actions.indices.filter { budget.isKnown(line: actions[$0].line, month: month) }
  }

  /// What happens to a call of that kind: refused by the first action that refuses it, else moved
  /// by the last one that moves it.
  package func decide(kind: Int, user: UInt32) -> Decision {
    var decision = Decision.untouched
    let plan = accountPlan(of: user)
    for number in inForce where actions[number].concerns(kind: kind, accountPlan: plan) {
      switch actions[number].effect {
      case .refuse: return .refused(by: number)
      case .cap(let calls, let amount) where user != Ledger.noUser:
        if admitted[Int(user)] >= calls || spent[Int(user)] >= amount {
          return .refused(by: number)
        }
      case .cap: continue
      case .reroute where actions[number].isUnable(kind: kind): return .refused(by: number)
      case .reroute(let routing, let tier):
        decision = .moved(by: number, routing: routing, tier: tier)
      }
    }
    return decision
  }

  package mutating func admit(user: UInt32) {
    if user != Ledger.noUser { admitted[Int(user)] += 1 }
  }

  /// An attempt of a call that arrived on that day has been billed.
  package mutating func add(_ cost: Money, user: UInt32, day: Int) {
    if day == today, user != Ledger.noUser { spent[Int(user)] += cost }
  }

  package mutating func count(by action: Int, useCase: UInt16, user: UInt32, isRefused: Bool) {
    let place = Place(month: month, action: action, useCase: useCase)
    if isRefused {
      tallies[place, default: Tally()].refused += 1
    } else {
      tallies[place, default: Tally()].moved += 1
    }
    guard user != Ledger.noUser else { return }
    tallies[place, default: Tally()].accounts[user, default: 0] += 1
  }
}
