import Support

/// Every key of a trace format file (docs/trace-formats.md).
package enum TraceFormatFile {
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
        "rows", .choice(TraceFormat.Rows.allCases.map(\.rawValue)),
        "Buckets sum up many requests and cannot be replayed.", default: "requests"),
      FormatField(
        "detect", .list(names),
        "A log with all of these columns (one of each list) has this format."),
      FormatField("detect_any", .list(.text), "One of these as well."),
      FormatField(
        "relative", .flag, "Times count from the log's beginning.", default: "false"),
      FormatField(
        "cached", .choice(TraceFormat.Part.allCases.map(\.rawValue)),
        "Whether cached and written tokens are inside the input or beside it.", default: "inside"),
      FormatField(
        "reasoning", .choice(TraceFormat.Part.allCases.map(\.rawValue)),
        "Whether reasoning tokens are inside the output or beside it.", default: "inside"),
      FormatField(
        "missing", .list(.text), "Texts that stand for an unknown value.",
        default: TraceFormat.usualMissing.map { "`\($0)`" }.joined(separator: ", ")),
      FormatField("where", .map(names), "Only rows whose columns have one of these values."),
      FormatField("columns", .object("columns"), "Canonical columns.", required: true),
    ])

  package static let columns = FormatObject(
    name: "columns", summary: "Canonical columns and where they come from.",
    fields: TraceColumn.allNames.map {
      FormatField($0, .either([.text, .list(.text), .object("column")]), "The log's column.")
    })

  package static let column = FormatObject(
    name: "column", summary: "One canonical column.",
    fields: [
      FormatField("from", names, "The log's columns; the first that a row has counts."),
      FormatField("to", names, "For a duration from one time to another: its end."),
      FormatField(
        "unit", .choice(TraceUnit.allCases.map(\.rawValue)), "What the numbers count.",
        default: "as the canonical column's name says; times: `auto`"),
      FormatField("values", .map(.text), "What single values mean."),
      FormatField("otherwise", .text, "What all other values mean."),
      FormatField("default", .text, "Holds where the log does not say."),
    ])
}
