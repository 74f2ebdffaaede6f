/// A table in GitHub's Markdown, its columns padded so that the source reads as a table too.
struct MarkdownTable {
  struct Header: Sendable {
    var name: String
    var isNumber: Bool

    static func text(_ name: String) -> Header { Header(name: name, isNumber: false) }
    static func number(_ name: String) -> Header { Header(name: name, isNumber: true) }
  }

  private let headers: [Header]
  private var rows: [[String]] = []

  init(_ headers: [Header]) { self.headers = headers }

  /// Cells are Markdown: names from files go through `Markdown.escape` first.
  mutating func row(_ cells: [String]) {
    precondition(cells.count == headers.count, "a cell for every column")
    rows.append(cells)
  }

  var isEmpty: Bool { rows.isEmpty }
  var rowCount: Int { rows.count }

  /// Lines with a line end each, and a blank line after.
  var text: String {
    let widths = headers.indices.map { column in
      max(3, headers[column].name.count, rows.map { $0[column].count }.max() ?? 0)
    }
    var text = line(headers.map(\.name), widths)
    text += "|"
    for (header, width) in zip(headers, widths) {
      text += header.isNumber ? " " + dashes(width - 1) + ": |" : " " + dashes(width) + " |"
    }
    text += "\n"
    for row in rows { text += line(row, widths) }
    return text + "\n"
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = "|"
    for (column, cell) in cells.enumerated() {
      let pad = String(repeating: " ", count: widths[column] - cell.count)
      text += " " + (headers[column].isNumber ? pad + cell : cell + pad) + " |"
    }
    return text + "\n"
  }

  private func dashes(_ count: Int) -> String { String(repeating: "-", count: count) }
}

enum Markdown {
  /// Text from a file as it is: nothing in it is taken for Markdown or HTML.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in PlainEnglish.visibleLines(text) {
      switch character {
      case "|", "*", "`", "[", "]", "\\", "~", "_": result += "\\\(character)"
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
