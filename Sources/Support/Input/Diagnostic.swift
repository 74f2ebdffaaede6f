/// A place in an input file; lines and columns count from 1, columns count characters.
package struct Place: Sendable {
  package var file: SourceFile
  package var line: Int
  package var column: Int

  package init(file: SourceFile, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// One thing that is wrong with an input, said so that a person can correct it.
package struct Diagnostic: Sendable {
  /// As the user would name it.
  package var file: String
  /// Files are reported in the order in which they were read.
  package var fileOrder = 0
  /// nil: the problem is the file as a whole.
  package var line: Int?
  package var column: Int?
  package var message: String
  /// What was probably meant, for example `did you mean 'tier'?`.
  package var hint: String?
  /// What is shown of the file: a reference, since lines may be megabytes long.
  private var place: Place?

  /// A problem with the file as a whole.
  package init(file: String, message: String, hint: String? = nil) {
    self.file = file
    self.message = message
    self.hint = hint
  }

  /// A problem at one place.
  package init(_ place: Place, _ message: String, hint: String? = nil) {
    self.init(file: place.file.path, message: message, hint: hint)
    fileOrder = place.file.order
    line = place.line
    column = place.column
    self.place = place
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `FILE:LINE:COL: error: MESSAGE`, the line, a caret, the hint.
  package var description: String {
    var text = Self.oneLine(file)
    if let line { text += ":\(line)" }
    if let column { text += ":\(column)" }
    text += ": error: " + Self.oneLine(message)
    if let (shown, before) = place.flatMap({ $0.file.window(line: $0.line, around: $0.column) }) {
      text += "\n" + shown + "\n"
      // Tabs are kept, so that the caret stands below its character whatever a tab's width.
      text += String(before.map { $0 == "\t" ? "\t" : " " }) + "^"
    }
    if let hint { text += "\n" + Self.oneLine(hint) }
    return text
  }

  /// A name in it cannot begin a line, which a CI server might take for a command.
  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? "\u{FFFD}" : $0 })
  }
}

/// Everything that is wrong with a set of input files, sorted by place. Exit code 2.
package struct InputErrors: Error, Sendable, CustomStringConvertible {
  private struct Key: Hashable {
    var file: String
    var line: Int?
    var column: Int?
    var message: String
  }
  private static let shown = 100

  package var diagnostics: [Diagnostic]
  /// How many more there are.
  package var notKept: Int

  /// A value that several parts share (an alias, a default of a mix) is complained about once.
  package init(_ diagnostics: [Diagnostic], notKept: Int = 0) {
    var seen: Set<Key> = []
    let distinct = diagnostics.filter {
      seen.insert(Key(file: $0.file, line: $0.line, column: $0.column, message: $0.message))
        .inserted
    }
    self.notKept = notKept
    self.diagnostics = distinct.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      return (x.fileOrder, x.line ?? 0, x.column ?? 0, a.offset)
        < (y.fileOrder, y.line ?? 0, y.column ?? 0, b.offset)
    }.map(\.element)
  }

  /// All messages, one after the other; more than 100 are counted only.
  package var description: String {
    let text = diagnostics.prefix(Self.shown).map(\.description).joined(separator: "\n")
    let more = max(0, diagnostics.count - Self.shown) + notKept
    return more > 0 ? text + "\n… and \(more) more errors" : text
  }
}
