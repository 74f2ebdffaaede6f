/// A policy's decision for every kind of call, taken once, so that a call costs a draw at most.
@frozen
public struct RoutingTable: Sendable {
  /// The rule that decides each kind.
  public let rules: [Policy.Rule]
  /// That rule's place in the policy's list, from 0; −1 where the kind's own rule decides.
  public let places: [Int]
  @usableFromInline let ranges: [Range<Int>]
  /// Models with the running sums of their shares, the last being 1; empty: the logged model.
  @usableFromInline let choices: [WeightedChoice]

  /// nil if a kind matches no rule (the reader demands a default).
  ///
  /// `pinned` are rules that decide in place of the policy, by the place of their kind.
  public init?(
    _ policy: Policy, kinds: [CallAttributes], pinned: [Int: Policy.Rule] = [:]
  ) {
    var rules: [Policy.Rule] = []
    var places: [Int] = []
    var ranges: [Range<Int>] = []
    var choices: [WeightedChoice] = []
    for (number, kind) in kinds.enumerated() {
      let own = pinned[number]
      guard let place = own == nil ? policy.firstMatchPlace(kind) : -1 else { return nil }
      let rule = own ?? policy.rules[place]
      let first = choices.count
      choices += WeightedChoice.choices(of: rule.choice)
      rules.append(rule)
      places.append(place)
      ranges.append(first..<choices.count)
    }
    (self.rules, self.places, self.ranges, self.choices) = (rules, places, ranges, choices)
  }

  /// The routed model of a call of that kind; nil: the one that the trace names.
  ///
  /// `u` in [0, 1) decides between weighted models, in proportion to their shares.
  @inlinable
  public func choose(kind: Int, u: Double) -> ModelID? {
    let range = ranges[kind]
    guard !range.isEmpty else { return nil }
    var place = range.lowerBound
    while place < range.upperBound - 1, u >= choices[place].upTo { place += 1 }
    return choices[place].model
  }

  /// Every model that a call of that kind may be routed to, with its share.
  public func shares(kind: Int) -> [(model: ModelID, share: Double)] {
    var before = 0.0
    return choices[ranges[kind]].map { choice in
      defer { before = choice.upTo }
      return (choice.model, choice.upTo - before)
    }
  }
}
