import CostModel
import Support

/// What reading a log found out; complete after the last batch.
package struct TraceFacts: Sendable {
  package init() {}

  package var format = ""
  /// Rows that became requests.
  package var accepted: Int64 = 0
  /// Malformed rows that were left out.
  package var rejected: Int64 = 0
  /// Rows that the format leaves out, because they are no requests.
  package var filtered: Int64 = 0
  /// The first malformed rows.
  package var firstRejected: [TraceError.Row] = []

  package var inputTokens: Int128 = 0
  package var cachedInputTokens: Int128 = 0
  package var outputTokens: Int128 = 0
  package var loggedCost = MoneySum.zero
  package var failed: Int64 = 0
  /// Of the failed rows, those whose status is a word that is not known.
  package var unknownStatuses: [String: Int64] = [:]
  package var first = SimTime.distantFuture
  package var last = SimTime.distantPast

  /// Canonical columns that the log does not have at all.
  package var absent: [TraceColumn] = []
  /// It has columns that tell of the quality of answers.
  package var tellsQuality = false
  /// What it has columns for of what requests are metered for.
  package var metered: [BillingDimension] = []
  /// For the others: how many accepted rows do not tell them.
  package var unknown: [TraceColumn: Int64] = [:]
  /// Canonical columns that no row tells: absent, or always empty.
  package var untold: [TraceColumn] {
    TraceColumn.allCases.filter { absent.contains($0) || unknown[$0] == accepted }
  }

  /// What is said first of statuses that are not known; nil: there are none.
  package var statusSentence: String? {
    let shown = 5
    let words = unknownStatuses.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard !words.isEmpty else { return nil }
    let rows = words.reduce(0) { $0 + $1.value }
    var names = words.prefix(shown).map { word, rows in
      "'\(HumanFormat.visible(word))' (\(HumanFormat.plural(rows, "request")))"
    }
    if words.count > shown { names.append("\(words.count - shown) more") }
    return
      "Mind that the status of \(HumanFormat.plural(rows, "request")) is not known, and taken for a "
      + "failure: \(HumanFormat.list(names)). A format of your own can say what it means."
  }

  /// The log's columns that are not used.
  package var unused: [String] = []
  /// Times count from the log's beginning, which is put at `TraceOptions.origin`.
  package var isRelative = false
  /// Some times had no offset and were taken to be in `TraceOptions.timeZone`.
  package var usedTimeZone = false
  /// Whether the file was in order of (timestamp, row).
  package var wasSorted = true

  /// Counts the rows of the next piece of the log, malformed ones left out.
  package mutating func add(_ piece: TracePiece) {
    accepted += Int64(piece.batch.rows.count)
    filtered += piece.filtered
    inputTokens += piece.inputTokens
    cachedInputTokens += piece.cachedInputTokens
    outputTokens += piece.outputTokens
    loggedCost += MoneySum(picodollars: piece.cost)
    failed += piece.failed
    unknownStatuses.merge(piece.unknownStatuses, uniquingKeysWith: +)
    usedTimeZone = usedTimeZone || piece.usedZone
    guard !piece.batch.rows.isEmpty else { return }
    first = min(first, SimTime(microseconds: piece.first))
    last = max(last, SimTime(microseconds: piece.last))
  }
}
