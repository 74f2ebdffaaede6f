/// A log sent through a scenario, as docs/semantics.md says, and its calls.csv.
public struct ReferenceReplay {
  public enum CacheMode { case off, rate, keyed }

  /// The draws of one call.
  public struct CallDraws {
    public var route: Double
    public var cache: Double
    public var untold: ReferenceStandIns.Draws

    public init(route: Double, cache: Double, untold: ReferenceStandIns.Draws) {
      (self.route, self.cache, self.untold) = (route, cache, untold)
    }
  }

  public struct CacheClass {
    public var ttl: Int64
    public var hitRate: Double?

    public init(ttl: Int64, hitRate: Double?) { (self.ttl, self.hitRate) = (ttl, hitRate) }
  }

  /// What a line of the budget does to requests, beside what `ReferenceBudget` says of it.
  public struct Action {
    public enum Move {
      case none
      case tier(String, chain: [Int])
      case policy(ReferencePolicy)
    }

    public var line: String
    /// One of these values, by attribute.
    public var conditions: [String: [String]]
    public var move: Move

    public init(line: String, conditions: [String: [String]], move: Move) {
      (self.line, self.conditions, self.move) = (line, conditions, move)
    }
  }

  public var scenario: ReferenceScenario
  public var policy: ReferencePolicy
  public var modelNames: [String] = []
  public var providers: [String] = []
  public var cacheMode = CacheMode.off
  public var cacheClasses: [String: CacheClass] = [:]
  public var defaultCache: CacheClass?
  public var standIns = ReferenceStandIns()
  /// Meters that the log has columns for.
  public var meters: [String] = []
  /// As many as the budget has.
  public var actions: [Action] = []

  public init(scenario: ReferenceScenario, policy: ReferencePolicy) {
    (self.scenario, self.policy) = (scenario, policy)
  }

  /// What became of the rows, which actions of the budget met them, and the text of calls.csv.
  /// - Parameters:
  ///   - rows: as they stand in the file.
  ///   - callDraw: the draws for routing, for the response cache and for what is not told, by rank
  ///     from 1.
  ///   - draw: failure draw and latency of an attempt; `id` is the call's rank.
  public func ledger(
    of rows: [ReferenceLogRow], callDraw: (_ rank: Int) -> CallDraws,
    draw: @escaping ReferenceRun.Draw
  ) -> (rows: [ReferenceRow], actions: [Int?], text: String) {
    var standIns = standIns
    // In order of (timestamp, row number).
    let order = rows.indices.sorted { (rows[$0].time, $0) < (rows[$1].time, $1) }
    var calls: [ReferenceCall] = []
    var accounts: [String?] = []
    for (place, index) in order.enumerated() {
      let draws = callDraw(place + 1)
      accounts.append(standIns.account(of: rows[index], rank: place + 1, draws.untold))
      calls.append(
        call(rows[index], account: accounts[place], rank: place + 1, draws, &standIns))
    }
    let arrivals = zip(calls, order).map { call, index in
      ReferenceArrival(time: rows[index].time, stages: [.init(delay: 0, calls: [call])])
    }
    let done = ReferenceRun(of: arrivals, in: scenario, draw: draw)
    var text = ReferenceLedgerText.header(meters)
    for (place, row) in done.rows.enumerated() {
      let log = rows[order[place]]
      let reason =
        done.actions[place].map { actions[$0].line }
        ?? policy.rule(for: log.attributes)?.name
      text += ReferenceLedgerText.line(
        row, call: done.finals[place], reason: reason, log: log, account: accounts[place],
        replay: self)
    }
    return (done.rows, done.actions, text)
  }

  /// What each of the budget's actions would do to the request.
  private func moves(
    of row: ReferenceLogRow, _ call: ReferenceCall, u: Double
  ) -> [(routed: Int?, tier: String?)?] {
    actions.map { action in
      guard ReferencePolicy.holds(action.conditions, for: row.attributes) else { return nil }
      switch action.move {
      case .none: return (call.routed, call.tier)
      case .tier(let tier, let chain): return (chain.first { !call.unfit.contains($0) }, tier)
      case .policy(let policy):
        let choice = policy.rule(for: row.attributes)?.choice ?? .logged
        // A rule that keeps the log's model keeps the call where it is if there is none.
        let model = ReferencePolicy.model(of: choice, logged: row.model, u: u)
        return (model ?? call.routed, call.tier)
      }
    }
  }

  private func call(
    _ row: ReferenceLogRow, account: String?, rank: Int, _ draws: CallDraws,
    _ standIns: inout ReferenceStandIns
  ) -> ReferenceCall {
    var call = ReferenceCall()
    call.id = rank
    call.user = account.map { standIns.number(ofAccount: $0) }
    call.prompt = standIns.prompt(of: row, rank: rank, account: account, draws.untold)
    if let choice = policy.rule(for: row.attributes)?.choice {
      call.routed = ReferencePolicy.model(of: choice, logged: row.model, u: draws.route) ?? -1
    }
    call.tier = row.attributes["tier"]
    call.cache = cache(of: row, u: draws.cache)
    call.input = row.input
    call.output = row.output
    call.reasoning = row.reasoning
    call.audio = row.audio
    call.maxTokens = row.maxTokens
    call.cacheWrite = row.cacheWrite
    call.meters = row.meters
    if let cached = row.cached {
      call.prefix = .stated(cached)
    } else if !row.blocks.isEmpty {
      call.prefix = .blocks(row.blocks, size: row.blockSize)
    } else if let size = standIns.sessionBlock {
      call.prefix = .blocks(standIns.blocks(of: row, account: account), size: size)
    }
    call.actions = moves(of: row, call, u: draws.route)
    call.logged = row.model.map { .init(model: $0, isOK: row.isOK, latency: row.latency) }
    return call
  }

  private func cache(of row: ReferenceLogRow, u: Double) -> ReferenceCall.Cache? {
    let listed = row.attributes["cache_class"].flatMap { cacheClasses[$0] }
    guard let settings = listed ?? defaultCache else { return nil }
    switch cacheMode {
    case .off: return nil
    case .keyed: return .keyed(ttl: settings.ttl)
    case .rate:
      guard let rate = settings.hitRate, rate > 0, settings.ttl > 0 else { return nil }
      return .rate(rate, ttl: settings.ttl, u: u)
    }
  }
}
