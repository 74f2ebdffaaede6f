/// All calls of a plan, event by event, as docs/semantics.md says.
public struct ReferenceRun {
  /// The failure draw and the latency of an attempt (from 0) of a call at a target.
  public typealias Draw = (_ id: Int, _ attempt: Int, _ target: Int) -> (u: Double, latency: Int64)

  /// Outcomes before retries before arrivals.
  private enum Action {
    case outcome(call: Int)
    case hit(call: Int)
    case retry(call: Int)
    case stage(flow: Int)
    case arrival(flow: Int)

    var rank: Int {
      switch self {
      case .outcome, .hit: 0
      case .retry: 1
      case .stage, .arrival: 2
      }
    }
  }
  private struct State {
    let call: ReferenceCall
    let flow: Int
    let chain: [Int]
    var place = 0
    var retries = 0
    var isProbe = false
    var isFailing = false
    var cached: Int64 = 0
    /// As the target's window has cut it.
    var input: Int64 = 0
    var hasMetLog = false
  }
  private struct Flow {
    var stages: [ReferenceArrival.Stage]
    var open = 0
    var hasFailed = false
    var slowest: Int64 = 0
    let time: Int64
    let limit: Int?
    /// Begins with a stage of no calls, since its first one comes later.
    var hasOpening = false
  }

  /// What happened at one target.
  public struct Counts: Equatable {
    public var attempts: Int64 = 0
    public var failures: Int64 = 0
    public var answered: Int64 = 0
    /// Answered although routed to another model.
    public var fallbacks: Int64 = 0
    public var trips: Int64 = 0
    public var throttled: Int64 = 0
    /// Refused by the window; attempts whose input was cut, and by how much in all.
    public var tooLong: Int64 = 0
    public var cut: Int64 = 0
    public var cutTokens: Int64 = 0
    /// Waited before its start.
    public var queued: Int64 = 0

    public init() {}
  }

  /// By flow: the sum over its stages of the delay and the slowest call; nil if a call of it failed.
  public private(set) var flowLatencies: [Int64?] = []
  /// Flows that found no free place in time.
  public private(set) var refusedFlows: Set<Int> = []
  /// By limit: flows under way, and those that wait.
  private var underWay: [Int: Int] = [:]
  private var waiting: [Int: [Int]] = [:]

  private let scenario: ReferenceScenario
  private let targets: [ReferenceTarget]
  private let draw: Draw
  /// In order of creation.
  private var events: [(time: Int64, action: Action)] = []
  private var flows: [Flow] = []
  private var calls: [State] = []
  /// By row: the call as it was let through, or as it arrived if it was refused.
  public private(set) var finals: [ReferenceCall] = []
  /// By row: the budget's action that has moved or refused the call.
  public private(set) var actions: [Int?] = []
  /// One row a call, in order of arrival.
  public private(set) var rows: [ReferenceRow] = []
  /// By target.
  public private(set) var counts: [Counts]
  private var responses = ReferenceResponseCache()
  private var quotas: [ReferenceQuota]
  private var breakers: [ReferenceBreaker?]
  private var prompts: [ReferencePromptCache]
  private var spending: ReferenceSpending?

  private init(_ scenario: ReferenceScenario, draw: @escaping Draw) {
    self.scenario = scenario
    self.draw = draw
    targets = scenario.targets
    quotas = targets.map { ReferenceQuota(scenario.models[$0.model].quota) }
    breakers = targets.map { scenario.models[$0.model].breaker.map(ReferenceBreaker.init) }
    prompts = targets.map { _ in ReferencePromptCache() }
    counts = targets.map { _ in Counts() }
    spending = scenario.budget.map(ReferenceSpending.init)
    responses.flushes = scenario.flushes
  }

