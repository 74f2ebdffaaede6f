import Support

/// `datapackage.json`: what every CSV of a report is and what its columns mean, for programs
/// (Data Package 2.0, https://datapackage.org).
package struct DataPackage {
  package let report: ScenarioReport
  /// Each with the dialect that its file is written in.
  package let tables: [(table: Table, dialect: CSVDialect)]

  package init(_ report: ScenarioReport, tables: [(table: Table, dialect: CSVDialect)]) {
    self.report = report
    self.tables = tables
  }

  package var json: JSONValue {
    .object([
      ("$schema", .string("https://datapackage.org/profiles/2.0/datapackage.json")),
      ("name", .string(Self.identifier(report.scenario.name))),
      ("title", .string(report.title)),
      ("description", .string(Headline.text(report))),
      ("resources", .array(tables.map { resource($0.table, $0.dialect) })),
    ])
  }

  private func resource(_ table: Table, _ dialect: CSVDialect) -> JSONValue {
    .object([
      ("name", .string(table.name)),
      ("type", .string("table")),
      ("path", .string(table.name + ".csv")),
      ("description", .string(table.about)),
      ("format", .string("csv")),
      ("mediatype", .string("text/csv")),
      // The registered name of it with a byte-order mark is the same; this one makes readers skip
      // the mark.
      ("encoding", .string(dialect.hasByteOrderMark ? "utf-8-sig" : "utf-8")),
      (
        "dialect",
        .object([
          ("delimiter", .string(String(UnicodeScalar(dialect.delimiter)))),
          ("lineTerminator", .string("\r\n")),
        ])
      ),
      ("schema", schema(table, dialect)),
    ])
  }

  private func schema(_ table: Table, _ dialect: CSVDialect) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("fields", .array(table.columns.map { field($0, dialect) })),
      ("missingValues", .array([.string("")])),
    ]
    if !table.key.isEmpty { members.append(("primaryKey", .array(table.key.map { .string($0) }))) }
    let parent = ["scenario", "plan"]
    if table.name != ReportTables.plans.name, table.columns.prefix(2).map(\.name) == parent {
      let fields = JSONValue.array(parent.map { .string($0) })
      let reference = JSONValue.object([
        ("resource", .string(ReportTables.plans.name)), ("fields", fields),
      ])
      members.append(
        ("foreignKeys", .array([.object([("fields", fields), ("reference", reference)])])))
    }
    return .object(members)
  }

  private func field(_ column: Table.Column, _ dialect: CSVDialect) -> JSONValue {
    let type = Self.type(of: column.type)
    var members: [(String, JSONValue)] = [
      ("name", .string(column.name)), ("type", .string(type)),
      ("description", .string(column.about)),
    ]
    if !column.unit.isEmpty { members.append(("unit", .string(column.unit))) }
    if type == "number", dialect.hasDecimalComma { members.append(("decimalChar", .string(","))) }
    return .object(members)
  }

  private static func type(of type: ColumnType) -> String {
    switch type {
    case .text: "string"
    case .integer, .microUSD: "integer"
    case .boolean: "boolean"
    case .date: "date"
    case .timestamp, .second: "datetime"
    case .usd, .exactUSD, .fineDecimal, .exactDecimal, .milliseconds, .seconds, .decimal: "number"
    }
  }

  /// Lower-case letters, digits, `.`, `_` and `-`, as the standard has names.
  private static func identifier(_ name: String) -> String {
    let characters = name.lowercased().map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
        ? character : "-"
    }
    return characters.isEmpty ? "report" : String(characters)
  }
}
