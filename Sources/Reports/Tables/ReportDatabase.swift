import CostModel
import Support

/// Writes tables into a SQLite file, whose bytes depend on nothing but the tables.
///
/// A column of type `exactUSD` becomes three: `x_usd` (a floating-point number, to read), and
/// `x_usd_whole` and `x_usd_pico` (whole dollars and the picodollars beyond them, to add up:
/// neither overflows 64 bits where a sum of picodollars would at $9.2 million).
package enum ReportDatabase {
  /// Into a new file, or one that holds the calls (`CallsDatabase`) already.
  package static func write(_ tables: [Table], to path: String) throws(SQLiteError) {
    let database = try create(path)
    try database.transaction { () throws(SQLiteError) in
      for table in tables { try write(table, to: database) }
      try database.execute(DatabaseViews.sql(addingUp: tables.filter(\.addsUp).map(\.name)))
    }
    try database.close()
  }

  /// A file of ours, ready to be filled; one that is there is added to.
  package static func create(_ path: String) throws(SQLiteError) -> SQLiteDatabase {
    let database = try SQLiteDatabase(path: path, mode: .create)
    // The file is renamed into place once whole, so a journal would protect nothing.
    try database.execute(
      """
      PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;
      """)
    return database
  }

  private static func write(_ table: Table, to database: SQLiteDatabase) throws(SQLiteError) {
    try database.execute(schema(of: table))
    let count = table.columns.reduce(0) { $0 + ($1.type == .exactUSD ? 3 : 1) }
    let places = Array(repeating: "?", count: count).joined(separator: ", ")
    let insert = try database.prepare("INSERT INTO \(table.name) VALUES (\(places))")
    for row in table.rows {
      try insert.run(zip(table.columns, row).flatMap { values($1, of: $0.type) })
    }
    for columns in table.indexes {
      let name = "\(table.name)_by_" + columns.dropFirst(2).joined(separator: "_")
      try database.execute(
        "CREATE INDEX \(name) ON \(table.name) (\(columns.joined(separator: ", ")))")
    }
  }

  static func schema(of table: Table) -> String {
    var lines = table.columns.flatMap(declarations)
    if !table.key.isEmpty { lines.append("PRIMARY KEY (\(table.key.joined(separator: ", ")))") }
    if table.name != "plans" {
      lines.append("FOREIGN KEY (scenario, plan) REFERENCES plans (scenario, plan)")
    }
    return "CREATE TABLE \(table.name) (\n  " + lines.joined(separator: ",\n  ") + "\n)"
  }

  private static func declarations(_ column: Table.Column) -> [String] {
    switch column.type {
    case .text, .date, .timestamp, .second: ["\(column.name) TEXT"]
    case .integer, .microUSD: ["\(column.name) INTEGER"]
    case .boolean: ["\(column.name) INTEGER CHECK (\(column.name) IN (0, 1))"]
    case .usd, .fineDecimal, .milliseconds, .seconds, .decimal, .exactDecimal:
      ["\(column.name) REAL"]
    case .exactUSD:
      [
        "\(column.name) REAL", "\(column.name)_whole INTEGER", "\(column.name)_pico INTEGER",
      ]
    }
  }

  private static func values(_ cell: Cell, of type: ColumnType) -> [SQLiteValue] {
    if type == .exactUSD {
      guard case .money(let money) = cell else { return [.null, .null, .null] }
      let (whole, pico) = wholeAndPico(money)
      return [.real(money.dollars), .integer(whole), .integer(pico)]
    }
    switch cell {
    case .unknown, .ratio(_, 0): return [.null]
    case .text(let text): return [text.isEmpty ? .null : .text(text)]
    case .integer(let value): return [.integer(value)]
    case .boolean(let value): return [.integer(value ? 1 : 0)]
    case .date, .timestamp: return [type.text(of: cell).map { .text($0) } ?? .null]
    case .money(let money):
      return type == .microUSD
        ? [type.text(of: cell).flatMap(Int64.init).map { .integer($0) } ?? .null]
        : [.real(money.dollars)]
    case .ratio(let numerator, let denominator):
      return [.real(Double(numerator) / Double(denominator))]
    case .real(let value): return [value.isFinite ? .real(value) : .null]
    case .duration(let duration):
      let per = type == .milliseconds ? 1e3 : 1e6
      return [.real(Double(duration.microseconds) / per)]
    }
  }

  /// Dollars rounded down, and the picodollars (0 ..< 10^12) that remain.
  static func wholeAndPico(_ money: MoneySum) -> (whole: Int64, pico: Int64) {
    let unit = MoneySum.picodollarsPerDollar
    var (whole, pico) = money.picodollars.quotientAndRemainder(dividingBy: unit)
    if pico < 0 {
      whole -= 1
      pico += unit
    }
    return (Int64(whole), Int64(pico))
  }
}
