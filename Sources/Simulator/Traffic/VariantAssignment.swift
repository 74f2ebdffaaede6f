import CostModel
import Scenarios

/// Who is given which variant of an experiment: a draw of its own for every user or call, so that no
/// other draw moves (docs/semantics.md, "Experiments").
package struct VariantAssignment: Sendable {
  private let key: UInt64
  private let draws: Draws
  /// Running sums of the shares but the last.
  private let shares: [Double]
  /// By user; empty where each call is given one.
  private var ofUser: [UInt8] = []

  package init(_ experiment: Experiment, users: Int, draws: Draws) {
    key = Draws.key(of: experiment.name)
    self.draws = draws
    var sum = 0.0
    shares = experiment.arms.dropLast().map { arm in
      sum += arm.share
      return sum
    }
    guard experiment.unit == .user else { return }
    ofUser = (0..<users).map { UInt8(draw(call: 0, user: UInt64($0), part: 0)) }
  }

  /// nil: it is drawn for each call.
  package func variant(ofUser user: UInt32) -> Int? {
    ofUser.isEmpty ? nil : Int(ofUser[Int(user)])
  }

  /// - Parameters:
  ///   - call: the user's n-th call, or flow, of the workload.
  ///   - workload: its key.
  package func variant(ofCall call: UInt32, user: UInt32, workload: UInt64) -> Int {
    draw(call: UInt64(call), user: UInt64(user), part: workload)
  }

  private func draw(call: UInt64, user: UInt64, part: UInt64) -> Int {
    let u = draws.block(.experiment, call: call, user: user, workload: key, part: part).0.unit
    return shares.firstIndex { u < $0 } ?? shares.count
  }
}

/// A kind of call in one variant of an experiment.
package struct ArmPlace {
  package let variant: Variant
  /// Among the variants of all experiments.
  package let arm: Int16
  package let promptKey: UInt64
  package let prefixKey: UInt64

  /// - Parameter key: of the workload.
  package init(
    of original: Variant, in place: (experiment: Int, number: Int), _ scenario: Scenario,
    key: UInt64
  ) {
    let experiment = scenario.experiments[place.experiment]
    variant = experiment.variant(original, in: place.number)
    arm = Int16(
      scenario.experiments[..<place.experiment].reduce(0) { $0 + $1.arms.count } + place.number)
    // Another variant answers otherwise, so its answers and its system prompt are its own; the
    // control keeps what it has without the experiment.
    let isOther = place.number > 0 && experiment.concerns(original)
    let own = SplitMix.mixed(key ^ Draws.key(of: experiment.name) &+ UInt64(place.number))
    promptKey = isOther ? own : key
    prefixKey = isOther && experiment.arms[place.number].hasOwnPrompt ? own : key
  }
}

extension CompiledScenario {
  /// The experiment and variant that a kind of call is of; nil: none.
  package func variant(of kind: CallClass) -> (experiment: Experiment, arm: Experiment.Arm)? {
    guard kind.arm >= 0 else { return nil }
    return scenario.experiments.flatMap { test in test.arms.map { (test, $0) } }[Int(kind.arm)]
  }
}
