import Scenarios
import Simulator
import Support

/// What the inputs that carry a range really are, run by run.
///
/// Each input has a stream of its own, keyed by its path, so that stating a range for another one
/// changes no draw; runs, plans and compared variants share theirs.
package struct InputDraws: Sendable {
  /// Those with a range.
  package var inputs: [ScenarioInput]
  package let seed: UInt64

  package init(_ scenario: Scenario) {
    inputs = scenario.ranges
    seed = scenario.seed
  }

  /// Sets of inputs for which closed forms are taken where ranges are stated: in every verb as many,
  /// so that all tell the same mean.
  package static let sets = 256

  package var isEmpty: Bool { inputs.isEmpty }

  /// Sets of inputs that are spread evenly over their ranges, all as likely: each input takes the
  /// middle of each `count`-th of its law once. The first input takes them in order, the others in
  /// that of the multiples of 1/φ, 1/φ², … with φ the root of φ^d = φ + 1 (Roberts, 2018), so that
  /// they fill the space between them; no seed is in it, and compared variants share them.
  package func evenSettings(_ count: Int, except fixed: [InputSetting] = []) -> [[InputSetting]] {
    let free = inputs.filter { input in
      input.law != nil && !fixed.contains { $0.input.path == input.path }
    }
    let ratio = (0..<60).reduce(1.5) { root, _ in
      ExactMath.exp(ExactMath.log(1 + root) / Double(max(2, free.count)))
    }
    var sets = Array(repeating: [InputSetting](), count: count)
    for (place, input) in free.enumerated() {
      let step = (0..<place).reduce(1.0) { power, _ in power / ratio }
      let order =
        place == 0
        ? Array(0..<count)
        : (0..<count).map { number -> (Double, Int) in
          let turn = 0.5 + Double(number) * step
          return (turn - turn.rounded(.down), number)
        }.sorted { $0 < $1 }.map(\.1)
      for (rank, number) in order.enumerated() {
        let value = input.law?.quantile((Double(rank) + 0.5) / Double(count)) ?? input.value
        sets[number].append(
          InputSetting(input: input, change: .value(input.kind.rounded(value))))
      }
    }
    return sets
  }

  /// The drawn values of one run (from 1), but for inputs that are set on purpose.
  package func settings(run: Int, except fixed: [InputSetting] = []) -> [InputSetting] {
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
