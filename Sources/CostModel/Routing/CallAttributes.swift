/// The attributes of one kind of call; nil where the call does not say.
public struct CallAttributes: Hashable, Sendable {
  private var values: [String?] = Array(repeating: nil, count: Attribute.allCases.count)

  public init() {}

  public subscript(attribute: Attribute) -> String? {
    get { values[attribute.rawValue] }
    set { values[attribute.rawValue] = newValue }
  }

  /// Whether all of the conditions hold.
  public func satisfies(_ conditions: [Policy.Condition]) -> Bool {
    conditions.allSatisfy { $0.holds(for: self) }
  }
}
