/// Keeps a text a text in a spreadsheet that opens a CSV file: an apostrophe goes in front of what it
/// would run as a formula, and of what it would read as a number, date, time or truth value and show in
/// another spelling (`00123`, `1E5`, twenty digits, `true`).
///
/// The list of formula characters is OWASP's ("CSV Injection"), with the wide forms that East Asian
/// spreadsheets take too. Blanks and invisible characters in front are looked through, because
/// spreadsheets may trim them.
package enum SpreadsheetGuard {
  /// The text as a file for people has it. A text that already begins with an apostrophe gets another
  /// one where it would need one without, so that no two texts become the same.
  package static func guarded(_ text: String) -> String { isNeeded(text) ? "'" + text : text }

  /// The text that was guarded.
  package static func bare(_ text: String) -> String {
    text.hasPrefix("'") && isNeeded(text) ? String(text.dropFirst()) : text
  }

  package static func isNeeded(_ text: String) -> Bool {
    let bare = text.drop { $0 == "'" }
    return startsFormula(bare.unicodeScalars) || isRespelled(bare)
  }

  /// Whether a cell that begins like this would be run, or would begin with a tab or line end.
  package static func startsFormula(_ text: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
    if let first = text.first, ["\t", "\r", "\n"].contains(first) { return true }
    guard let place = text.firstIndex(where: { !isSkipped($0) }) else { return false }
    switch text[place] {
    case "=", "+", "-", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
    case "@": return !isScopedName(text[place...])
    default: return false
    }
  }

  /// `@scope/name` as packages and models are named: none of its characters can call a function or
  /// reach another program.
  private static func isScopedName(_ text: some Collection<Unicode.Scalar>) -> Bool {
    let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { part in
        part.first.map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
          && part.allSatisfy {
            $0.properties.isAlphabetic || isDigit($0) || "._-:@".unicodeScalars.contains($0)
          }
      }
  }

  /// Whether a spreadsheet would take the text for a number, date, time or truth value and may show
  /// another spelling of it. A whole number of at most 15 digits without leading zeros shows as it is.
  private static func isRespelled(_ text: Substring) -> Bool {
    let scalars = trimmed(text.unicodeScalars)
    guard scalars.count <= 64, let first = scalars.first else { return false }
    guard scalars.contains(where: isDigit) else {
      return truthValues.contains(String(scalars).lowercased())
    }
    if scalars.allSatisfy({ ("0"..."9").contains($0) }) {
      return scalars.count > 15 || (first == "0" && scalars.count > 1)
    }
    var words: [String] = []
    var isInWord = false
    for scalar in scalars {
      let isLetter = scalar.properties.isAlphabetic
      if isLetter {
        if !isInWord { words.append("") }
        words[words.count - 1].unicodeScalars.append(scalar)
      } else if !isDigit(scalar), !isMark(scalar) {
        return false
      }
      isInWord = isLetter
    }
    return words.isEmpty || (words.count == 1 && wordsOfNumbers.contains(words[0].lowercased()))
  }

  /// In English, French, German, Spanish, Italian, Portuguese and Dutch.
  private static let truthValues: Set<String> = [
    "true", "false", "vrai", "faux", "wahr", "falsch", "verdadero", "falso", "vero", "verdadeiro",
    "waar", "onwaar",
  ]

  package static let longestTruthValue = truthValues.map(\.utf8.count).max() ?? 0

  /// An exponent, a half of the day, or a month in English or French.
  private static let wordsOfNumbers: Set<String> = [
    "e", "am", "pm", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec", "january", "february", "march", "april", "june", "july", "august",
    "september", "october", "november", "december", "janv", "févr", "fevr", "mars", "avr", "mai",
    "juin", "juil", "août", "aout", "déc", "janvier", "février", "fevrier", "avril", "juillet",
    "septembre", "octobre", "novembre", "décembre", "decembre",
  ]

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    ("0"..."9").contains(scalar) || (!scalar.isASCII && scalar.properties.numericType == .decimal)
  }

  /// What numbers, dates and times are written with beside digits.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    ".,:/-+%()'$€£¥".unicodeScalars.contains(scalar) || isSkipped(scalar)
  }

  private static func isSkipped(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value <= 0x20 || scalar.value == 0x7F }
    return scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
      || scalar.properties.generalCategory == .control
  }

  private static func trimmed(_ scalars: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView
  {
    let start = scalars.drop(while: isSkipped)
    let end = start.lastIndex { !isSkipped($0) }
    return end.map { start[...$0] } ?? start.prefix(0)
  }
}
