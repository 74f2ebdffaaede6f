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

    var rank: Int {
      switch self {
      case .outcome, .hit: 0
      case .retry: 1
      case .stage: 2
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
    var hasMetLog = false
  }
  private struct Flow {
    var stages: [ReferenceArrival.Stage]
    var open = 0
    var hasFailed = false
  }

  private let scenario: ReferenceScenario
  private let targets: [ReferenceTarget]
  private let draw: Draw
  /// In order of creation.
  private var events: [(time: Int64, action: Action)] = []
  private var flows: [Flow] = []
  private var calls: [State] = []
  private var rows: [ReferenceRow] = []
  private var responses = ReferenceResponseCache()
  private var quotas: [ReferenceQuota]
  private var breakers: [ReferenceBreaker?]
  private var prompts: [ReferencePromptCache]

  private init(_ scenario: ReferenceScenario, draw: @escaping Draw) {
    self.scenario = scenario
    self.draw = draw
    targets = scenario.targets
    quotas = targets.map { ReferenceQuota(scenario.models[$0.model].quota) }
    breakers = targets.map { scenario.models[$0.model].breaker.map(ReferenceBreaker.init) }
    prompts = targets.map { _ in ReferencePromptCache() }
  }

  /// One row a call, in order of arrival. `arrivals` are in the order in which those of the same
  /// time are taken.
  public static func rows(
    of arrivals: [ReferenceArrival], in scenario: ReferenceScenario, draw: @escaping Draw
  ) -> [ReferenceRow] {
    var run = ReferenceRun(scenario, draw: draw)
    for arrival in arrivals {
      run.flows.append(Flow(stages: arrival.stages))
      guard let first = arrival.stages.first else { continue }
      // A flow whose first stage comes later begins with a stage of no calls.
      let flow = run.flows.count - 1
      if first.delay > 0 { run.flows[flow].stages.insert(.init(delay: 0, calls: []), at: 0) }
      run.events.append((arrival.time, .stage(flow: flow)))
    }
    while let next = run.nextEvent() {
      let event = run.events.remove(at: next)
      switch event.action {
      case .outcome(let call): run.outcome(call, at: event.time)
      case .hit(let call): run.partEnded(run.calls[call].flow, failed: false, at: event.time)
      case .retry(let call): run.attempt(call, at: event.time)
      case .stage(let flow): run.beginStage(flow, at: event.time)
      }
    }
    return run.rows
  }

  /// The earliest; of those outcomes before retries before arrivals; of those the first created.
  private func nextEvent() -> Int? {
    events.indices.min { a, b in
      (events[a].time, events[a].action.rank, a) < (events[b].time, events[b].action.rank, b)
    }
  }

  // MARK: Flows

  private mutating func beginStage(_ flow: Int, at t: Int64) {
    let stage = flows[flow].stages.removeFirst()
    flows[flow].open = stage.calls.count + 1
    for call in stage.calls { arrive(call, flow: flow, at: t) }
    partEnded(flow, failed: false, at: t)
  }

  private mutating func partEnded(_ flow: Int, failed: Bool, at e: Int64) {
    flows[flow].open -= 1
    if failed { flows[flow].hasFailed = true }
    guard flows[flow].open == 0, !flows[flow].hasFailed, let next = flows[flow].stages.first
    else { return }
    events.append((e + next.delay, .stage(flow: flow)))
  }

  // MARK: Calls

  private func key(_ call: ReferenceCall) -> ReferenceResponseCache.Key? {
    guard let prompt = call.prompt else { return nil }
    if scenario.cacheIsPerUser && call.user == nil { return nil }
    return .init(
      model: call.routed, prompt: prompt, user: scenario.cacheIsPerUser ? call.user : nil)
  }

  private mutating func arrive(_ call: ReferenceCall, flow: Int, at t: Int64) {
    var looksUp = false
    var isHit = false
    if let key = key(call) {
      switch call.cache {
      case nil: break
      case .rate(let hits): (looksUp, isHit) = (true, hits)
      case .keyed(let ttl):
        if ttl > 0 { (looksUp, isHit) = (true, responses.isLive(key, at: t)) }
      }
    }
    calls.append(
      State(
        call: call, flow: flow, chain: scenario.chain(routed: call.routed, tier: call.tier)))
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
    partEnded(calls[number].flow, failed: true, at: t)
  }

  /// Tries the target at the call's place; false if it is passed over.
  private mutating func start(_ number: Int, at t: Int64) -> Bool {
    let call = calls[number].call
    let target = calls[number].chain[calls[number].place]
    let model = scenario.models[targets[target].model]
    if let breaker = breakers[target], breaker.blocks(at: t) { return false }
    var (u, latency) = draw(call.id, rows[number].attempts, target)
    var logged: ReferenceCall.Logged?
    if let log = call.logged, log.model == targets[target].model, !calls[number].hasMetLog {
      logged = log
      latency = log.latency ?? latency
    }
    let timedOut = model.timeout.map { latency > $0 } ?? false
    let duration = timedOut ? model.timeout ?? 0 : latency
    let charge =
      call.input + (model.quota.reserves ? call.maxTokens ?? model.maxTokens ?? 0 : call.output)
    guard
      let s = quotas[target].book(at: t, tokens: charge, audio: call.audio, duration: duration)
    else { return false }
    if logged != nil { calls[number].hasMetLog = true }
    calls[number].isProbe = breakers[target]?.begin(at: t) ?? false
    rows[number].attempts += 1
    rows[number].queue += s - t
    calls[number].cached = 0
    if case .stated(let tokens) = call.prefix {
      calls[number].cached = tokens
    } else if let settings = model.promptCache {
      calls[number].cached = prompts[target].read(call.prefix, input: call.input, at: s, settings)
    }
    let rate = scenario.failureRate(of: targets[target], at: s, isLogged: logged != nil)
    calls[number].isFailing = timedOut || u < rate || logged?.isOK == false
    events.append((s + duration, .outcome(call: number)))
    return true
  }

  private mutating func outcome(_ number: Int, at e: Int64) {
    let state = calls[number]
    let target = state.chain[state.place]
    breakers[target]?.outcome(success: !state.isFailing, isProbe: state.isProbe, at: e)
    rows[number].bill = rows[number].bill + bill(state, target: target, time: rows[number].time)
    if !state.isFailing {
      rows[number].target = target
      rows[number].latency = e - rows[number].time
      if case .keyed(let ttl) = state.call.cache, ttl > 0, let key = key(state.call) {
        responses.write(key, at: e, ttl: ttl)
      }
      partEnded(state.flow, failed: false, at: e)
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

  private func bill(_ state: State, target: Int, time: Int64) -> ReferenceBill {
    var bill = ReferenceBill()
    if state.isFailing && scenario.billFailures == .none { return bill }
    bill.input = state.call.input
    bill.cached = state.cached
    bill.images = state.call.images
    bill.audio = state.call.audio
    bill.calls = 1
    if !state.isFailing || scenario.billFailures == .all {
      bill.output = state.call.output
      bill.reasoning = state.call.reasoning
    }
    bill.price(
      with: scenario.models[targets[target].model].prices, arrival: time, batch: state.call.batch,
      region: targets[target].region)
    return bill
  }
}
