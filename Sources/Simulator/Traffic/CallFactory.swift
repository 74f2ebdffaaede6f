import CostModel

/// Makes calls: everything that is drawn for one, as a pure function of (workload, user, index).
///
/// A class, because it is thousands of bytes, which a method of a struct may copy for its call.
final class CallFactory: Sendable {
  private let compiled: CompiledScenario
  private let accountPlans: FixedTable<UInt8>
  private let draws: Draws
  private let routing: CompiledRouting
  private let plans: FixedTable<ArrivalPlan>
  private let kinds: FixedTable<CallKind>
  private let mixShares: FixedTable<Double>
  private let mixGuides: FixedTable<UInt16>
  private let attempts: FixedTable<AttemptDraws>
  private let hasFlushes: Bool
  /// By experiment.
  private let assignments: [VariantAssignment]

  init(
    compiled: CompiledScenario, population: Population, routing: CompiledRouting, draws: Draws
  ) {
    self.compiled = compiled
    accountPlans = FixedTable(population.deal.accountPlan)
    self.routing = routing
    self.draws = draws
    plans = FixedTable(compiled.arrivalPlans)
    kinds = FixedTable(compiled.kinds)
    mixShares = FixedTable(compiled.mixShares)
    mixGuides = FixedTable(compiled.mixGuides)
    attempts = FixedTable(compiled.attemptDraws)
    hasFlushes = !compiled.scenario.cache.flushes.isEmpty
    assignments = compiled.scenario.experiments.map {
      VariantAssignment($0, users: population.users, draws: draws)
    }
  }

  /// The block whose lanes are the arrival's gap, mix, route and response cache.
  @inline(__always)
  func callBlock(key: UInt64, user: UInt32, index: UInt32, part: UInt64 = 0) -> Philox.Block {
    draws.block(.call, call: UInt64(index), user: UInt64(user), workload: key, part: part)
  }

  /// The call, or the start of a flow, that arrives then.
  func arrival(at time: Int64, workload number: Int, user: UInt32, index: UInt32) -> Arrival {
    let word = callBlock(key: plans[number].key, user: user, index: index)
    var arrival = Arrival(time: time, user: user, index: index, kind: 0)
    decide(&arrival, mix(of: number, user: user), at: word.1.unit, word: word)
    return arrival
  }

  /// What one user's calls of a workload are drawn from.
  struct Mix {
    fileprivate var workload: Int
    fileprivate var isFlow: Bool
    fileprivate var firstKind: Int
    /// Running sums of the shares but the last.
    fileprivate var shares: UnsafePointer<Double>
    fileprivate var count: Int
    fileprivate var guide: UnsafePointer<UInt16>
    fileprivate var accountPlan: Int
    /// One whose variant is drawn for each call; negative: none.
    fileprivate var experiment = -1
  }

  @inline(__always)
  func mix(of workload: Int, user: UInt32) -> Mix {
    let plan = plans.pointer(to: workload)
    return mix(
      workload, isFlow: plan.pointee.isFlow, firstKind: plan.pointee.firstKind,
      shares: plan.pointee.shares, guide: plan.pointee.guide, user: user)
  }

  @inline(__always)
  private func mix(
    _ workload: Int, isFlow: Bool, firstKind: Int, shares: Range<Int>, guide: Int,
    user: UInt32
  ) -> Mix {
    var mix = Mix(
      workload: workload, isFlow: isFlow, firstKind: firstKind,
      shares: mixShares.pointer(to: shares.lowerBound), count: shares.count &- 1,
      guide: mixGuides.pointer(to: guide),
      accountPlan: accountPlans.count == 0 ? 0 : Int(accountPlans[Int(user)]))
    let experiment = plans.pointer(to: workload).pointee.experiment
    if experiment >= 0 { assign(&mix, to: experiment, user: user) }
    return mix
  }

