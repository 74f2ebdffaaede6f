import CostModel
import Foundation
import Scenarios
import Simulator
import Support

/// Reads a CSV file of usage row by row, in bounded memory. What is wrong with a row is that row's
/// problem, as in `replay`.
package final class UsageReader {
  private static let blockSize = 256 << 10
  private static let shownRows = 20
  /// What is read for `status` where that is not there.
  private static let success = "success"
  /// A longer row is no usage; about, since whole blocks are counted.
  /// ASCII that is no space.
  private static let graphic: ClosedRange<UInt8> = 0x21...0x7e

  private let path: String
  private let options: UsageOptions
  private var clock: TraceClock
  private var csv: CSVReader?
  /// Where the row has each column.
  private var places: [UsageColumn: Int] = [:]
  package private(set) var names: [String] = []
  private var hasHeader = false
  private var rows: Int64 = 0
  /// The first malformed rows, which are told, and how many there are.
  private var bad: [TraceError.Row] = []
  private var badRows: Int64 = 0
  package private(set) var rejected: [RejectedRow] = []
  /// Rows by their status, where it is not known.
  package private(set) var unknownStatuses: [String: Int64] = [:]

  package init(path: String, options: UsageOptions) {
    self.path = path
    self.options = options
    clock = TraceClock(unit: .auto, zone: options.timeZone, origin: nil, decimalComma: false)
  }

  /// Columns of the file that were not used.
  package var unused: [String] {
    names.enumerated().filter { !places.values.contains($0.offset) }.map(\.element)
  }

  /// Hands on each row; what `body` throws as a `TraceError.Row` makes the row malformed. Throws
  /// `TraceError` at the end if more rows are malformed than tolerated.
  package func read(_ body: @escaping (UsageRow) throws -> Void) throws {
    let file = try TraceFile(path: path)
    let csv = CSVReader { [unowned self] row in
      if hasHeader { try take(row, body) } else { try takeHeader(row) }
    }
    self.csv = csv
    do {
      try feed(csv, from: file)
      try csv.finish()
    } catch let failure as CSVError {
      let place = failure.row == 1 ? "the header" : "row \(failure.row - 1)"
      throw error("\(place): \(failure.reason)")
    }
    if !hasHeader { throw error("the file is empty, expected a header and rows of usage") }
    if badRows > options.skipBadRows {
      throw TraceError(path: path, rows: bad, count: badRows, tolerated: options.skipBadRows)
    }
  }

  private func feed(_ csv: CSVReader, from file: TraceFile) throws {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 16)
    defer { block.deallocate() }
    var count = 0
    var sinceRow = 0
    repeat {
      count = try file.read(into: block)
      if block.baseAddress.flatMap({ memchr($0, 0, count) }) != nil {
        throw error("a NUL byte in it, expected text as CSV")
      }
      let before = rows
      try csv.feed(UnsafeRawBufferPointer(rebasing: block[..<count]))
      sinceRow = rows > before ? 0 : sinceRow + count
      if sinceRow > InputLimit.recordBytes.value {
        let problem = InputLimit.recordBytes.exceeded(by: "bytes")
        throw error("row \(rows + 1) has \(problem): a quote that is not closed?")
      }
    } while count == block.count
  }

  private func error(_ reason: String) -> TraceError { TraceError(path: path, reason: reason) }

  // MARK: Header

  private func takeHeader(_ row: CSVRow) throws {
    guard row.count <= InputLimit.columns.value else {
      throw error(InputLimit.columns.exceeded(by: "columns"))
    }
    names = try (0..<row.count).map { index in
      guard let text = row.text(index) else {
        throw error("column \(index + 1) of the header is not UTF-8")
      }
      return text.trimmingCharacters(in: .whitespaces)
    }
    hasHeader = true
    for column in UsageColumn.allCases {
      let name = options.columns[column] ?? column.rawValue
      let found = names.indices.filter { names[$0] == name }
      if found.count > 1 { throw error("two columns are called '\(name)', expected one") }
      if found.isEmpty, options.columns[column] != nil { throw missing(name) }
      places[column] = found.first
    }
    // As in a canonical log.
    if places[.status] == nil, options.fixed[.status] == nil {
      places[.status] = names.firstIndex(of: Self.success)
    }
    if places[.model] == nil, options.fixed[.model] == nil { throw missing("model") }
    guard places.keys.contains(where: { $0.dimension != nil }) else {
      throw missing("input_tokens")
    }
  }

  private func missing(_ name: String) -> TraceError {
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    let hint = NearestName.hint(for: name, among: names).map { "\n" + $0 } ?? ""
    return error(
      "no column '\(name)'; there are \(shown) (--columns model=COLUMN,… names them)" + hint)
  }

  // MARK: Rows

  private func take(_ row: CSVRow, _ body: (UsageRow) throws -> Void) throws {
    rows += 1
    do {
      try body(row.withFields { fields in try decode(fields) })
    } catch let problem as TraceError.Row {
      badRows += 1
      bad.note(problem, atMost: Self.shownRows)
      guard badRows <= options.skipBadRows else { return }
      let fields = row.withFields { fields in (0..<fields.count).map { Array(fields[$0]) } }
      rejected.append(RejectedRow(row: problem, fields: fields))
    }
  }

  private func problem(_ column: UsageColumn, _ text: String) -> TraceError.Row {
    TraceError.Row(
      number: rows, column: options.columns[column] ?? column.rawValue, problem: text)
  }

  private func decode(_ fields: FieldList) throws -> UsageRow {
    guard fields.count == names.count else {
      throw TraceError.Row(
        number: rows, column: "",
        problem: "\(fields.count) fields, expected \(names.count) as in the header")
    }
    var row = UsageRow(number: rows)
    row.usage.calls = 1
    for column in UsageColumn.allCases {
      guard let text = try value(column, fields) else { continue }
      if let dimension = column.dimension {
        row.usage[dimension] = try quantity(column, text)
        row.statesUse = row.statesUse || column != .calls
      } else {
        try read(column, text, into: &row)
      }
    }
    if row.model.isEmpty { throw problem(.model, "no model") }
    return row
  }

  /// nil where neither the row nor `--set` tells.
  private func value(_ column: UsageColumn, _ fields: FieldList) throws -> String? {
    if let fixed = options.fixed[column] { return fixed }
    guard let place = places[column], !fields[place].isEmpty else { return nil }
    guard let text = String(validating: fields[place], as: UTF8.self) else {
      throw problem(column, "not UTF-8")
    }
    // Nearly always there is nothing to trim, and trimming is the dearest part of a row.
    let isTight =
      Self.graphic ~= fields[place].first ?? 0 && Self.graphic ~= fields[place].last ?? 0
    let trimmed = isTight ? text : text.trimmingCharacters(in: .whitespaces)
    return trimmed.isEmpty || TraceFormat.usualMissing.contains(trimmed) ? nil : trimmed
  }

  private func quantity(_ column: UsageColumn, _ text: String) throws -> Int64 {
    let isTime = column.dimension?.isTime == true
    // Where semicolons separate fields, a comma is the decimal point.
    let decimalComma = csv?.delimiter != UInt8(ascii: ",")
    var text = text
    return try text.withUTF8 { bytes in
      guard let number = TraceDecimal(bytes, decimalComma: decimalComma) else {
        throw problem(column, "expected a \(isTime ? "" : "whole ")number, not \(bytes.shown)")
      }
      if number.isNegative {
        throw problem(column, "must not be negative, as \(bytes.shown) is")
      }
      do throws(TraceDecimal.Problem) {
        return try number.scaled(by: isTime ? 6 : 0, isTime ? .down : .exact)
      } catch {
        throw problem(
          column,
          error == .fraction
            ? "expected a whole number, not \(bytes.shown)" : "\(bytes.shown) is too large")
      }
    }
  }

  private func read(_ column: UsageColumn, _ text: String, into row: inout UsageRow) throws {
    switch column {
    case .model: row.model = text
    case .provider: row.provider = text
    case .region: row.variant.region = text
    case .searchSize: row.variant.searchSize = text.lowercased()
    case .status:
      var text = text
      let known = text.withUTF8 { StatusWords.shipped.status($0) }
      row.hasFailed = known != .ok
      if known == nil { unknownStatuses[text, default: 0] += 1 }
    case .batch: row.variant.batch = try flag(text)
    case .serviceTier:
      if text == "batch" {
        row.variant.batch = true
      } else if !LoggedBilling.ordinaryTiers.contains(text) {
        row.variant.serviceTier = text
      }
    default: row.time = try time(text)
    }
  }

  private func flag(_ text: String) throws -> Bool {
    if let flag = LoggedBilling.flag(text) { return flag }
    throw problem(.batch, "expected true or false, not '\(text)'")
  }

  private func time(_ text: String) throws -> SimTime {
    var text = text
    return try text.withUTF8 { bytes in
      do throws(TraceClock.Problem) {
        return SimTime(microseconds: try clock.microseconds(bytes))
      } catch {
        throw problem(.timestamp, error.message(bytes))
      }
    }
  }
}