  /// Runs it all. `arrivals` are in the order in which those of the same time are taken.
  public init(
    of arrivals: [ReferenceArrival], in scenario: ReferenceScenario, draw: @escaping Draw
  ) {
    self.init(scenario, draw: draw)
    for arrival in arrivals {
      flows.append(Flow(stages: arrival.stages, time: arrival.time, limit: arrival.limit))
      flowLatencies.append(0)
      let flow = flows.count - 1
      if let first = arrival.stages.first {
        // A flow whose first stage comes later begins with a stage of no calls.
        if first.delay > 0 {
          flows[flow].stages.insert(.init(delay: 0, calls: []), at: 0)
          flows[flow].hasOpening = true
        }
      } else if arrival.limit == nil {
        continue
      }
      events.append((arrival.time, .arrival(flow: flow)))
    }
    while let next = nextEvent() {
      let event = events.remove(at: next)
      switch event.action {
      case .outcome(let call): outcome(call, at: event.time)
      case .hit(let call): partEnded(calls[call].flow, rows[call], at: event.time)
      case .retry(let call): attempt(call, at: event.time)
      case .stage(let flow): beginStage(flow, at: event.time)
      case .arrival(let flow): arriveFlow(flow, at: event.time)
      }
    }
  }

  /// The earliest; of those outcomes before retries before arrivals; of those the first created.
  private func nextEvent() -> Int? {
    events.indices.min { a, b in
      (events[a].time, events[a].action.rank, a) < (events[b].time, events[b].action.rank, b)
    }
  }

  // MARK: Flows

  private mutating func arriveFlow(_ flow: Int, at t: Int64) {
    guard let limit = flows[flow].limit, let rule = scenario.runLimits[limit] else {
      return beginStage(flow, at: t)
    }
    if underWay[limit, default: 0] < rule.concurrent {
      underWay[limit, default: 0] += 1
      return flows[flow].stages.isEmpty ? endFlow(flow, at: t) : beginStage(flow, at: t)
    }
    if rule.maxWait == 0 {
      refusedFlows.insert(flow)
    } else {
      waiting[limit, default: []].append(flow)
    }
  }

  /// A place may become free, and the first that has not waited too long takes it.
  private mutating func endFlow(_ flow: Int, at e: Int64) {
    guard let limit = flows[flow].limit, let rule = scenario.runLimits[limit] else { return }
    underWay[limit, default: 0] -= 1
    while let next = waiting[limit]?.first {
      waiting[limit]?.removeFirst()
      if let most = rule.maxWait, e - flows[next].time > most {
        refusedFlows.insert(next)
        continue
      }
      underWay[limit, default: 0] += 1
      flowLatencies[next] = e - flows[next].time
      if flows[next].stages.isEmpty { return endFlow(next, at: e) }
      // Its first stage is an arrival of e, or as much later as it says.
      if flows[next].hasOpening { flows[next].stages.removeFirst() }
      let delay = flows[next].stages[0].delay
      flowLatencies[next] = e - flows[next].time + delay
      return events.append((e + delay, .stage(flow: next)))
    }
  }

  private mutating func beginStage(_ flow: Int, at t: Int64) {
    let stage = flows[flow].stages.removeFirst()
    flows[flow].open = stage.calls.count + 1
    flows[flow].slowest = 0
    for call in stage.calls { arrive(call, flow: flow, at: t) }
    partEnded(flow, nil, at: t)
  }

  /// A call of the flow's stage has ended, or (nil) all of them have been made.
  private mutating func partEnded(_ flow: Int, _ row: ReferenceRow?, at e: Int64) {
    flows[flow].open -= 1
    flows[flow].slowest = max(flows[flow].slowest, row?.latency ?? 0)
    if row?.isFailed == true { flows[flow].hasFailed = true }
    guard flows[flow].open == 0 else { return }
    flowLatencies[flow] =
      flows[flow].hasFailed ? nil : (flowLatencies[flow] ?? 0) + flows[flow].slowest
    if !flows[flow].hasFailed, let next = flows[flow].stages.first {
      flowLatencies[flow] = flowLatencies[flow].map { $0 + next.delay }
      events.append((e + next.delay, .stage(flow: flow)))
    } else {
      endFlow(flow, at: e)
    }
  }

