import Scenarios
import Support

/// One `--vary PATH=VALUES` of a sweep.
package struct SweepAxis: Sendable {
  package struct Value: Sendable {
    /// The value as the user typed it, or as a scenario would state it.
    package var text: String
    /// The value as a number; nil where it is none.
    package var number: Double?
  }

  /// The path as it was typed.
  package var name: String
  /// nil: values that are not numbers, set as `--override` sets them.
  package var knob: Knob?
  package var values: [Value]

  package init(name: String, knob: Knob? = nil, values: [Value]) {
    self.name = name
    self.knob = knob
    self.values = values
  }

  /// The kind of its numbers; nil: texts.
  package var kind: InputKind? { values.allSatisfy { $0.number != nil } ? knob?.kind : nil }

  /// Adds what a point on the axis changes.
  package func add(_ index: Int, to variant: inout Assessor.Variant) {
    if let knob, let number = values[index].number {
      variant.settings += knob.settings(number)
    } else {
      variant.overrides.append("\(name)=\(values[index].text)")
    }
  }
}

extension SweepAxis {
  /// Reads `users=50,100,500`, `cache.classes.*.hit_rate=40%..90%:6`, `prices.*.output*=0.8,1,1.2`.
  ///
  /// - Parameter number: from 1, the line of `--vary` in error messages.
  package init(_ text: String, number: Int, tree: ScenarioTree) throws(InputErrors) {
    let file = SourceFile(
      path: "--vary", order: number, text: String(repeating: "\n", count: number - 1) + text)
    func fail(_ message: String, column: Int = 1, hint: String? = nil) -> InputErrors {
      InputErrors([
        Diagnostic(Place(file: file, line: number, column: column), message, hint: hint)
      ])
    }
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw fail("expected path=values, for example users=50,100,500")
    }
    let column = text.distance(from: text.startIndex, to: equals) + 2
    name = String(text[..<equals])
    knob = Knob(name, in: tree)
    let list = text[text.index(after: equals)...]
    guard let knob else {
      let pattern = InputPattern(name)
      if pattern.hasWildcard || name.hasSuffix("*") {
        let known = tree.inputs(matching: pattern)
        throw known.isEmpty
          ? fail(
            "no number is called '\(name)'",
            hint: NearestName.hint(for: name, among: tree.inputs.map(\.name)))
          : fail("these inputs have different units, expected a factor: \(name)*=0.8,1.2")
      }
      values = Self.items(list).map { Value(text: $0) }
      if values.count < 2 { throw fail("expected two values or more", column: column) }
      return
    }
    if let range = Self.range(list) {
      guard let low = Self.number(range.low, knob), let high = Self.number(range.high, knob),
        low < high, (2...1_000).contains(range.count)
      else {
        throw fail(
          "expected LOW..HIGH:COUNT like 40%..90%:6, not '\(list)'", column: column)
      }
      values = Self.spaced(low, high, range.count, knob)
      return
    }
    values = Self.items(list).map { Value(text: $0, number: Self.number($0, knob)) }
    if let bad = values.first(where: { $0.number == nil }) {
      throw fail("'\(bad.text)' is no value of \(name)", column: column)
    }
    if values.isEmpty { throw fail("expected values", column: column) }
  }

  /// `40%..90%:6`; nil if it is none.
  private static func range(_ text: Substring) -> (low: String, high: String, count: Int)? {
    guard let colon = text.lastIndex(of: ":"), let count = Int(text[text.index(after: colon)...]),
      let ends = Quantity.range(String(text[..<colon]))
    else { return nil }
    return (ends.low, ends.high, count)
  }

  private static func number(_ text: String, _ knob: Knob) -> Double? {
    guard let (kind, value) = InputKind.parse(text, as: [knob.kind.format]),
      kind == knob.kind, knob.kind.bounds.contains(value)
    else { return nil }
    return knob.kind.isWhole && value != value.rounded() ? nil : value
  }

  private static func spaced(_ low: Double, _ high: Double, _ count: Int, _ knob: Knob) -> [Value] {
    var values: [Value] = []
    for step in 0..<count {
      // 12 digits: 0.4 + 2/5·0.5 is 0.6 to a reader.
      let text = knob.kind.text(low + (high - low) * Double(step) / Double(count - 1))
      if values.last?.text != text {
        values.append(Value(text: text, number: number(text, knob)))
      }
    }
    return values
  }

  /// Split at commas that are not inside brackets or quotes.
  private static func items(_ list: Substring) -> [String] {
    var items = [""]
    var depth = 0
    var isQuoted = false
    for character in list {
      switch character {
      case "[", "{": depth += 1
      case "]", "}": depth -= 1
      case "\"": isQuoted.toggle()
      default: break
      }
      if character == ",", depth == 0, !isQuoted {
        items.append("")
      } else {
        items[items.count - 1].append(character)
      }
    }
    return items.map(Quantity.trimmed).filter { !$0.isEmpty }
  }
}
