import ArgumentParser
import Foundation
import Support

struct Query: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers SQL over a report's costs.sqlite.",
    discussion: """
      Example: costsim query reports/two-tier/costs.sqlite \\
        "SELECT plan, model, cost_usd FROM cost_by_model" --sort -cost_usd --top 5

      A table on a terminal, CSV into a pipe or a file, JSON with --json. Without SQL it lists the \
      tables and views with their columns. The database is never changed.
      """)

  @Argument(help: "The database: costs.sqlite of a report.")
  var database: String

  @Argument(help: "One SQL statement, in quotes.")
  var sql = """
    SELECT t.type, t.name AS name, group_concat(c.name, ', ') AS columns
    FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
    WHERE t.type IN ('table', 'view') GROUP BY t.name ORDER BY t.type, t.name
    """

  @OptionGroup var tables: TableOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "How CSV is written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  func run() throws {
    guard FileManager.default.fileExists(atPath: database) else {
      throw BadInput(message: "\(database): error: no such file")
    }
    let table: OutputTable
    do throws(SQLiteError) {
      let open = try SQLiteDatabase(path: database, mode: .readOnly)
      let answer = try open.answer(sql)
      table = OutputTable(columns: answer.columns, values: answer.rows)
    } catch {
      throw BadInput(message: "\(database): error: \(error.message)")
    }
    printing.show(try tables.choice.choose(from: table), dialect: csvDialect)
  }
}
