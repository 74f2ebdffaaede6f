import Analysis
import CostModel
import Decisions
import Scenarios
import Support

/// The section "break-even" of `levers.md`, and break-even.csv.
package enum BreakEvenReport {
  package struct Row: Sendable {
    package var scenario: String
    package var breakEven: BreakEven
    /// At the prices of the catalog that the scenario is compared with.
    package var other: BreakEven?
    /// Of the plan that is studied.
    package var users: Int

    package var capacity: Capacity { breakEven.capacity }
    package var units: Int { breakEven.bestUnits(users: Double(users)) }
  }

  package static func rows(_ study: LeverStudy) -> [Row] {
    study.breakEvens.map { breakEven in
      Row(
        scenario: study.scenario.name, breakEven: breakEven,
        other: study.otherPrices.map {
          BreakEven(breakEven.capacity, scenario: $0.scenario, plan: study.plan)
        }, users: study.plan.users)
    }
  }

  package static let definition = TableDefinition<Row>(
    name: "break-even", about: "From how many users on capacity at a fixed price pays.",
    columns: [
      Column("scenario", .text, "Name of the scenario") { .text($0.scenario) },
      Column("capacity", .text, "Name of the capacity") { .text($0.capacity.name) },
      Column("title", .text, "What it is") { .text($0.capacity.title) },
      Column("unit_price_usd", .usd, unit: "USD", "A month, of one unit") {
        .money($0.capacity.unitPrice)
      },
      Column("minimum_units", .integer, "Fewer are not sold") {
        .integer(Int64($0.capacity.minimumUnits))
      },
      Column("break_even_users", .decimal, unit: "users", "From so many on it pays; empty: never") {
        .optional($0.breakEven.users) { .real($0) }
      },
      Column("utilisation", .decimal, unit: "1", "Share of the units' tokens used at that point") {
        row in
        .optional(row.breakEven.users) {
          .real(row.breakEven.utilisation(users: $0, units: row.capacity.minimumUnits))
        }
      },
      Column("worth_usd", .usd, unit: "USD", "What a full unit's tokens cost a month, by use") {
        .real($0.breakEven.worthOfAUnit)
      },
      Column("users", .integer, unit: "users", "Users of the plan that is studied") {
        .integer(Int64($0.users))
      },
      Column("by_use_usd", .usd, unit: "USD", "What its models cost them a month, paid by use") {
        .real($0.breakEven.costPerUser * Double($0.users))
      },
      Column("best_units", .integer, "Units with the lowest bill for them") {
        .integer(Int64($0.units))
      },
      Column("best_cost_usd", .usd, unit: "USD", "That bill a month, spill-over included") {
        .real($0.breakEven.cost(users: Double($0.users), units: $0.units))
      },
      Column(
        "other_break_even_users", .decimal, unit: "users",
        "From so many on it pays at the compared catalog's prices; empty: never, or none"
      ) {
        .optional($0.other?.users) { .real($0) }
      },
    ])

  package static func json(_ study: LeverStudy) -> JSONValue {
    .array(
      rows(study).map { row in
        .object([
          ("capacity", .string(row.capacity.name)),
          (
            "break_even_users",
            .optional(row.breakEven.users.flatMap { DecimalText.real($0, places: 6) }) {
              .string($0)
            }
          ),
          ("best_units", .integer(Int64(row.units))),
          (
            "leaves_out",
            .array(row.breakEven.leftOut.map { .string("\($0.part): \($0.reason)") })
          ),
        ])
      })
  }

  package static func section(_ study: LeverStudy) -> String {
    let rows = rows(study)
    guard !rows.isEmpty else { return "" }
    let name = study.otherPrices.map { Markdown.escape($0.compared.name) }
    var table = MarkdownTable(
      [
        .text("capacity"), .number("price a month"), .text("pays"), .number("used then"),
        .number("with \(HumanFormat.plural(Int64(study.plan.users), "user")) by use"),
        .number("best with it"),
      ] + (name.map { [.text("pays at \($0) prices")] } ?? []))
    for row in rows {
      let minimum = row.capacity.minimumUnits
      let price = Double(minimum) * row.capacity.unitPrice.dollars
      let breakEven = row.breakEven.users
      let byUse = row.breakEven.costPerUser * Double(row.users)
      var cells = [
        Markdown.escape(row.capacity.title),
        HumanFormat.usd(price)
          + (minimum > 1 ? " (\(HumanFormat.count(Int64(minimum))) units)" : ""),
        pays(row.breakEven),
        breakEven.map {
          HumanFormat.percent(row.breakEven.utilisation(users: $0, units: minimum))
        } ?? "–",
        HumanFormat.usd(byUse),
        row.units == 0
          ? "not worth it"
          : HumanFormat.usd(row.breakEven.cost(users: Double(row.users), units: row.units))
            + " (\(HumanFormat.plural(Int64(row.units), "unit")))",
      ]
      if let other = row.other { cells.append(pays(other)) }
      table.row(cells)
    }
    let notes = rows.compactMap { row in
      row.capacity.assumption.map {
        "- \(Markdown.escape(row.capacity.title)): \(Markdown.escape($0)) "
          + "(\(Markdown.escape(row.capacity.source ?? "no source")))\n"
      }
    }
    let leftOut = LeftOutWords.paragraph(rows.map(\.breakEven.leftOut))
    return ReportMarkdown.heading("Break-even") + leftOut
      + "A fixed price is due whether the capacity is used or not; what does not fit in an hour is "
      + "billed by use. Users are taken to be alike; bursts within an hour, which spill over too, are "
      + "not seen.\n\n" + table.text + notes.joined() + "\n"
  }

  private static func pays(_ breakEven: BreakEven) -> String {
    breakEven.users.map { "from \(HumanFormat.count(Int64($0.rounded(.up)))) users on" }
      ?? "never: full, a unit replaces \(HumanFormat.usd(breakEven.worthOfAUnit)) a month"
  }
}
