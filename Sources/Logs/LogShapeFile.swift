import Simulator
import Support

/// Every key of a file that describes a shape of logs.
package enum LogShapeFile {
  package static let file = FileFormat(
    title: "costsim trace format", objects: [format, columns, column])

  private static let names = FormatKind.either([.text, .list(.text)])

  package static let format = FormatObject(
    name: "trace format", summary: "The file itself.",
    fields: [
      FormatField("name", .text, "For `--format`.", required: true),
      FormatField("title", .text, "What writes such logs."),
      FormatField("source", .text, "Where the columns are documented."),
      FormatField(
        "rows", .choice(LogShape.Rows.allCases.map(\.rawValue)),
        "Requests are single calls, buckets sums over a span of time, charges money.",
        default: "requests"),
      FormatField(
        "detect", .list(names),
        "A log whose records have all of these columns (one of each list) has this format."),
      FormatField("detect_any", .list(.text), "One of these as well."),
      FormatField(
        "counting", .choice(LogShape.Counting.allCases.map(\.rawValue)),
        "`differences`: records tell totals that grow, a request is what they grew by.",
        default: "once"),
      FormatField("prefixes", .list(.text), "Columns are also looked for behind these."),
      FormatField("relative", .flag, "Times count from the log's beginning.", default: "false"),
      FormatField(
        "identity", .list(names),
        "Columns that together name a call; the first list of which a record has all."),
      FormatField(
        "key", .list(names), "Columns of the `key`, where it is not all of the identity."),
      FormatField("key_separator", .text, "What stands between the parts of a key.", default: ":"),
      FormatField("newest", names, "Of several versions of a call the one that is last in this."),
      FormatField("calls", .map(names), "The first of these columns that a record has decides."),
      FormatField("not_calls", .map(names), "Records with one of these values are no calls."),
      FormatField("parent", names, "The last part of the identity of what a record lies in."),
      FormatField("event", names, "What only events have, which repeat what a call says."),
      FormatField("twin", names, "What an event and its call have in common."),
      FormatField("cache_hit", .map(names), "Values that say that a gateway's cache answered."),
      FormatField("provider", .text, "Who sold the calls, where no column says."),
      FormatField("providers", .map(.text), "What the log calls providers."),
      FormatField(
        "cached", .choice(LogShape.Part.allCases.map(\.rawValue)),
        "Whether cached and written tokens are inside the input or beside it.", default: "inside"),
      FormatField(
        "reasoning", .choice(LogShape.Part.allCases.map(\.rawValue)),
        "Whether reasoning tokens are inside the output or beside it.", default: "inside"),
      FormatField(
        "media", .choice(LogShape.Part.allCases.map(\.rawValue)),
        "Whether audio and image tokens are inside or beside.", default: "inside"),
      FormatField("inside", names, "Columns of parts that are inside, whatever the rest is."),
      FormatField("beside", names, "Columns of parts that are beside, whatever the rest is."),
      FormatField("total", names, "Totals of all tokens, with which the parts are compared."),
      FormatField("usage", names, "Where usage stands; `*` is any name, `**` any path."),
      FormatField("harmless", names, "Numbers among these that are no usage of their own."),
      FormatField("units", .map(names), "Columns that tell a unit, and the units that are read."),
      FormatField("zone", .text, "The time zone of times that state none."),
      FormatField("missing", .list(.text), "Texts that stand for an unknown value."),
      FormatField("where", .map(names), "Only rows whose columns have one of these values."),
      FormatField(
        "services", .list(.text), "Services that sell models, of a bill of all services."),
      FormatField("columns", .object("columns"), "Canonical columns.", required: true),
    ])

  /// What trace formats have called otherwise until now.
  package static let aliases = [
    "user": "account", "account_id": "account", "user_id": "account",
    "cost_usd": "logged_cost_usd", "prompt_hash": "prompt",
  ]

  /// Columns of requests that are handed on as they stand.
  package static let others = TraceColumn.allNames.filter {
    LogColumn(rawValue: $0) == nil && aliases[$0] == nil
  }

  /// Every canonical column.
  package static let allNames = LogColumn.allCases.map(\.rawValue) + others

  package static let columns = FormatObject(
    name: "columns", summary: "Canonical columns and where they come from.",
    fields: (LogColumn.allCases.map(\.rawValue) + aliases.keys.sorted() + others).map {
      FormatField($0, .either([.text, .list(.text), .object("column")]), "The log's column.")
    })

  package static let column = FormatObject(
    name: "column", summary: "One canonical column.",
    fields: [
      FormatField("from", names, "The log's columns; the first that a row has counts."),
      FormatField("else", names, "Looked at only where a row has none of these."),
      FormatField("plus", names, "Columns that are added."),
      FormatField("plus_if", .text, "Only in rows that have this column."),
      FormatField("join", names, "Follows it behind a `/`."),
      FormatField("to", names, "For a duration from one time to another: its end."),
      FormatField(
        "unit", .choice(LogUnit.allCases.map(\.rawValue)), "What the numbers count.",
        default: "as the canonical column's name says; times: `auto`"),
      FormatField("values", .map(.text), "What single values mean."),
      FormatField("otherwise", .text, "What all other values mean."),
      FormatField("default", .text, "Holds where the log does not say."),
    ])
}
