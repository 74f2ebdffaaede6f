/// What the keys of one kind of mapping are: the reader, the JSON Schema and the reference page
/// all come from these tables, so that they cannot disagree.
package struct FormatObject: Sendable {
  package var name: String
  package var summary: String
  package var fields: [FormatField]

  package init(name: String, summary: String, fields: [FormatField]) {
    self.name = name
    self.summary = summary
    self.fields = fields
  }

  package var keys: [String] { fields.map(\.key) }
}

/// One key of a mapping.
package struct FormatField: Sendable {
  package var key: String
  package var kind: FormatKind
  /// What it says, its unit, and what holds where it is absent.
  package var summary: String
  /// What holds where the key is absent, as it would be written.
  package var standard: String?
  package var example: String?
  package var isRequired = false
  /// What each key of a mapping is that the author names in it ("workload"); nil where the keys are
  /// names of something else, which the reader knows.
  package var names: String?

  package init(
    _ key: String, _ kind: FormatKind, _ summary: String, default standard: String? = nil,
    example: String? = nil, required: Bool = false, names: String? = nil
  ) {
    self.names = names
    self.key = key
    self.kind = kind
    self.summary = summary
    self.standard = standard
    self.example = example
    isRequired = required
  }
}

/// What may stand behind a key.
package indirect enum FormatKind: Sendable {
  case text, flag, count, number, share, duration, moment, date, money, price
  /// One of these words.
  case choice([String])
  case list(FormatKind)
  /// Names chosen by the author, each with such a value.
  case map(FormatKind)
  /// The mapping of that name.
  case object(String)
  case either([FormatKind])

  /// For people.
  package var words: String {
    switch self {
    case .text: "text"
    case .flag: "true or false"
    case .count: "whole number"
    case .number: "number"
    case .share: "percentage"
    case .duration: "duration"
    case .moment: "time"
    case .date: "date"
    case .money: "amount"
    case .price: "price"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: " or ")
    case .list(let kind): "list of \(kind.words)"
    case .map(let kind): "mapping of names to \(kind.words)"
    case .object("policy"): "[policy](policy-format.md)"
    case .object("catalog"): "[catalog](catalog-format.md)"
    case .object(let name): "[\(name)](#\(name.replacing(" ", with: "-")))"
    case .either(let kinds): kinds.map(\.words).joined(separator: ", or ")
    }
  }
}

/// The mappings of one kind of file; the first one is the file itself.
package struct FileFormat: Sendable {
  package var title: String
  package var objects: [FormatObject]

  package init(title: String, objects: [FormatObject]) {
    self.title = title
    self.objects = objects
  }

  package var root: FormatObject { objects[0] }

  package func object(_ name: String) -> FormatObject {
    guard let object = objects.first(where: { $0.name == name }) else {
      preconditionFailure("no object '\(name)' in the format")
    }
    return object
  }
}
