import Support

/// Writes a file format as JSON Schema 2020-12, for editors.
package struct SchemaWriter {
  package let format: FileFormat
  /// Objects of other formats that this one mentions (an inline policy).
  package var others: [FormatObject] = []
  /// The objects whose numbers may also be ranges.
  package var objectsWithRanges: Set<String> = []

  package init(format: FileFormat, others: [FormatObject] = [], objectsWithRanges: Set<String> = [])
  {
    self.format = format
    self.others = others
    self.objectsWithRanges = objectsWithRanges
  }

  /// The whole schema: keys in a fixed order, two spaces, a newline at the end.
  package func text() -> String {
    var root = properties(of: format.root)
    root.insert(("$schema", .text("https://json-schema.org/draft/2020-12/schema")), at: 0)
    root.insert(("title", .text(format.title)), at: 1)
    let objects = (format.objects.dropFirst() + others).map { object in
      (object.name, JSONText.object(properties(of: object)))
    }
    root.append(("$defs", .object(Self.scalars + objects)))
    return JSONText.object(root).text() + "\n"
  }

  private func properties(of object: FormatObject) -> [(String, JSONText)] {
    var members: [(String, JSONText)] = [
      ("description", .text(object.summary)), ("type", .text("object")),
      ("additionalProperties", .flag(false)),
    ]
    // A file that extends another one need not repeat what that one says.
    let required = object.fields.filter { $0.isRequired && object.name != "scenario" }
    if !required.isEmpty {
      members.append(("required", .list(required.map { .text($0.key) })))
    }
    members.append(
      ("properties", .object(object.fields.map { ($0.key, property($0, of: object)) })))
    return members
  }

  private func property(_ field: FormatField, of object: FormatObject) -> JSONText {
    let takesRange =
      objectsWithRanges.contains(object.name) && !InputWalk.passed.contains(field.key)
    var description = field.summary
    if let standard = field.standard { description += " Default: \(standard)." }
    // `null` removes what the extended file says.
    let plain = kind(field.kind, takesRange: takesRange)
    let value = field.isRequired ? plain : Self.nullable(plain)
    return .object([("description", .text(description))] + value)
  }

  private static func nullable(_ members: [(String, JSONText)]) -> [(String, JSONText)] {
    [("anyOf", .list([.object(members), .object([("type", .text("null"))])]))]
  }

  private func kind(_ kind: FormatKind, takesRange: Bool) -> [(String, JSONText)] {
    func number(_ name: String) -> [(String, JSONText)] {
      guard takesRange else { return Self.reference(name) }
      let names = [name] + ScenarioFormat.ranges.map(\.name)
      return [("anyOf", .list(names.map { .object(Self.reference($0)) }))]
    }
    switch kind {
    case .text: return Self.reference("text")
    case .flag: return Self.reference("flag")
    case .count: return number("count")
    case .number: return number("number")
    case .share: return number("share")
    case .duration: return number("duration")
    case .moment: return Self.reference("moment")
    case .date: return Self.reference("date")
    case .money: return number("money")
    case .price: return number("price")
    case .object(let name): return Self.reference(name)
    case .choice(let words):
      // YAML 1.1 editors read a bare `off` as false.
      let off: [JSONText] = words.contains("off") ? [.flag(false)] : []
      return [("enum", .list(words.map { .text($0) } + off))]
    case .list(let element):
      return [
        ("type", .text("array")),
        ("items", .object(self.kind(element, takesRange: takesRange))),
      ]
    case .map(let value):
      let inner = Self.nullable(self.kind(value, takesRange: takesRange))
      return [("type", .text("object")), ("additionalProperties", .object(inner))]
    case .either(let kinds):
      return [
        ("anyOf", .list(kinds.map { .object(self.kind($0, takesRange: takesRange)) }))
      ]
    }
  }

  private static func reference(_ name: String) -> [(String, JSONText)] {
    [("$ref", .text("#/$defs/" + name.replacing(" ", with: "%20")))]
  }

  // MARK: Scalars

  private static let digits = "[0-9][0-9,_]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?"

  private static let scalars: [(String, JSONText)] = [
    ("text", .object([("type", .list([.text("string"), .text("number"), .text("boolean")]))])),
    ("flag", either([[("type", .text("boolean"))], pattern("^(yes|no|on|off|true|false)$")])),
    (
      "count",
      either([
        [("type", .text("integer")), ("minimum", .number("0"))], pattern("^\(digits)[KkMB]?$"),
      ])
    ),
    (
      "number",
      either([
        [("type", .text("number")), ("minimum", .number("0"))], pattern("^\(digits)[KkMB]?$"),
      ])
    ),
    (
      "share",
      either([
        [("type", .text("number")), ("minimum", .number("0")), ("maximum", .number("1"))],
        pattern("^([0-9]{1,2}(\\.[0-9]+)?|100(\\.0+)?) *%$"),
      ])
    ),
    (
      "duration",
      either([
        [("const", .number("0"))],
        pattern(
          "^(\(digits) *(us|µs|ms|s|sec|min|h|d|day|days) *)+"
            + "(\\.\\. *(\(digits) *(us|µs|ms|s|sec|min|h|d|day|days) *)+)?$"),
      ])
    ),
    (
      "moment",
      .object(
        pattern("^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d)?(Z|[+-]\\d\\d:\\d\\d)?)?$"))
    ),
    ("date", .object(pattern("^\\d{4}-\\d\\d-\\d\\d$"))),
    (
      "money",
      either([
        [("type", .text("number")), ("minimum", .number("0"))],
        pattern("^(\\$|USD|usd)? *\(digits)[KkMB]? *(USD|usd)?$"),
      ])
    ),
    (
      "price",
      either([
        pattern("^\\$? *\(digits) *(USD)? *( per |/) *([0-9][0-9,]*)? *[KkM]? *[a-z]+$"),
        pattern("^\(digits) *%? of [a-z_]+$"),
      ])
    ),
  ]

  private static func pattern(_ regex: String) -> [(String, JSONText)] {
    [("type", .text("string")), ("pattern", .text(regex))]
  }

  private static func either(_ options: [[(String, JSONText)]]) -> JSONText {
    .object([("anyOf", .list(options.map { .object($0) }))])
  }
}

/// JSON with members in the order in which they are given.
package indirect enum JSONText: Sendable {
  case text(String)
  case number(String)
  case flag(Bool)
  case list([JSONText])
  case object([(String, JSONText)])

  package func text(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .text(let text): return QuotedText.quoted(text)
    case .number(let digits): return digits
    case .flag(let flag): return flag ? "true" : "false"
    case .list(let items):
      let texts = items.map { $0.text(indent: inner) }
      let short = "[" + texts.joined(separator: ", ") + "]"
      if !short.contains("\n"), short.count + indent.count < 90 { return short }
      return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + "]"
    case .object(let members):
      let texts = members.map { "\(QuotedText.quoted($0.0)): \($0.1.text(indent: inner))" }
      let short = "{" + texts.joined(separator: ", ") + "}"
      if !short.contains("\n"), short.count + indent.count < 90 { return short }
      return "{\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + "}"
    }
  }
}
