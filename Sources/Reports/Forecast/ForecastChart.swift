import CostModel
import Decisions
import Scenarios
import Support

/// A bar a month with what chance does to it, and the budget as a line of steps.
package struct ForecastChart {
  package static func svg(_ forecast: Forecast, width: ChartWidth = .page) -> String {
    ForecastChart(forecast, width).draw()
  }

  private let forecast: Forecast
  private let scale: ChartScale
  private let left: Double
  private let width: Double
  private let heading: ChartHeading
  private let legend: [(x: Double, y: Double)]
  private var top: Double { 92 + heading.room + (legend.last?.y ?? 0) }
  private let plotHeight = 300.0
  private let right = 16.0

  private static let title = "The AI bill of the months to come"

  private init(_ forecast: Forecast, _ width: ChartWidth) {
    self.forecast = forecast
    self.width = width.rawValue
    heading = ChartHeading(
      Self.title, "US dollars a month, expected; the thin line is nine months in ten", width: width)
    let bills = forecast.months.map { ($0.band ?? 0...$0.bill.mean).upperBound }
    let budgets = forecast.months.compactMap { $0.budget?.dollars }
    let highest = bills.max() ?? 0
    // A budget far beyond every bill would flatten the bars: it is then left out.
    let shown = budgets.filter { $0 <= highest * 4 }
    let scale = ChartScale(largest: max(highest, shown.max() ?? 0) * 1.04)
    self.scale = scale
    legend = SVG.flow(
      Self.legend(forecast, below: scale.top).map { 17 + SVG.width(of: $0.words) + 14 },
      within: width.rawValue)
    left =
      26
      + (scale.ticks.map { SVG.width(of: scale.label($0)) * 0.92 } + [SVG.width(of: "users")])
      .reduce(0, max)
  }

  private var bottom: Double { top + plotHeight }
  private var step: Double { (width - left - right) / Double(max(1, forecast.months.count)) }
  private func y(_ dollars: Double) -> Double { bottom - dollars / scale.top * plotHeight }

  private func draw() -> String {
    var svg = SVG(width: width, height: bottom + 62)
    heading.draw(&svg)
    drawLegend(&svg)
    for tick in scale.ticks {
      svg.line(left, y(tick), width - right, y(tick), class: tick == 0 ? "axis" : "grid")
      svg.text(scale.label(tick), left - 8, y(tick) + 4, anchor: .end, class: "f")
    }
    for (index, month) in forecast.months.enumerated() { draw(month, at: index, &svg) }
    drawBudget(&svg)
    svg.text("users", left - 8, bottom + 34, anchor: .end, class: "f")
    for (index, month) in forecast.months.enumerated() where index.isMultiple(of: wordStep) {
      drawWords(month, at: index, &svg)
    }
    let summary = forecast.months.map { month in
      "\(Self.label(month)): \(HumanFormat.usd(month.bill.mean)) with "
        + HumanFormat.plural(Int64(month.plan.users), "user")
    }
    return svg.file(
      title: Self.title, description: summary.joined(separator: "; "))
  }

  private func drawLegend(_ svg: inout SVG) {
    let base = 70 + heading.room
    for (entry, place) in zip(Self.legend(forecast, below: scale.top), legend) {
      let y = base + place.y
      if let series = entry.series {
        svg.rectangle(x: place.x, y: y - 10, width: 11, height: 11, class: SVG.series(series))
      } else {
        svg.line(place.x, y - 4, place.x + 13, y - 4, class: "budget")
      }
      svg.text(entry.words, place.x + 17, y)
    }
  }

  /// Colours and what they mean; nil: the budget's line. Beside its line the budget's name could meet
  /// the amount of a bar.
  private static func legend(_ forecast: Forecast, below top: Double) -> [(
    series: Int?, words: String
  )] {
    guard forecast.months.contains(where: { $0.budget != nil }) else { return [] }
    let shown = Set(forecast.months.map(series))
    let bars = [(0, "within the budget"), (1, "over the budget")].filter { shown.contains($0.0) }
    let line = firstBudget(forecast, below: top).map { "budget " + HumanFormat.wholeUSD($0) }
    return bars.map { ($0.0, $0.1) } + (line.map { [(nil, $0)] } ?? [])
  }

  /// The budget of the first month that is drawn.
  private static func firstBudget(_ forecast: Forecast, below top: Double) -> MoneySum? {
    forecast.months.compactMap(\.budget).first { $0.dollars <= top }
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
      title: "\(Self.label(month)), \(HumanFormat.plural(Int64(month.plan.users), "user")): "
        + HumanFormat.usd(amount))
    let band = month.band ?? amount...amount
    if y(band.lowerBound) - y(band.upperBound) >= 2 {
      svg.line(middle, y(band.lowerBound), middle, y(band.upperBound), class: "axis")
    }
  }

  /// After the budget's line, which would run through the words.
  private func drawWords(_ month: ForecastMonth, at index: Int, _ svg: inout SVG) {
    let middle = left + (Double(index) + 0.5) * step
    let amount = month.bill.mean
    let highest = month.band?.upperBound ?? amount
    svg.text(words(amount), middle, y(highest) - 6, anchor: .middle, class: "t halo")
    svg.text(Self.label(month), middle, bottom + 18, anchor: .middle, class: "f")
    svg.text(
      HumanFormat.count(Int64(month.plan.users)), middle, bottom + 34, anchor: .middle, class: "f")
  }

  /// All bars have cents, or none.
  private func words(_ amount: Double) -> String {
    let largest = forecast.months.map(\.bill.mean).max() ?? 0
    return HumanFormat.usd(amount, places: largest < 100 ? 2 : 0)
  }

  /// One bar in this many has words, so that no two meet.
  private var wordStep: Int {
    let texts = forecast.months.flatMap {
      [Self.label($0), HumanFormat.count(Int64($0.plan.users)), words($0.bill.mean)]
    }
    let widest = texts.map { SVG.width(of: $0) }.max() ?? 0
    return max(1, Int(((widest + 6) / step).rounded(.up)))
  }

  private func drawBudget(_ svg: inout SVG) {
    var named = Self.firstBudget(forecast, below: scale.top)
    for (index, month) in forecast.months.enumerated() {
      guard let budget = month.budget, budget.dollars <= scale.top else { continue }
      let x = left + Double(index) * step
      svg.line(x, y(budget.dollars), x + step, y(budget.dollars), class: "budget")
      guard budget != named else { continue }
      named = budget
      svg.text(
        "Budget " + HumanFormat.wholeUSD(budget), x + 4, y(budget.dollars) - 5,
        class: "f b halo")
    }
  }

  /// `Nov 25` for a calendar month, else its first day.
  private static func label(_ month: ForecastMonth) -> String {
    guard let first = month.period.days.first?.date else { return "" }
    let name = HumanFormat.shortMonth(first)
    let year = DecimalText.real(Double(first.year % 100) / 100, places: 2)?.suffix(2) ?? ""
    return month.period.daysAMonth == nil ? "\(name) \(year)" : "\(first.day) \(name) \(year)"
  }
}
