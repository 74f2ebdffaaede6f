import CostModel
import Scenarios
import Simulator
import Support

/// The sheet of charts, with the figures that they show beside them.
enum WorkbookCharts {
  static let name = "Charts"
  /// Lines and colours that can be told apart in one chart.
  private static let most = 12
  private static let money = "[$$-409]#,##0.00"

  static func write(_ report: ScenarioReport, to book: Workbook) throws(OutputError) {
    let sheet = try book.sheet(name)
    let tables = [costByModel(report), costByDay(report)].compactMap { $0 }
    // Rows are written from the top down, so the tables lie side by side, the charts right of them.
    let bold = book.format(isBold: true, wraps: true)
    let columns = tables.reduce(0) { $0 + $1.series.count + 2 }
    let rows = tables.map(\.rows.count).max() ?? 0
    for row in 0...rows {
      var left = 0
      for table in tables {
        if row == 0 {
          for (place, title) in ([table.unit] + table.series).enumerated() {
            book.write(title, Workbook.Place(0, left + place), of: sheet, bold)
          }
        } else if row <= table.rows.count {
          let (category, values) = table.rows[row - 1]
          book.write(category, Workbook.Place(row, left), of: sheet)
          for (place, value) in values.enumerated() {
            guard let value else { continue }
            book.write(
              value, Workbook.Place(row, left + 1 + place), of: sheet, book.format(money))
          }
        }
        left += table.series.count + 2
      }
    }
    var left = 0
    for (place, table) in tables.enumerated() where !table.rows.isEmpty {
      book.draw(
        Workbook.Chart(
          table.kind, title: table.title, categories: table.unit, values: "US dollars",
          valueFormat: money, rows: 1...table.rows.count, categoryColumn: left,
          series: table.series.enumerated().map { ($1, left + 1 + $0) }),
        at: Workbook.Place(1 + place * 24, columns), of: sheet)
      left += table.series.count + 2
    }
    for column in 0..<columns { book.setWidth(13, ofColumn: column, of: sheet) }
  }

  private struct Figures {
    var kind: Workbook.ChartKind
    var title: String
    /// What a row is.
    var unit: String
    var series: [String]
    var rows: [(String, [Double?])]
  }

  /// What each plan pays for each model, the dearest first; those beyond the twelfth are one.
  private static func costByModel(_ report: ScenarioReport) -> Figures? {
    var totals: [String: MoneySum] = [:]
    for cell in report.plans.flatMap(\.result.costs) {
      totals[cell.model, default: .zero] += cell.cost
    }
    let names = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    guard !names.isEmpty else { return nil }
    let shown = names.count > most ? Array(names.prefix(most - 1)) : names
    let others = names.count - shown.count
    let rows = report.plans.map { plan in
      var sums: [String: MoneySum] = [:]
      for cell in plan.result.costs { sums[cell.model, default: .zero] += cell.cost }
      var values: [Double?] = shown.map { sums[$0, default: .zero].dollars }
      if others > 0 {
        values.append(
          names.dropFirst(shown.count).reduce(0) { $0 + sums[$1, default: .zero].dollars })
      }
      return (plan.plan.name, values)
    }
    let series = shown.map { $0.isEmpty ? "no model" : $0 }
    return Figures(
      kind: .stackedColumns, title: "Simulated bill by model", unit: report.unit,
      series: series + (others > 0 ? ["\(others) others"] : []), rows: rows)
  }

  /// What each plan's bill has come to on each day of the period's first month, beside the budget.
  private static func costByDay(_ report: ScenarioReport) -> Figures? {
    let plans = report.plans.prefix(most - 1)
    let days = plans.map { plan -> [CivilDate: MoneySum] in
      plan.result.days.reduce(into: [:]) { $0[$1.date, default: .zero] += $1.cost }
    }
    let dates = Set(report.scenario.period.days.map(\.date)).union(days.flatMap(\.keys)).sorted()
    guard !dates.isEmpty else { return nil }
    let budget = report.periodBudget.map(\.dollars)
    var sums = Array(repeating: MoneySum.zero, count: days.count)
    let rows = dates.map { date -> (String, [Double?]) in
      for plan in days.indices { sums[plan] += days[plan][date, default: .zero] }
      return (date.description, sums.map(\.dollars) + (budget.map { [$0] } ?? []))
    }
    let left = report.plans.count - plans.count
    return Figures(
      kind: .lines,
      title: "Simulated bill so far, by day" + (left > 0 ? " (first \(plans.count) plans)" : ""),
      unit: "day", series: plans.map(\.plan.name) + (budget == nil ? [] : ["budget of the period"]),
      rows: rows)
  }
}
