/// A table of values with the description of its columns, whatever it is about.
package struct Table: Sendable {
  package struct Column: Hashable, Sendable {
    package var name: String
    package var type: ColumnType
    package var unit: String
    package var about: String
  }

  package var name: String
  package var about: String
  package var key: [String]
  package var indexes: [[String]]
  package var columns: [Column]
  package var rows: [[Cell]]
  /// Whether its exact amounts add up to the plan's bill.
  package var addsUp = false
  /// What holds between the amounts of every row, also as they are written.
  package var sums: [RowSum] = []
}

/// An amount that is the sum of others of its row.
package struct RowSum: Hashable, Sendable {
  package var total: String
  package var parts: [String]
  /// Amounts that are taken away.
  package var less: [String] = []

  package init(total: String, parts: [String], less: [String] = []) {
    self.total = total
    self.parts = parts
    self.less = less
  }
}

extension Table {
  /// The whole table as CSV, header first.
  ///
  /// - Parameter isGuarded: whether it is for people, whose spreadsheets would run some texts.
  package func csv(_ dialect: CSVDialect, isGuarded: Bool = true) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect, isGuarded: isGuarded)
    for column in columns { writer.text(column.name) }
    writer.endRow()
    var sums = CumulativeRounder(self)
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
  package mutating func write(_ cell: Cell, of type: ColumnType) {
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
