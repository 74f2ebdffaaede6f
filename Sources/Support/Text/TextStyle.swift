/// Marks of emphasis in texts for people. They are of no script, and taken out of names, so that no name
/// holds a command to a terminal: only what is printed to one turns them into such commands.
package enum TextStyle {
  private static let bold: Unicode.Scalar = "\u{10FFF0}"
  private static let red: Unicode.Scalar = "\u{10FFF1}"
  private static let plain: Unicode.Scalar = "\u{10FFF2}"
  package static let marks = [bold, red, plain]

  package static func bold(_ text: String) -> String { "\(bold)\(text)\(plain)" }
  package static func red(_ text: String) -> String { "\(red)\(text)\(plain)" }

  /// With what a terminal takes for emphasis in place of the marks, or without them.
  package static func applied(_ text: String, isTerminal: Bool) -> String {
    zip(marks, ["1", "31", "0"]).reduce(text) { text, style in
      text.replacing(String(style.0), with: isTerminal ? "\u{1B}[\(style.1)m" : "")
    }
  }
}
