import Foundation

/// The text of one input, with its lines for messages.
package final class SourceFile: Sendable {
  /// As the user would name it.
  package let path: String
  /// Position among the files read.
  package let order: Int
  /// The position of overrides, which come after all files.
  package static let overrideOrder = 1_000_000
  package let text: String
  /// FNV-1a 64 of the bytes.
  package let hash: UInt64
  private let lines: [Substring]
  private let isASCII: [Bool]
  /// Bytes from which on columns count scalars.
  private static let longLine = 10_000
  /// Characters of a line that are shown at most.
  private static let shown = 160

  /// Text that is already in memory (`--override`, tests).
  package init(path: String, order: Int, text: String) {
    self.path = path
    self.order = order
    self.text = text
    hash = SourceFile.fnv1a(text.utf8)
    lines = SourceFile.lines(of: text)
    isASCII = lines.map { $0.utf8.allSatisfy { $0 < 0x80 } }
  }

  /// Split where libyaml counts a new line.
  package static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { character in
      switch character {
      case "\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
      default: false
      }
    }
  }

  /// The end of the text, where something that was expected did not come.
  package var end: Place {
    let last = lines.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0
    return Place(file: self, line: last + 1, column: lines[last].count + 1)
  }

  /// That line (from 1) without its end; nil beyond the last one.
  package func line(_ number: Int) -> String? {
    lines.indices.contains(number - 1) ? String(lines[number - 1]) : nil
  }

  /// The part of a line (from 1) that is worth showing, and what of it stands before the column;
  /// nil beyond the last line.
  package func window(line number: Int, around column: Int) -> (shown: String, before: String)? {
    guard lines.indices.contains(number - 1) else { return nil }
    let line = lines[number - 1]
    guard line.utf8.count < SourceFile.longLine else { return scalars(of: line, around: column) }
    let characters = Array(line)
    let at = min(max(0, column - 1), characters.count)
    guard characters.count > SourceFile.shown else {
      return (String(line), String(characters[..<at]))
    }
    let first = max(0, min(at - SourceFile.shown / 2, characters.count - SourceFile.shown))
    let last = min(characters.count, first + SourceFile.shown)
    let head = first > 0 ? "…" : ""
    let tail = last < characters.count ? "…" : ""
    return (
      head + String(characters[first..<last]) + tail, head + String(characters[first..<at])
    )
  }

  /// The same of a very long line, whose columns count scalars.
  private func scalars(of line: Substring, around column: Int) -> (shown: String, before: String) {
    let all = line.unicodeScalars
    let (start, end) = (all.startIndex, all.endIndex)
    let offset = max(0, column - 1)
    let at = all.index(start, offsetBy: offset, limitedBy: end) ?? end
    let first = all.index(at, offsetBy: -SourceFile.shown / 2, limitedBy: start) ?? start
    let last = all.index(first, offsetBy: SourceFile.shown, limitedBy: end) ?? end
    let head = first > start ? "…" : ""
    return (
      head + String(line[first..<last]) + (last < end ? "…" : ""), head + String(line[first..<at])
    )
  }

  /// The place of a column that counts Unicode scalars, as libyaml does.
  package func place(line: Int, scalarColumn: Int) -> Place {
    // Very long lines are left alone: counting characters for every value would be quadratic.
    guard lines.indices.contains(line - 1), !isASCII[line - 1],
      lines[line - 1].utf8.count < SourceFile.longLine
    else { return Place(file: self, line: line, column: scalarColumn) }
    let prefix = lines[line - 1].unicodeScalars.prefix(scalarColumn - 1)
    return Place(file: self, line: line, column: String(prefix).count + 1)
  }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo).
  package static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}

extension SourceFile {
  /// What keeps a file from being read, in words that follow its name.
  package struct Unreadable: Error {
    package var message: String
    package var line: Int?

    package init(message: String, line: Int? = nil) {
      self.message = message
      self.line = line
    }

    package static let tooLarge = Unreadable(message: InputLimit.fileBytes.exceeded(by: "bytes"))
  }

  /// Reads a file whole; refuses folders, devices, huge files and what is not UTF-8.
  package static func read(path: String, order: Int) throws(Unreadable) -> SourceFile {
    var isDirectory: ObjCBool = false
    // The system would read a name up to its first NUL.
    guard !path.utf8.contains(0),
      FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    else {
      throw Unreadable(message: "no such file")
    }
    if isDirectory.boolValue { throw Unreadable(message: "is a folder, expected a YAML file") }
    let data = try contents(path)
    let text = try decode(data)
    let visible = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if visible.isEmpty { throw Unreadable(message: "the file is empty") }
    return SourceFile(path: path, order: order, text: text)
  }

  private static func contents(_ path: String) throws(Unreadable) -> Data {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Unreadable(message: "cannot be read (permission denied?)")
    }
    defer { try? file.close() }
    if let problem = FileClaims.read(file.fileDescriptor, path) {
      throw Unreadable(message: problem)
    }
    // One byte more than allowed is read, whatever size is reported: pipes and files that grow.
    let data: Data
    do {
      data = try file.read(upToCount: InputLimit.fileBytes.value + 1) ?? Data()
    } catch {
      throw Unreadable(message: "cannot be read")
    }
    if data.count > InputLimit.fileBytes.value { throw Unreadable.tooLarge }
    return data
  }

  private static func decode(_ data: Data) throws(Unreadable) -> String {
    if let text = String(validating: data, as: UTF8.self) { return text }
    let offset = firstInvalidByte(data)
    let line = data.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
    throw Unreadable(message: "invalid UTF-8 at byte \(offset), expected UTF-8 text", line: line)
  }

  /// The byte offset at which UTF-8 decoding first fails.
  private static func firstInvalidByte(_ data: Data) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var bytes = data.makeIterator()
    var valid = 0
    while true {
      switch decoder.parseScalar(from: &bytes) {
      case .valid(let encoded): valid += encoded.count
      case .emptyInput, .error: return valid
      }
    }
  }
}
