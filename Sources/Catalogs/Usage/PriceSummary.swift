import CostModel
import Simulator
import Support

/// What `price` made of a file, for people and for programs.
package struct PriceSummary {
  package var totals: [(model: String, total: UsagePricer.Total)]
  package var failed: Int64
  package var empty: LoggedUse.Empty
  package var unlisted: [(what: String, rows: Int64)]
  package var readAs: [(what: String, rows: Int64)]
  package var unused: [String]
  package var rejected: Int

  package var unknownStatuses: [(word: String, rows: Int64)]

  package init(
    _ pricer: UsagePricer, unused: [String], rejected: Int, unknownStatuses: [String: Int64] = [:]
  ) {
    self.unknownStatuses = unknownStatuses.map { ($0.key, $0.value) }
      .sorted { ($1.rows, $0.word) < ($0.rows, $1.word) }
    totals = pricer.totals.map { (pricer.catalog[$0.key].name, $0.value) }.sorted {
      ($1.total.cost, $0.model) < ($0.total.cost, $1.model)
    }
    failed = pricer.failed
    empty = pricer.empty
    unlisted = pricer.unlisted.map { ($0.key, $0.value) }.sorted { $0.what < $1.what }
    readAs = pricer.readAs.map { name, read in
      let model = pricer.catalog[read.id]
      let reading = NameReading(name: name, model: model.name, provider: model.provider)
      return (reading.text, read.rows)
    }.sorted { $0.0 < $1.0 }
    self.unused = unused
    self.rejected = rejected
  }

  private var rows: Int64 { totals.reduce(0) { $0 + $1.total.rows } }
  private var cost: MoneySum { totals.reduce(.zero) { $0 + $1.total.cost } }

  package var text: String {
    var text = "\(HumanFormat.plural(rows, "row")) cost \(HumanFormat.usd(cost))"
    text += " ($\(cost.exactDecimal) exactly).\n"
    for (model, total) in totals {
      text += "  \(HumanFormat.visible(model)): \(HumanFormat.usd(total.cost)), "
      text += "\(HumanFormat.plural(total.rows, "row"))\n"
    }
    if failed > 0 { text += "\(HumanFormat.plural(failed, "failed call")) cost nothing.\n" }
    for (word, rows) in unknownStatuses {
      text += "status '\(HumanFormat.visible(word))' is unknown and taken for a failure: "
      text += "\(HumanFormat.plural(rows, "row")).\n"
    }
    if empty.calls > 0 {
      text += "\(HumanFormat.plural(empty.calls, "row")) of $0 "
      text += "\(empty.calls == 1 ? "states" : "state") 0 of all that the model bills (first: row "
      text += "\(HumanFormat.count(empty.firstRow))).\n"
    }
    for (what, rows) in unlisted {
      text += "\(HumanFormat.visible(what)) is not listed: \(HumanFormat.plural(rows, "row"))"
      text += " at ordinary prices.\n"
    }
    for (what, rows) in readAs {
      text += "\(HumanFormat.visible(what)): \(HumanFormat.plural(rows, "row")).\n"
    }
    if rejected > 0 {
      text += "\(HumanFormat.plural(Int64(rejected), "malformed row")) left out.\n"
    }
    if !unused.isEmpty {
      text += "Columns not used: \(unused.map(HumanFormat.visible).joined(separator: ", "))\n"
    }
    return text
  }

  package var json: JSONValue {
    .object([
      ("rows", .integer(rows)), ("cost_usd", .string(cost.exactDecimal)),
      ("failed_calls", .integer(failed)), ("rows_without_use", .integer(empty.calls)),
      ("rejected_rows", .integer(Int64(rejected))),
      (
        "models",
        .array(
          totals.map {
            .object([
              ("model", .string($0.model)), ("rows", .integer($0.total.rows)),
              ("cost_usd", .string($0.total.cost.exactDecimal)),
            ])
          })
      ),
      ("unlisted_variants", .object(unlisted.map { ($0.what, .integer($0.rows)) })),
      ("unknown_statuses", .object(unknownStatuses.map { ($0.word, .integer($0.rows)) })),
      ("names_read_as", .object(readAs.map { ($0.what, .integer($0.rows)) })),
      ("unused_columns", .array(unused.map(JSONValue.string))),
    ])
  }
}
