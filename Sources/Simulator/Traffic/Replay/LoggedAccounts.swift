import CostModel
import Scenarios

/// Whose a request of a log is, and of which session: as the log says, else as the scenario does.
///
/// Accounts are numbered as they come in order of time. The names of those that stand for unknown
/// users are in brackets.
package struct LoggedAccounts: Sendable {
  private let settings: ReplaySettings
  private let draws: Draws
  /// By account, in order of their first request.
  package private(set) var names: [String] = []
  /// The ranks of those requests.
  package private(set) var firsts: [Int64] = []
  /// By the log's user number; `Ledger.noUser`: not met yet.
  private var ofUser: [UInt32] = []
  private var ofSession: [UInt64: UInt32] = [:]
  /// The one that all unknown users share, or those among whom they are dealt.
  private var standIns: [UInt32]
  private let activity: (own: [Double], alias: [Int])
  /// Some account hangs on its request's rank.
  package private(set) var areNumbered = false

  package init(settings: ReplaySettings, population: UserPopulation, draws: Draws) {
    self.settings = settings
    self.draws = draws
    guard case .dealt(let count) = settings.users else {
      standIns = [Ledger.noUser]
      activity = ([], [])
      return
    }
    standIns = Array(repeating: Ledger.noUser, count: count)
    let users = Population(population, users: count, draws: draws, rates: [])
    activity = AliasTable.build(weights: (0..<count).map(users.activity))
  }

  /// Accounts by the log's user number; `Ledger.noUser` where it has not been met.
  @inline(__always)
  package func withKnown<Result>(_ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
    ofUser.withUnsafeBufferPointer(body)
  }

  /// The account of a request, by its rank in order of time; `Ledger.noUser` if it has none.
  package mutating func account(of row: TraceRecord, rank: Int64, symbols: TraceSymbols) -> UInt32 {
    let user = row.user
    guard user != TraceRow.none else { return standIn(row, rank: rank) }
    while Int(user) >= ofUser.count { ofUser.append(Ledger.noUser) }
    if ofUser[Int(user)] == Ledger.noUser {
      ofUser[Int(user)] = add(symbols.users.name(user), rank)
    }
    return ofUser[Int(user)]
  }

  /// Identifies the session of a request of that account; 0 if it has none.
  package func session(_ row: TraceRecord, account: UInt32) -> UInt64 {
    if row.session != 0 { return row.session }
    guard settings.sessions == .user, account != Ledger.noUser else { return 0 }
    return SplitMix.mixed(UInt64(account) &+ 1)
  }

  private mutating func standIn(_ row: TraceRecord, rank: Int64) -> UInt32 {
    switch settings.users {
    case .none: return Ledger.noUser
    case .shared: return standIn(0, named: "(not told)", rank)
    case .request:
      areNumbered = true
      return add("(request \(rank))", rank)
    case .session:
      guard row.session != 0 else { return Ledger.noUser }
      if let known = ofSession[row.session] { return known }
      let account = add("(session \(ofSession.count + 1))", rank)
      ofSession[row.session] = account
      return account
    case .dealt:
      areNumbered = true
      let word = draws.block(.user, call: UInt64(rank), user: 0, workload: Draws.traceKey).1
      let place = AliasTable.draw(own: activity.own, alias: activity.alias, word)
      return standIn(place, named: "(user \(place + 1))", rank)
    }
  }

  private mutating func standIn(_ place: Int, named name: String, _ rank: Int64) -> UInt32 {
    if standIns[place] == Ledger.noUser { standIns[place] = add(name, rank) }
    return standIns[place]
  }

  private mutating func add(_ name: String, _ rank: Int64) -> UInt32 {
    names.append(name)
    firsts.append(rank)
    return UInt32(names.count - 1)
  }
}
