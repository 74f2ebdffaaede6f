import Support

/// Reads how well an input is known: `{low: 10, likely: 20, high: 40}`, `{low: 10, high: 40}`,
/// `{normal: {mean: 20, sd: 3}}`, `{lognormal: {mean: 20, cv: 0.3}}`.
package struct RangeReader {
  package struct Range {
    package var kind: InputKind
    package var law: InputLaw
    /// What stands in for the range where nothing is drawn, as text and as a number.
    package var likely: String
    package var value: Double
  }

  package let log: InputLog
  /// What may stand in the range's place.
  package let kinds: [FormatKind]

  /// Whether a mapping is meant as a range: it has one of the keys.
  package static func isRange(_ node: YAMLNode) -> Bool { form(of: node) != nil }

  private static func form(of node: YAMLNode) -> FormatObject? {
    guard case .mapping(let entries) = node.content else { return nil }
    return ScenarioFormat.ranges.first { form in
      entries.contains { form.keys.contains($0.key) }
    }
  }

  package func read(_ node: YAMLNode) -> Range? {
    guard let form = Self.form(of: node), let fields = Fields(node, as: form, log: log) else {
      return nil
    }
    switch form.name {
    case ScenarioFormat.normalRange.name:
      return fields.fields("normal", as: ScenarioFormat.normal).flatMap(normal)
    case ScenarioFormat.lognormalRange.name:
      return fields.fields("lognormal", as: ScenarioFormat.lognormal).flatMap(lognormal)
    default: return ends(fields)
    }
  }

  private typealias Value = (kind: InputKind, value: Double, text: String)

  private func value(_ node: YAMLNode) -> Value? {
    guard let text = log.scalar(node, expectation).map(Quantity.trimmed) else { return nil }
    guard let (kind, value) = InputKind.parse(text, as: kinds), value >= 0 else {
      log.add(node.place, "expected \(expectation), not '\(text)'")
      return nil
    }
    return (kind, value, text)
  }

  private var expectation: String {
    let words = kinds.filter(\.isNumeric).map(\.words)
    return words.isEmpty ? "no range here" : "a " + InputLog.alternatives(words)
  }

  private func ends(_ fields: Fields) -> Range? {
    guard let low = fields["low"].flatMap(value), let high = fields["high"].flatMap(value) else {
      return nil
    }
    let likely = fields["likely"].map(value)
    if case .some(nil) = likely { return nil }
    let all = [low, likely ?? nil, high].compactMap(\.self)
    guard all.allSatisfy({ $0.kind == low.kind }) else {
      log.add(fields.place, "low, likely and high must be stated in the same unit")
      return nil
    }
    guard zip(all, all.dropFirst()).allSatisfy({ $0.value <= $1.value }) else {
      log.add(
        fields.place,
        "expected low, likely and high in ascending order, not "
          + all.map(\.text).joined(separator: ", "))
      return nil
    }
    if let middle = likely ?? nil {
      return Range(
        kind: low.kind,
        law: .triangular(low: low.value, likely: middle.value, high: high.value),
        likely: middle.text, value: middle.value)
    }
    return range(low.kind, .uniform(low: low.value, high: high.value))
  }

  private func normal(_ fields: Fields) -> Range? {
    guard let mean = fields["mean"].flatMap(value), let sd = fields["sd"].flatMap(value) else {
      return nil
    }
    guard mean.kind == sd.kind else {
      log.add(fields.place, "mean and sd must be stated in the same unit")
      return nil
    }
    return range(mean.kind, .normal(mean: mean.value, sd: sd.value))
  }

  private func lognormal(_ fields: Fields) -> Range? {
    guard let mean = fields["mean"].flatMap(value), let cv = fields.number("cv", in: 0...100)
    else { return nil }
    return range(mean.kind, .lognormal(mean: mean.value, cv: cv))
  }

  private func range(_ kind: InputKind, _ law: InputLaw) -> Range {
    let text = kind.text(law.likely)
    return Range(kind: kind, law: law, likely: text, value: kind.rounded(law.likely))
  }
}

extension FormatKind {
  fileprivate var isNumeric: Bool {
    switch self {
    case .count, .number, .share, .duration, .money, .price: true
    default: false
    }
  }
}
