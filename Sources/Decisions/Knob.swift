import Scenarios

/// One thing that a sweep or a solve turns: an input, several set to the same value, or several
/// scaled by the same factor.
package struct Knob: Sendable {
  /// The path or pattern as the user typed it.
  package var name: String
  package var inputs: [ScenarioInput]
  /// The knob's value is a factor, 1 leaving all as it is.
  package var isFactor: Bool

  /// `workloads.*.volume`, or `workloads.*.volume*` for a factor; nil where no input is meant.
  package init?(_ text: String, in tree: ScenarioTree) {
    name = text
    let (pattern, isFactor) = InputPattern.scaling(text[...])
    self.isFactor = isFactor
    inputs = isFactor ? tree.inputs(scaledBy: pattern) : tree.inputs(matching: pattern)
    guard let first = inputs.first else { return nil }
    // One value for inputs of different units makes no sense.
    if !isFactor, inputs.contains(where: { $0.kind != first.kind }) { return nil }
  }

  package init(_ input: ScenarioInput) {
    name = input.name
    inputs = [input]
    isFactor = input.isSpan
  }

  /// The kind of its values.
  package var kind: InputKind { isFactor ? .number : inputs[0].kind }
  /// Its value in the scenario as it stands; 1 for a factor.
  package var base: Double { isFactor ? 1 : inputs[0].value }
  package var isUsers: Bool { inputs.count == 1 && inputs[0].isUsers }

  package func settings(_ value: Double) -> [InputSetting] {
    inputs.map {
      InputSetting(
        input: $0, change: isFactor ? .factor(value) : .value($0.kind.rounded(value)))
    }
  }

  /// The next value on that side that reads well: a factor reads as a share.
  package func readable(_ value: Double, _ side: FloatingPointRoundingRule) -> Double {
    // In percent, of which there may be more than a hundred.
    isFactor ? InputKind.number.readable(value * 100, side) / 100 : kind.readable(value, side)
  }

  /// Rounds a value as `settings` does: whole where the input is.
  package func rounded(_ value: Double) -> Double { kind.rounded(value) }
}
