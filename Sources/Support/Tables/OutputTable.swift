/// A table on its way to standard output: for any verb, whatever it is about.
package struct OutputTable {
  package enum Cell: Hashable {
    case unknown
    case text(String)
    /// Plain decimal notation with a `.`.
    case number(String)
    case boolean(Bool)
    /// A date or a timestamp.
    case plain(String)
  }

  /// Why a table cannot be shown as asked.
  package struct UnknownColumn: Error, CustomStringConvertible {
    package var name: String
    package var known: [String]

    package var description: String {
      "unknown column '\(name)', expected \(known.joined(separator: ", "))"
        + (NearestName.hint(for: name, among: known).map { "\n\($0)" } ?? "")
    }
  }

  package var columns: [String]
  package var rows: [[Cell]]

  package init(columns: [String], rows: [[Cell]]) {
    self.columns = columns
    self.rows = rows
  }
}

extension OutputTable {
  /// The rows of several tables with the same columns.
  package init(_ tables: [Table]) {
    columns = tables.first?.columns.map(\.name) ?? []
    rows = tables.flatMap { table -> [[Cell]] in
      var sums = CumulativeRounder(table)
      return table.rows.map { row -> [Cell] in
        zip(table.columns, sums.rounded(row)).map { column, cell -> Cell in
          guard let text = column.type.text(of: cell) else { return .unknown }
          if case .boolean(let value) = cell { return .boolean(value) }
          return column.type.isText
            ? .text(text) : column.type.isNumber ? .number(text) : .plain(text)
        }
      }
    }
  }

  /// What a query returns.
  package init(columns: [String], values: [[SQLiteValue]]) {
    self.columns = columns
    rows = values.map { row in
      row.map { value in
        switch value {
        case .null: .unknown
        case .integer(let number): .number(String(number))
        case .real(let number): .number(Self.text(number))
        case .text(let text): .text(text)
        case .blob(let bytes):
          .text("0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
      }
    }
  }

  /// Fifteen significant digits, which a double holds for sure: 0.1 + 0.2 is 0.3.
  private static func text(_ number: Double) -> String {
    var (places, size) = (14, number.magnitude)
    while size >= 10, places > 0 { (places, size) = (places - 1, size / 10) }
    while size > 0, size < 1, places < 22 { (places, size) = (places + 1, size * 10) }
    return DecimalText.real(number, places: places).map(DecimalText.trimmed) ?? "\(number)"
  }
}

// MARK: What of it

extension OutputTable {
  /// These columns, in this order.
  package func selecting(_ names: [String]) throws(UnknownColumn) -> OutputTable {
    var places: [Int] = []
    for name in names { places.append(try place(of: name)) }
    return OutputTable(
      columns: names, rows: rows.map { row in places.map { row[$0] } })
  }

  /// By a column, smallest first, or largest first for `-column`; unknown values last. Numbers by
  /// size, all else by its characters; equal rows keep their order.
  package func sorted(by key: String) throws(UnknownColumn) -> OutputTable {
    let isDescending = key.hasPrefix("-")
    let place = try place(of: isDescending ? String(key.dropFirst()) : key)
    let order = rows.indices.sorted { a, b in
      let (left, right) = (rows[a][place], rows[b][place])
      if left == .unknown || right == .unknown {
        return left != .unknown || (right == .unknown && a < b)
      }
      if Self.precedes(left, right) { return !isDescending }
      if Self.precedes(right, left) { return isDescending }
      return a < b
    }
    return OutputTable(columns: columns, rows: order.map { rows[$0] })
  }

  package func prefix(_ count: Int) -> OutputTable {
    OutputTable(columns: columns, rows: Array(rows.prefix(count)))
  }

  private func place(of name: String) throws(UnknownColumn) -> Int {
    guard let place = columns.firstIndex(of: name) else {
      throw UnknownColumn(name: name, known: columns)
    }
    return place
  }

  private static func precedes(_ a: Cell, _ b: Cell) -> Bool {
    if case .number(let left) = a, case .number(let right) = b {
      return Double(left) ?? 0 < Double(right) ?? 0
    }
    return a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}

// MARK: How it looks

extension OutputTable.Cell {
  /// Empty where unknown.
  package var text: String {
    switch self {
    case .unknown: ""
    case .text(let text), .number(let text), .plain(let text): text
    case .boolean(let value): value ? "true" : "false"
    }
  }

  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

extension OutputTable {
  /// For eyes: numbers to the right, text to the left. A table wider than `width` characters is
  /// written row by row, a line a column.
  package func aligned(width: Int, styled: Bool) -> String {
    let columns = columns.map { HumanFormat.visible($0) }
    let cells = rows.map { $0.map { HumanFormat.visible($0.text) } }
    let widths = columns.indices.map { column in
      ([columns[column]] + cells.map { $0[column] }).map(\.count).max() ?? 0
    }
    let isNumber = columns.indices.map { column in
      rows.contains { $0[column].isNumber }
        && rows.allSatisfy { $0[column].isNumber || $0[column] == .unknown }
    }
    func line(_ row: [String]) -> String {
      let padded = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumber[column] ? space + row[column] : row[column] + space
      }
      return padded.joined(separator: "  ").trimmingSpacesAtEnd
    }
    if widths.reduce(0, +) + 2 * (widths.count - 1) > width { return records(cells) }
    let header = line(columns)
    return ([styled ? TextStyle.bold(header) : header] + cells.map(line))
      .map { $0 + "\n" }.joined()
  }

  private func records(_ cells: [[String]]) -> String {
    let columns = columns.map { HumanFormat.visible($0) }
    let longest = columns.map(\.count).max() ?? 0
    return cells.map { row in
      zip(columns, row).map { name, text in
        let space = String(repeating: " ", count: longest - name.count)
        return (name + space + "  " + text).trimmingSpacesAtEnd + "\n"
      }.joined()
    }.joined(separator: "\n")
  }

  /// For programs: texts are left as they are.
  package func csv(_ dialect: CSVDialect) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect, isGuarded: false)
    for column in columns { writer.text(column) }
    writer.endRow()
    for row in rows {
      for cell in row {
        switch cell {
        case .unknown: writer.unknown()
        case .text(let text): writer.text(text)
        case .number(let digits): writer.number(digits)
        case .boolean, .plain: writer.plain(cell.text)
        }
      }
      writer.endRow()
    }
    return writer.bytes
  }

  /// A list of objects; decimals are strings.
  package var json: JSONValue {
    .array(
      rows.map { row in
        .object(
          zip(columns, row).map { name, cell in
            switch cell {
            case .unknown: (name, .null)
            case .text(let text), .plain(let text): (name, .string(text))
            case .number(let digits): (name, Int64(digits).map { .integer($0) } ?? .string(digits))
            case .boolean(let value): (name, .bool(value))
            }
          })
      })
  }
}

extension String {
  fileprivate var trimmingSpacesAtEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}
