@testable import Simulator

/// Everything that reading a log gives, as text.
struct TraceReading: Equatable {
  var rows: [String] = []
  var blocks: [[UInt64]] = []
  var names: [[String]] = []
  var facts = ""
  var rejected: [String] = []
  var failure = ""

  /// The same, or lost in both: which of several reasons is told first depends on the blocks.
  func agrees(with other: TraceReading) -> Bool {
    self == other || (!failure.isEmpty && !other.failure.isEmpty)
  }

  /// Reads it in blocks of so many bytes; up to 12 malformed rows are left out.
  init(_ path: String, block: Int, threads: Int = 1) {
    var options = TraceOptions()
    options.blockSize = block
    options.threads = threads
    options.skipBadRows = 12
    var rejected: [String] = []
    options.onRejected = { row in
      let fields = row.fields.map { String(decoding: $0, as: UTF8.self) }
      rejected.append("\(row.row) \(fields)")
    }
    do {
      let trace = try ReadTrace(path, options: options)
      rows = trace.rows.map { row in
        // Where its blocks lie depends on the batch.
        var row = row
        row.firstBlock = 0
        return "\(row)"
      }
      blocks = trace.blocks
      let kinds = trace.symbols.kinds.map { "\($0)" }
      names = [trace.symbols.users.names, trace.symbols.models.names, kinds]
      var facts = trace.facts
      // The unknown columns are a dictionary, whose order is nobody's.
      let statuses = facts.unknownStatuses.map { "\($0)" }
      self.facts = (facts.unknown.map { "\($0)" } + statuses).sorted().joined()
      (facts.unknown, facts.unknownStatuses) = ([:], [:])
      self.facts += "\(facts)"
    } catch {
      failure = "\(error)".replacing(path, with: "")
    }
    self.rejected = rejected
  }
}
