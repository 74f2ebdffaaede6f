/// The attributes of one kind of call; nil where the call does not say.
public struct CallAttributes: Hashable, Sendable {
  private var values: [String?] = Array(repeating: nil, count: Attribute.allCases.count)

  public init() {}

  public subscript(attribute: Attribute) -> String? {
    get { values[attribute.rawValue] }
    set { values[attribute.rawValue] = newValue }
  }
}
