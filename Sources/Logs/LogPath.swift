/// Where in a record a value stands: `a/b` is first the column of that very name, then b in a, whose
/// text may be JSON; `a/**/b` is the first b at any depth in a; `^a` a field of what the record was
/// taken out of.
package struct LogPath: Hashable, Sendable {
  package let name: String
  package let parts: [String]
  package let isContext: Bool

  package init(_ name: String) {
    self.name = name
    isContext = name.hasPrefix("^")
    parts = name.split(separator: "/").map(String.init)
  }

  package static func == (one: LogPath, other: LogPath) -> Bool { one.name == other.name }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Whether a path of keys, `/` between them, is meant by this one, in which `*` stands for
  /// any text without `/` and `**` for any text.
  package func covers(_ path: String) -> Bool {
    if path == name { return true }
    return Self.covers(parts[...], path.split(separator: "/").map(String.init)[...])
  }

  /// Whether what it covers may lie below such a path.
  package func leads(through path: String) -> Bool {
    let above = path.split(separator: "/").map(String.init)
    for (place, part) in parts.enumerated() {
      if place == above.count || part == "**" { return true }
      if !WildcardText(part).matches(above[place]) { return false }
    }
    return false
  }

  private static func covers(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let part = pattern.first else { return path.isEmpty }
    let rest = pattern.dropFirst()
    if part == "**" {
      return path.indices.contains { covers(rest, path[$0...]) } || rest.isEmpty
    }
    guard let next = path.first, WildcardText(part).matches(next) else { return false }
    return covers(rest, path.dropFirst())
  }
}

/// A text in which `*` stands for any characters but those of `except`.
package struct WildcardText: Hashable, Sendable {
  package let text: String
  package var except: Character?

  package init(_ text: String, except: Character? = nil) {
    self.text = text
    self.except = except
  }

  package func matches(_ other: String) -> Bool {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return text == other }
    guard other.hasPrefix(parts[0]), other.count >= parts[0].count else { return false }
    var rest = other.dropFirst(parts[0].count)
    var swallowed: [Substring] = []
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      swallowed.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    let last = parts[parts.count - 1]
    guard rest.hasSuffix(last) else { return false }
    swallowed.append(rest.dropLast(last.count))
    return except.map { mark in !swallowed.contains { $0.contains(mark) } } ?? true
  }
}
