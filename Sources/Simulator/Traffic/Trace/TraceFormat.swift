import Support

/// Which column of a kind of log is what, in which unit and by which rules: a data file, so that a
/// user can write one (docs/trace-formats.md).
package struct TraceFormat: Sendable {
  /// Whether a row is a request, or a time span that sums up many (which cannot be replayed).
  package enum Rows: String, CaseIterable, Sendable { case requests, buckets }

  /// Whether a part is counted in the total beside which it stands.
  package enum Part: String, CaseIterable, Sendable { case inside, beside }

  /// How a canonical column comes from the log.
  package struct Column: Sendable {
    /// The first of these that a row has. `a/b` is the value `b` in the JSON text of `a`.
    package var from: [String] = []
    /// For a duration between two times: the ends; `from` are the starts.
    package var to: [String] = []
    package var unit: TraceUnit?
    /// Values that mean others, and what all others mean.
    package var values: [(log: String, canonical: String)] = []
    package var otherwise: String?
    /// Holds where the log does not say.
    package var standard: String?
    /// Holds in every row (`--set`).
    package var fixed: String?
    /// Whether the user named the columns, so that they must be there.
    package var isRequired = false
  }

  package struct Filter: Sendable {
    package var from: [String]
    package var values: [String]
  }

  package var name: String
  package var title = ""
  package var rows = Rows.requests
  /// A log with one of each of these has this format.
  package var detect: [[String]] = []
  /// At least one of these as well, if there are any.
  package var detectAny: [String] = []
  /// Whether times count from the log's beginning.
  package var isRelative = false
  /// Cached and written tokens beside the input, or inside.
  package var cached = Part.inside
  package var reasoning = Part.inside
  /// Texts that stand for an unknown value, besides none at all.
  package var missing = TraceFormat.usualMissing
  /// Only rows with one of the values.
  package var filters: [Filter] = []
  package var columns: [TraceColumn: Column] = [:]

  package static let usualMissing = ["null", "NULL", "None", "NaN", "nan", "\\N"]

  /// How many of a log's columns speak for this format; nil if it is another one.
  package func matches(_ names: Set<String>) -> Int? {
    guard !detect.isEmpty, detect.allSatisfy({ !names.isDisjoint(with: $0) }),
      detectAny.isEmpty || !names.isDisjoint(with: detectAny)
    else { return nil }
    return detect.count + (detectAny.isEmpty ? 0 : 1)
  }
}
