import Scenarios
import Support

/// What the words of a status column mean (`Limits/status-words.yaml`), for all readers of logs alike.
package struct StatusWords: Sendable {
  /// In small letters.
  private let succeeded: [[UInt8]]
  private let failed: [[UInt8]]

  package static let shipped = StatusWords.read()

  /// Whether a status says that the request succeeded; nil: it is not known.
  package func isSuccess(_ status: UnsafeBufferPointer<UInt8>) -> Bool? {
    if Self.contains(status, in: succeeded) { return true }
    if Self.contains(status, in: failed) { return false }
    // Also `200.0`, and `200 OK`.
    let first = UnsafeBufferPointer(rebasing: status.prefix { $0 != UInt8(ascii: " ") })
    guard let number = TraceDecimal(first), let whole = try? number.scaled(by: 0, .exact),
      first.count == status.count || first.count == 3
    else { return nil }
    return Self.isSuccess(whole)
  }

  /// The same of a whole number.
  package static func isSuccess(_ code: Int64) -> Bool? {
    switch code {
    case 1, 200..<300: true
    case 0, 100..<600: false
    default: nil
    }
  }

  private static func contains(
    _ status: UnsafeBufferPointer<UInt8>, in words: [[UInt8]]
  ) -> Bool {
    words.contains { word in
      guard status.count == word.count else { return false }
      return zip(status, word).allSatisfy { byte, small in
        byte == small || (0x41...0x5A).contains(byte) && byte | 0x20 == small
      }
    }
  }

  private static let format = FormatObject(
    name: "status words", summary: "What a log's status says of a request.",
    fields: [
      FormatField("succeeded", .list(.text), "That it did.", required: true),
      FormatField("failed", .list(.text), "That it did not.", required: true),
    ])

  private static func read() -> StatusWords {
    let log = InputLog()
    let file = SourceFile(
      path: "status-words.yaml", order: 0,
      text: String(decoding: PackageResources.status_words_yaml, as: UTF8.self))
    guard let root = YAMLDocument.parse(file, log: log),
      let fields = Fields(root, as: format, log: log)
    else { preconditionFailure("the embedded status words cannot be read") }
    func words(_ key: String) -> [[UInt8]] {
      fields[key].map { log.texts($0).map { Array($0.text.lowercased().utf8) } } ?? []
    }
    return StatusWords(succeeded: words("succeeded"), failed: words("failed"))
  }
}