  /// The kinds of the user's variant begin elsewhere, those of a call's are yet to be found.
  @inline(never)
  private func assign(_ mix: inout Mix, to experiment: Int, user: UInt32) {
    if let variant = assignments[experiment].variant(ofUser: user) {
      mix.firstKind += variant * (mix.count + 1)
    } else {
      mix.experiment = experiment
    }
  }

  /// Where the kinds of the call's own variant begin, from those of the control.
  @inline(never)
  private func kindOffset(_ arrival: Arrival, _ mix: Mix) -> Int {
    let variant = assignments[mix.experiment].variant(
      ofCall: arrival.index, user: arrival.user, workload: plans[mix.workload].key)
    return variant * (mix.count + 1)
  }

  /// Kind, routed model and `rate` mode's hit: what the call's first block of draws decides.
  /// - Parameter place: where in [0, 1) the call lies in its mix.
  @inline(__always)
  func decide(_ arrival: inout Arrival, _ mix: Mix, at place: Double, word: Philox.Block) {
    if mix.isFlow {
      arrival.kind = UInt16(truncatingIfNeeded: mix.workload)
      arrival.isFlowStart = true
      return
    }
    // Few cells of the guide hold more than one kind: its jump is seldom mispredicted.
    var passed = Int(mix.guide[MixGuide.cell(place)])
    while passed < mix.count, place >= mix.shares[passed] { passed &+= 1 }
    var kind = mix.firstKind &+ passed
    if mix.experiment >= 0 { kind += kindOffset(arrival, mix) }
    arrival.kind = UInt16(truncatingIfNeeded: kind)
    arrival.routed =
      routing.route(kind: kind, accountPlan: mix.accountPlan, u: word.2.unit).rawValue
    arrival.cacheDraw = word.3.unit < kinds[kind].cacheRate
    if hasFlushes { arrival.cacheDraw = isHit(arrival, u: word.3.unit) }
  }

  /// In `rate` mode, of a cache that is flushed at times.
  @inline(never)
  private func isHit(_ arrival: Arrival, u: Double) -> Bool {
    u < compiled.cacheRate(ofKind: Int(arrival.kind), at: arrival.time)
  }

  /// The whole call. What a hit would have been billed for is nobody's business.
  func call(_ arrival: Arrival) -> Call {
    var call = Call(arrival)
    guard !arrival.isFlowStart, !arrival.cacheDraw else { return call }
    let kind = kinds.pointer(to: Int(call.kind))
    let word = kind.pointee.drawsShape ? shape(of: call, kind) : (0, 0, 0, 0)
    let lanes = [word.0, word.1, word.2]
    call.take(kind.pointee.sizes { compiled.tables.draw($0, lanes[$1]) })
    setRest(of: &call, kind, word.3)
    return call
  }

  /// One call of a stage of a flow.
  func flowCall(
    _ stageCall: CompiledStageCall, workload: Int, at time: Int64, user: UInt32, index: UInt32,
    flow: Int32
  ) -> Call {
    let word = callBlock(key: plans[workload].key, user: user, index: index, part: stageCall.part)
    var arrival = Arrival(time: time, user: user, index: index, kind: 0)
    let mix = mix(
      workload, isFlow: false, firstKind: stageCall.firstKind, shares: stageCall.shares,
      guide: stageCall.guide, user: user)
    decide(&arrival, mix, at: word.1.unit, word: word)
    var call = call(arrival)
    call.flow = flow
    return call
  }

  /// Whether the flow goes on to that stage, and whether the stage is made.
  func flowDecision(
    workload: Int, stage: Int, user: UInt32, index: UInt32
  ) -> (continues: Bool, isMade: Bool) {
    let settings = compiled.workloads[workload].stages[stage]
    guard settings.continuation < 1 || settings.chance < 1 else { return (true, true) }
    let word = draws.block(
      .flow, call: UInt64(index), user: UInt64(user), workload: plans[workload].key,
      part: UInt64(stage) << 32)
    return (word.0.unit < settings.continuation, word.1.unit < settings.chance)
  }

