/// A place in an input file; lines and columns count from 1, columns count characters.
struct Place: Sendable {
  var file: SourceFile
  var line: Int
  var column: Int
}

/// One thing that is wrong with an input, said so that a person can correct it.
struct Diagnostic: Sendable {
  /// As the user would name it.
  var file: String
  /// Files are reported in the order in which they were read.
  var fileOrder = 0
  /// nil: the problem is the file as a whole.
  var line: Int?
  var column: Int?
  var message: String
  /// The line in question, without its end.
  var sourceLine: String?
  /// What was probably meant, for example `did you mean 'tier'?`.
  var hint: String?

  /// A problem with the file as a whole.
  init(file: String, message: String, hint: String? = nil) {
    self.file = file
    self.message = message
    self.hint = hint
  }

  /// A problem at one place.
  init(_ place: Place, _ message: String, hint: String? = nil) {
    self.init(file: place.file.path, message: message, hint: hint)
    fileOrder = place.file.order
    line = place.line
    column = place.column
    sourceLine = place.file.line(place.line)
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `FILE:LINE:COL: error: MESSAGE`, the line, a caret, the hint.
  var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if let column { text += ":\(column)" }
    text += ": error: " + message
    if let sourceLine, let column {
      let (shown, before) = Diagnostic.window(of: sourceLine, around: column)
      text += "\n" + shown + "\n"
      // Tabs are kept, so that the caret stands below its character whatever a tab's width.
      text += String(before.map { $0 == "\t" ? "\t" : " " }) + "^"
    }
    if let hint { text += "\n" + hint }
    return text
  }

  /// The part of a long line that is worth showing, and what of it stands before the column.
  private static func window(of line: String, around column: Int) -> (String, String) {
    let limit = 160
    let characters = Array(line)
    let at = min(max(0, column - 1), characters.count)
    guard characters.count > limit else { return (line, String(characters[..<at])) }
    let first = max(0, min(at - limit / 2, characters.count - limit))
    let last = min(characters.count, first + limit)
    let head = first > 0 ? "…" : ""
    let tail = last < characters.count ? "…" : ""
    return (
      head + String(characters[first..<last]) + tail, head + String(characters[first..<at])
    )
  }
}

/// Everything that is wrong with a set of input files, sorted by place. Exit code 2.
struct InputErrors: Error, Sendable, CustomStringConvertible {
  var diagnostics: [Diagnostic]

  /// A value that several parts share (an alias, a default of a mix) is complained about once.
  init(_ diagnostics: [Diagnostic]) {
    var seen: Set<String> = []
    let distinct = diagnostics.filter { seen.insert($0.description).inserted }
    self.diagnostics = distinct.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      return (x.fileOrder, x.line ?? 0, x.column ?? 0, a.offset)
        < (y.fileOrder, y.line ?? 0, y.column ?? 0, b.offset)
    }.map(\.element)
  }

  /// All messages, one after the other; more than 100 are counted only.
  var description: String {
    let shown = diagnostics.prefix(100).map(\.description).joined(separator: "\n")
    let more = diagnostics.count - 100
    return more > 0 ? shown + "\n… and \(more) more errors" : shown
  }
}
