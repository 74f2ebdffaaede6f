/// A column of a table of `Row`s: all that is ever said of it, for every output format.
package struct Column<Row>: Sendable {
  package var name: String
  package var type: ColumnType
  /// For people, for example `USD`; empty where there is none.
  package var unit: String
  package var about: String
  package var value: @Sendable (Row) -> Cell

  package init(
    _ name: String, _ type: ColumnType, unit: String = "", _ about: String,
    value: @escaping @Sendable (Row) -> Cell
  ) {
    self.name = name
    self.type = type
    self.unit = unit
    self.about = about
    self.value = value
  }
}
