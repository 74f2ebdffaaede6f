import CostModel

/// Makes calls: everything that is drawn for one, as a pure function of (workload, user, index).
struct CallFactory: Sendable {
  private let compiled: CompiledScenario
  private let population: Population
  private let draws: Draws
  private let routing: CompiledRouting

  init(
    compiled: CompiledScenario, population: Population, routing: CompiledRouting, draws: Draws
  ) {
    self.compiled = compiled
    self.population = population
    self.routing = routing
    self.draws = draws
  }

  /// The call, or the start of the flow, that arrives.
  /// - Parameter stride: of an exact source, with its calls a month; 0 for the others.
  @inline(__always)
  func call(
    at time: Int64, workload number: Int, user: UInt32, index: UInt32, stride: UInt32,
    rate: Double
  ) -> Call {
    let plan = compiled.arrivalPlans[number]
    if plan.isFlow {
      return Call(time: time, index: index, user: user, kind: UInt16(number), isFlowStart: true)
    }
    let mix: Double?
    if stride > 0 {
      let count = UInt64(rate)
      let place = (UInt64(index) &* UInt64(stride)) % count
      let start = draws.block(.systematic, call: 0, user: UInt64(user), workload: plan.key).0
      mix = (Double(place) + start.unit) / rate
    } else {
      mix = nil
    }
    return makeCall(
      firstKind: plan.firstKind, shares: plan.shares, part: 0, key: plan.key, at: time, user: user,
      index: index, systematicMix: mix)
  }

  /// One call of a stage of a flow.
  func flowCall(
    _ stageCall: CompiledStageCall, workload: Int, at time: Int64, user: UInt32, index: UInt32,
    flow: Int32
  ) -> Call {
    var call = makeCall(
      firstKind: stageCall.firstKind, shares: stageCall.shares, part: stageCall.part,
      key: compiled.arrivalPlans[workload].key, at: time, user: user, index: index,
      systematicMix: nil)
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
      .flow, call: UInt64(index), user: UInt64(user), workload: compiled.arrivalPlans[workload].key,
      part: UInt64(stage) << 32)
    return (word.0.unit < settings.continuation, word.1.unit < settings.chance)
  }

  /// Whether a call of a stage is made.
  func isMade(_ call: CompiledStageCall, workload: Int, user: UInt32, index: UInt32) -> Bool {
    guard call.probability < 1 else { return true }
    let word = draws.block(
      .flow, call: UInt64(index), user: UInt64(user), workload: compiled.arrivalPlans[workload].key,
      part: call.part | 1)
    return word.2.unit < call.probability
  }

  /// `shares` are places in `mixShares`.
  @inline(__always)
  private func makeCall(
    firstKind: Int, shares: Range<Int>, part: UInt64, key: UInt64, at time: Int64, user: UInt32,
    index: UInt32, systematicMix: Double?
  ) -> Call {
    let word = draws.block(
      .call, call: UInt64(index), user: UInt64(user), workload: key, part: part)
    var place = shares.lowerBound
    if shares.count > 1 {
      let u = systematicMix ?? word.1.unit
      while place < shares.upperBound - 1, u >= compiled.mixShares[place] { place += 1 }
    }
    let kindIndex = firstKind + place - shares.lowerBound
    let kind = compiled.kinds[kindIndex]
    var call = Call(time: time, index: index, user: user, kind: UInt16(kindIndex))
    call.routed =
      routing.route(
        kind: kindIndex, accountPlan: population.accountPlan(of: Int(user)), u: word.2.unit
      ).rawValue
    call.cacheDraw = kind.cacheMode == .rate && word.3.unit < kind.cacheRate
    // What a hit would have been billed for is nobody's business.
    if !call.cacheDraw { setSizes(of: &call, kind: kind, key: key, part: part) }
    return call
  }

  @inline(__always)
  private func setSizes(of call: inout Call, kind: CallKind, key: UInt64, part: UInt64) {
    let index = UInt64(call.index)
    let user = UInt64(call.user)
    var word: Philox.Block = (0, 0, 0, 0)
    if kind.drawsShape {
      word = draws.block(.shape, call: index, user: user, workload: key, part: part)
    }
    call.input = compiled.tables.draw(kind.input, word.0) + kind.extraInput
    var visible = compiled.tables.draw(kind.output, word.1)
    var reasoning = compiled.tables.draw(kind.reasoning, word.2)
    if kind.maxTokens >= 0 {
      visible = min(visible, kind.maxTokens)
      reasoning = min(reasoning, kind.maxTokens - visible)
    }
    call.output = visible + reasoning
    call.reasoning = reasoning
    if let audio = kind.audio.constant {
      call.audio = audio
    } else {
      let outcome = draws.block(.outcome, call: index, user: user, workload: key, part: part)
      call.audio = compiled.tables.draw(kind.audio, outcome.0)
    }
    switch kind.promptForm {
    case .none: break
    case .unique:
      call.prompt = Draws.mixed(key ^ Draws.mixed(user << 32 | index) ^ part)
    case .pool:
      call.prompt = Draws.mixed(key &+ compiled.promptPools[kind.pool].draw(word.3))
    case .userPool:
      call.prompt =
        Draws.mixed(Draws.mixed(key ^ user) &+ compiled.promptPools[kind.pool].draw(word.3))
    }
  }
}
