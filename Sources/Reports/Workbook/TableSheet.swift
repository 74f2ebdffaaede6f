import CostModel
import Support

/// A table as a sheet of a workbook: a header that stays in view and filters, cells of their own types.
/// The values are those of its CSV file, so that sums agree.
enum TableSheet {
  private static let header: UInt32 = 0xE7ECF2

  static func write(_ table: Table, to book: Workbook) throws(OutputError) {
    let sheet = try book.sheet(table.name)
    guard table.rows.count < Workbook.maximumRows else {
      let text =
        "\(HumanFormat.count(Int64(table.rows.count))) rows do not fit into a sheet, which takes "
        + "\(HumanFormat.count(Int64(Workbook.maximumRows - 1))): they are in \(table.name).csv."
      book.write(text, Workbook.Place(0, 0), of: sheet)
      return
    }
    let bold = book.format(isBold: true, wraps: true, fill: header)
    for (place, column) in table.columns.enumerated() {
      book.write(column.name, Workbook.Place(0, place), of: sheet, bold)
      book.setWidth(width(of: column), ofColumn: place, of: sheet)
    }
    // Scenario and plan stay in view, too.
    let keys = table.columns.prefix(2).map(\.name) == ["scenario", "plan"] ? 2 : 0
    book.freeze(at: Workbook.Place(1, keys), of: sheet)
    if !table.columns.isEmpty {
      book.filter(
        from: Workbook.Place(0, 0),
        to: Workbook.Place(table.rows.count, table.columns.count - 1), of: sheet)
    }
    let formats = table.columns.map { numberFormat($0.type).map { book.format($0) } ?? .plain }
    var sums = CumulativeRounder(table)
    for (row, cells) in table.rows.enumerated() {
      for (column, cell) in sums.rounded(cells).enumerated() {
        write(
          cell, of: table.columns[column].type, Workbook.Place(row + 1, column), of: sheet,
          formats[column], to: book)
      }
    }
  }

  private static func write(
    _ cell: Cell, of type: ColumnType, _ place: Workbook.Place, of sheet: Workbook.Sheet,
    _ format: Workbook.Format, to book: Workbook
  ) {
    guard let text = type.text(of: cell) else { return }
    switch cell {
    case .boolean(let value): book.write(value, place, of: sheet, format)
    case .date(let date) where days(date) != nil:
      book.write(days(date) ?? 0, place, of: sheet, format)
    case .timestamp(let time) where days(time) != nil:
      book.write(days(time) ?? 0, place, of: sheet, format)
    default:
      if type.isNumber, let value = Double(text), isExact(text) {
        book.write(value, place, of: sheet, format)
      } else {
        book.write(text, place, of: sheet)
      }
    }
  }

  /// Spreadsheets keep fifteen digits: what has more is a text.
  private static func isExact(_ number: String) -> Bool {
    number.drop { $0 == "-" || $0 == "0" || $0 == "." }.count { $0.isNumber } <= 15
  }

  // MARK: Days of spreadsheets

  /// The day that spreadsheets count 25,569 is 1970-01-01; those before 1900-03-01 they count in two ways.
  private static let epoch = 25_569
  private static let first = 61

  private static func days(_ date: CivilDate) -> Double? {
    let days = date.daysSinceEpoch + epoch
    return days >= first ? Double(days) : nil
  }

  private static func days(_ time: SimTime) -> Double? {
    let days = Double(time.microseconds) / 86_400e6 + Double(epoch)
    return days >= Double(first) ? days : nil
  }

  // MARK: How it looks

  /// In the English form, which spreadsheets show in their user's.
  static func numberFormat(_ type: ColumnType) -> String? {
    switch type {
    case .text, .boolean: nil
    case .integer, .microUSD: "#,##0"
    case .date: "yyyy-mm-dd"
    case .timestamp: "yyyy-mm-dd hh:mm:ss.000"
    case .second: "yyyy-mm-dd hh:mm:ss"
    case .usd, .exactUSD: "[$$-409]#,##0.00####"
    case .fineDecimal: "0.0###########"
    case .milliseconds: "#,##0.0##"
    case .seconds, .decimal: "#,##0.0#####"
    case .exactDecimal: "0.0###########"
    }
  }

  /// Room for the name of the column and the mark of its filter, too.
  private static func width(of column: Table.Column) -> Double {
    let values: Double =
      switch column.type {
      case .text: 18
      case .date: 11
      case .timestamp: 24
      case .second: 20
      default: 12
      }
    return max(values, Double(min(column.name.count, 30) + 4))
  }
}
