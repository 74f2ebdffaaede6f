/// What a table is called and what its columns are; the single place where its columns are said.
package struct TableDefinition<Row>: Sendable {
  package var name: String
  package var about: String
  /// Columns that tell rows apart; empty where rows may repeat.
  package var key: [String] = []
  /// Columns that databases index beside the key.
  package var indexes: [[String]] = []
  /// Whether its exact amounts add up to the plan's bill.
  package var addsUp = false
  /// What holds between the amounts of every row, also as they are written. Totals come after what
  /// they are made of.
  package var sums: [RowSum] = []
  package var columns: [Column<Row>]

  package init(
    name: String, about: String, key: [String] = [], indexes: [[String]] = [], addsUp: Bool = false,
    sums: [RowSum] = [], columns: [Column<Row>]
  ) {
    self.name = name
    self.about = about
    self.key = key
    self.indexes = indexes
    self.addsUp = addsUp
    self.sums = sums
    self.columns = columns
  }

  package func table(_ rows: some Sequence<Row>) -> Table {
    Table(
      name: name, about: about, key: key, indexes: indexes,
      columns: columns.map {
        Table.Column(name: $0.name, type: $0.type, unit: $0.unit, about: $0.about)
      },
      rows: rows.map { row in columns.map { $0.value(row) } }, addsUp: addsUp, sums: sums)
  }
}

/// A row's item with the scenario and plan it belongs to.
package struct PlanRow<Item: Sendable>: Sendable {
  package var scenario: String
  package var plan: String
  package var item: Item

  package init(scenario: String, plan: String, item: Item) {
    self.scenario = scenario
    self.plan = plan
    self.item = item
  }

  /// The two columns that every table begins with.
  package static var columns: [Column<PlanRow<Item>>] {
    [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("plan", .text, "Name of the plan, one number of users") { .text($0.plan) },
    ]
  }
}
