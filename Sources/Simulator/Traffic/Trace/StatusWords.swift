import Scenarios
import Support

/// What the words of a status column mean (`Limits/status-words.yaml`), for all readers of logs alike.
package struct StatusWords: Sendable {
  /// In small letters.
  private let words: [(status: TraceRow.Status, words: [[UInt8]])]
  private let timeoutCodes: [Int64]

  package static let shipped = StatusWords.read()

  /// What a status says of its request; nil: it is not known.
  package func status(_ text: UnsafeBufferPointer<UInt8>) -> TraceRow.Status? {
    if let known = words.first(where: { Self.contains(text, in: $0.words) }) { return known.status }
    // Also `200.0`, and `200 OK`.
    let first = UnsafeBufferPointer(rebasing: text.prefix { $0 != UInt8(ascii: " ") })
    guard let number = TraceDecimal(first), let whole = try? number.scaled(by: 0, .exact),
      first.count == text.count || first.count == 3
    else { return nil }
    return status(whole)
  }

  /// The same of a whole number.
  package func status(_ code: Int64) -> TraceRow.Status? {
    switch code {
    case 1, 200..<300: .ok
    case 0, 100..<600: timeoutCodes.contains(code) ? .timedOut : .failed
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
      FormatField("timed_out", .list(.text), "That it did not in time.", required: true),
      FormatField("timeout_codes", .list(.count), "The same, as numbers.", required: true),
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
      fields.list(key).compactMap { log.text($0).map { Array($0.lowercased().utf8) } }
    }
    return StatusWords(
      words: [
        (.ok, words("succeeded")), (.failed, words("failed")), (.timedOut, words("timed_out")),
      ],
      timeoutCodes: fields.list("timeout_codes").compactMap { log.count($0, in: 100...599) })
  }
}
