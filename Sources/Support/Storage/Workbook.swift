import CostModel
import WorkbookFile

/// A workbook of a spreadsheet (.xlsx) that is being written. Texts stay texts, whatever they look
/// like; numbers, dates and truth values are cells of their own types, which every language shows its
/// own way. Rows and columns count from 0, and rows of a sheet are written from the top down.
package final class Workbook {
  /// Rows of a sheet, its header included: the most that spreadsheets take.
  package static let maximumRows = 1_048_576

  /// How cells look.
  package struct Format {
    fileprivate var pointer: OpaquePointer?
    package static var plain: Format { Format(pointer: nil) }
  }

  package struct Place {
    package var row: Int
    package var column: Int

    package init(_ row: Int, _ column: Int) {
      self.row = row
      self.column = column
    }

    fileprivate var cell: costsim_cell {
      costsim_cell(row: UInt32(row), column: UInt32(column))
    }

    /// As formulas name it: `B7`.
    package var name: String { Self.column(column) + String(row + 1) }
    /// Wherever the formula is copied to: `$B$7`.
    package var fixedName: String { "$\(Self.column(column))$\(row + 1)" }

    private static func column(_ place: Int) -> String {
      let letter = String(UnicodeScalar(UInt8(65 + place % 26)))
      return place < 26 ? letter : column(place / 26 - 1) + letter
    }
  }

  package struct Sheet {
    package let name: String
    fileprivate let pointer: OpaquePointer
  }

  private let path: String
  private let book: OpaquePointer
  private var formats: [FormatKey: Format] = [:]
  private var error: Int32 = 0
  private var isFinished = false

  private struct FormatKey: Hashable {
    var number: String?
    var isBold: Bool
    var wraps: Bool
    var fill: UInt32
  }

  /// Throws `BadInput` where the library is not installed.
  package static func requireLibrary() throws(BadInput) {
    guard let reason = costsim_workbook_load() else { return }
    throw BadInput(
      message: "--xlsx: error: workbooks need the library libxlsxwriter, which is not there "
        + "(\(String(cString: reason)))\n"
        + "hint: apt-get install libxlsxwriter-dev; all other output needs none of it")
  }

  /// - Parameters:
  ///   - path: where it is written.
  ///   - shown: what errors call it.
  package init(path: String, shown: String, title: String, created: SimTime) throws(OutputError) {
    self.path = shown
    let seconds = created.microseconds / 1_000_000
    guard costsim_workbook_load() == nil,
      let book = costsim_workbook_start(path, String(title.prefix(250)), seconds)
    else { throw .failed(path: shown, reason: "libxlsxwriter cannot begin a workbook") }
    self.book = book
  }

  deinit { if !isFinished { _ = costsim_workbook_finish(book) } }

  /// Writes the file.
  package func finish() throws(OutputError) {
    isFinished = true
    note(costsim_workbook_finish(book))
    guard error != 0 else { return }
    throw .failed(path: path, reason: String(cString: costsim_workbook_reason(error)))
  }

  private func note(_ result: Int32) { if error == 0 { error = result } }

  /// A sheet by the name, which no other has; characters that names of sheets cannot have are `-`.
  package func sheet(_ name: String) throws(OutputError) -> Sheet {
    let name = String(name.map { "[]:*?/\\".contains($0) ? "-" : $0 }.prefix(31))
    guard let sheet = costsim_workbook_sheet(book, name) else {
      throw .failed(path: path, reason: "a sheet cannot be called '\(name)'")
    }
    return Sheet(name: name, pointer: sheet)
  }

  /// - Parameters:
  ///   - number: a number format of spreadsheets in its English form.
  ///   - fill: 0xRRGGBB; 0 is none.
  package func format(
    _ number: String? = nil, isBold: Bool = false, wraps: Bool = false, fill: UInt32 = 0
  ) -> Format {
    let key = FormatKey(number: number, isBold: isBold, wraps: wraps, fill: fill)
    if let known = formats[key] { return known }
    let format = Format(pointer: costsim_workbook_format(book, number, isBold, wraps, fill))
    formats[key] = format
    return format
  }

  package func write(_ text: String, _ place: Place, of sheet: Sheet, _ format: Format = .plain) {
    note(costsim_sheet_text(sheet.pointer, place.cell, text, format.pointer))
  }

  package func write(_ value: Double, _ place: Place, of sheet: Sheet, _ format: Format = .plain) {
    note(costsim_sheet_number(sheet.pointer, place.cell, value, format.pointer))
  }

  package func write(_ value: Bool, _ place: Place, of sheet: Sheet, _ format: Format = .plain) {
    note(costsim_sheet_boolean(sheet.pointer, place.cell, value, format.pointer))
  }

  /// A formula of ours, in its English form; `value` is what programs show that do not compute.
  package func write(
    formula: String, value: Double, _ place: Place, of sheet: Sheet, _ format: Format = .plain
  ) {
    note(costsim_sheet_formula(sheet.pointer, place.cell, formula, value, format.pointer))
  }

  /// A link to the top of another sheet.
  package func link(to name: String, _ place: Place, of sheet: Sheet) {
    note(costsim_sheet_link(sheet.pointer, place.cell, "internal:'\(name)'!A1", name))
  }

  /// Characters of ordinary text that a column has room for.
  package func setWidth(_ characters: Double, ofColumn column: Int, of sheet: Sheet) {
    note(costsim_sheet_width(sheet.pointer, UInt32(column), characters))
  }

  /// What is above the place and to its left stays in view.
  package func freeze(at place: Place, of sheet: Sheet) {
    costsim_sheet_freeze(sheet.pointer, place.cell)
  }

  package func filter(from first: Place, to last: Place, of sheet: Sheet) {
    note(costsim_sheet_filter(sheet.pointer, first.cell, last.cell))
  }
}

// MARK: Charts

extension Workbook {
  package enum ChartKind {
    case columns, stackedColumns, lines

    fileprivate var kind: costsim_chart_kind {
      switch self {
      case .columns: costsim_chart_columns
      case .stackedColumns: costsim_chart_stacked
      case .lines: costsim_chart_lines
      }
    }
  }

  /// A chart of columns of a sheet.
  package struct Chart {
    package var kind: ChartKind
    package var title: String
    /// What the horizontal axis is, and the vertical one with its unit.
    package var categories: String
    package var values: String
    package var valueFormat: String
    /// The rows of the sheet that it shows.
    package var rows: ClosedRange<Int>
    package var categoryColumn: Int
    /// Each a column of values with its name.
    package var series: [(name: String, column: Int)]

    package init(
      _ kind: ChartKind, title: String, categories: String, values: String, valueFormat: String,
      rows: ClosedRange<Int>, categoryColumn: Int, series: [(name: String, column: Int)]
    ) {
      self.kind = kind
      self.title = title
      self.categories = categories
      self.values = values
      self.valueFormat = valueFormat
      self.rows = rows
      self.categoryColumn = categoryColumn
      self.series = series
    }
  }

  /// Puts a chart of the sheet's own columns at the place.
  package func draw(_ chart: Chart, at place: Place, of sheet: Sheet) {
    let drawn = costsim_workbook_chart(
      book, chart.kind.kind, chart.title, chart.categories, chart.values, chart.valueFormat)
    for series in chart.series {
      costsim_chart_series(
        drawn, series.name, sheet.name, UInt32(chart.rows.lowerBound),
        UInt32(chart.rows.upperBound), UInt32(chart.categoryColumn), UInt32(series.column))
    }
    note(costsim_sheet_draw(sheet.pointer, place.cell, drawn))
  }
}
