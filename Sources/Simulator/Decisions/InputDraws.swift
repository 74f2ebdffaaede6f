/// What the inputs that carry a range really are, run by run.
///
/// Each input has a stream of its own, keyed by its path, so that stating a range for another one
/// changes no draw; runs, plans and compared variants share theirs.
struct InputDraws: Sendable {
  /// Those with a range.
  var inputs: [ScenarioInput]
  let seed: UInt64

  init(_ scenario: Scenario) {
    inputs = scenario.ranges
    seed = scenario.seed
  }

  var isEmpty: Bool { inputs.isEmpty }

  /// The drawn values of one run (from 1), but for inputs that are set on purpose.
  func settings(run: Int, except fixed: [InputSetting] = []) -> [InputSetting] {
    let draws = Draws(seed: seed, run: run)
    return inputs.compactMap { input in
      guard let law = input.law, !fixed.contains(where: { $0.input.path == input.path }) else {
        return nil
      }
      let block = draws.block(.input, call: 0, user: 0, workload: Draws.key(of: input.name))
      let value = law.quantile(block.0.openUnit, isWhole: input.kind.isWhole)
      return InputSetting(input: input, change: .value(input.kind.rounded(value)))
    }
  }
}
