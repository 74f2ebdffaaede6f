/// What a table is called and what its columns are; the single place where its columns are said.
struct TableDefinition<Row>: Sendable {
  var name: String
  var about: String
  /// Columns that tell rows apart; empty where rows may repeat.
  var key: [String] = []
  /// Columns that databases index beside the key.
  var indexes: [[String]] = []
  /// Whether its exact amounts add up to the plan's bill.
  var addsUp = false
  /// What holds between the amounts of every row, also as they are written. Totals come after what
  /// they are made of.
  var sums: [RowSum] = []
  var columns: [Column<Row>]

  func table(_ rows: some Sequence<Row>) -> Table {
    Table(
      name: name, about: about, key: key, indexes: indexes,
      columns: columns.map {
        Table.Column(name: $0.name, type: $0.type, unit: $0.unit, about: $0.about)
      },
      rows: rows.map { row in columns.map { $0.value(row) } }, addsUp: addsUp, sums: sums)
  }
}

/// A row's item with the scenario and plan it belongs to.
struct PlanRow<Item: Sendable>: Sendable {
  var scenario: String
  var plan: String
  var item: Item

  /// The two columns that every table begins with.
  static var columns: [Column<PlanRow<Item>>] {
    [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("plan", .text, "Name of the plan, one number of users") { .text($0.plan) },
    ]
  }
}
