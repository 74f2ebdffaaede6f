import CostModel
import Scenarios

/// What one call or flow of a workload costs, for users of one account plan.
package struct FlowCosts {
  package let workload: Workload
  /// Of this workload and account plan.
  package let calls: [ExpectedCall]
  /// Cost of each call that is made, hits included.
  package let costs: [CostMoments]
  /// The same of each call that is no hit.
  package var missCosts: [CostMoments] = []

  /// E C, E C² and E C³ of a flow.
  package var moments: CostMoments {
    var moments = total(costs)
    if let spread { (moments.square, moments.cube) = (spread.square, spread.cube) }
    return moments
  }
  /// Of a conversation: E C² and E C³, as far as they are known.
  package var spread: CostMoments?

  /// What a flow costs: its stages backwards, each an independent sum of its calls, a failed call
  /// ending the flow.
  /// - Parameter costs: of each call that is made, hits included.
  package func total<Cost: FlowCost>(_ costs: [Cost]) -> Cost {
    guard workload.conversation == nil else {
      // So many of each kind, which are not independent of each other: the mean is right.
      return zip(calls, costs).reduce(Cost()) { $0 + $1.1.scaled(by: $1.0.perFlow) }
    }
    let hasTools = workload.goesOnUntilNoTool
    // What is still to come where the tools before were not called, and where they were.
    var (quiet, called) = (Cost(), Cost())
    for place in workload.stages.indices.reversed() {
      let stage = workload.stages[place]
      var sum = Cost()
      var ok = 1.0
      for number in stage.calls.indices {
        let call = mixture(costs, stage: place, call: number)
        let made = stage.calls[number].probability
        sum = sum.adding(call.cost.scaled(by: made))
        ok *= 1 - made * call.failure
      }
      func either(_ made: Cost, _ skipped: Cost) -> Cost {
        (made.scaled(by: stage.chance) + skipped.scaled(by: 1 - stage.chance))
          .scaled(by: stage.continuation)
      }
      func onward(_ rest: Cost) -> Cost { either(sum.adding(rest.scaled(by: ok)), rest) }
      switch stage.part {
      case .step: (quiet, called) = (onward(quiet), hasTools ? onward(called) : called)
      case .round: (quiet, called) = (Cost(), onward(called))
      case .tools:
        let toll = tools(stage, sum, ok: ok, quiet: quiet, called: called)
        (quiet, called) = (either(toll, quiet), either(toll, quiet))
      }
    }
    return quiet
  }

  /// What tools cost with all that follows. Where none is called they cost nothing, so that their sum
  /// is one of the cases in which any is: what follows those is not independent of it.
  private func tools<Cost: FlowCost>(
    _ stage: Stage, _ sum: Cost, ok: Double, quiet: Cost, called: Cost
  ) -> Cost {
    let none = stage.noToolCalled
    guard none < 1 else { return quiet }
    let any = sum.scaled(by: 1 / (1 - none))
      .adding(called.scaled(by: max(0, ok - none) / (1 - none)))
    return any.scaled(by: 1 - none) + quiet.scaled(by: none)
  }

  /// Of each call of a stage: what it costs and how often it fails, once it is made.
  private func mixture<Cost: FlowCost>(
    _ costs: [Cost], stage: Int, call: Int
  ) -> (cost: Cost, failure: Double) {
    var cost = Cost()
    var failure = 0.0
    for (kind, moments) in zip(calls, costs) where kind.stage == stage && kind.call == call {
      cost = cost + moments.scaled(by: kind.share)
      failure += kind.share * kind.failure
    }
    return (cost, failure)
  }

  /// Flows of which each is of one variant of an experiment, with their shares: the calls of all of
  /// them, and what a flow costs.
  package static func mixed(_ parts: [(share: Double, flow: FlowCosts)]) -> (FlowCosts, CostMoments)
  {
    let calls = parts.flatMap { share, flow in
      flow.calls.map { call in
        var part = call
        part.share *= share
        return part
      }
    }
    let moments = parts.reduce(CostMoments()) { $0 + $1.flow.moments.scaled(by: $1.share) }
    let flow = FlowCosts(
      workload: parts[0].flow.workload, calls: calls, costs: parts.flatMap(\.flow.costs),
      missCosts: parts.flatMap(\.flow.missCosts))
    return (flow, moments)
  }

  /// Of a plain flow, the calls of one pool of prompts that are no hits, or those of none.
  package func only(_ pool: Int?, share: Double) -> FlowCosts {
    only(share, misses: pool != nil) { $0.pool?.number == pool }
  }

  /// Of a plain flow, the calls of one variant of its mix.
  package func only(variant: Int, share: Double) -> FlowCosts {
    only(share, misses: false) { $0.variantNumber == variant }
  }

  private func only(
    _ share: Double, misses: Bool, _ isMeant: (ExpectedCall) -> Bool
  ) -> FlowCosts {
    let places = calls.indices.filter { isMeant(calls[$0]) }
    let kinds = places.map { place in
      var call = calls[place]
      call.share /= share
      if misses { call.hitRate = 0 }
      return call
    }
    return FlowCosts(
      workload: workload, calls: kinds,
      costs: places.map { misses ? missCosts[$0] : costs[$0] },
      missCosts: places.map { missCosts[$0] })
  }

  /// Share of the flows that come to each stage although earlier calls may fail, over the share
  /// that come where none does.
  package var survival: [Double] {
    func ok(_ place: Int) -> Double {
      let stage = workload.stages[place]
      return stage.calls.indices.reduce(1.0) {
        $0 * (1 - stage.calls[$1].probability * mixture(costs, stage: place, call: $1).failure)
      }
    }
    guard !workload.goesOnUntilNoTool else {
      return zip(FlowReach(workload.stages, ok: ok).reached, FlowReach(workload.stages).reached)
        .map { $1 > 0 ? $0 / $1 : 1 }
    }
    var alive = 1.0
    return workload.stages.indices.map { place in
      let stage = workload.stages[place]
      defer { alive *= 1 - stage.chance * (1 - ok(place)) }
      return alive
    }
  }

  /// A single call that is always made: the mix of exact arrivals is then systematic.
  package var isPlain: Bool { workload.isOneCall }

  /// The parts of a plain call's variance that a systematic mix leaves, and takes away.
  ///
  /// Routes are still drawn, so only the variants' means count as the mix.
  package var mixVariance: (within: Double, between: Double, spread: Double) {
    var byVariant: [Int: (share: Double, cost: CostMoments)] = [:]
    for (kind, cost) in zip(calls, costs) {
      let known = byVariant[kind.variantNumber] ?? (0, CostMoments())
      byVariant[kind.variantNumber] = (
        known.share + kind.share, known.cost + cost.scaled(by: kind.share)
      )
    }
    let mean = moments.mean
    var between = 0.0
    var spread = 0.0
    for (_, (share, cost)) in byVariant.sorted(by: { $0.key < $1.key }) where share > 0 {
      let distance = cost.mean / share - mean
      between += share * distance * distance
      spread += distance * distance / 4
    }
    return (max(0, moments.variance - between), between, spread)
  }
}
