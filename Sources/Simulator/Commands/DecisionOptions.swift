import ArgumentParser
import CostModel
import Foundation

/// Options of the verbs that write a page about one scenario.
struct PageOptions: ParsableArguments {
  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180
}

/// Options of the verbs that simulate variants of one scenario.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
  }
}

/// Options of the verbs that assess variants of one scenario.
struct DecisionOptions: ParsableArguments {
  @OptionGroup var page: PageOptions

  @Option(help: "Simulates so many months of every variant, in place of closed forms.")
  var runs: Int?

  @OptionGroup var work: ThreadOptions

  func validate() throws {
    guard (1...1_000_000).contains(runs ?? 1) else {
      throw ValidationError("--runs is 1 to 1000000")
    }
  }
}

/// The files of one decision about one scenario.
struct DecisionFiles {
  /// `sensitivity`, and so on.
  var name: String
  var markdown: String
  var table: Table
  /// nil: there is nothing to draw.
  var chart: String?

  /// `NAME.md`, `NAME.csv` and `charts/NAME.svg` in the scenario's folder.
  func write(
    of scenario: Scenario, into folder: OutputFolder, dialect: CSVDialect
  ) throws(OutputError) {
    let path = scenario.name + "/"
    try folder.write(markdown, to: path + name + ".md")
    try folder.write(table.csv(dialect), to: path + name + ".csv")
    if let chart { try folder.write(chart, to: path + "charts/" + name + ".svg") }
  }
}

extension ScenarioOptions {
  /// The scenario with one plan: the one that `--users` names, else the largest.
  func readOnePlan(_ path: String) throws -> (tree: ScenarioTree, scenario: Scenario) {
    let scenario = try read([path])[0]
    if users != nil, scenario.plans.count != 1 {
      throw BadInput(message: "error: --users names several plans, expected one number of users")
    }
    let largest = scenario.plans.max { $0.users < $1.users }?.users ?? 1
    let (tree, one) = try ScenarioReader.tree(
      path: path, overrides: try readerOverrides() + (users == nil ? ["plans=[\(largest)]"] : []),
      allowOutside: mayLeaveFolder)
    return (tree, one)
  }
}

extension PrintOptions {
  /// The answer and where its page is, or with `--json` the answer and its table.
  func tell(_ headline: String, _ files: DecisionFiles, page: String) {
    guard !quiet else { return }
    if json {
      print(files.json(headline).text, terminator: "")
    } else {
      print(headline + "\nReport: " + page)
    }
  }
}

extension DecisionFiles {
  /// The answer and the table, numbers as text as the CSV has them.
  func json(_ headline: String) -> JSONValue {
    let rows = table.rows.map { row in
      JSONValue.object(
        zip(table.columns, row).map { column, cell in
          (column.name, .optional(column.type.text(of: cell)) { .string($0) })
        })
    }
    return .object([
      ("verb", .string(name)), ("answer", .string(headline)), ("rows", .array(rows)),
    ])
  }
}
