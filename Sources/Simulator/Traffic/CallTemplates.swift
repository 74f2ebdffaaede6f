import CostModel

/// What all calls have in common that are of one kind, go to one model first and are, or are not, in
/// the response cache.
package struct CallTemplate: Sendable, BitwiseCopyable {
  /// Before anything is drawn.
  package var call: Call
  /// `whole` of the draws that are hits.
  package var hitBelow: UInt64 = 0
  /// Whether more than a hit is to be drawn: variant, model or a hit that depends on time.
  package var needsDraw = false
  /// 1 where the shape is drawn, else 0: counted, not jumped to.
  package var shapes = 0
  /// Likewise the first attempt, where no cache has to be asked first.
  package var attempts = 0
  /// Likewise whether the call sells.
  package var sales = 0
  /// 1 for a hit that is counted where it arrives, and never becomes a call.
  package var counted = 0
  /// A prompt of its own, in place of one that is drawn with the shape.
  package var hasUniquePrompt = false
  /// Where the forms of a kind begin whose model is drawn; negative: it is not.
  package var routes: Int32 = -1

  /// The 53 bits of `unit`: `unit` is below a rate where they are below `bound`.
  @inline(__always)
  package static func whole(_ word: UInt64) -> UInt64 { word >> 11 }

  package static func bound(_ rate: Double) -> UInt64 { UInt64((rate * 0x1p53).rounded(.up)) }
}

/// The forms of calls: pairs of a call that is made and a hit. By account plan, then kind; then of
/// workloads whose arrivals are starts of flows; then by model, of kinds whose model is drawn.
package struct CallTemplates: Sendable {
  private let forms: FixedTable<CallTemplate>
  private let kindCount: Int
  private let firstFlow: Int

  /// - Parameter countsHits: whether hits that do not sell are counted where they arrive.
  package init(_ compiled: CompiledScenario, _ routing: CompiledRouting, countsHits: Bool) {
    kindCount = compiled.kinds.count
    firstFlow = 2 * compiled.accountPlanCount * kindCount
    func arriving(_ kind: Int, _ model: ModelID?) -> [CallTemplate] {
      var pair = Self.pair(kind, model, compiled, routing)
      if countsHits, pair[1].sales == 0 { pair[1].counted = 1 }
      return pair
    }
    var forms: [CallTemplate] = []
    var routed: [CallTemplate] = []
    let flows = compiled.workloads.indices.flatMap { workload in
      var call = Call(time: 0, index: 0, user: 0, kind: UInt16(workload))
      call.isFlowStart = true
      return [CallTemplate(call: call), CallTemplate(call: call)]
    }
    for plan in 0..<compiled.accountPlanCount {
      for kind in compiled.kinds.indices {
        let models = routing.shares(kind: kind, accountPlan: plan).map(\.model)
        var pair = arriving(kind, models.first)
        if models.count > 1 {
          pair[0].needsDraw = true
          pair[0].routes = Int32(firstFlow + flows.count + routed.count)
          for model in models { routed += arriving(kind, model) }
        }
        forms += pair
      }
    }
    self.forms = FixedTable(forms + flows + routed)
  }

  /// - Parameter model: nil of logged calls, which are not made here.
  private static func pair(
    _ number: Int, _ model: ModelID?, _ compiled: CompiledScenario, _ routing: CompiledRouting
  ) -> [CallTemplate] {
    let kind = compiled.kinds[number]
    var call = Call(time: 0, index: 0, user: 0, kind: UInt16(number))
    call.routed = model?.rawValue ?? 0
    var made = CallTemplate(call: call)
    made.sales = kind.sells ? 1 : 0
    call.cacheDraw = true
    var hit = CallTemplate(call: call)
    hit.sales = made.sales
    made.needsDraw =
      !compiled.scenario.cache.flushes.isEmpty
      || compiled.variant(of: kind)?.experiment.unit == .call
    made.hitBelow = CallTemplate.bound(kind.cacheRate)
    made.shapes = kind.drawsShape ? 1 : 0
    made.hasUniquePrompt = kind.drawsPrompt && kind.promptForm == .unique
    made.call.take(
      kind.sizes(
        input: kind.input.constant ?? 0, output: kind.output.constant ?? 0,
        reasoning: kind.reasoning.constant ?? 0))
    made.call.audio = kind.audio.constant ?? 0
    let target = routing.firstTarget(model: Int(call.routed), chain: kind.chain)
    if compiled.attemptDraws[target].isDrawn, kind.cacheMode != .keyed {
      made.attempts = 1
      made.call.drawnTarget = Int32(target)
    }
    return [made, hit]
  }

  package var count: Int { forms.count }

  /// All of them.
  @inline(__always)
  package var base: UnsafePointer<CallTemplate> { forms.pointer(to: 0) }

  @inline(__always)
  package subscript(place: Int) -> UnsafePointer<CallTemplate> { forms.pointer(to: place) }

  @inline(__always)
  package func place(kind: Int, accountPlan: Int) -> Int { 2 &* (accountPlan &* kindCount &+ kind) }

  /// The form so many kinds behind another one.
  @inline(__always)
  package static func place(_ place: Int, kindsLater kinds: Int) -> Int { place &+ 2 &* kinds }

  @inline(__always)
  package func flow(_ workload: Int) -> Int { firstFlow &+ 2 &* workload }

  /// Where the forms by model begin; nil: its model is certain.
  package func routes(of place: Int) -> Int? {
    let routes = Int(forms[place].routes)
    return routes < 0 ? nil : routes
  }

  /// - Parameter routes: where the forms by model begin.
  package func place(routed model: ModelID, from routes: Int) -> Int {
    var place = routes
    while forms[place].call.routed != model.rawValue { place += 2 }
    return place
  }
}
