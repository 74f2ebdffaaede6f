import CostModel
import Decisions
import Scenarios
import Support

/// A bar a month with what chance does to it, and the budget as a line of steps.
package struct ForecastChart {
  package static func svg(_ forecast: Forecast) -> String { ForecastChart(forecast).draw() }

  private let forecast: Forecast
  private let scale: ChartScale
  private let left: Double
  private let width = 860.0
  private let top = 92.0
  private let plotHeight = 300.0
  private let right = 16.0

  private init(_ forecast: Forecast) {
    self.forecast = forecast
    let bills = forecast.months.map { ($0.band ?? 0...$0.bill.mean).upperBound }
    let budgets = forecast.months.compactMap { $0.budget?.dollars }
    let highest = bills.max() ?? 0
    // A budget far beyond every bill would flatten the bars: it is then left out.
    let shown = budgets.filter { $0 <= highest * 4 }
    let scale = ChartScale(largest: max(highest, shown.max() ?? 0) * 1.04)
    self.scale = scale
    left = 26 + (scale.ticks.map { SVG.width(of: scale.label($0)) * 0.92 }.max() ?? 0)
  }

  private var bottom: Double { top + plotHeight }
  private var step: Double { (width - left - right) / Double(max(1, forecast.months.count)) }
  private func y(_ dollars: Double) -> Double { bottom - dollars / scale.top * plotHeight }

  private func draw() -> String {
    var svg = SVG(width: width, height: bottom + 62)
    svg.text("The AI bill of the months to come", 16, 28, class: "h")
    svg.text("US dollars a month, expected; the thin line is nine times of ten", 16, 48, class: "f")
    drawLegend(&svg)
    for tick in scale.ticks {
      svg.line(left, y(tick), width - right, y(tick), class: tick == 0 ? "axis" : "grid")
      svg.text(scale.label(tick), left - 8, y(tick) + 4, anchor: .end, class: "f")
    }
    for (index, month) in forecast.months.enumerated() { draw(month, at: index, &svg) }
    drawBudget(&svg)
    for (index, month) in forecast.months.enumerated() { drawWords(month, at: index, &svg) }
    let summary = forecast.months.map { month in
      "\(Self.label(month)): \(PlainEnglish.usd(month.bill.mean)) with "
        + PlainEnglish.plural(Int64(month.plan.users), "user")
    }
    return svg.file(
      title: "The AI bill of the months to come", description: summary.joined(separator: "; "))
  }

  private func drawLegend(_ svg: inout SVG) {
    guard forecast.months.contains(where: { $0.budget != nil }) else { return }
    let shown = Set(forecast.months.map(Self.series))
    var x = 16.0
    for (index, name) in ["within the budget", "over the budget"].enumerated() {
      guard shown.contains(index) else { continue }
      svg.rectangle(x: x, y: 60, width: 11, height: 11, class: SVG.series(index))
      svg.text(name, x + 17, 70)
      x += 17 + SVG.width(of: name) + 14
    }
    // Beside its line the name could meet the amount of a bar.
    guard let budget = firstBudget else { return }
    svg.line(x, 66, x + 17, 66, class: "budget")
    svg.text("budget " + PlainEnglish.wholeUSD(budget), x + 23, 70)
  }

  /// The budget of the first month that is drawn.
  private var firstBudget: MoneySum? {
    forecast.months.compactMap(\.budget).first { $0.dollars <= scale.top }
  }

  private static func series(_ month: ForecastMonth) -> Int { month.isOverBudget == true ? 1 : 0 }

  private func draw(_ month: ForecastMonth, at index: Int, _ svg: inout SVG) {
    let x = left + Double(index) * step
    let middle = x + step / 2
    let bar = min(48, step * 0.7)
    let amount = month.bill.mean
    svg.rectangle(
      x: middle - bar / 2, y: y(amount), width: bar, height: bottom - y(amount),
      class: SVG.series(Self.series(month)),
      title: "\(Self.label(month)), \(PlainEnglish.plural(Int64(month.plan.users), "user")): "
        + PlainEnglish.usd(amount))
    let band = month.band ?? amount...amount
    if y(band.lowerBound) - y(band.upperBound) >= 2 {
      svg.line(middle, y(band.lowerBound), middle, y(band.upperBound), class: "axis")
    }
  }

  /// After the budget's line, which would run through the words.
  private func drawWords(_ month: ForecastMonth, at index: Int, _ svg: inout SVG) {
    let isCrowded = step < 58
    guard !isCrowded || index % 3 == 0 else { return }
    let middle = left + (Double(index) + 0.5) * step
    let amount = month.bill.mean
    let text = amount < 10 ? PlainEnglish.usd(amount) : PlainEnglish.usd(amount, places: 0)
    let highest = month.band?.upperBound ?? amount
    svg.text(text, middle, y(highest) - 6, anchor: .middle, class: "t halo")
    svg.text(Self.label(month), middle, bottom + 18, anchor: .middle, class: "f")
    svg.text(
      PlainEnglish.plural(Int64(month.plan.users), "user"), middle, bottom + 34, anchor: .middle,
      class: "f")
  }

  private func drawBudget(_ svg: inout SVG) {
    var named = firstBudget
    for (index, month) in forecast.months.enumerated() {
      guard let budget = month.budget, budget.dollars <= scale.top else { continue }
      let x = left + Double(index) * step
      svg.line(x, y(budget.dollars), x + step, y(budget.dollars), class: "budget")
      guard budget != named else { continue }
      named = budget
      svg.text(
        "Budget " + PlainEnglish.wholeUSD(budget), x + 4, y(budget.dollars) - 5,
        class: "f b halo")
    }
  }

  /// `Nov 25` for a calendar month, else its first day.
  private static func label(_ month: ForecastMonth) -> String {
    guard let first = month.period.days.first?.date else { return "" }
    let name = PlainEnglish.shortMonth(first)
    let year = DecimalText.real(Double(first.year % 100) / 100, places: 2)?.suffix(2) ?? ""
    return month.period.daysAMonth == nil ? "\(name) \(year)" : "\(first.day) \(name) \(year)"
  }
}
