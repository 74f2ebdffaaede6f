import CostModel
import Support

/// One piece of a log, as it was read: where it lies, and what reading it has found out.
package struct LogPiece: PartValue, Sendable {
  /// As the user named the file.
  package var path = ""
  /// Which share of the file's rows it is, of how many.
  package var share = 1
  package var shares = 1
  /// Of the file's bytes those that were read, and their hash.
  package var from: Int64 = 0
  package var to: Int64 = 0
  package var xxh64: UInt64 = 0
  /// Of a file that has come by standard input.
  package static let unknownBytes: Int64 = -1
  /// Bytes of the file, and their hash where it is known.
  package var bytes: Int64 = 0
  package var hash: UInt64?
  /// Whether a quote is open where it ends that was not where it begins.
  package var isQuoted = false
  /// Calls of the log that were said to lie before it.
  package var callsBefore: Int64 = 0
  /// Something hangs on that.
  package var drawsByRank = false
  /// Where requests tell their numbers in the whole log, so that these are any of its rows.
  package var numbers: LogNumbers?
  package var facts = TraceFacts()
  /// The log's own, for rejected.csv.
  package var columns: [String] = []
  package var isJSON = false
  package var rejected: [RejectedRow] = []
  /// By name in the log.
  package var readAs: [NameReading] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&path)
    try part.code(&share)
    try part.code(&shares)
    try part.code(&from)
    try part.code(&to)
    try part.code(&xxh64)
    try part.code(&bytes)
    try part.code(&hash)
    try part.code(&isQuoted)
    try part.code(&callsBefore)
    try part.code(&drawsByRank)
    try part.code(&numbers)
    try part.code(&facts)
    try part.code(&columns)
    try part.code(&isJSON)
    try part.code(&rejected)
    try part.code(&readAs)
    try part.check(
      (1...1_000_000).contains(shares) && (1...shares).contains(share), "it has no share of a log")
  }

  /// These are any requests of the log, and no span of it.
  package mutating func number(_ numbers: LogNumbers) {
    self.numbers = numbers
    self.numbers?.paths = [path]
    (from, to, xxh64, bytes, hash, isQuoted) = (0, 0, 0, 0, nil, false)
  }

  /// With requests of the same log that tell their numbers in it as these do.
  package mutating func add(numbered other: LogPiece) {
    numbers = (numbers ?? LogNumbers())
    if let more = other.numbers { numbers? += more }
    if facts.accepted == 0 {
      (facts, columns) = (other.facts, other.columns)
    } else if other.facts.accepted > 0 {
      facts.add(other.facts, after: 0, shown: 0)
    }
    drawsByRank = drawsByRank || other.drawsByRank
    readAs = Set(readAs).union(other.readAs).sorted { $0.name < $1.name }
    path = numbers?.paths.first ?? path
  }

  /// Rows of all sorts.
  package var rows: Int64 { facts.accepted &+ facts.rejected &+ facts.filtered }

  /// Shares of one file in their order, files in that of time; those of one time in that of their names.
  package static func precedes(_ a: LogPiece, _ b: LogPiece) -> Bool {
    if a.path == b.path { return a.share < b.share }
    return (a.facts.first, a.facts.last, a.path) < (b.facts.first, b.facts.last, b.path)
  }

  /// As messages say it.
  package var name: String { shares == 1 ? path : "\(path) (share \(share)/\(shares))" }
}

extension TraceFacts: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&format)
    try part.code(&accepted)
    try part.code(&rejected)
    try part.code(&filtered)
    try part.code(&firstRejected)
    try part.code(&inputTokens)
    try part.code(&cachedInputTokens)
    try part.code(&outputTokens)
    try part.code(&loggedCost)
    try part.code(&failed)
    var words = unknownStatuses.sorted { $0.key < $1.key }.map { Counted($0.key, $0.value) }
    try part.code(&words)
    unknownStatuses = Dictionary(words.map { ($0.name, $0.count) }, uniquingKeysWith: &+)
    try part.code(&first)
    try part.code(&last)
    try Self.code(&absent, &part)
    try part.code(&tellsQuality)
    var dimensions = metered.map(\.key)
    try part.code(&dimensions)
    metered = dimensions.compactMap { key in BillingDimension.metered.first { $0.key == key } }
    try part.check(metered.count == dimensions.count, "a meter in it is not known")
    var columns = unknown.keys.sorted { $0.rawValue < $1.rawValue }
    var counts = columns.map { unknown[$0] ?? 0 }
    try Self.code(&columns, &part)
    try part.code(&counts)
    unknown = Dictionary(zip(columns, counts).map { ($0, $1) }, uniquingKeysWith: &+)
    try part.code(&unused)
    try part.code(&isRelative)
    try part.code(&usedTimeZone)
    try part.code(&wasSorted)
  }

  private static func code(
    _ columns: inout [TraceColumn], _ part: inout PartCoder
  ) throws(PartDamage) {
    var names = columns.map(\.name)
    try part.code(&names)
    columns = names.compactMap(TraceColumn.init(name:))
    try part.check(columns.count == names.count, "a column in it is not known")
  }

  private struct Counted: PartValue {
    var name = ""
    var count: Int64 = 0

    init() {}

    init(_ name: String, _ count: Int64) { (self.name, self.count) = (name, count) }

    mutating func code(_ part: inout PartCoder) throws(PartDamage) {
      try part.code(&name)
      try part.code(&count)
    }
  }

  /// With what the next piece of the log has found out.
  /// - Parameter rows: of the pieces before.
  package mutating func add(_ next: TraceFacts, after rows: Int64, shown: Int) {
    accepted += next.accepted
    rejected += next.rejected
    filtered += next.filtered
    for var row in next.firstRejected {
      row.number += rows
      firstRejected.note(row, atMost: shown)
    }
    inputTokens += next.inputTokens
    cachedInputTokens += next.cachedInputTokens
    outputTokens += next.outputTokens
    loggedCost += next.loggedCost
    failed += next.failed
    unknownStatuses.merge(next.unknownStatuses, uniquingKeysWith: +)
    first = min(first, next.first)
    last = max(last, next.last)
    unknown.merge(next.unknown, uniquingKeysWith: +)
    usedTimeZone = usedTimeZone || next.usedTimeZone
    wasSorted = wasSorted && next.wasSorted
  }

  /// What does not depend on the rows, and so must be the same in all pieces; nil: it is.
  package func difference(from other: TraceFacts) -> String? {
    if format != other.format { return "is read as \(format)" }
    let same =
      absent == other.absent && unused == other.unused && tellsQuality == other.tellsQuality
      && metered == other.metered && isRelative == other.isRelative
    return same ? nil : "has other columns"
  }
}

extension TraceError.Row: PartValue {
  package init() { self.init(number: 0, column: "", problem: "") }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&number)
    try part.code(&column)
    try part.code(&problem)
    try part.code(&others)
  }
}

extension RejectedRow: PartValue {
  package init() { self.init(row: TraceError.Row(), fields: []) }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&row)
    try part.code(&fields)
  }
}

extension NameReading: PartValue {
  package init() { self.init(name: "", model: "", provider: "") }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&name)
    try part.code(&model)
    try part.code(&provider)
  }
}
