import Scenarios
import Support

/// Why a log cannot be read. Exit code 2.
package struct TraceError: Error, Hashable, CustomStringConvertible {
  /// One malformed row.
  package struct Row: Error, Hashable, Sendable {
    /// Data row, from 1.
    package var number: Int64
    /// The log's column, or the canonical one where the log has none.
    package var column: String
    package var problem: String
    /// How many further rows have the same problem, where they are told together.
    package var others: Int64 = 0

    package init(number: Int64, column: String, problem: String, others: Int64 = 0) {
      self.number = number
      self.column = column
      self.problem = problem
      self.others = others
    }
  }

  package var path: String
  package var reason: String
  /// The first malformed rows.
  package var rows: [Row] = []

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// More malformed rows than are tolerated.
  package init(path: String, rows: [Row], count: Int64, tolerated: Int64) {
    self.path = path
    self.rows = rows
    let allowed = tolerated == 0 ? "none" : "at most \(InputLog.grouped(tolerated))"
    reason =
      "\(InputLog.grouped(count)) malformed row\(count == 1 ? "" : "s"), expected \(allowed) "
      + "(--skip-bad-rows N tolerates up to N)"
    let told = rows.reduce(Int64(rows.count)) { $0 + $1.others }
    if count > told { reason += "; the first \(rows.count) are" }
  }

  package var description: String {
    var text = "\(path): error: \(reason)"
    for row in rows { text += "\n  " + row.description }
    return text
  }
}

extension [TraceError.Row] {
  /// Keeps the first rows; what is wrong with one model's name is told once, with its count.
  package mutating func note(_ row: TraceError.Row, atMost count: Int) {
    if ModelNames.isProblem(row.problem),
      let known = firstIndex(where: { $0.problem == row.problem && $0.column == row.column })
    {
      self[known].others += 1
    } else if self.count < count {
      append(row)
    }
  }
}

extension TraceError.Row: CustomStringConvertible {
  package var description: String {
    HumanFormat.visible(
      "row \(number)" + (column.isEmpty ? "" : ", column '\(column)'") + ": \(problem)"
        + (others > 0 ? ", and \(InputLog.grouped(others)) other row\(others == 1 ? "" : "s")" : "")
    )
  }
}

extension Bytes {
  /// For messages: the text in quotes, shortened.
  package var shown: String {
    let text = String(decoding: prefix(60), as: UTF8.self)
    let clean = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    return "'" + String(clean) + (count > 60 ? "…'" : "'")
  }
}

extension TraceClock.Problem {
  package func message(_ bytes: Bytes) -> String {
    switch self {
    case .notATime: "expected a time like 2025-11-01T09:00:00Z, not \(bytes.shown)"
    case .noNumber: "expected a time as a number, not \(bytes.shown)"
    case .noOffset: "\(bytes.shown) has no offset, expected one like Z or +02:00"
    case .outOfRange: "\(bytes.shown) is out of range, expected 1970 to 2200"
    }
  }
}
