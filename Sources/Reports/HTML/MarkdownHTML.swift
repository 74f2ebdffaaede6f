import Support

/// Turns the Markdown that this program writes into HTML: headings, paragraphs, lists, tables,
/// links, pictures, bold and code, and nothing else.
///
/// It makes every tag itself and escapes every text, so no name from a file can become markup.
package struct MarkdownHTML {
  /// Pictures by path, as HTML that takes the place of `![…](path)`.
  package let pictures: [String: String]

  package func html(_ markdown: String) -> String {
    blocks(markdown).map { $0.html + "\n" }.joined()
  }

  /// The body of a whole page, with its contents in front of the first section or picture, and the
  /// page's title.
  ///
  /// - Parameter home: where the index of all pages lies; nil where this is it.
  package func page(_ markdown: String, home: String?) -> (title: String, html: String) {
    var blocks = blocks(markdown)
    let sections = blocks.filter { $0.level == 2 }
    var links = sections.map { "<a href=\"#\($0.anchor)\">\($0.text)</a>" }
    if let home { links.append("<a href=\"\(XMLText.escape(home))\">All reports</a>") }
    if !links.isEmpty {
      let place =
        blocks.firstIndex { $0.level == 2 || $0.html.hasPrefix("<figure>") } ?? blocks.endIndex
      blocks.insert(Block(html: "<nav>\(links.joined(separator: "\n"))</nav>"), at: place)
    }
    return (
      blocks.first { $0.level == 1 }?.text ?? "", blocks.map { $0.html + "\n" }.joined()
    )
  }

  private struct Block {
    var html: String
    /// 0 where it is no heading.
    var level = 0
    /// A heading's words as HTML without elements, and the name that links to it.
    var text = ""
    var anchor = ""
  }

  private func blocks(_ markdown: String) -> [Block] {
    var blocks: [Block] = []
    var anchors: [String: Int] = [:]
    var lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.first {
      if line.isEmpty {
        lines = lines.dropFirst()
      } else if let (level, title) = Self.heading(line) {
        var block = Block(html: "", level: level)
        block.text = inline(title).replacing(/<[^>]*>/, with: "")
        if level == 2 {
          block.anchor = Self.anchor(of: title)
          anchors[block.anchor, default: 0] += 1
          if let known = anchors[block.anchor], known > 1 { block.anchor += "-\(known)" }
        }
        let name = block.anchor.isEmpty ? "" : " id=\"\(block.anchor)\""
        block.html = "<h\(level)\(name)>\(inline(title))</h\(level)>"
        blocks.append(block)
        lines = lines.dropFirst()
      } else {
        let kind = Self.kind(of: line)
        let block = lines.prefix { Self.kind(of: $0) == kind && Self.heading($0) == nil }
        blocks.append(Block(html: html(Array(block), kind)))
        lines = lines.dropFirst(block.count)
      }
    }
    return blocks
  }

  /// Lower-case words with `-` between them.
  private static func anchor(of title: Substring) -> String {
    let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return "section-" + words.joined(separator: "-")
  }

  private enum Kind { case blank, list, table, picture, paragraph }

  private static func kind(of line: Substring) -> Kind {
    if line.isEmpty { return .blank }
    if line.hasPrefix("- ") { return .list }
    if line.hasPrefix("|") { return .table }
    return line.hasPrefix("![") ? .picture : .paragraph
  }

  private static func heading(_ line: Substring) -> (Int, Substring)? {
    let level = line.prefix { $0 == "#" }.count
    guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
    return (level, line.dropFirst(level + 1))
  }

  private func html(_ lines: [Substring], _ kind: Kind) -> String {
    switch kind {
    case .blank: ""
    case .list:
      "<ul>\n" + lines.map { "<li>\(inline($0.dropFirst(2)))</li>\n" }.joined() + "</ul>"
    case .table: table(lines)
    case .picture: lines.map { picture($0) }.joined(separator: "\n")
    case .paragraph: "<p>" + lines.map { inline($0) }.joined(separator: "\n") + "</p>"
    }
  }

  private func picture(_ line: Substring) -> String {
    guard let link = Self.link(line.dropFirst()), link.rest.isEmpty else {
      return "<p>\(inline(line))</p>"
    }
    return pictures[String(link.target)].map { "<figure>\n\($0)</figure>" }
      ?? "<p>" + anchor(link.text, link.target) + "</p>"
  }

  // MARK: Tables

  private func table(_ lines: [Substring]) -> String {
    guard lines.count >= 2 else { return "<p>\(lines.map { inline($0) }.joined())</p>" }
    let isNumber = Self.cells(lines[1]).map { $0.hasSuffix(":") }
    let heads = Self.cells(lines[0]).map { inline($0) }
    let rows = lines.dropFirst(2).map { Self.cells($0).map { inline($0) } }
    let areCards = Self.areCards([heads] + rows)
    func row(_ cells: [String], _ tag: String) -> String {
      let cells = cells.enumerated().map { column, cell in
        let text = Self.words(cell)
        let isText = column >= isNumber.count || !isNumber[column]
        let isLong = areCards && tag == "td" && column > 0 && text.count > Self.longCell
        let kind = !isText ? " class=\"number\"" : isLong ? " class=\"long\"" : ""
        let head =
          areCards && tag == "td" && column < heads.count
          ? " data-head=\"\(Self.words(heads[column]))\"" : ""
        return "<\(tag)\(kind)\(head)>\(cell)</\(tag)>"
      }
      return "<tr>" + cells.joined() + "</tr>\n"
    }
    let kinds = (areCards ? ["cards"] : []) + (heads.count > Self.denseFrom ? ["dense"] : [])
    let name = kinds.isEmpty ? "" : " class=\"\(kinds.joined(separator: " "))\""
    return "<div class=\"wide\"><table\(name)>\n<thead>\n" + row(heads, "th")
      + "</thead>\n<tbody>\n" + rows.map { row($0, "td") }.joined() + "</tbody>\n</table></div>"
  }

  /// Columns beyond which a table stands closer together, to fit into a page.
  private static let denseFrom = 8

  /// Whether each row becomes a card on a phone: a table that is wider than one, unless so many cards
  /// were further to scroll than the table is wide. Sentences are read in a card in any case.
  private static func areCards(_ rows: [[String]]) -> Bool {
    let columns = rows[0].count
    let widths = (0..<columns).map { column in
      rows.compactMap { column < $0.count ? words($0[column]).count : nil }.max() ?? 0
    }
    let width = widths.enumerated().reduce(0.0) { sum, item in
      let limit = item.offset == 0 ? firstColumn : columnLimit
      return sum + max(leastColumn, min(Double(item.element) * characterWidth, limit) + padding)
    }
    guard width > phone else { return false }
    return (rows.count - 1) * columns <= mostCells || (widths.max() ?? 0) > sentence
  }

  /// Pixels of a phone's page, of a table's characters, of the space beside a cell's words, and that a
  /// column takes at least, one of words at most (`ReportHTML.style`).
  private static let phone = 358.0
  private static let characterWidth = 7.8
  private static let padding = 22.0
  private static let firstColumn = 144.0
  private static let leastColumn = 64.0
  private static let columnLimit = 320.0
  private static let mostCells = 400
  /// Characters from which on words are a sentence, or take more than half of a card's line.
  private static let sentence = 60
  private static let longCell = 36

  /// Without elements.
  private static func words(_ html: String) -> String { html.replacing(/<[^>]*>/, with: "") }

  /// Between the bars that no backslash precedes.
  private static func cells(_ line: Substring) -> [Substring] {
    var cells: [Substring] = []
    var start = line.startIndex
    var isEscaped = false
    for index in line.indices {
      if line[index] == "|", !isEscaped {
        if index > line.startIndex { cells.append(line[start..<index].trimmingSpaces) }
        start = line.index(after: index)
      }
      isEscaped = line[index] == "\\" && !isEscaped
    }
    return cells
  }

  // MARK: Inside a line

  private func inline(_ text: Substring) -> String {
    var html = ""
    var rest = text
    var isBold = false
    while let character = rest.first {
      if character == "\\", let next = rest.dropFirst().first {
        html += XMLText.escape(String(next))
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("**") {
        html += isBold ? "</strong>" : "<strong>"
        isBold.toggle()
        rest = rest.dropFirst(2)
      } else if character == "`", let end = rest.dropFirst().firstIndex(of: "`") {
        let code = rest[rest.index(after: rest.startIndex)..<end]
        html += "<code>\(XMLText.escape(Self.plain(code)))</code>"
        rest = rest[rest.index(after: end)...]
      } else if character == "[", let link = Self.link(rest) {
        html += anchor(link.text, link.target)
        rest = link.rest
      } else if let (decoded, length) = Self.entity(rest) {
        html += XMLText.escape(decoded)
        rest = rest.dropFirst(length)
      } else {
        html += XMLText.escape(String(character))
        rest = rest.dropFirst()
      }
    }
    return html + (isBold ? "</strong>" : "")
  }

  /// Files beside the report only: a link to anywhere else is shown as text. A page's link leads to its
  /// HTML.
  private func anchor(_ text: Substring, _ target: Substring) -> String {
    let isFile =
      !target.contains { $0 == ":" || $0 == "\\" || $0.isWhitespace }
      && !target.hasPrefix("/")
    guard isFile else { return inline(text) }
    let path = target.hasSuffix(".md") ? target.dropLast(3) + ".html" : target
    return "<a href=\"\(XMLText.escape(String(path)))\">\(inline(text))</a>"
  }

  /// `[text](target)` at the beginning; the text of ours holds no brackets of its own.
  private static func link(
    _ line: Substring
  ) -> (text: Substring, target: Substring, rest: Substring)? {
    guard let middle = line.firstRange(of: "]("),
      let end = line[middle.upperBound...].firstIndex(of: ")")
    else { return nil }
    return (
      line[line.index(after: line.startIndex)..<middle.lowerBound], line[middle.upperBound..<end],
      line[line.index(after: end)...]
    )
  }

  /// What `Markdown.escape` writes as an entity.
  private static func entity(_ text: Substring) -> (String, Int)? {
    text.hasPrefix("&lt;") ? ("<", 4) : text.hasPrefix("&amp;") ? ("&", 5) : nil
  }

  /// Code without the escapes that its author could not leave out.
  private static func plain(_ code: Substring) -> String {
    var result = ""
    var rest = code
    while let character = rest.first {
      if character == "\\", let next = rest.dropFirst().first {
        result.append(next)
        rest = rest.dropFirst(2)
      } else if let (decoded, length) = entity(rest) {
        result += decoded
        rest = rest.dropFirst(length)
      } else {
        result.append(character)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
