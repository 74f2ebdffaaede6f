import CostModel
import Scenarios
import Simulator
import Support

/// Month-to-date cost of every plan against the budget and its lines.
///
/// One linear scale for all plans: a founder compares heights, and names and amounts stand at the
/// lines' ends. A bill far above the budget leaves the frame, with its amount where it does: on a
/// scale that held it, the budget's lines and the smaller plans would lie on the ground.
package struct CumulativeCostChart {
  private struct Series {
    var name: String
    var fullName: String
    /// One polyline a budget month, in (microseconds, dollars).
    var months: [[(Int64, Double)]]
    var last: Double
    /// `last` in words.
    var amount: String
    var peak: Double
    var marks: [(at: Int64, value: Double, title: String)]
  }

  package static func svg(_ report: ScenarioReport, width: ChartWidth = .page) -> String {
    CumulativeCostChart(report, width).draw()
  }

  private let report: ScenarioReport
  private let series: [Series]
  private let scale: ChartScale
  /// Whether some lines rise beyond the frame.
  private let isClipped: Bool
  private let showsBudget: Bool
  private let start: Int64
  private let end: Int64

  private let left: Double
  private let right: Double
  private let top = 92.0
  private let width: Double
  private let plotHeight: Double
  /// What the lines are, where the picture has no room at their ends; else empty.
  private let legend: ChartLegend

  private init(_ report: ScenarioReport, _ chartWidth: ChartWidth) {
    self.report = report
    width = chartWidth.rawValue
    let period = report.scenario.period
    var series = report.plans.map { Self.series($0, period) }
    // All amounts have cents, or none.
    let places = (series.map(\.last).max() ?? 0) < 1_000 ? 2 : 0
    for index in series.indices {
      series[index].amount = HumanFormat.usd(series[index].last, places: places)
    }
    self.series = series
    let peak = series.map(\.peak).max() ?? 0
    let amount = report.scenario.budget?.amount.dollars ?? 0
    // Policies are compared with each other: a budget far beyond them would flatten their lines.
    showsBudget = report.replay == nil || amount <= peak * 4
    let budget = showsBudget ? amount : 0
    isClipped = budget > 0 && peak > budget * Self.clipFrom
    let scale = ChartScale(largest: isClipped ? budget * Self.clipAt : max(budget, peak) * 1.02)
    self.scale = scale
    start = period.start.microseconds
    end = period.end.microseconds
    let longest = series.map { SVG.width(of: "\($0.name) \($0.amount)") }.max() ?? 0
    let isNarrow = chartWidth == .phone
    right = isNarrow ? 24 : longest + 28
    legend = ChartLegend(
      entries: isNarrow ? series.map { ("\($0.name): \($0.amount)", "") } : [], width: chartWidth)
    left = 26 + (scale.ticks.map { SVG.width(of: scale.label($0)) * 0.92 }.max() ?? 0)
    plotHeight = isNarrow ? 260 : max(320, Double(series.count) * 18)
  }

  /// Budgets beyond which, and at which, the frame ends.
  private static let clipFrom = 2.0
  private static let clipAt = 1.6

  private var plotRight: Double { width - right }
  private var bottom: Double { top + plotHeight }

  private func x(_ time: Int64) -> Double {
    let share = Double(min(max(time, start), end) - start) / Double(max(1, end - start))
    return left + share * (plotRight - left)
  }

  private func y(_ dollars: Double) -> Double {
    bottom - dollars / scale.top * plotHeight
  }

  private func draw() -> String {
    var svg = SVG(width: width, height: bottom + 58 + legend.height)
    svg.text("Cost so far in the month", 16, 28, class: "h")
    let unit = report.replay?.unit ?? "number of users"
    svg.text("US dollars, month to date, by \(unit)", 16, 48, class: "f")
    drawAxes(&svg)
    drawBudgetLines(&svg)
    for (index, line) in series.enumerated() {
      for month in line.months where !month.isEmpty {
        svg.polyline(inFrame(month), class: "series " + SVG.series(index))
      }
    }
    drawDots(&svg)
    drawExits(&svg)
    drawMarks(&svg)
    drawBudgetNames(&svg)
    if legend.entries.isEmpty { drawNames(&svg) } else { legend.draw(&svg, top: bottom + 54) }
    let summary = zip(series, report.plans).map { line, plan in
      "\(line.fullName): \(HumanFormat.usd(plan.result.cost))"
    }
    return svg.file(
      title: "Cost so far in the month against the budget",
      description: summary.joined(separator: "; "))
  }

  /// What a line tells under the pointer: the sum at the end of each day.
  private func drawDots(_ svg: inout SVG) {
    let period = report.scenario.period
    for (index, line) in series.enumerated() {
      for (at, value) in line.months.joined() where value > 0 && value <= scale.top {
        svg.dot(
          x(at), y(value), class: SVG.series(index),
          title:
            "\(line.fullName), until \(HumanFormat.moment(SimTime(microseconds: at), in: period))"
            + ": \(HumanFormat.usd(value))")
      }
    }
  }

  /// The points of a line up to where it leaves the frame.
  private func inFrame(_ month: [(Int64, Double)]) -> [(Double, Double)] {
    guard let first = month.firstIndex(where: { $0.1 > scale.top }), first > 0 else {
      return month.map { (x($0.0), y(min($0.1, scale.top))) }
    }
    let (before, after) = (month[first - 1], month[first])
    let share = (scale.top - before.1) / (after.1 - before.1)
    let exit = x(before.0) + share * (x(after.0) - x(before.0))
    return month[..<first].map { (x($0.0), y($0.1)) } + [(exit, top)]
  }

  /// An arrow where a line leaves the frame, and above it how far it goes on.
  private func drawExits(_ svg: inout SVG) {
    var exits: [(x: Double, series: Int, text: String)] = []
    for (index, line) in series.enumerated() {
      for month in line.months where (month.last?.1 ?? 0) > scale.top {
        guard let exit = inFrame(month).last else { continue }
        let colour = SVG.series(index)
        svg.line(exit.0, top, exit.0, top - 7, class: colour)
        svg.line(exit.0, top - 7, exit.0 - 3, top - 3, class: colour)
        svg.line(exit.0, top - 7, exit.0 + 3, top - 3, class: colour)
        exits.append((exit.0, index, "to " + HumanFormat.wholeUSD(month.last?.1 ?? 0)))
      }
    }
    let gap = (exits.map { SVG.width(of: $0.text) }.max() ?? 0) + 8
    guard Double(exits.count) * gap <= plotRight - left else { return }
    let places = LabelLayout.spread(
      exits.map(\.x), gap: gap, in: (left + gap / 2)...(plotRight - gap / 2))
    for (exit, place) in zip(exits, places) {
      svg.text(exit.text, place, top - 11, anchor: .middle, class: "t")
    }
  }

  private func drawAxes(_ svg: inout SVG) {
    for tick in scale.ticks {
      svg.line(left, y(tick), plotRight, y(tick), class: tick == 0 ? "axis" : "grid")
      svg.text(scale.label(tick), left - 8, y(tick) + 4, anchor: .end, class: "f")
    }
    let period = report.scenario.period
    let days = period.days.filter { $0.start.microseconds < end }
    let step = max(1, (days.count + 6) / 7)
    var lastLabel = -Double.infinity
    for (index, day) in days.enumerated() where index % step == 0 {
      let place = x(day.start.microseconds)
      svg.line(place, bottom, place, bottom + 5, class: "axis")
      guard place - lastLabel >= 56 else { continue }
      svg.text(Self.shortDate(day.date), place, bottom + 20, anchor: .middle, class: "f")
      lastLabel = place
    }
    svg.text(
      "Day (\(SVG.shortened(period.timeZone, to: 40)))", (left + plotRight) / 2, bottom + 42,
      anchor: .middle, class: "f")
  }

  /// The whole budget first, then its lines for actual spending: dollars and name.
  private var budgetLines: [(Double, String)] {
    guard showsBudget, let budget = report.scenario.budget else { return [] }
    var lines: [(Double, String)] = [
      (budget.amount.dollars, "Budget " + HumanFormat.wholeUSD(budget.amount))
    ]
    for threshold in budget.thresholds where threshold.kind == .actual {
      let dollars = threshold.amount.dollars
      if lines.contains(where: { $0.0 == dollars }) || dollars > scale.top { continue }
      let share = HumanFormat.percent(dollars, of: budget.amount.dollars)
      lines.append((dollars, share.replacing(".0 %", with: " %")))
    }
    return lines
  }

  private func drawBudgetLines(_ svg: inout SVG) {
    for (dollars, _) in budgetLines {
      svg.line(left, y(dollars), plotRight, y(dollars), class: "budget")
    }
  }

  /// Where no curve passes, or else to the left, where most have not risen yet.
  private func drawBudgetNames(_ svg: inout SVG) {
    var labelled: [Double] = []
    let curves = series.flatMap { $0.months.map(inFrame) }
    for (dollars, name) in budgetLines {
      let place = y(dollars) - 4
      // The budget comes first and so keeps its name where lines are too close for theirs.
      guard labelled.allSatisfy({ abs($0 - place) >= 13 }) else { continue }
      let width = SVG.width(of: name)
      let room = plotRight - left - width - 16
      let starts = [0, 0.2, 0.4, 0.6, 0.8, 1].map { left + 8 + $0 * room }
      let start =
        starts.first {
          LabelLayout.isFree(LabelLayout.Box(name, at: $0, base: place), of: curves)
        } ?? starts[0]
      svg.text(name, start, place, class: "f b halo")
      labelled.append(place)
    }
  }

  private func drawMarks(_ svg: inout SVG) {
    var hasMarks = false
    for line in series {
      for mark in line.marks where mark.value <= scale.top {
        svg.circle(x(mark.at), y(mark.value), radius: 4.5, class: "mark", title: mark.title)
        hasMarks = true
      }
    }
    guard hasMarks else { return }
    // Behind the words below the title, or below them.
    let (x, y) = legend.entries.isEmpty ? (plotRight - 150, 44.0) : (20, 62)
    svg.circle(x, y, radius: 4.5, class: "mark")
    svg.text("a cost alert fires here", x + 10, y + 4, class: "f")
  }

  private func drawNames(_ svg: inout SVG) {
    // Lines that left the frame stand at its top, the highest bill first.
    let wanted = series.map { line in
      line.last > scale.top ? top + 4 - line.last / scale.top * 1e-6 : y(line.last) + 4
    }
    let places = LabelLayout.spread(wanted, gap: 15, in: (top + 4)...(bottom + 4))
    for (index, line) in series.enumerated() {
      let start = line.last > scale.top ? places[index] - 4 : y(line.last)
      svg.line(
        plotRight + 2, start, plotRight + 12, places[index] - 4, class: SVG.series(index))
      svg.text(
        "\(line.name) \(line.amount)", plotRight + 16, places[index],
        class: "t", title: line.fullName)
    }
  }

  package static func shortDate(_ date: CivilDate) -> String {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return "\(date.day) \(months[date.month - 1])"
  }

  private static func series(_ plan: PlanReport, _ period: Period) -> Series {
    let daily = Dictionary(
      plan.result.days.map { ($0.date, $0.cost) }, uniquingKeysWith: +)
    var months: [[(Int64, Double)]] = []
    for month in period.months {
      var sum = MoneySum.zero
      var points = [(month.start.microseconds, 0.0)]
      let days = period.days.filter { $0.start >= month.start && $0.start < month.end }
      for (index, day) in days.enumerated() {
        sum += daily[day.date] ?? .zero
        let end = index + 1 < days.count ? days[index + 1].start : month.end
        points.append((end.microseconds, sum.dollars))
      }
      months.append(points)
    }
    for alert in plan.result.alerts where alert.isOfBudget && alert.state == .fired {
      guard let spent = crossed(alert, plan.result) else { continue }
      for month in months.indices { pass(&months[month], at: alert.at.microseconds, spent) }
    }
    let name = HumanFormat.plural(Int64(plan.plan.users), "user")
    let isNamed = plan.plan.name != "users-\(plan.plan.users)"
    let marks = plan.result.alerts.filter { $0.isOfBudget && $0.state == .fired }.map { alert in
      (
        at: alert.at.microseconds,
        // Crossings happen on their line; the curve only knows where each day ends.
        value: crossed(alert, plan.result) ?? value(of: months, at: alert.at.microseconds),
        title:
          "\(plan.plan.isPolicy ? plan.plan.name : name): \(alert.rule), \(HumanFormat.moment(alert.at, in: period))"
      )
    }
    let last = months.last?.last?.1 ?? 0
    return Series(
      name: isNamed ? SVG.shortened(plan.plan.name, to: 14) : name,
      fullName: !isNamed
        ? name : plan.plan.isPolicy ? plan.plan.name : "\(plan.plan.name) (\(name))",
      months: months,
      last: last,
      amount: "",
      peak: months.joined().map(\.1).max() ?? 0, marks: marks)
  }

  /// The height of the line at a moment, so that a mark lies on it.
  private static func value(of months: [[(Int64, Double)]], at time: Int64) -> Double {
    for month in months {
      for (before, after) in zip(month, month.dropFirst())
      where before.0 <= time && time <= after.0 && after.0 > before.0 {
        let share = Double(time - before.0) / Double(after.0 - before.0)
        return before.1 + share * (after.1 - before.1)
      }
    }
    return months.last?.last?.1 ?? 0
  }

  /// Leads a curve through a crossing, where that lies between the days' ends around it. (Waiting
  /// calls are billed after their day, so it may not.)
  private static func pass(_ points: inout [(Int64, Double)], at time: Int64, _ spent: Double) {
    guard let next = points.firstIndex(where: { $0.0 > time }), next > 0,
      points[next - 1].0 <= time, points[next - 1].1 <= spent, spent <= points[next].1
    else { return }
    points.insert((time, spent), at: next)
  }

  /// What had been spent when an alert about spending fired; nil for a forecast.
  private static func crossed(_ alert: AlertEvent, _ result: PlanResult) -> Double? {
    let isCrossing = result.budgetMonths.contains { month in
      month.lines.contains {
        $0.rule == alert.rule && $0.alertedAt == alert.at && $0.crossedAt != nil
      }
    }
    return isCrossing && alert.value < alert.threshold * 1.05 ? alert.value : nil
  }
}
