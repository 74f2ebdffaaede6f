import Support

/// Arithmetic over claims and values: `v3-bill / v3-calls`, `max(vision, speech) + reasoning`.
package indirect enum Formula: Sendable {
  package enum Operation: Character, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
  }
  package enum Function: String, CaseIterable, Sendable {
    case sum, min, max, mean, low, high
  }

  case number(Rational, text: String)
  case name(String, Place)
  case binary(Operation, Formula, Formula, Place)
  case call(Function, [Formula], Place)

  /// Claims and values that it mentions, from left to right.
  package var names: [(name: String, place: Place)] {
    switch self {
    case .number: []
    case .name(let name, let place): [(name, place)]
    case .binary(_, let a, let b, _): a.names + b.names
    case .call(_, let arguments, _): arguments.flatMap(\.names)
    }
  }
}

/// Reads a formula; a minus sign between names needs spaces, since names may hold hyphens.
package struct FormulaParser {
  /// A mistake in a formula, with its place.
  package struct Problem: Error {
    package var place: Place
    package var message: String
    package var hint: String?
  }

  private static let maximumLength = 10_000

  private let characters: [Character]
  private let origin: Place
  private var at = 0
  private var depth = 0

  package static func parse(_ text: String, at place: Place) throws(Problem) -> Formula {
    var parser = FormulaParser(text, at: place)
    // Whoever walks the tree of a longer one would run out of stack.
    guard text.utf8.count <= maximumLength else {
      throw parser.problem("the formula is too long, expected values for its parts")
    }
    let formula = try parser.sum()
    guard parser.peek() == nil else {
      throw parser.problem("expected an operator or the end of the formula")
    }
    return formula
  }

  private init(_ text: String, at place: Place) {
    characters = Array(text)
    origin = Self.start(of: text, at: place)
  }

  /// Where the text itself begins: behind a quote, if it stands in one.
  private static func start(of text: String, at place: Place) -> Place {
    guard let line = place.file.line(place.line) else { return place }
    let shown = Array(line)
    let plain = place.column - 1
    var result = place
    if plain < shown.count, ["\"", "'"].contains(shown[plain]) { result.column += 1 }
    return result
  }

  private var place: Place {
    var result = origin
    // A folded text is not where its column would be: then the start has to do.
    if let line = origin.file.line(origin.line), line.count >= origin.column - 1 + at {
      result.column += at
    }
    return result
  }

  private func problem(_ message: String) -> Problem { Problem(place: place, message: message) }

  private mutating func peek() -> Character? {
    while at < characters.count, characters[at].isWhitespace { at += 1 }
    return at < characters.count ? characters[at] : nil
  }

  private mutating func sum() throws(Problem) -> Formula {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 64 else { throw problem("nested too deeply") }
    return try chain([.plus, .minus]) { (parser) throws(Problem) in try parser.product() }
  }

  private mutating func product() throws(Problem) -> Formula {
    try chain([.times, .over]) { (parser) throws(Problem) in try parser.atom() }
  }

  private mutating func chain(
    _ operations: [Formula.Operation],
    _ part: (inout FormulaParser) throws(Problem) -> Formula
  ) throws(Problem) -> Formula {
    var result = try part(&self)
    while let sign = peek(), let operation = Formula.Operation(rawValue: sign),
      operations.contains(operation)
    {
      let place = place
      at += 1
      result = .binary(operation, result, try part(&self), place)
    }
    return result
  }

  private mutating func atom() throws(Problem) -> Formula {
    guard let first = peek() else { throw problem("the formula ends where a value is expected") }
    if first == "(" {
      at += 1
      let inner = try sum()
      try expect(")")
      return inner
    }
    if first.isNumber { return try number() }
    guard first.isLetter else { throw problem("expected a number, a name or '('") }
    let place = place
    let name = name()
    guard peek() == "(" else { return .name(name, place) }
    guard let function = Formula.Function(rawValue: name) else {
      let known = Formula.Function.allCases.map(\.rawValue)
      throw Problem(
        place: place, message: "unknown function '\(name)'",
        hint: NearestName.hint(for: name, among: known)
          ?? "known functions: \(known.joined(separator: ", "))")
    }
    return .call(function, try arguments(), place)
  }

  private mutating func arguments() throws(Problem) -> [Formula] {
    try expect("(")
    var result = [try sum()]
    while peek() == "," {
      at += 1
      result.append(try sum())
    }
    try expect(")")
    return result
  }

  private mutating func expect(_ character: Character) throws(Problem) {
    guard peek() == character else { throw problem("expected '\(character)'") }
    at += 1
  }

  /// Letters, digits, `_`, `.` and, inside a name, `-`.
  private mutating func name() -> String {
    let start = at
    while at < characters.count {
      let character = characters[at]
      let next = at + 1 < characters.count ? characters[at + 1] : " "
      let isPart = character.isLetter || character.isNumber || "_.".contains(character)
      guard isPart || (character == "-" && (next.isLetter || next.isNumber)) else { break }
      at += 1
    }
    return String(characters[start..<at])
  }

  /// `1.5`, `80%`, `300K`.
  private mutating func number() throws(Problem) -> Formula {
    let place = place
    let start = at
    while at < characters.count, characters[at].isNumber || "._".contains(characters[at]) {
      at += 1
    }
    if at < characters.count, "KMB%".contains(characters[at]) { at += 1 }
    let text = String(characters[start..<at])
    do {
      let isPercent = text.hasSuffix("%")
      let value = try Quantity.number(isPercent ? String(text.dropLast()) : text)
      return .number(try Rational(isPercent ? value.shifted(by: -2) : value), text: text)
    } catch {
      throw Problem(place: place, message: "'\(text)' is not a number")
    }
  }
}
