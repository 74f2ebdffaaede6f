import Support

/// One number that a scenario states, or that its catalog does for it.
package struct ScenarioInput: Sendable {
  /// The file that has to be changed to change the input.
  package enum Document: Sendable { case scenario, catalog }

  package struct Location: Sendable {
    package var document: Document
    /// Keys, and indices of lists, from the document's root.
    package var keys: [String]
  }

  /// Keys as `--override` takes them: `workloads`, `fan-messages`, `volume`.
  package var path: [String]
  /// Where the value stands; several where a catalog states a price for several spans of time.
  package var locations: [Location]
  package var kind: InputKind
  /// As stated; the most likely one where a range is; the middle of `LOW..HIGH`.
  package var value: Double
  /// `LOW..HIGH`, for all values in between alike, or the LOW and HIGH of prices over time: it can
  /// be scaled, but not set to one value without a loss.
  package var isSpan = false
  /// How well the value is known, where the file says so.
  package var law: InputLaw?
  /// Inputs of the same group are shares that add up to 100 %: changing one scales the others.
  package var group: [String]?

  /// The path as a user types it, names with dots in quotes.
  package var name: String { Self.name(path) }

  /// `**` at the end stands for all that lies below.
  package static func name(_ path: [String]) -> String {
    if path.last == "**" { return name(path.dropLast()) + ".**" }
    let names = path.map { $0.contains(".") || $0.contains("*") ? "\"\($0)\"" : $0 }
    return names.joined(separator: ".")
  }

  /// The number of users of the plans: `users`.
  package static let usersPath = ["users"]
  package var isUsers: Bool { path == Self.usersPath }

  /// Whether it belongs to a model's price sheet and is no amount: the factor of a tier, say, or the step
  /// that audio is rounded up to. Prices that are scaled together leave it: a tier that is twice the base
  /// stays twice the base.
  package var isPriceRule: Bool {
    guard path.first == "prices" else { return false }
    switch kind {
    case .price, .money: return false
    case .count, .number, .share, .duration: return true
    }
  }
}

/// A new value for one input of a variant.
package struct InputSetting: Sendable {
  package enum Change: Hashable, Sendable {
    case value(Double)
    case factor(Double)
  }

  package var input: ScenarioInput
  package var change: Change

  package init(input: ScenarioInput, change: Change) {
    self.input = input
    self.change = change
  }

  /// The value that the variant then has.
  package var value: Double {
    switch change {
    case .value(let value): input.kind.rounded(value)
    case .factor(let factor): input.kind.rounded(input.value * factor)
    }
  }
}

/// Which inputs are meant: `cache.classes.*.hit_rate`, where `*` is any name and `**` any number of
/// names.
package struct InputPattern: Sendable {
  package let parts: [String]

  package init(parts: [String]) { self.parts = parts }

  /// Split at dots; `"…"` keeps the dots of a name together.
  package init(_ text: some StringProtocol) {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ".", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    self.parts = parts
  }

  /// A pattern that may have one more `*` at its end, for a factor: `a.b*` scales b, `a.*` is all
  /// that is in a, and `a.**` scales that.
  package static func scaling(_ text: Substring) -> (pattern: InputPattern, isFactor: Bool) {
    let isFactor = text.hasSuffix("*") && !text.hasSuffix(".*") && text != "*"
    return (InputPattern(isFactor ? text.dropLast() : text), isFactor)
  }

  package var hasWildcard: Bool { parts.contains { $0 == "*" || $0 == "**" } }

  package func matches(_ path: [String]) -> Bool { Self.matches(parts[...], path[...]) }

  private static func matches(_ parts: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let part = parts.first else { return path.isEmpty }
    let rest = parts.dropFirst()
    if part == "**" {
      return matches(rest, path) || (!path.isEmpty && matches(parts, path.dropFirst()))
    }
    guard let first = path.first, part == "*" || part == first else {
      // A name with dots, typed without quotes.
      guard let first = path.first, first.hasPrefix(part + ".") else { return false }
      let longer = parts.prefix(first.split(separator: ".", omittingEmptySubsequences: false).count)
      return longer.joined(separator: ".") == first
        && matches(parts.dropFirst(longer.count), path.dropFirst())
    }
    return matches(rest, path.dropFirst())
  }
}

extension InputPattern {
  /// Paths that a pattern means which no number has: its last name in every mapping that the names before
  /// it lead to, whether it is there or not; behind `**` where it is.
  package func keys(in root: YAMLNode) -> [[String]] {
    guard let last = parts.last, last != "*", last != "**", parts.count > 1 else { return [] }
    let needsKey = parts.contains("**")
    return Self.mappings(parts.dropLast(), in: root, [], needsKey ? last : nil).map { $0 + [last] }
  }

  private static func mappings(
    _ rest: ArraySlice<String>, in node: YAMLNode, _ path: [String], _ key: String?
  ) -> [[String]] {
    guard case .mapping(let entries) = node.content else { return [] }
    guard let first = rest.first else {
      return key.map { node[$0] == nil } ?? false ? [] : [path]
    }
    let below = { (entry: YAMLNode.Entry, rest: ArraySlice<String>) in
      mappings(rest, in: entry.value, path + [entry.key], key)
    }
    switch first {
    case "**":
      return mappings(rest.dropFirst(), in: node, path, key) + entries.flatMap { below($0, rest) }
    case "*": return entries.flatMap { below($0, rest.dropFirst()) }
    default: return entries.filter { $0.key == first }.flatMap { below($0, rest.dropFirst()) }
    }
  }
}