  /// Whether a call of a stage is made.
  func isMade(_ call: CompiledStageCall, workload: Int, user: UInt32, index: UInt32) -> Bool {
    guard call.probability < 1 else { return true }
    let word = draws.block(
      .flow, call: UInt64(index), user: UInt64(user), workload: plans[workload].key,
      part: call.part | 1)
    return word.2.unit < call.probability
  }

  @inline(__always)
  private func shape(of call: Call, _ kind: KindPointer) -> Philox.Block {
    draws.block(
      .shape, call: UInt64(call.index), user: UInt64(call.user), workload: kind.pointee.key,
      part: kind.pointee.part)
  }

  /// What few kinds of calls have: drawn audio, and prompts.
  @inline(__always)
  private func setRest(of call: inout Call, _ kind: KindPointer, _ word: UInt64) {
    if kind.pointee.audio.constant == nil { call.audio = audio(of: call, kind) }
    if kind.pointee.drawsPrompt { call.prompt = prompt(of: call, kind, word) }
  }

  @inline(never)
  private func audio(of call: Call, _ kind: KindPointer) -> Int64 {
    let word = draws.block(
      .outcome, call: UInt64(call.index), user: UInt64(call.user), workload: kind.pointee.key,
      part: kind.pointee.part)
    return compiled.tables.draw(kind.pointee.audio, word.0)
  }

  @inline(__always)
  private func prompt(of call: Call, _ kind: KindPointer, _ word: UInt64) -> UInt64 {
    let key = kind.pointee.promptKey
    let user = UInt64(call.user)
    switch kind.pointee.promptForm {
    case .none: return 0
    case .unique:
      return Draws.mixed(key ^ Draws.mixed(user << 32 | UInt64(call.index)) ^ kind.pointee.part)
    case .pool:
      return Draws.mixed(key &+ compiled.promptPools[kind.pointee.pool].draw(word))
    case .userPool:
      return Draws.mixed(
        Draws.mixed(key ^ user) &+ compiled.promptPools[kind.pointee.pool].draw(word))
    }
  }
}

/// Draws for many calls at once: each loop does one thing, so that a processor works on several
/// calls at a time in place of waiting for one.
extension CallFactory {
  struct Scratch: ~Copyable, Sendable {
    /// Calls whose sizes are drawn, and those whose first attempt is.
    fileprivate var places = Slab<Int32>()
    fileprivate var attempted = Slab<Int32>()
    fileprivate var words = Slab<Philox.Block>()
    fileprivate var lognormals = LognormalBatch()
  }

  /// The sizes and, where no cache has to be asked first, the first attempt.
  func draw(_ calls: inout Slab<Call>, _ scratch: inout Scratch) {
    scratch.words.reserve(calls.count)
    collect(from: calls, &scratch)
    settle(&calls, &scratch)
    drawSizes(&calls, &scratch)
    drawAttempts(&calls, &scratch)
  }

  /// The places of calls that are not hits, without a jump that depends on a draw.
  private func collect(from calls: borrowing Slab<Call>, _ scratch: inout Scratch) {
    scratch.places.reserve(calls.count + 1)
    let places = scratch.places.base
    var count = 0
    for place in 0..<calls.count {
      let call = calls.base + place
      places[count] = Int32(truncatingIfNeeded: place)
      count &+= call.pointee.isFlowStart || call.pointee.cacheDraw ? 0 : 1
    }
    scratch.places.resize(to: count)
  }

