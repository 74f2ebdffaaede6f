/// A log sent through a scenario, as docs/semantics.md says, and its calls.csv.
public struct ReferenceReplay {
  public enum CacheMode { case off, rate, keyed }

  public struct CacheClass {
    public var ttl: Int64
    public var hitRate: Double?

    public init(ttl: Int64, hitRate: Double?) { (self.ttl, self.hitRate) = (ttl, hitRate) }
  }

  public var scenario: ReferenceScenario
  public var policy: ReferencePolicy
  public var modelNames: [String] = []
  public var providers: [String] = []
  public var cacheMode = CacheMode.off
  public var cacheClasses: [String: CacheClass] = [:]
  public var defaultCache: CacheClass?

  public init(scenario: ReferenceScenario, policy: ReferencePolicy) {
    (self.scenario, self.policy) = (scenario, policy)
  }

  /// What became of the rows, and the text of calls.csv.
  /// - Parameters:
  ///   - rows: as they stand in the file.
  ///   - callDraw: the draws for routing and for the response cache, by rank from 1.
  ///   - draw: failure draw and latency of an attempt; `id` is the call's rank.
  public func ledger(
    of rows: [ReferenceLogRow], callDraw: (_ rank: Int) -> (route: Double, cache: Double),
    draw: @escaping ReferenceRun.Draw
  ) -> (rows: [ReferenceRow], text: String) {
    // In order of (timestamp, row number).
    let order = rows.indices.sorted { (rows[$0].time, $0) < (rows[$1].time, $1) }
    var calls: [ReferenceCall] = []
    for (place, index) in order.enumerated() {
      calls.append(call(rows[index], among: rows, rank: place + 1, callDraw(place + 1)))
    }
    let arrivals = zip(calls, order).map { call, index in
      ReferenceArrival(time: rows[index].time, stages: [.init(delay: 0, calls: [call])])
    }
    let done = ReferenceRun(of: arrivals, in: scenario, draw: draw).rows
    var text = ReferenceLedgerText.header
    for (row, (call, index)) in zip(done, zip(calls, order)) {
      text += ReferenceLedgerText.line(row, call: call, log: rows[index], replay: self)
    }
    return (done, text)
  }

  private func call(
    _ row: ReferenceLogRow, among rows: [ReferenceLogRow], rank: Int,
    _ draws: (route: Double, cache: Double)
  ) -> ReferenceCall {
    var call = ReferenceCall()
    call.id = rank
    // Users and prompts by their first place in the file.
    call.user = row.user.flatMap { user in rows.firstIndex { $0.user == user } }
    call.prompt = row.prompt.flatMap { prompt in rows.firstIndex { $0.prompt == prompt } }
      .map { UInt64($0) }
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
    if let cached = row.cached {
      call.prefix = .stated(cached)
    } else if !row.blocks.isEmpty {
      call.prefix = .blocks(row.blocks, size: row.blockSize)
    }
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
      return .rate(isHit: u < rate)
    }
  }
}
