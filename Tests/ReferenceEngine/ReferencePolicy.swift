/// An ordered list of rules; the first whose conditions all hold decides.
public struct ReferencePolicy {
  public enum Choice {
    /// The model that the log names.
    case logged
    case model(Int)
    case weighted([(model: Int, weight: Double)])
  }

  public struct Rule {
    public var name: String
    /// One of these values, by attribute; absent means any.
    public var conditions: [String: [String]]
    public var choice: Choice

    public init(name: String, conditions: [String: [String]], choice: Choice) {
      (self.name, self.conditions, self.choice) = (name, conditions, choice)
    }
  }

  public var rules: [Rule]

  public init(rules: [Rule]) { self.rules = rules }

  public func rule(for attributes: [String: String]) -> Rule? {
    rules.first { Self.holds($0.conditions, for: attributes) }
  }

  /// A call that names no tier is one of `standard`.
  public static func holds(
    _ conditions: [String: [String]], for attributes: [String: String]
  ) -> Bool {
    conditions.allSatisfy { name, values in
      let value = attributes[name] ?? (name == "tier" ? "standard" : nil)
      return value.map { values.contains($0) } ?? false
    }
  }

  /// The model that the rules choose for a call that no log tells of.
  public func model(for attributes: [String: String], u: Double) -> Int? {
    rule(for: attributes).flatMap { Self.model(of: $0.choice, logged: nil, u: u) }
  }

  /// The routed model, u in [0, 1) being the call's draw.
  static func model(of choice: Choice, logged: Int?, u: Double) -> Int? {
    switch choice {
    case .logged: return logged
    case .model(let model): return model
    case .weighted(let models):
      let total = models.map(\.weight).reduce(0, +)
      var sum = 0.0
      for (model, weight) in models where weight > 0 {
        sum += weight
        if u < sum / total { return model }
      }
      return models.last { $0.weight > 0 }?.model
    }
  }
}
