import Support

/// A table in GitHub's Markdown, its columns padded so that the source reads as a table too.
package struct MarkdownTable {
  package struct Header: Sendable {
    package var name: String
    package var isNumber: Bool

    package static func text(_ name: String) -> Header { Header(name: name, isNumber: false) }
    package static func number(_ name: String) -> Header { Header(name: name, isNumber: true) }
  }

  private let headers: [Header]
  private var rows: [[String]] = []

  package init(_ headers: [Header]) { self.headers = headers }

  /// Cells are Markdown: names from files go through `Markdown.escape` first.
  package mutating func row(_ cells: [String]) {
    precondition(cells.count == headers.count, "a cell for every column")
    rows.append(cells)
  }

  package var isEmpty: Bool { rows.isEmpty }
  package var rowCount: Int { rows.count }

  /// Lines with a line end each, and a blank line after.
  package var text: String {
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

package enum Markdown {
  /// Text from a file as it is: nothing in it is taken for Markdown or HTML.
  package static func escape(_ text: String) -> String {
    var result = ""
    for character in HumanFormat.visibleLines(text) {
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
