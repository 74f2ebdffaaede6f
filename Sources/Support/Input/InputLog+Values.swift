import CostModel

/// Reads single values; what is wrong goes into the log and the answer is nil.
extension InputLog {
  /// The text of a scalar.
  package func scalar(_ node: YAMLNode, _ expected: String) -> String? {
    guard case .scalar(let text, _) = node.content, !node.isNull else {
      add(node.place, "expected \(expected), not \(node.kind)")
      return nil
    }
    return text
  }

  private func parse<T>(
    _ node: YAMLNode, _ expected: String, _ body: (String) throws(Quantity.Problem) -> T
  ) -> T? {
    guard let text = scalar(node, expected) else { return nil }
    do {
      return try body(Quantity.trimmed(text))
    } catch {
      add(node.place, error.message, hint: error.hint)
      return nil
    }
  }

  package func text(_ node: YAMLNode) -> String? { scalar(node, "a text") }

  /// A whole number in a range.
  package func count(_ node: YAMLNode, in range: ClosedRange<Int64>) -> Int64? {
    guard let value = parse(node, "a whole number", Quantity.count) else { return nil }
    guard range.contains(value) else {
      outOfRange(node, InputLog.grouped(range.lowerBound), InputLog.grouped(range.upperBound))
      return nil
    }
    return value
  }

  /// A number in a range.
  package func number(_ node: YAMLNode, in range: ClosedRange<Double>) -> Double? {
    guard let value = parse(node, "a number", Quantity.number)?.double else { return nil }
    guard range.contains(value) else {
      outOfRange(node, InputLog.plain(range.lowerBound), InputLog.plain(range.upperBound))
      return nil
    }
    return value
  }

  private func outOfRange(_ node: YAMLNode, _ low: String, _ high: String) {
    add(node.place, "\(node.kind) is out of range, expected \(low) to \(high)")
  }

  /// A number as people write it, whole ones with thousands marks.
  package static func plain(_ value: Double) -> String {
    Int64(exactly: value).map { grouped($0) } ?? String(value)
  }

  /// `1,000,000`.
  package static func grouped(_ value: Int64) -> String {
    let digits = Array(String(value.magnitude))
    let marked = digits.enumerated().map { index, digit in
      let left = digits.count - index
      return left % 3 == 0 && index > 0 ? ",\(digit)" : "\(digit)"
    }
    return (value < 0 ? "-" : "") + marked.joined()
  }

  /// A percentage as a fraction.
  package func share(_ node: YAMLNode) -> Double? { exactShare(node)?.double }

  package func exactShare(_ node: YAMLNode) -> ExactDecimal? {
    parse(node, "a percentage like 75%", Quantity.share)
  }

  package func duration(_ node: YAMLNode) -> SimDuration? {
    parse(node, "a duration like 60s", Quantity.duration)
  }

  /// A duration that is not zero.
  package func positiveDuration(_ node: YAMLNode) -> SimDuration? {
    guard let value = duration(node) else { return nil }
    if value == .zero {
      add(node.place, "must be longer than 0")
      return nil
    }
    return value
  }

  package func money(_ node: YAMLNode) -> MoneySum? {
    parse(node, "an amount like $1,000", Quantity.money).map { MoneySum(picodollars: $0) }
  }

  package func flag(_ node: YAMLNode) -> Bool? {
    guard let text = scalar(node, "true or false") else { return nil }
    switch text {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default:
      add(node.place, "expected true or false, not '\(text)'")
      return nil
    }
  }

  /// One of an enumeration's words.
  package func choice<T: RawRepresentable & CaseIterable>(_ node: YAMLNode, of: T.Type) -> T?
  where T.RawValue == String {
    let words = T.allCases.map(\.rawValue)
    guard let text = scalar(node, InputLog.alternatives(words)) else { return nil }
    if let value = T(rawValue: text) { return value }
    add(
      node.place, "expected \(InputLog.alternatives(words)), not '\(text)'",
      hint: NearestName.hint(for: text, among: words))
    return nil
  }

  /// Whether the node is that bare word (`none`, `off`).
  package func isWord(_ node: YAMLNode, _ word: String) -> Bool {
    if case .scalar(let text, _) = node.content { return text == word }
    return false
  }

  /// `a, b or c`.
  package static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The elements of a list.
  package func list(_ node: YAMLNode) -> [YAMLNode]? {
    guard case .sequence(let nodes) = node.content else {
      add(node.place, "expected a list, not \(node.kind)")
      return nil
    }
    return nodes
  }

  /// The entries of a mapping with names of the author's choice; `null` values are left out,
  /// because that is how a file removes what the one it extends says.
  package func entries(_ node: YAMLNode) -> [YAMLNode.Entry]? {
    guard case .mapping(let entries) = node.content else {
      add(node.place, "expected a mapping of names, not \(node.kind)")
      return nil
    }
    return entries.filter { !$0.value.isNull }
  }

  package func texts(_ node: YAMLNode) -> [(text: String, place: Place)] {
    (list(node) ?? []).compactMap { item in text(item).map { ($0, item.place) } }
  }

  /// Shares that must add up to 100 %.
  package func checkSum(_ shares: [Double], of what: String, at place: Place) {
    let sum = shares.reduce(0, +)
    guard abs(sum - 1) > 1e-4 + 1e-12 else { return }
    add(place, "the shares of \(what) add up to \(InputLog.percent(sum)), expected 100%")
  }

  /// A percentage with at most 4 decimals.
  package static func percent(_ share: Double) -> String {
    let scaled = (share * 1e6).rounded() / 1e4
    return plain(scaled) + "%"
  }
}
