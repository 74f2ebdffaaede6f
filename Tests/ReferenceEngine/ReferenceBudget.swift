/// Lines of one month's budget and what they do, as docs/semantics.md's "Enforcement" says.
public struct ReferenceBudget {
  public enum Effect {
    case refuse
    case cap(calls: Int64?, amount: Int64?)
    /// Where to, each call says itself.
    case move
  }

  public var monthStart: Int64
  /// What arrives later, as a stage that has waited may, counts on the last day.
  public var monthEnd: Int64
  public var every: Int64?
  public var lag: Int64
  /// Picodollars of each action's line, in file order of the actions.
  public var actions: [(amount: Int64, effect: Effect)]

  public init(
    month: Range<Int64>, every: Int64?, lag: Int64, actions: [(amount: Int64, effect: Effect)]
  ) {
    (monthStart, monthEnd) = (month.lowerBound, month.upperBound)
    (self.every, self.lag, self.actions) = (every, lag, actions)
  }

  /// When a crossing at e is known.
  func known(_ e: Int64) -> Int64 {
    guard let every else { return e + lag }
    var look = monthStart
    while look < e + lag { look += every }
    return look
  }
}

/// What has been spent, and by whom.
struct ReferenceSpending {
  private struct Account: Hashable {
    var user: Int?
    var day: Int64
  }

  private let budget: ReferenceBudget
  private var total: Int64 = 0
  /// By action, when its line's crossing is known.
  private var known: [Int64?]
  private var calls: [Account: Int64] = [:]
  private var spent: [Account: Int64] = [:]

  init(_ budget: ReferenceBudget) {
    self.budget = budget
    known = budget.actions.map { _ in nil }
  }

  private func account(_ user: Int?, _ t: Int64) -> Account {
    Account(user: user, day: min(t, budget.monthEnd - 1) / 86_400_000_000)
  }

  /// An attempt of a call that arrived at t has cost so much at e.
  mutating func add(_ cost: Int64, user: Int?, arrival t: Int64, at e: Int64) {
    total += cost
    spent[account(user, t), default: 0] += cost
    for (number, action) in budget.actions.enumerated()
    where known[number] == nil && total > action.amount { known[number] = budget.known(e) }
  }

  /// The call as it is let through (nil: refused), and the action that has changed or refused it.
  mutating func decide(
    _ call: ReferenceCall, at t: Int64
  ) -> (call: ReferenceCall?, action: Int?) {
    let account = account(call.user, t)
    var result = call
    var mover: Int?
    for (number, action) in budget.actions.enumerated() {
      guard let since = known[number], since <= t, let met = call.actions[number] else { continue }
      switch action.effect {
      case .refuse: return (nil, number)
      case .cap(let most, let amount):
        // A call of no account is capped by none.
        if call.user == nil { break }
        if let most, calls[account, default: 0] >= most { return (nil, number) }
        if let amount, spent[account, default: 0] >= amount { return (nil, number) }
      case .move:
        guard let routed = met.routed else { return (nil, number) }
        (result.routed, result.tier, mover) = (routed, met.tier, number)
      }
    }
    calls[account, default: 0] += 1
    let isSame =
      result.routed == call.routed && (result.tier ?? "standard") == (call.tier ?? "standard")
    return (result, isSame ? nil : mover)
  }
}
