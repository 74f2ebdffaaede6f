import CostModel
import Scenarios

/// Watches what each account has spent in a month against the alerts on that (`account_month_cost`):
/// each fires once an account and month, at the outcome that crosses it.
package struct AccountWatch: Sendable {
  /// An account has crossed an alert's limit.
  package struct Firing: Sendable {
    package var at: Int64
    package var user: UInt32
    package var spent: MoneySum
    package var alert: RollingAlert

    package func event(named account: String?) -> AlertEvent {
      AlertEvent(
        at: SimTime(microseconds: at), type: alert.type, metric: alert.metric, account: account,
        severity: alert.severity, rule: alert.name, state: .fired, value: spent.dollars,
        threshold: alert.threshold, message: alert.message)
    }
  }

  private let alerts: [(alert: RollingAlert, limit: MoneySum)]
  /// By month, then user.
  private var spent: [[MoneySum]] = []
  package private(set) var firings: [Firing] = []

  package init(alerts: [RollingAlert]) {
    self.alerts = alerts.map { ($0, $0.limit) }
  }

  package var isOn: Bool { !alerts.isEmpty }

  /// Adds the cost of an attempt that ended at `e` to its account's month of the call's arrival.
  @inline(never)
  package mutating func add(_ cost: Money, user: UInt32, month: Int, at e: Int64) {
    guard user != Ledger.noUser, cost != .zero else { return }
    let user = Int(user)
    while spent.count <= month { spent.append([]) }
    if spent[month].count <= user {
      spent[month] += Array(repeating: .zero, count: user + 1 - spent[month].count)
    }
    let before = spent[month][user]
    let after = before + MoneySum(cost)
    spent[month][user] = after
    for (alert, limit) in alerts where before <= limit && after > limit {
      firings.append(Firing(at: e, user: UInt32(user), spent: after, alert: alert))
    }
  }
}
