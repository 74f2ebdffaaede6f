import CostModel

/// Makes calls: everything that is drawn for one, as a pure function of (workload, user, index).
struct CallFactory: Sendable {
  private let compiled: CompiledScenario
  private let accountPlans: FixedTable<UInt8>
  private let draws: Draws
  private let routing: CompiledRouting
  private let plans: FixedTable<ArrivalPlan>
  private let kinds: FixedTable<CallKind>
  private let mixShares: FixedTable<Double>

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
    decide(&arrival, workload: number, mix: word.1.unit, word: word)
    return arrival
  }

  /// Kind, routed model and `rate` mode's hit: what the call's first block of draws decides.
  /// - Parameter mix: where in [0, 1) the call lies in its mix.
  @inline(__always)
  func decide(_ arrival: inout Arrival, workload number: Int, mix: Double, word: Philox.Block) {
    if plans[number].isFlow {
      arrival.kind = UInt16(truncatingIfNeeded: number)
      arrival.isFlowStart = true
    } else {
      decide(
        &arrival, firstKind: plans[number].firstKind, shares: plans[number].shares, mix: mix,
        word: word)
    }
  }

  /// `shares` are places in `mixShares`.
  @inline(__always)
  private func decide(
    _ arrival: inout Arrival, firstKind: Int, shares: Range<Int>, mix: Double, word: Philox.Block
  ) {
    var place = shares.lowerBound
    while place < shares.upperBound - 1, mix >= mixShares[place] { place += 1 }
    let kind = firstKind + place - shares.lowerBound
    arrival.kind = UInt16(truncatingIfNeeded: kind)
    let plan = accountPlans.count == 0 ? 0 : Int(accountPlans[Int(arrival.user)])
    arrival.routed = routing.route(kind: kind, accountPlan: plan, u: word.2.unit).rawValue
    arrival.cacheDraw = kinds[kind].cacheMode == .rate && word.3.unit < kinds[kind].cacheRate
  }

  /// The whole call. What a hit would have been billed for is nobody's business.
  @inline(__always)
  func call(_ arrival: Arrival) -> Call {
    var call = Call(arrival)
    if !arrival.isFlowStart, !arrival.cacheDraw { setSizes(of: &call) }
    return call
  }

  /// One call of a stage of a flow.
  func flowCall(
    _ stageCall: CompiledStageCall, workload: Int, at time: Int64, user: UInt32, index: UInt32,
    flow: Int32
  ) -> Call {
    let word = callBlock(key: plans[workload].key, user: user, index: index, part: stageCall.part)
    var arrival = Arrival(time: time, user: user, index: index, kind: 0)
    decide(
      &arrival, firstKind: stageCall.firstKind, shares: stageCall.shares, mix: word.1.unit,
      word: word)
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
  private func setSizes(of call: inout Call) {
    let kind = Int(call.kind)
    let key = kinds[kind].key
    let part = kinds[kind].part
    let index = UInt64(call.index)
    let user = UInt64(call.user)
    var word: Philox.Block = (0, 0, 0, 0)
    if kinds[kind].drawsShape {
      word = draws.block(.shape, call: index, user: user, workload: key, part: part)
    }
    call.input = compiled.tables.draw(kinds[kind].input, word.0) + kinds[kind].extraInput
    var visible = compiled.tables.draw(kinds[kind].output, word.1)
    var reasoning = compiled.tables.draw(kinds[kind].reasoning, word.2)
    let most = kinds[kind].maxTokens
    if most >= 0 {
      visible = min(visible, most)
      reasoning = min(reasoning, most - visible)
    }
    call.output = visible + reasoning
    call.reasoning = reasoning
    if let audio = kinds[kind].audio.constant {
      call.audio = audio
    } else {
      let outcome = draws.block(.outcome, call: index, user: user, workload: key, part: part)
      call.audio = compiled.tables.draw(kinds[kind].audio, outcome.0)
    }
    switch kinds[kind].promptForm {
    case .none: break
    case .unique:
      call.prompt = Draws.mixed(key ^ Draws.mixed(user << 32 | index) ^ part)
    case .pool:
      call.prompt = Draws.mixed(key &+ compiled.promptPools[kinds[kind].pool].draw(word.3))
    case .userPool:
      call.prompt =
        Draws.mixed(
          Draws.mixed(key ^ user) &+ compiled.promptPools[kinds[kind].pool].draw(word.3))
    }
  }
}

extension Call {
  fileprivate init(_ arrival: Arrival) {
    self.init(
      time: arrival.time, index: arrival.index, user: arrival.user, kind: arrival.kind,
      isFlowStart: arrival.isFlowStart, cacheDraw: arrival.cacheDraw, routed: arrival.routed)
  }
}
