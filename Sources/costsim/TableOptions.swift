import ArgumentParser

/// Options of every verb that prints a table whose columns may be chosen.
struct TableOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Columns to print, in this order.", valueName: "column,..."))
  var columns: String?

  @OptionGroup var rows: RowOptions

  var choice: TableChoice { rows.choice(columns: columns) }
}

/// Which rows of a table are printed, and in which order.
struct RowOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Sorts by a column; -column begins with the largest.", valueName: "column"))
  var sort: String?

  @Option(help: ArgumentHelp("Prints the first rows only.", valueName: "n"))
  var top: Int?

  var areUsed: Bool { sort != nil || top != nil }

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top is 1 or more") }
  }

  func choice(columns: String?) -> TableChoice {
    TableChoice(
      columns: columns?.split(separator: ",").map(String.init), sort: sort, top: top)
  }
}
