/// A table of values with the description of its columns, whatever it is about.
struct Table: Sendable {
  struct Column: Hashable, Sendable {
    var name: String
    var type: ColumnType
    var unit: String
    var about: String
  }

  var name: String
  var about: String
  var key: [String]
  var indexes: [[String]]
  var columns: [Column]
  var rows: [[Cell]]
  /// Whether its exact amounts add up to the plan's bill.
  var addsUp = false
  /// What holds between the amounts of every row, also as they are written.
  var sums: [RowSum] = []
}

/// An amount that is the sum of others of its row.
struct RowSum: Hashable, Sendable {
  var total: String
  var parts: [String]
  /// Amounts that are taken away.
  var less: [String] = []
}

extension Table {
  /// The whole table as CSV, header first.
  ///
  /// - Parameter isGuarded: whether it is for people, whose spreadsheets would run some texts.
  func csv(_ dialect: CSVDialect, isGuarded: Bool = true) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect, isGuarded: isGuarded)
    for column in columns { writer.text(column.name) }
    writer.endRow()
    var sums = AddingUp(self)
    for row in rows {
      for (column, cell) in zip(columns, sums.rounded(row)) {
        writer.write(cell, of: column.type)
      }
      writer.endRow()
    }
    return writer.bytes
  }
}

extension CSVWriter {
  mutating func write(_ cell: Cell, of type: ColumnType) {
    guard let value = type.text(of: cell) else { return unknown() }
    if type.isText {
      text(value)
    } else if type.isNumber {
      number(value)
    } else {
      plain(value)
    }
  }
}