/// How a file of usage is to be read, as the user says.
package struct UsageOptions {
  package var columns: [UsageColumn: String] = [:]
  package var fixed: [UsageColumn: String] = [:]
  package var timeZone = "UTC"
  package var skipBadRows: Int64 = 0

  package init(
    columns: [UsageColumn: String] = [:], fixed: [UsageColumn: String] = [:],
    timeZone: String = "UTC", skipBadRows: Int64 = 0
  ) {
    self.columns = columns
    self.fixed = fixed
    self.timeZone = timeZone
    self.skipBadRows = skipBadRows
  }

  /// `column=name,…` (`--columns`).
  package mutating func addColumns(_ text: String) throws {
    for part in text.split(separator: ",") {
      let (column, name) = try Self.pair(part, "--columns")
      columns[column] = name
    }
  }

  /// `column=value` (`--set`).
  package mutating func addFixed(_ text: String) throws {
    let (column, value) = try Self.pair(text[...], "--set")
    fixed[column] = value
  }

  private static func pair(
    _ text: Substring, _ option: String
  ) throws -> (UsageColumn, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw BadInput(message: "\(option): error: expected column=value, not '\(text)'")
    }
    guard let column = UsageColumn(rawValue: String(parts[0])) else {
      let hint = NearestName.hint(for: String(parts[0]), among: UsageColumn.names)
      throw BadInput(
        message: "\(option): error: unknown column '\(parts[0])', expected "
          + InputLog.alternatives(UsageColumn.names) + (hint.map { "\n" + $0 } ?? ""))
    }
    return (column, String(parts[1]))
  }
}
