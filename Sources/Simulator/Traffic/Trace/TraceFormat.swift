/// Which column of a kind of log is what, in which unit and by which rules: a data file, so that a
/// user can write one (docs/trace-formats.md).
struct TraceFormat: Sendable {
  /// Whether a row is a request, or a time span that sums up many (which cannot be replayed).
  enum Rows: String, CaseIterable, Sendable { case requests, buckets }

  /// Whether a part is counted in the total beside which it stands.
  enum Part: String, CaseIterable, Sendable { case inside, beside }

  /// How a canonical column comes from the log.
  struct Column: Sendable {
    /// The first of these that a row has. `a/b` is the value `b` in the JSON text of `a`.
    var from: [String] = []
    /// For a duration between two times: the ends; `from` are the starts.
    var to: [String] = []
    var unit: TraceUnit?
    /// Values that mean others, and what all others mean.
    var values: [(log: String, canonical: String)] = []
    var otherwise: String?
    /// Holds where the log does not say.
    var standard: String?
    /// Holds in every row (`--set`).
    var fixed: String?
    /// Whether the user named the columns, so that they must be there.
    var isRequired = false
  }

  struct Filter: Sendable {
    var from: [String]
    var values: [String]
  }

  var name: String
  var title = ""
  var rows = Rows.requests
  /// A log with one of each of these has this format.
  var detect: [[String]] = []
  /// At least one of these as well, if there are any.
  var detectAny: [String] = []
  /// Whether times count from the log's beginning.
  var isRelative = false
  /// Cached and written tokens beside the input, or inside.
  var cached = Part.inside
  var reasoning = Part.inside
  /// Texts that stand for an unknown value, besides none at all.
  var missing = TraceFormat.usualMissing
  /// Only rows with one of the values.
  var filters: [Filter] = []
  var columns: [TraceColumn: Column] = [:]

  static let usualMissing = ["null", "NULL", "None", "NaN", "nan", "\\N"]

  /// How many of a log's columns speak for this format; nil if it is another one.
  func matches(_ names: Set<String>) -> Int? {
    guard !detect.isEmpty, detect.allSatisfy({ !names.isDisjoint(with: $0) }),
      detectAny.isEmpty || !names.isDisjoint(with: detectAny)
    else { return nil }
    return detect.count + (detectAny.isEmpty ? 0 : 1)
  }
}
