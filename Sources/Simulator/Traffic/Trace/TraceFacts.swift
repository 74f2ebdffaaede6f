import CostModel

/// What reading a log found out; complete after the last batch.
struct TraceFacts: Sendable {
  var format = ""
  /// Rows that became requests.
  var accepted: Int64 = 0
  /// Malformed rows that were left out.
  var rejected: Int64 = 0
  /// Rows that the format leaves out, because they are no requests.
  var filtered: Int64 = 0
  /// The first malformed rows.
  var firstRejected: [TraceError.Row] = []

  var inputTokens: Int128 = 0
  var cachedInputTokens: Int128 = 0
  var outputTokens: Int128 = 0
  var loggedCost = MoneySum.zero
  var failed: Int64 = 0
  var first = SimTime.distantFuture
  var last = SimTime.distantPast

  /// Canonical columns that the log does not have at all.
  var absent: [TraceColumn] = []
  /// It has columns that tell of the quality of answers.
  var tellsQuality = false
  /// For the others: how many accepted rows do not tell them.
  var unknown: [TraceColumn: Int64] = [:]
  /// Canonical columns that no row tells: absent, or always empty.
  var untold: [TraceColumn] {
    TraceColumn.allCases.filter { absent.contains($0) || unknown[$0] == accepted }
  }

  /// The log's columns that are not used.
  var unused: [String] = []
  /// Times count from the log's beginning, which is put at `TraceOptions.origin`.
  var isRelative = false
  /// Some times had no offset and were taken to be in `TraceOptions.timeZone`.
  var usedTimeZone = false
  /// Whether the file was in order of (timestamp, row).
  var wasSorted = true

  /// Counts the rows of the next piece of the log, malformed ones left out.
  mutating func add(_ piece: TracePiece) {
    accepted += Int64(piece.batch.rows.count)
    filtered += piece.filtered
    inputTokens += piece.inputTokens
    cachedInputTokens += piece.cachedInputTokens
    outputTokens += piece.outputTokens
    loggedCost += MoneySum(picodollars: piece.cost)
    failed += piece.failed
    usedTimeZone = usedTimeZone || piece.usedZone
    guard !piece.batch.rows.isEmpty else { return }
    first = min(first, SimTime(microseconds: piece.first))
    last = max(last, SimTime(microseconds: piece.last))
  }
}
