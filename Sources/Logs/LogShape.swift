import Simulator
import Support

/// What a kind of log looks like: a data file (docs/trace-formats.md).
package struct LogShape: Sendable {
  package enum Rows: String, CaseIterable, Sendable { case requests, buckets, charges }
  /// Whether a part is counted in the total beside which it stands, or that depends on the seller.
  package enum Part: String, CaseIterable, Sendable { case inside, beside, provider }
  /// How often a record is a request.
  package enum Counting: String, CaseIterable, Sendable {
    case once
    /// Totals that grow, line by line: the requests are what they grew by.
    case differences
  }

  package struct Column: Sendable {
    /// The first that a record has counts; of numbers the others must agree.
    package var from: [LogPath] = []
    /// Looked at where a record has none of these.
    package var orElse: [LogPath] = []
    /// Added to it, where `plusIf` is told.
    package var plus: [LogPath] = []
    package var plusIf: LogPath?
    /// Follows it behind a `/`.
    package var join: [LogPath] = []
    /// For a duration: its ends.
    package var to: [LogPath] = []
    package var unit: LogUnit?
    package var values: [(log: WildcardText, canonical: String)] = []
    package var otherwise: String?
    package var standard: String?
    package var fixed: String?
    package var paths: [LogPath] { from + orElse + plus + join }
  }
  /// Columns with values that decide: a value that begins with `!` is any other one.
  package struct Test: Sendable {
    package var path: LogPath
    package var values: [String]

    package func holds(_ value: String) -> Bool {
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

  package var name: String
  package var title = ""
  package var rows = Rows.requests
  /// One of each of these.
  package var detect: [[LogPath]] = []
  package var counting = Counting.once
  /// Names are also looked for behind these.
  package var prefixes: [String] = [""]
  package var identity: [[LogPath]] = []
  /// Columns that make the key, if not all of the identity.
  package var key: [[LogPath]] = []
  package var keySeparator = ":"
  package var newest: [LogPath] = []
  /// The first that a record tells decides whether it is a call.
  package var calls: [Test] = []
  package var notCalls: [Test] = []
  package var parent: [LogPath] = []
  /// A record that tells this, and whose `twin` a span has as well, is that span's event.
  package var event: [LogPath] = []
  package var twin: [LogPath] = []
  package var cacheHit: [Test] = []
  package var seller: String?
  package var providers: [String: String] = [:]
  package var cached = Part.inside
  package var reasoning = Part.inside
  package var media = Part.inside
  /// Names that tell where they are counted.
  package var insideNames: [LogPath] = []
  package var besideNames: [LogPath] = []
  package var total: [LogPath] = []
  package var usage: [LogPath] = []
  package var harmless: [LogPath] = []
  /// Columns that say in which unit the columns beside them count, with the units that are read.
  package var units: [Test] = []
  package var zone: String?
  /// Whether times count from the log's beginning.
  package var isRelative = false
  package var missing = TraceFormat.usualMissing
  package var filters: [Test] = []
  package var services: [String] = []
  package var columns: [LogColumn: Column] = [:]
  /// Columns that are handed on as they stand.
  package var others: [String: Column] = [:]

  /// A canonical column by its name.
  package subscript(name: String) -> Column {
    get { (LogColumn(rawValue: name).map { columns[$0] } ?? others[name]) ?? Column() }
    set {
      if let column = LogColumn(rawValue: name) {
        columns[column] = newValue
      } else {
        others[name] = newValue
      }
    }
  }

  /// Every column that the shape reads.
  package var readPaths: Set<LogPath> {
    var paths = Set(
      (Array(columns.values) + Array(others.values)).flatMap {
        $0.paths + $0.to + ($0.plusIf.map { [$0] } ?? [])
      })
    for list in identity + key + detect { paths.formUnion(list) }
    paths.formUnion(newest + parent + event + twin + total + harmless)
    for test in calls + notCalls + cacheHit + units + filters { paths.insert(test.path) }
    return paths
  }

  package func matches(_ record: SourceRecord) -> Bool {
    !detect.isEmpty && detect.allSatisfy { $0.contains(where: record.has) }
  }
}

/// What a column's numbers count.
package enum LogUnit: String, CaseIterable, Sendable {
  case auto, rfc3339, naive, s, ms, us, ns, usd, cents, excel, excel1904
  case nanoUSD = "nano_usd"
  case microUSD = "micro_usd"
  case picoUSD = "pico_usd"
  case monthFirst = "MM/DD/YYYY"
  case dayFirst = "DD/MM/YYYY"

  /// Decimal places from this unit to microseconds or picodollars.
  package var places: Int {
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

  package var trace: TraceUnit? { TraceUnit(rawValue: rawValue) }
}
