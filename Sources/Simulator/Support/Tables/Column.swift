/// A column of a table of `Row`s: all that is ever said of it, for every output format.
struct Column<Row>: Sendable {
  var name: String
  var type: ColumnType
  /// For people, for example `USD`; empty where there is none.
  var unit: String
  var about: String
  var value: @Sendable (Row) -> Cell

  init(
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
