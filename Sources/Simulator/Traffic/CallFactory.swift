import CostModel

/// Makes calls: everything that is drawn for one, as a pure function of (workload, user, index).
///
/// A class, because it is thousands of bytes, which a method of a struct may copy for its call.
package final class CallFactory: Sendable {
  private let compiled: CompiledScenario
  private let accountPlans: FixedTable<UInt8>
  private let draws: Draws
  private let routing: CompiledRouting
  private let plans: FixedTable<ArrivalPlan>
  private let kinds: FixedTable<CallClass>
  package let forms: CallTemplates
  private let mixShares: FixedTable<Double>
  private let mixGuides: FixedTable<UInt16>
  private let attempts: FixedTable<AttemptDraws>
  private let hasFlushes: Bool
  /// By experiment.
  private let assignments: [VariantAssignment]

  /// Calls in a batch, at most: few enough to stay in a processor's second cache.
  package static let batchSize = 1_024

  /// - Parameter countsHits: whether hits that do not sell are counted where they arrive.
  package init(
    compiled: CompiledScenario, population: Population, routing: CompiledRouting, draws: Draws,
    countsHits: Bool = false
  ) {
    self.compiled = compiled
    accountPlans = FixedTable(population.deal.accountPlan)
    self.routing = routing
    self.draws = draws
    plans = FixedTable(compiled.arrivalPlans)
    kinds = FixedTable(compiled.kinds)
    forms = CallTemplates(compiled, routing, countsHits: countsHits)
    // Behind those of the mixes, what the start of a flow is found in.
    mixShares = FixedTable(compiled.mixShares + [.infinity])
    mixGuides = FixedTable(compiled.mixGuides + MixGuide.cells(of: []))
    attempts = FixedTable(compiled.attemptDraws)
    hasFlushes = !compiled.scenario.cache.flushes.isEmpty
    assignments = compiled.scenario.experiments.map {
      VariantAssignment($0, users: population.users, draws: draws)
    }
  }

  private func callBlock(
    key: UInt64, user: UInt32, index: UInt32, part: UInt64 = 0
  ) -> SplitMix.Block {
    draws.block(.call, call: UInt64(index), user: UInt64(user), workload: key, part: part)
  }

  /// The call, or the start of a flow, that arrives then.
  package func arrival(at time: Int64, workload number: Int, user: UInt32, index: UInt32) -> Arrival
  {
    let word = callBlock(key: plans[number].key, user: user, index: index)
    var arrival = Arrival(time: time, index: index, user: user)
    decide(&arrival, mix(of: number, user: user), at: word.1.unit, cache: word.3)
    return arrival
  }

  /// What one user's calls of a workload are drawn from.
  package struct Mix {
    fileprivate var workload: Int
    fileprivate var forms: UnsafePointer<CallTemplate>
    /// Of its first kind.
    fileprivate var firstForm: Int
    /// Running sums of the shares, ∞ in place of the last.
    fileprivate var shares: UnsafePointer<Double>
    /// Of kinds.
    fileprivate var count: Int
    fileprivate var guide: UnsafePointer<UInt16>
    fileprivate var accountPlan: Int
    /// One whose variant is drawn for each call; negative: none.
    fileprivate var experiment = -1
    /// Of the calls' draws.
    fileprivate var part: UInt64 = 0
  }

  @inline(__always)
  package func mix(of workload: Int, user: UInt32) -> Mix {
    let plan = plans.pointer(to: workload)
    if plan.pointee.isFlow { return startOfFlow(workload) }
    return mix(
      workload, firstKind: plan.pointee.firstKind, shares: plan.pointee.shares,
      guide: plan.pointee.guide, user: user)
  }

  @inline(__always)
  private func startOfFlow(_ workload: Int) -> Mix {
    Mix(
      workload: workload, forms: forms.base, firstForm: forms.flow(workload),
      shares: mixShares.pointer(to: mixShares.count &- 1), count: 1,
      guide: mixGuides.pointer(to: mixGuides.count &- MixGuide.count), accountPlan: 0)
  }

  @inline(__always)
  private func mix(
    _ workload: Int, firstKind: Int, shares: Range<Int>, guide: Int, user: UInt32
  ) -> Mix {
    let accountPlan = accountPlans.count == 0 ? 0 : Int(accountPlans[Int(user)])
    var mix = Mix(
      workload: workload, forms: forms.base,
      firstForm: forms.place(kind: firstKind, accountPlan: accountPlan),
      shares: mixShares.pointer(to: shares.lowerBound), count: shares.count,
      guide: mixGuides.pointer(to: guide), accountPlan: accountPlan)
    let experiment = plans.pointer(to: workload).pointee.experiment
    if experiment >= 0 { assign(&mix, to: experiment, user: user) }
    return mix
  }

  /// The kinds of the user's variant begin elsewhere, those of a call's are yet to be found.
  @inline(never)
  private func assign(_ mix: inout Mix, to experiment: Int, user: UInt32) {
    if let variant = assignments[experiment].variant(ofUser: user) {
      mix.firstForm = CallTemplates.place(mix.firstForm, kindsLater: variant * mix.count)
    } else {
      mix.experiment = experiment
    }
  }

  /// Kind, routed model and `rate` mode's hit: what the call's first block of draws decides.
  /// - Parameters:
  ///   - place: where in [0, 1) the call lies in its mix.
  ///   - cache: the word of that draw.
  @inline(__always)
  package func decide(_ arrival: inout Arrival, _ mix: Mix, at place: Double, cache: UInt64) {
    // Few cells of the guide hold more than one kind: its jump is seldom mispredicted.
    var passed = Int(mix.guide[MixGuide.cell(place)])
    while place >= mix.shares[passed] { passed &+= 1 }
    let number = CallTemplates.place(mix.firstForm, kindsLater: passed)
    let form = mix.forms + number
    if form.pointee.needsDraw {
      arrival.form = resolve(number, arrival, mix, cache: cache)
    } else {
      let isHit = CallTemplate.whole(cache) < form.pointee.hitBelow
      arrival.form = UInt32(truncatingIfNeeded: number &+ (isHit ? 1 : 0))
    }
  }

  /// The form where more than a hit is drawn.
  @inline(never)
  private func resolve(
    _ number: Int, _ arrival: Arrival, _ mix: Mix, cache: UInt64
  ) -> UInt32 {
    var number = number
    if mix.experiment >= 0 {
      let variant = assignments[mix.experiment].variant(
        ofCall: arrival.index, user: arrival.user, workload: plans[mix.workload].key)
      number = CallTemplates.place(number, kindsLater: variant * mix.count)
    }
    let kind = Int(forms[number].pointee.call.kind)
    if let routes = forms.routes(of: number) {
      let word = callBlock(
        key: plans[mix.workload].key, user: arrival.user, index: arrival.index, part: mix.part)
      let model = routing.choose(kind: kind, accountPlan: mix.accountPlan, u: word.2.unit)
      guard let model else {
        preconditionFailure("the reader refuses 'logged' for synthetic calls")
      }
      number = forms.place(routed: model, from: routes)
    }
    let isHit =
      hasFlushes
      ? cache.unit < compiled.cacheRate(ofKind: kind, at: arrival.time)
      : CallTemplate.whole(cache) < forms[number].pointee.hitBelow
    return UInt32(number + (isHit ? 1 : 0))
  }

  /// The whole call, but for its first attempt.
  package func call(_ arrival: Arrival) -> Call {
    let form = forms[Int(arrival.form)]
    var call = form.pointee.call
    (call.time, call.index, call.user) = (arrival.time, arrival.index, arrival.user)
    call.drawnTarget = -1
    let kind = kinds.pointer(to: Int(call.kind))
    if form.pointee.sales > 0 { call.isConverted = Self.converts(&call, kind, draws) }
    guard form.pointee.shapes > 0 || form.pointee.hasUniquePrompt else { return call }
    let word = Self.block(.shape, &call, kind, draws)
    let tables = compiled.tables
    call.take(
      kind.pointee.sizes(
        input: tables.draw(kind.pointee.input, word.0),
        output: tables.draw(kind.pointee.output, word.1),
        reasoning: tables.draw(kind.pointee.reasoning, word.2)))
    setRest(of: &call, kind, word.3)
    return call
  }

  /// One call of a stage of a flow.
  package func flowCall(
    _ stageCall: CompiledStageCall, workload: Int, at time: Int64, user: UInt32, index: UInt32,
    flow: Int32
  ) -> Call {
    let word = callBlock(key: plans[workload].key, user: user, index: index, part: stageCall.part)
    var arrival = Arrival(time: time, index: index, user: user)
    var mix = mix(
      workload, firstKind: stageCall.firstKind, shares: stageCall.shares, guide: stageCall.guide,
      user: user)
    mix.part = stageCall.part
    decide(&arrival, mix, at: word.1.unit, cache: word.3)
    var call = call(arrival)
    call.flow = flow
    return call
  }

  /// Whether a classifier has named another model for the call than the policy means.
  package func isMisrouted(_ call: Call) -> Bool {
    let plan = accountPlans.count == 0 ? 0 : Int(accountPlans[Int(call.user)])
    return routing.isMisrouted(kind: Int(call.kind), accountPlan: plan, to: call.routed)
  }

  /// Whether the flow goes on to that stage, and whether the stage is made.
  package func flowDecision(
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
  package func isMade(_ call: CompiledStageCall, workload: Int, user: UInt32, index: UInt32) -> Bool
  {
    happens(call.probability, call, workload: workload, user: user, index: index)
  }

  /// Whether any tool of a stage is called, by a model's call or without.
  package func callsTool(_ stage: CompiledStage, workload: Int, user: UInt32, index: UInt32) -> Bool
  {
    stage.calls.contains {
      happens($0.called, $0, workload: workload, user: user, index: index)
    }
  }

  /// A tool that is called with a chance calls a model with a smaller one, by the same draw.
  private func happens(
    _ chance: Double, _ call: CompiledStageCall, workload: Int, user: UInt32, index: UInt32
  ) -> Bool {
    guard chance < 1 else { return true }
    let word = draws.block(
      .flow, call: UInt64(index), user: UInt64(user), workload: plans[workload].key,
      part: call.part | 1)
    return word.2.unit < chance
  }

  /// The call's own block.
  @inline(__always)
  private static func block(
    _ block: DrawBlock, _ call: CallPointer, _ kind: CallClassPointer, _ draws: Draws
  ) -> SplitMix.Block {
    draws.block(
      block, call: UInt64(call.pointee.index), user: UInt64(call.pointee.user),
      workload: kind.pointee.key, part: kind.pointee.part)
  }

  /// What few kinds of calls have: drawn audio, and prompts.
  @inline(__always)
  private func setRest(of call: inout Call, _ kind: CallClassPointer, _ word: UInt64) {
    if kind.pointee.audio.constant == nil { call.audio = audio(of: call, kind) }
    if kind.pointee.drawsPrompt { call.prompt = prompt(of: call, kind, word) }
  }

  @inline(never)
  private func audio(of call: Call, _ kind: CallClassPointer) -> Int64 {
    let word = draws.block(
      .outcome, call: UInt64(call.index), user: UInt64(call.user), workload: kind.pointee.key,
      part: kind.pointee.part)
    return compiled.tables.draw(kind.pointee.audio, word.0)
  }

  /// Place among the scenario's account plans; 0 without any.
  package func accountPlan(of user: UInt32) -> Int {
    accountPlans.count == 0 ? 0 : Int(accountPlans[Int(user)])
  }

  @inline(__always)
  package func prompt(of call: Call, _ kind: CallClassPointer, _ word: UInt64) -> UInt64 {
    let key = kind.pointee.promptKey
    let user = UInt64(call.user)
    switch kind.pointee.promptForm {
    case .none: return 0
    case .unique:
      return SplitMix.mixed(
        key ^ SplitMix.mixed(user << 32 | UInt64(call.index)) ^ kind.pointee.part)
    case .pool:
      return SplitMix.mixed(key &+ compiled.promptPools[kind.pointee.pool].draw(word))
    case .userPool:
      return SplitMix.mixed(
        SplitMix.mixed(key ^ user) &+ compiled.promptPools[kind.pointee.pool].draw(word))
    }
  }
}

/// Many calls at once: each loop does one thing, so that a processor works on several calls at a
/// time in place of waiting for one.
extension CallFactory {
  package struct Scratch: ~Copyable, Sendable {
    /// Calls whose shape is drawn, and those whose first attempt is.
    fileprivate var shaped = Slab<Int32>(repeating: 0, count: batchSize)
    fileprivate var attempted = Slab<Int32>(repeating: 0, count: batchSize)
    /// Those that may sell.
    fileprivate var selling = Slab<Int32>(repeating: 0, count: batchSize)
    fileprivate var draws = DrawBatch()
  }

  /// The calls that arrive at these places of the order; of those that no cache has to be asked for
  /// first, with the draws of the first attempt. What a hit would have been billed for is nobody's
  /// business.
  /// - Parameter places: `batchSize` of them, at most.
  package func makeCalls(
    _ places: Range<Int>, of arrivals: borrowing ArrivalStream, into calls: inout Slab<Call>,
    _ scratch: inout Scratch
  ) {
    let (shaped, attempted) = (scratch.shaped.base, scratch.attempted.base)
    let selling = scratch.selling.base
    let (first, forms) = (calls.base, forms.base)
    var (made, drawn, tried, offered) = (0, 0, 0, 0)
    for place in places {
      let arrival = arrivals[place]
      let form = forms + Int(truncatingIfNeeded: arrival.form)
      let call = first + made
      // As a whole: field by field it would pass through memory.
      call.update(from: UnsafeRawPointer(form).assumingMemoryBound(to: Call.self), count: 1)
      call.pointee.time = arrival.time
      call.pointee.index = arrival.index
      call.pointee.user = arrival.user
      // Counted without a jump that depends on a draw.
      shaped[drawn] = Int32(truncatingIfNeeded: made)
      drawn &+= form.pointee.shapes
      attempted[tried] = Int32(truncatingIfNeeded: made)
      tried &+= form.pointee.attempts
      selling[offered] = Int32(truncatingIfNeeded: made)
      offered &+= form.pointee.sales
      if form.pointee.hasUniquePrompt {
        call.pointee.prompt = prompt(of: call.pointee, kinds.pointer(to: Int(call.pointee.kind)), 0)
      }
      made &+= 1
    }
    drawShapes(of: first, shaped, count: drawn, &scratch.draws)
    drawAttempts(of: first, attempted, count: tried, &scratch.draws)
    drawSales(of: first, selling, count: offered)
  }

  private func drawSales(
    of calls: UnsafeMutablePointer<Call>, _ places: UnsafePointer<Int32>, count: Int
  ) {
    let (draws, kinds) = (draws, kinds.pointer(to: 0))
    for n in 0..<count {
      let call = calls + Int(places[n])
      call.pointee.isConverted = Self.converts(call, kinds + Int(call.pointee.kind), draws)
    }
  }

  /// Whether the call sells if it is answered: the draw that the alerts see.
  @inline(__always)
  private static func converts(_ call: CallPointer, _ kind: CallClassPointer, _ draws: Draws)
    -> Bool
  {
    block(.outcome, call, kind, draws).3.unit < kind.pointee.conversion
  }

  private func drawShapes(
    of calls: UnsafeMutablePointer<Call>, _ places: UnsafePointer<Int32>, count: Int,
    _ batch: inout DrawBatch
  ) {
    // What the loops read: a compiler would look it up again after every write.
    let (draws, kinds, tables) = (draws, kinds.pointer(to: 0), compiled.tables)
    var adder = batch.adder(tables)
    for n in 0..<count {
      let call = calls + Int(places[n])
      let kind = kinds + Int(call.pointee.kind)
      let word = Self.block(.shape, call, kind, draws)
      adder.add(kind.pointee.input, word.0, tables)
      adder.add(kind.pointee.output, word.1, tables)
      adder.add(kind.pointee.reasoning, word.2, tables)
      setRest(of: &call.pointee, kind, word.3)
    }
    var values = batch.draw(adder)
    for n in 0..<count {
      let call = calls + Int(places[n])
      let kind = kinds + Int(call.pointee.kind)
      call.pointee.take(
        kind.pointee.sizes(input: values[0], output: values[1], reasoning: values[2]))
      values += 3
    }
  }

  private func drawAttempts(
    of calls: UnsafeMutablePointer<Call>, _ places: UnsafePointer<Int32>, count: Int,
    _ batch: inout DrawBatch
  ) {
    let (draws, kinds, tables) = (draws, kinds.pointer(to: 0), compiled.tables)
    let attempts = attempts.pointer(to: 0)
    var adder = batch.adder(tables)
    for n in 0..<count {
      let call = calls + Int(places[n])
      let kind = kinds + Int(call.pointee.kind)
      let word = Self.block(.attempt, call, kind, draws)
      call.pointee.failure = word.0.unit
      let target = attempts + Int(call.pointee.drawnTarget)
      adder.add(target.pointee.latency, word.1, tables)
    }
    let latencies = batch.draw(adder)
    for n in 0..<count { calls[Int(places[n])].latency = latencies[n] }
  }
}