  // MARK: Calls

  private func key(_ call: ReferenceCall) -> ReferenceResponseCache.Key? {
    guard let prompt = call.prompt else { return nil }
    if scenario.cacheIsPerUser && call.user == nil { return nil }
    return .init(
      model: call.routed, prompt: prompt, user: scenario.cacheIsPerUser ? call.user : nil)
  }

  private mutating func arrive(_ arriving: ReferenceCall, flow: Int, at t: Int64) {
    let decided = spending?.decide(arriving, at: t) ?? (arriving, nil)
    finals.append(decided.call ?? arriving)
    actions.append(decided.action)
    guard let call = decided.call else {
      var row = ReferenceRow(id: arriving.id, time: t, cache: .off)
      row.isFailed = true
      calls.append(State(call: arriving, flow: flow, chain: []))
      rows.append(row)
      return partEnded(flow, row, at: t)
    }
    var looksUp = false
    var isHit = false
    if let key = key(call) {
      switch call.cache {
      case nil: break
      case .rate(let rate, let ttl, let u):
        (looksUp, isHit) = (true, u < responses.rate(rate, ttl: ttl, at: t))
      case .keyed(let ttl):
        if ttl > 0 { (looksUp, isHit) = (true, responses.isLive(key, at: t)) }
      }
    }
    calls.append(
      State(
        call: call, flow: flow,
        chain: scenario.chain(routed: call.routed, tier: call.tier, unfit: call.unfit)))
    rows.append(
      ReferenceRow(id: call.id, time: t, cache: !looksUp ? .off : isHit ? .hit : .miss))
    let number = calls.count - 1
    if isHit {
      rows[number].latency = scenario.cacheLatency
      events.append((t + scenario.cacheLatency, .hit(call: number)))
    } else {
      attempt(number, at: t)
    }
  }

  private mutating func attempt(_ number: Int, at t: Int64) {
    while calls[number].place < calls[number].chain.count {
      if start(number, at: t) { return }
      rows[number].skipped += 1
      calls[number].place += 1
      calls[number].retries = 0
    }
    rows[number].isFailed = true
    rows[number].latency = t - rows[number].time
    partEnded(calls[number].flow, rows[number], at: t)
  }

  /// Tries the target at the call's place; false if it is passed over.
  private mutating func start(_ number: Int, at t: Int64) -> Bool {
    let call = calls[number].call
    let target = calls[number].chain[calls[number].place]
    let model = scenario.models[targets[target].model]
    if let breaker = breakers[target], breaker.blocks(at: t) { return false }
    var (u, latency) = draw(call.id, rows[number].attempts, target)
    latency += (call.audio * model.latencyPerAudioSecond + 500_000) / 1_000_000
    var logged: ReferenceCall.Logged?
    if let log = call.logged, log.model == targets[target].model, !calls[number].hasMetLog {
      logged = log
      latency = log.latency ?? latency
    }
    guard let input = input(of: call, at: model, isLogged: logged != nil) else {
      counts[target].tooLong += 1
      return false
    }
    let timedOut = model.timeout.map { latency > $0 } ?? false
    let duration = timedOut ? model.timeout ?? 0 : latency
    let charge =
      input + (model.quota.reserves ? call.maxTokens ?? model.maxTokens ?? 0 : call.output)
    guard
      let s = quotas[target].book(at: t, tokens: charge, audio: call.audio, duration: duration)
    else {
      counts[target].throttled += 1
      return false
    }
    counts[target].attempts += 1
    counts[target].cut += input < call.input ? 1 : 0
    counts[target].cutTokens += call.input - input
    calls[number].input = input
    counts[target].queued += s > t ? 1 : 0
    if logged != nil { calls[number].hasMetLog = true }
    calls[number].isProbe = breakers[target]?.begin(at: t) ?? false
    rows[number].attempts += 1
    rows[number].queue += s - t
    calls[number].cached = 0
    if case .stated(let tokens) = call.prefix {
      calls[number].cached = tokens
    } else if let settings = model.promptCache {
      calls[number].cached = prompts[target].read(call.prefix, input: input, at: s, settings)
    }
    if input < call.input { calls[number].cached = min(calls[number].cached, input) }
    let rate = scenario.failureRate(of: targets[target], at: s, isLogged: logged != nil)
    calls[number].isFailing = timedOut || u < rate || logged?.isOK == false
    events.append((s + duration, .outcome(call: number)))
    return true
  }

