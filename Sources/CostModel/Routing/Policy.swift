/// An ordered list of rules, first match wins. Evaluated once for each kind of call, not for
/// each call, so that matching by name costs nothing on the hot path.
public struct Policy: Sendable {
  public var name: String
  public var rules: [Rule]

  public init(name: String, rules: [Rule]) {
    self.name = name
    self.rules = rules
  }

  public struct Rule: Sendable {
    /// What `reason` says of a call that this rule matched.
    public var name: String
    public var conditions: [Condition]
    public var choice: Choice
    /// Of weighted models: all calls of a conversation get the one that the first of them was given.
    public var isSticky = true
    /// What the documents' own code returns beside the model; shown, never billed.
    public var estimatedCost: Money?
    public var estimatedLatency: SimDuration?

    public init(name: String, conditions: [Condition], choice: Choice) {
      self.name = name
      self.conditions = conditions
      self.choice = choice
    }
  }

  /// The call's attribute is one of `values`, of its turn in one of these ranges. A call without the attribute is what is standard
  /// (`tier: standard`); where nothing is, it does not match.
  public struct Condition: Hashable, Sendable {
    public var attribute: Attribute
    public var values: [String]

    public init(_ attribute: Attribute, in values: [String]) {
      self.attribute = attribute
      self.values = values
    }

    /// Whether a call with these attributes matches.
    public func holds(for attributes: CallAttributes) -> Bool {
      guard let value = attributes[attribute] ?? attribute.standard else { return false }
      guard attribute == .turn else { return values.contains(value) }
      return Int(value).map { turn in
        values.contains { TurnRange($0)?.contains(turn) ?? false }
      } ?? false
    }
  }

  public enum Choice: Hashable, Sendable {
    case model(ModelID)
    /// Shares of any positive sum; the draw picks in proportion.
    case weighted([WeightedModel])
    /// The model that the trace names.
    case logged
  }

  public struct WeightedModel: Hashable, Sendable {
    public var model: ModelID
    public var weight: Double

    public init(_ model: ModelID, weight: Double) {
      self.model = model
      self.weight = weight
    }
  }

  /// Whether any rule says what its calls cost.
  public var estimates: Bool { rules.contains { $0.estimatedCost != nil } }

  /// The first rule whose conditions all hold; nil if none does (the reader demands a default).
  public func firstMatch(_ attributes: CallAttributes) -> Rule? {
    firstMatchPlace(attributes).map { rules[$0] }
  }

  /// The place of that rule in the list, from 0.
  public func firstMatchPlace(_ attributes: CallAttributes) -> Int? {
    rules.firstIndex { attributes.satisfies($0.conditions) }
  }
}
