import Support

/// A column of a shape, with its paths as slots of the records' index.
final class ColumnRule {
  let column: LogShape.Column
  let from: [Slot]
  let orElse: [Slot]
  let plus: [Slot]
  let plusIf: Slot?
  let join: [Slot]
  let to: [Slot]
  /// What was looked for in vain stands in none of them.
  var all: [Slot] { from + orElse }
  private let isPlain: Bool
  /// Of texts without wildcards, in lower case; nil: some have wildcards.
  private let byText: [String: String]?
  private let longest: Int
  private let meanings = Memo<String>()

  init(_ column: LogShape.Column, _ slot: (LogPath) -> Slot) {
    self.column = column
    from = column.from.map(slot)
    orElse = column.orElse.map(slot)
    plus = column.plus.map(slot)
    plusIf = column.plusIf.map(slot)
    join = column.join.map(slot)
    to = column.to.map(slot)
    isPlain = column.values.isEmpty && column.otherwise == nil
    let texts = column.values.map { ($0.log.text.lowercased(), $0.canonical) }
    byText =
      texts.contains { $0.0.contains("*") }
      ? nil : Dictionary(texts, uniquingKeysWith: { first, _ in first })
    longest = texts.map(\.0.utf8.count).max() ?? 0
  }

  /// The first value in a record of those that may tell the column.
  func first(in record: RecordIndex) -> (slot: Slot, value: LogValue)? {
    record.first(of: from) ?? record.first(of: orElse)
  }

  /// What a value means.
  func meaning(of value: LogValue) -> String {
    if isPlain, value.kind != .array { return value.text }
    if value.kind == .array { return rawMeaning(of: value) }
    guard let byText else { return meanings.value(value.text) { _ in rawMeaning(of: value) } }
    // Lower case may be a byte shorter or longer, never by more than that.
    guard value.text.utf8.count <= 3 * longest else { return column.otherwise ?? value.text }
    return byText[value.text.lowercased()] ?? column.otherwise ?? value.text
  }

  private func rawMeaning(of value: LogValue) -> String {
    if let known = column.values.first(where: {
      $0.log.text.lowercased() == value.text.lowercased() || $0.log.matches(value.text)
    }) {
      return known.canonical
    }
    if value.kind == .array, column.otherwise == nil {
      return value.elements.map(\.text).joined(separator: " ")
    }
    return column.otherwise ?? value.text
  }
}

/// A test of a shape, with its path as a slot.
struct SlotTest {
  let slot: Slot
  private let test: LogShape.Test
  private let answers = Memo<Bool>()

  init(_ test: LogShape.Test, _ slot: (LogPath) -> Slot) {
    self.test = test
    self.slot = slot(test.path)
  }

  var path: LogPath { test.path }

  func holds(_ value: String) -> Bool { answers.value(value, test.holds) }
}

/// Answers to texts that come again, of which only so many are remembered.
final class Memo<Answer> {
  private var answers: [String: Answer] = [:]
  private static var most: Int { 1_024 }

  func value(_ text: String, _ compute: (String) -> Answer) -> Answer {
    if let known = answers[text] { return known }
    let answer = compute(text)
    if answers.count < Self.most { answers[text] = answer }
    return answer
  }
}
