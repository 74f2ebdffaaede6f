import CostModel
import Simulator
import Support

/// A model's day with what the model has cost since the period's start.
package struct DailyItem: Sendable {
  package var day: DayCell
  package var cumulative: MoneySum
}

extension ReportTables {
  package static let daily = TableDefinition<PlanRow<DailyItem>>(
    name: "daily", about: "The bill by local day and model; every model has a row every day.",
    key: ["scenario", "plan", "date", "model"], addsUp: true,
    columns: PlanRow.columns + [
      Column("date", .date, "Day of the calls' arrival, in the scenario's time zone") {
        .date($0.item.day.date)
      },
      Column("model", .text, "Model, with `@region` where it has several") {
        .text($0.item.day.model)
      },
      Column(
        "calls", .integer, unit: "calls",
        "Calls that arrived on the day and count at this model, as in costs.csv"
      ) {
        .integer($0.item.day.calls)
      },
      Column("cost_usd", .exactUSD, unit: "USD", "Cost of the calls that arrived on the day") {
        .money($0.item.day.cost)
      },
      Column(
        "cumulative_cost_usd", .usd, unit: "USD", "Cost of this model since the period's start"
      ) {
        .money($0.item.cumulative)
      },
    ])

  /// A plan's days with no gaps, so that cumulative columns can be added up over models.
  package static func dailyItems(_ result: PlanResult, period: Period) -> [DailyItem] {
    struct Key: Hashable {
      var date: CivilDate
      var model: String
    }
    let cells = Dictionary(
      result.days.map { (Key(date: $0.date, model: $0.model), $0) },
      uniquingKeysWith: { first, second in
        DayCell(
          date: first.date, model: first.model, calls: first.calls + second.calls,
          cost: first.cost + second.cost)
      })
    let present = Set(result.days.map(\.model))
    let models = ScenarioReport.modelOrder(result).filter(present.contains)
    let dates = Set(period.days.map(\.date)).union(result.days.map(\.date)).sorted()
    var totals = Array(repeating: MoneySum.zero, count: models.count)
    var items: [DailyItem] = []
    for date in dates {
      for (index, model) in models.enumerated() {
        let cell =
          cells[Key(date: date, model: model)]
          ?? DayCell(date: date, model: model, calls: 0, cost: .zero)
        totals[index] += cell.cost
        items.append(DailyItem(day: cell, cumulative: totals[index]))
      }
    }
    return items
  }
}