  /// What needs no draw, and which of the calls need some.
  private func settle(_ calls: inout Slab<Call>, _ scratch: inout Scratch) {
    let all = scratch.places.count
    scratch.attempted.reserve(all + 1)
    let (places, attempted) = (scratch.places.base, scratch.attempted.base)
    var (drawn, tried) = (0, 0)
    for n in 0..<all {
      let place = places[n]
      let call = calls.base + Int(place)
      let kind = kinds.pointer(to: Int(call.pointee.kind))
      call.pointee.take(kind.pointee.fixed)
      if kind.pointee.drawsPrompt, kind.pointee.promptForm == .unique {
        call.pointee.prompt = prompt(of: call.pointee, kind, 0)
      }
      places[drawn] = place
      drawn &+= kind.pointee.drawsShape ? 1 : 0
      let target = routing.firstTarget(
        model: Int(call.pointee.routed), tier: Int(kind.pointee.tier))
      let isTried = attempts[target].isDrawn && kind.pointee.cacheMode != .keyed
      call.pointee.drawnTarget = isTried ? Int32(truncatingIfNeeded: target) : -1
      attempted[tried] = place
      tried &+= isTried ? 1 : 0
    }
    scratch.places.resize(to: drawn)
    scratch.attempted.resize(to: tried)
  }

  private func drawSizes(_ calls: inout Slab<Call>, _ scratch: inout Scratch) {
    let (places, words) = (scratch.places.base, scratch.words.base)
    for n in 0..<scratch.places.count {
      let call = calls.base + Int(places[n])
      words[n] = shape(of: call.pointee, kinds.pointer(to: Int(call.pointee.kind)))
    }
    scratch.lognormals.clear(reserving: 3 * scratch.places.count)
    for n in 0..<scratch.places.count {
      let kind = kinds.pointer(to: Int(calls.base[Int(places[n])].kind))
      scratch.lognormals.add(kind.pointee.input, words[n].0)
      scratch.lognormals.add(kind.pointee.output, words[n].1)
      scratch.lognormals.add(kind.pointee.reasoning, words[n].2)
    }
    scratch.lognormals.draw()
    for n in 0..<scratch.places.count {
      let call = calls.base + Int(places[n])
      let kind = kinds.pointer(to: Int(call.pointee.kind))
      let word = words + n
      call.pointee.take(
        kind.pointee.sizes { sampler, lane in
          let lanes = UnsafeRawPointer(word).assumingMemoryBound(to: UInt64.self)
          return scratch.lognormals.take(sampler, lanes[lane], compiled.tables)
        })
      setRest(of: &call.pointee, kind, word.pointee.3)
    }
  }

  private func drawAttempts(_ calls: inout Slab<Call>, _ scratch: inout Scratch) {
    let (places, words) = (scratch.attempted.base, scratch.words.base)
    for n in 0..<scratch.attempted.count {
      let call = calls.base + Int(places[n])
      let kind = kinds.pointer(to: Int(call.pointee.kind))
      words[n] = draws.block(
        .attempt, call: UInt64(call.pointee.index), user: UInt64(call.pointee.user),
        workload: kind.pointee.key, part: kind.pointee.part)
    }
    scratch.lognormals.clear(reserving: scratch.attempted.count)
    for n in 0..<scratch.attempted.count {
      let target = Int(calls.base[Int(places[n])].drawnTarget)
      scratch.lognormals.add(attempts.pointer(to: target).pointee.latency, words[n].1)
    }
    scratch.lognormals.draw()
    for n in 0..<scratch.attempted.count {
      let call = calls.base + Int(places[n])
      let latency = attempts.pointer(to: Int(call.pointee.drawnTarget)).pointee.latency
      call.pointee.failure = words[n].0.unit
      call.pointee.latency = scratch.lognormals.take(latency, words[n].1, compiled.tables)
    }
  }
}

extension Call {
  @inline(__always)
  init(_ arrival: Arrival) {
    self.init(
      time: arrival.time, index: arrival.index, user: arrival.user, kind: arrival.kind,
      isFlowStart: arrival.isFlowStart, cacheDraw: arrival.cacheDraw, routed: arrival.routed)
  }
}
