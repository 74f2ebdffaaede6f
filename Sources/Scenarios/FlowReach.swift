/// How often flows come to each of their stages.
package struct FlowReach {
  /// By stage: share of the flows that come to it, whether it is then made or passed over.
  package private(set) var reached: [Double] = []
  /// Share that a tool is called of in the last round, so that they give up.
  package private(set) var givesUp = 0.0

  /// - Parameter ok: chance that no call of a stage fails, once it is made.
  package init(_ stages: [Stage], ok: (_ stage: Int) -> Double = { _ in 1 }) {
    // Of the flows, those whose last tools were not called, and those whose were.
    var (quiet, called) = (1.0, 0.0)
    for (place, stage) in stages.enumerated() {
      if stage.part == .round { quiet = 0 }
      quiet *= stage.continuation
      called *= stage.continuation
      reached.append(quiet + called)
      guard stage.part == .tools else {
        let alive = 1 - stage.chance * (1 - ok(place))
        quiet *= alive
        called *= alive
        continue
      }
      let none = stage.noToolCalled
      let here = quiet + called
      called = here * stage.chance * max(0, ok(place) - none)
      quiet = here * (1 - stage.chance + stage.chance * none)
    }
    givesUp = called
  }
}

extension Stage {
  /// Chance that none of its tools is called.
  package var noToolCalled: Double { calls.reduce(1) { $0 * (1 - ($1.called ?? $1.probability)) } }
}

extension Workload {
  /// A single call that is always made, and at once: no flow.
  package var isOneCall: Bool {
    conversation == nil && stages.count == 1 && stages[0].calls.count == 1
      && stages[0].part == .step
      && stages[0].chance == 1 && stages[0].continuation == 1
      && stages[0].calls[0].probability == 1 && stages[0].delay == .zero
  }

  /// Whether its rounds go on for as long as tools are called.
  package var goesOnUntilNoTool: Bool { stages.contains { $0.part == .tools } }

  /// Rounds of a flow in the mean, and the share of flows that give up, where no call fails.
  package var expectedRounds: (rounds: Double, givesUp: Double) {
    let reach = FlowReach(stages)
    let further = zip(stages, reach.reached).reduce(0.0) { $0 + ($1.0.part == .round ? $1.1 : 0) }
    return (1 + further, reach.givesUp)
  }
}
