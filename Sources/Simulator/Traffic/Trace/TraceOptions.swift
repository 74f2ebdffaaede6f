import CostModel
import Support

/// How a log is to be read, as the user says.
package struct TraceOptions {
  /// `--columns`: canonical columns and the log's columns for them.
  package var columns: [(TraceColumn, String)] = []
  /// `--set`: canonical columns that have one value in every row.
  package var fixed: [(TraceColumn, String)] = []
  /// IANA name, for times without an offset.
  package var timeZone = "UTC"
  /// When a log begins whose times count from 0.
  package var origin = SimTime(microseconds: 0)
  /// How many malformed rows are tolerated.
  package var skipBadRows: Int64 = 0
  /// What a replay demands of the rows' models; nil: nothing.
  package var modelCheck: ModelCheck?
  package var order = Order.verified
  /// Rows that need sorting are kept in memory up to this many bytes, then in a temporary file.
  package var sortMemory = 64 << 20
  /// For that file; nil: where the system keeps its own.
  package var temporaryFolder: String?
  /// A row or line beyond this is no request; about, since whole blocks are counted.
  package var maximumRowBytes = InputLimit.recordBytes.value
  /// Bytes read at once.
  package var blockSize = 256 << 10
  /// What the report calls the log's format; nil: by its name.
  package var shownFormat: String?
  /// Whether the file's hash is wanted at its end.
  package var isHashed = false
  /// Of the file's rows, those that are read; nil: all.
  package var share: LogShare?
  /// That may decode blocks; the rows do not depend on it.
  package var threads = 1
  /// Whether one of these threads has other work, and decodes when it has none (`BlockHelper`).
  package var hasHelper = false
  /// Takes each malformed row that is left out.
  package var onRejected: ((RejectedRow) throws -> Void)?

  package init(
    columns: [(TraceColumn, String)] = [], fixed: [(TraceColumn, String)] = [],
    timeZone: String = "UTC", origin: SimTime = SimTime(microseconds: 0), skipBadRows: Int64 = 0,
    modelCheck: ModelCheck? = nil, order: Order = Order.verified, sortMemory: Int = 64 << 20,
    temporaryFolder: String? = nil, maximumRowBytes: Int = InputLimit.recordBytes.value,
    blockSize: Int = 256 << 10,
    shownFormat: String? = nil, isHashed: Bool = false, threads: Int = 1, hasHelper: Bool = false,
    onRejected: ((RejectedRow) throws -> Void)? = nil
  ) {
    self.columns = columns
    self.fixed = fixed
    self.timeZone = timeZone
    self.origin = origin
    self.skipBadRows = skipBadRows
    self.modelCheck = modelCheck
    self.order = order
    self.sortMemory = sortMemory
    self.temporaryFolder = temporaryFolder
    self.maximumRowBytes = maximumRowBytes
    self.blockSize = blockSize
    self.shownFormat = shownFormat
    self.isHashed = isHashed
    self.threads = threads
    self.hasHelper = hasHelper
    self.onRejected = onRejected
  }

  package enum Order {
    /// Looks through the log first, unless it is small, and sorts it if need be.
    case verified
    /// Reads a file once; throws `TraceUnsorted` when it meets a row that is out of order. What is
    /// no file is treated as `verified`.
    case optimistic
  }
}

/// A malformed row that was left out, with its fields as they were read (JSON: the whole line).
package struct RejectedRow {
  package var row: TraceError.Row
  package var fields: [[UInt8]]

  package init(row: TraceError.Row, fields: [[UInt8]]) {
    self.row = row
    self.fields = fields
  }
}

/// A log that was taken to be in order is not: it has to be read anew, with `.verified`.
package struct TraceUnsorted: Error {
  /// The first data row that is out of order.
  package var row: Int64
}

extension TraceOptions {
  /// `canonical=column,canonical=column` (`--columns`).
  package mutating func addColumns(_ text: String) throws {
    for pair in text.split(separator: ",") { columns.append(try Self.pair(pair, "--columns")) }
  }

  /// `canonical=value` (`--set`).
  package mutating func addFixed(_ text: String) throws {
    fixed.append(try Self.pair(text[...], "--set"))
  }

  private static func pair(
    _ text: Substring, _ option: String
  ) throws -> (TraceColumn, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw BadInput(message: "\(option): error: expected canonical=value, not '\(text)'")
    }
    let name = String(parts[0])
    guard let column = TraceColumn(name: name) else {
      let hint = NearestName.hint(for: name, among: TraceColumn.allNames)
      throw BadInput(
        message: "\(option): error: unknown canonical column '\(name)', expected "
          + InputLog.alternatives(TraceColumn.allNames) + (hint.map { "\n" + $0 } ?? ""))
    }
    return (column, String(parts[1]))
  }
}

extension TraceFormat {
  /// This with what the user says on the command line.
  package func overlaid(with options: TraceOptions) -> TraceFormat {
    var format = self
    for (column, source) in options.columns {
      var rule = Column(from: [source], unit: columns[column]?.unit)
      if columns[column]?.to.isEmpty == false { rule.unit = nil }
      rule.values = columns[column]?.values ?? []
      rule.otherwise = columns[column]?.otherwise
      rule.isRequired = true
      format.columns[column] = rule
    }
    for (column, value) in options.fixed {
      format.columns[column, default: Column()].fixed = value
    }
    return format
  }
}
