import CostModel
import Scenarios
import Simulator
import Support

/// How a log was replayed: enough, with the log and the scenario's files, to repeat it.
package struct LogRecord: Sendable {
  /// As the user named the file.
  package var path: String
  /// nil: what was read cannot be read again.
  package var content: FileHash?
  /// The user's own format; nil: a shipped one.
  package var formatFile: InputFile?
  /// The options, as they were given.
  package var timeZone: String
  package var columns: [String]
  package var set: [String]
  package var skipBadRows: Int64
  package var policies: [String]
  package var against: [String]

  package init(
    path: String, content: FileHash? = nil, formatFile: InputFile? = nil, timeZone: String,
    columns: [String], set: [String], skipBadRows: Int64, policies: [String], against: [String]
  ) {
    self.path = path
    self.content = content
    self.formatFile = formatFile
    self.timeZone = timeZone
    self.columns = columns
    self.set = set
    self.skipBadRows = skipBadRows
    self.policies = policies
    self.against = against
  }

  /// `log` of run.json.
  package func json(_ facts: TraceFacts, readAs: [NameReading]) -> JSONValue {
    .object([
      ("path", .string(path)),
      ("bytes", .optional(content) { .integer($0.bytes) }),
      ("xxh64", .optional(content) { .string(RunRecord.hex($0.xxh64)) }),
      ("format", .string(facts.format)),
      (
        "format_file",
        .optional(formatFile) {
          .object([("path", .string($0.path)), ("fnv1a64", .string(RunRecord.hex($0.hash)))])
        }
      ),
      ("columns", .array(columns.map { .string($0) })),
      ("set", .array(set.map { .string($0) })),
      ("time_zone", .string(timeZone)),
      ("skip_bad_rows", .integer(skipBadRows)),
      ("policies", .array(policies.map { .string($0) })),
      ("against", .array(against.map { .string($0) })),
      ("requests", .integer(facts.accepted)),
      ("malformed_rows", .integer(facts.rejected)),
      ("other_rows", .integer(facts.filtered)),
      ("first", .string(facts.first.description)),
      ("last", .string(facts.last.description)),
      ("names_read_as", .object(readAs.map { ($0.name, .string($0.model)) })),
    ])
  }
}
