import CostModel
import Foundation
import Support

/// How logs are to be read, as the user says.
package struct LogReadOptions {
  package var format: LogShape?
  /// What a log calls canonical columns, values for every row, and units.
  package var columns: [(String, String)] = []
  package var fixed: [(String, String)] = []
  package var units: [(String, LogUnit)] = []
  package var timeZone = "UTC"
  package var provider: String?
  package var rates: [String: ExactDecimal] = [:]
  package var keepsDuplicates = false
  package var allowUsage: [String] = []
  package var skipBadRows: Int64 = 0
  package var skipUnpriced = Allowance(count: 0)
  package var costTolerance = 0.02
  /// How many threads read; what is read does not depend on it.
  package var threads = ProcessInfo.processInfo.activeProcessorCount
  /// How long the pieces of a text are that threads read at once, about.
  package var pieceBytes = 4 << 20
  package var names = NameResolver(catalog: nil, tables: NameTables())

  package init(
    format: LogShape? = nil, columns: [(String, String)] = [], fixed: [(String, String)] = [],
    units: [(String, LogUnit)] = [], timeZone: String = "UTC", provider: String? = nil,
    rates: [String: ExactDecimal] = [:], keepsDuplicates: Bool = false, allowUsage: [String] = [],
    skipBadRows: Int64 = 0, skipUnpriced: Allowance = Allowance(count: 0),
    costTolerance: Double = 0.02,
    names: NameResolver = NameResolver(catalog: nil, tables: NameTables())
  ) {
    self.format = format
    self.columns = columns
    self.fixed = fixed
    self.units = units
    self.timeZone = timeZone
    self.provider = provider
    self.rates = rates
    self.keepsDuplicates = keepsDuplicates
    self.allowUsage = allowUsage
    self.skipBadRows = skipBadRows
    self.skipUnpriced = skipUnpriced
    self.costTolerance = costTolerance
    self.names = names
  }

  /// The same for another thread, which needs a memory of names of its own.
  func forAnotherThread() -> LogReadOptions {
    var options = self
    options.names = NameResolver(catalog: names.catalog, tables: names.tables)
    return options
  }

  /// So many rows, or such a part of all.
  package struct Allowance {
    package var count: Int64
    package var share: Double?

    package init(count: Int64, share: Double? = nil) {
      self.count = count
      self.share = share
    }

    package func allows(_ rows: Int64, of all: Int64) -> Bool {
      share.map { Double(rows) <= $0 * Double(all) } ?? (rows <= count)
    }
  }

  package var catalog: Catalog? { names.catalog }
  package var tables: NameTables { names.tables }

  /// Whose model a row's name is, where the row does not say.
  package func seller(of row: LogRow) -> String? {
    guard let catalog,
      let answer = try? names.resolve(row.names, asked: row.asked, seller: nil),
      let id = answer.model
    else { return nil }
    return catalog[id].provider.lowercased()
  }

  /// A shape with what the user says in its place.
  package func applied(to shape: LogShape) -> LogShape {
    var shape = shape
    for (column, name) in columns {
      shape[column].from = [LogPath(name)]
      shape[column].orElse = []
    }
    for (column, value) in fixed { shape[column].fixed = value }
    for (column, unit) in units { shape[column].unit = unit }
    // A log that has what the user names has what the format calls it.
    for (column, name) in columns {
      guard
        let original = shape.detect.firstIndex(where: { $0.contains { $0.name == column } }
        )
      else { continue }
      shape.detect[original].append(LogPath(name))
    }
    return shape
  }

  /// `column=name,…` (`--columns`).
  package mutating func addColumns(_ text: String) throws {
    for part in text.split(separator: ",") {
      let (column, name) = try Self.pair(part, "--columns")
      columns.append((column, name))
    }
  }

  package mutating func addFixed(_ text: String) throws {
    fixed.append(try Self.pair(text[...], "--set"))
  }

  package mutating func addUnit(_ text: String) throws {
    let (column, name) = try Self.pair(text[...], "--unit")
    guard let unit = LogUnit(rawValue: name) else {
      throw BadInput(
        message: "--unit: error: unknown unit '\(name)', expected "
          + InputLog.alternatives(LogUnit.allCases.map(\.rawValue)))
    }
    units.append((column, unit))
  }

  /// `EUR=1.10`.
  package mutating func addRate(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let rate = ExactDecimal(parts[1]), rate.digits > 0 else {
      throw BadInput(message: "--rate: error: expected a rate like EUR=1.10, not '\(text)'")
    }
    rates[parts[0].uppercased()] = rate
  }

  private static func pair(_ text: Substring, _ option: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw BadInput(message: "\(option): error: expected column=value, not '\(text)'")
    }
    let name = String(parts[0])
    let column = LogShapeFile.aliases[name] ?? name
    let names = LogShapeFile.allNames
    guard names.contains(column) else {
      throw BadInput(
        message: "\(option): error: unknown column '\(name)', expected "
          + InputLog.alternatives(names)
          + (NearestName.hint(for: name, among: names).map { "\n" + $0 } ?? ""))
    }
    return (column, String(parts[1]))
  }
}
