/// Turns of a conversation that a rule is for: `3`, `2..5`, `2..` (and all later ones).
public struct TurnRange: Hashable, Sendable {
  public var first: Int
  /// nil: all from the first one on.
  public var last: Int?

  /// nil: the text is no such range.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 3 && parts[1].isEmpty,
      let first = Int(parts[0]), first >= 1
    else { return nil }
    self.first = first
    last = first
    guard parts.count == 3 else { return }
    last = nil
    if parts[2].isEmpty { return }
    guard let end = Int(parts[2]), end >= first else { return nil }
    last = end
  }

  public func contains(_ turn: Int) -> Bool {
    turn >= first && turn <= last ?? .max
  }
}

extension Policy.Condition {
  /// Where turns begin that a condition on turns tells from the ones before; none of another condition.
  public var turnStarts: [Int] {
    guard attribute == .turn else { return [] }
    return values.compactMap { TurnRange($0) }.flatMap { range in
      [range.first] + (range.last.map { [$0 + 1] } ?? [])
    }
  }
}
