/// Lines of YAML with comments. Only plain forms are written: block mappings, and quoted text.
package struct YAMLText {
  package private(set) var lines: [String] = []
  private static let width = 98

  package init() {}

  package var text: String { lines.joined(separator: "\n") + "\n" }

  package mutating func line(_ text: String, indent: Int = 0) {
    lines.append(text.isEmpty ? "" : String(repeating: " ", count: indent) + text)
  }

  /// A comment of as many lines as it takes.
  package mutating func comment(_ text: String, indent: Int = 0) {
    let start = String(repeating: " ", count: indent) + "# "
    // A name in it must not end the line.
    let text = HumanFormat.visible(text)
    wrap(text.split(separator: " "), first: start, rest: start, end: "")
  }

  /// `key: {a, b, c}` over as many lines as it takes.
  package mutating func flow(
    _ key: String, _ items: [String], brackets: (String, String), indent: Int = 0
  ) {
    let start = String(repeating: " ", count: indent)
    let words = items.enumerated().map { $0 < items.count - 1 ? $1 + "," : $1 }
    wrap(
      words.map { $0[...] }, first: start + key + ": " + brackets.0, rest: start + "  ",
      end: brackets.1)
  }

  private mutating func wrap(_ words: [Substring], first: String, rest: String, end: String) {
    var line = first
    var isFresh = true
    for (index, word) in words.enumerated() {
      let closing = index == words.count - 1 ? end : ""
      if !isFresh, line.count + 1 + word.count + closing.count > Self.width {
        lines.append(line)
        line = rest
        isFresh = true
      }
      line += (isFresh ? "" : " ") + word + closing
      isFresh = false
    }
    lines.append(words.isEmpty ? line + end : line)
  }

  // MARK: Values

  /// A number with that many significant digits, no zeros at its end and no exponent.
  package static func number(_ value: Double, digits: Int = 6) -> String {
    var places = digits - 1
    var magnitude = value.magnitude
    while magnitude >= 10, places > 0 {
      magnitude /= 10
      places -= 1
    }
    while magnitude > 0, magnitude < 1, places < 12 {
      magnitude *= 10
      places += 1
    }
    return DecimalText.trimmed(DecimalText.real(value, places: places) ?? "0")
  }

  /// A share as a percentage.
  package static func percent(_ share: Double, digits: Int = 8) -> String {
    number(share * 100, digits: digits) + "%"
  }
}