  /// The input as the model takes it; nil: the call is larger than its window.
  private func input(
    of call: ReferenceCall, at model: ReferenceModel, isLogged: Bool
  ) -> Int64? {
    guard !isLogged, let window = model.window, call.input + call.output > window else {
      return call.input
    }
    return model.cutsInput && window - call.output >= call.least ? window - call.output : nil
  }

  private mutating func outcome(_ number: Int, at e: Int64) {
    let state = calls[number]
    let target = state.chain[state.place]
    let hasOpened =
      breakers[target]?.outcome(success: !state.isFailing, isProbe: state.isProbe, at: e) ?? false
    counts[target].trips += hasOpened ? 1 : 0
    counts[target].failures += state.isFailing ? 1 : 0
    var bill = bill(state, target: target, time: rows[number].time)
    for use in state.call.uses where !state.isFailing {
      bill = bill + self.bill(use, time: rows[number].time)
    }
    rows[number].bill = rows[number].bill + bill
    spending?.add(
      bill.inputCost + bill.outputCost + bill.otherCost, user: state.call.user,
      arrival: rows[number].time, at: e)
    if !state.isFailing {
      rows[number].target = target
      rows[number].latency = e - rows[number].time
      if case .keyed(let ttl) = state.call.cache, ttl > 0, let key = key(state.call) {
        responses.write(key, at: e, ttl: ttl)
      }
      counts[target].answered += 1
      if targets[target].model != state.call.routed { counts[target].fallbacks += 1 }
      partEnded(state.flow, rows[number], at: e)
    } else if state.retries < scenario.retryMax {
      var pause = scenario.retryBase
      for _ in 0..<state.retries { pause *= 2 }
      calls[number].retries += 1
      events.append((e + min(scenario.retryCap, pause), .retry(call: number)))
    } else {
      calls[number].place += 1
      calls[number].retries = 0
      attempt(number, at: e)
    }
  }

  private func bill(_ use: ReferenceCall.Use, time: Int64) -> ReferenceBill {
    var bill = ReferenceBill()
    (bill.input, bill.output, bill.audio) = (use.input, use.output, use.audio)
    bill.calls = 1
    bill.take(use.meters, speechIsAllBut: nil)
    bill.price(
      with: scenario.models[use.model].prices, arrival: time, batch: false,
      region: scenario.models[use.model].regions.first)
    return bill
  }

  private func bill(_ state: State, target: Int, time: Int64) -> ReferenceBill {
    var bill = ReferenceBill()
    if state.isFailing && scenario.billFailures == .none { return bill }
    bill.input = state.input
    bill.cached = state.cached
    bill.images = state.call.images
    bill.written = min(state.call.cacheWrite, max(0, bill.input - bill.cached))
    bill.audio = state.call.audio
    bill.calls = 1
    if !state.isFailing || scenario.billFailures == .all {
      bill.output = state.call.output
      bill.reasoning = state.call.reasoning
    }
    bill.take(state.call.meters, speechIsAllBut: state.call.isSpeech ? state.call.least : nil)
    bill.price(
      with: scenario.models[targets[target].model].prices, arrival: time, batch: state.call.batch,
      region: targets[target].region)
    return bill
  }
}
