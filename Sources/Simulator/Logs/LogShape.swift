/// What a kind of log looks like: a data file (docs/trace-formats.md).
struct LogShape: Sendable {
  enum Rows: String, CaseIterable, Sendable { case requests, buckets, charges }
  /// Whether a part is counted in the total beside which it stands, or that depends on the seller.
  enum Part: String, CaseIterable, Sendable { case inside, beside, provider }
  /// How often a record is a request.
  enum Counting: String, CaseIterable, Sendable {
    case once
    /// Totals that grow, line by line: the requests are what they grew by.
    case differences
  }

  struct Column: Sendable {
    /// The first that a record has counts; of numbers the others must agree.
    var from: [LogPath] = []
    /// Looked at where a record has none of these.
    var orElse: [LogPath] = []
    /// Added to it, where `plusIf` is told.
    var plus: [LogPath] = []
    var plusIf: LogPath?
    /// Follows it behind a `/`.
    var join: [LogPath] = []
    /// For a duration: its ends.
    var to: [LogPath] = []
    var unit: LogUnit?
    var values: [(log: WildcardText, canonical: String)] = []
    var otherwise: String?
    var standard: String?
    var fixed: String?
    var paths: [LogPath] { from + orElse + plus + join }
  }
  /// Columns with values that decide: a value that begins with `!` is any other one.
  struct Test: Sendable {
    var path: LogPath
    var values: [String]

    func holds(_ value: String) -> Bool {
      let excluded = values.filter { $0.hasPrefix("!") }
      let value = value.lowercased()
      if excluded.contains(where: {
        WildcardText(String($0.dropFirst()).lowercased()).matches(value)
      }) {
        return false
      }
      return excluded.count == values.count && !values.isEmpty
        || values.contains { WildcardText($0.lowercased()).matches(value) }
    }
  }

  var name: String
  var title = ""
  var rows = Rows.requests
  /// One of each of these.
  var detect: [[LogPath]] = []
  var counting = Counting.once
  /// Names are also looked for behind these.
  var prefixes: [String] = [""]
  var identity: [[LogPath]] = []
  /// Columns that make the key, if not all of the identity.
  var key: [[LogPath]] = []
  var keySeparator = ":"
  var newest: [LogPath] = []
  /// The first that a record tells decides whether it is a call.
  var calls: [Test] = []
  var notCalls: [Test] = []
  var parent: [LogPath] = []
  /// A record that tells this, and whose `twin` a span has as well, is that span's event.
  var event: [LogPath] = []
  var twin: [LogPath] = []
  var cacheHit: [Test] = []
  var seller: String?
  var providers: [String: String] = [:]
  var cached = Part.inside
  var reasoning = Part.inside
  var media = Part.inside
  /// Names that tell where they are counted.
  var insideNames: [LogPath] = []
  var besideNames: [LogPath] = []
  var total: [LogPath] = []
  var usage: [LogPath] = []
  var harmless: [LogPath] = []
  /// Columns that say in which unit the columns beside them count, with the units that are read.
  var units: [Test] = []
  var zone: String?
  /// Whether times count from the log's beginning.
  var isRelative = false
  var missing = TraceFormat.usualMissing
  var filters: [Test] = []
  var services: [String] = []
  var columns: [LogColumn: Column] = [:]
  /// Columns that are handed on as they stand.
  var others: [String: Column] = [:]

  /// Every column that the shape reads.
  var readPaths: Set<LogPath> {
    var paths = Set(
      (Array(columns.values) + Array(others.values)).flatMap {
        $0.paths + $0.to + ($0.plusIf.map { [$0] } ?? [])
      })
    for list in identity + key + detect { paths.formUnion(list) }
    paths.formUnion(newest + parent + event + twin + total + harmless)
    for test in calls + notCalls + cacheHit + units + filters { paths.insert(test.path) }
    return paths
  }

  func matches(_ record: SourceRecord) -> Bool {
    !detect.isEmpty && detect.allSatisfy { $0.contains(where: record.has) }
  }
}

/// What a column's numbers count.
enum LogUnit: String, CaseIterable, Sendable {
  case auto, rfc3339, naive, s, ms, us, ns, usd, cents, excel, excel1904
  case nanoUSD = "nano_usd"
  case microUSD = "micro_usd"
  case picoUSD = "pico_usd"
  case monthFirst = "MM/DD/YYYY"
  case dayFirst = "DD/MM/YYYY"

  /// Decimal places from this unit to microseconds or picodollars.
  var places: Int {
    switch self {
    case .s: 6
    case .ms: 3
    case .ns: -3
    case .usd: 12
    case .cents: 10
    case .microUSD: 6
    case .nanoUSD: 3
    default: 0
    }
  }

  var trace: TraceUnit? { TraceUnit(rawValue: rawValue) }
}
