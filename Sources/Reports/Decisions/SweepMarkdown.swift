import Analysis
import CostModel
import Decisions
import Simulator
import Support

/// `sweep.md`: the bill over a grid of inputs.
package enum SweepMarkdown {
  package static func text(_ sweep: Sweep) -> String {
    let scenario = sweep.scenario
    let title = scenario.title.isEmpty ? scenario.name : scenario.title
    var text = "# What if: \(Markdown.escape(title))\n\n" + headline(sweep, emphasis: "**") + "\n\n"
    if SweepChart.svg(sweep) != nil { text += "![The bill over the inputs](charts/sweep.svg)\n\n" }
    text += table(sweep)
    text += "## How this was computed\n\n" + how(sweep)
    return text
  }

  /// From where to where the bill goes, and what of it fits into the budget.
  package static func headline(_ sweep: Sweep, emphasis: String = "") -> String {
    let sorted = sweep.points.sorted { $0.assessment.cost < $1.assessment.cost }
    guard let low = sorted.first, let high = sorted.last else { return "Nothing was looked at." }
    func money(_ point: Sweep.Point) -> String {
      emphasis + HumanFormat.usd(point.assessment.cost) + emphasis
    }
    func place(_ point: Sweep.Point) -> String {
      let text = location(point, sweep)
      return emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
    }
    let doubtful = sweep.points.filter { !$0.assessment.leftOut.isEmpty }
    let isAll = doubtful.count == sweep.points.count
    let leftOut = LeftOutWords.sentence(
      Expectation.union(doubtful.map(\.assessment.leftOut)), emphasis: emphasis,
      whose: isAll ? "" : " in \(doubtful.count) of \(sweep.points.count) combinations",
      instead: "'--runs 5' simulates.")
    let troubles = sweep.points.map {
      (whose: " at " + location($0, sweep), trouble: $0.assessment.trouble)
    }
    let trouble = CallTrouble.sentence(
      troubles, emphasis: emphasis, things: ("other combination", "other combinations"))
    let start =
      [leftOut, trouble].compactMap { $0.map { $0 + " " } }.joined()
      + "The bill goes from \(money(low)) (\(place(low))) to \(money(high)) (\(place(high)))."
    guard sweep.points.contains(where: { $0.assessment.budget != nil }) else {
      return start + " No budget is set."
    }
    let months = sweep.scenario.period.months.count
    let ofMonth = months > 1 ? " of a month" : ""
    let amount =
      sweep.budget.map { "the \(HumanFormat.usd($0)) budget" + ofMonth } ?? "its budget" + ofMonth
    let within = sorted.filter { !$0.assessment.isOver(months: months) }
    if within.count == sorted.count {
      let but = CallTrouble.worst(troubles)?.trouble.qualification
        .map { ", but \($0)" + (sorted.count > 1 ? " at worst" : "") }
      return start + " All of it stays within \(amount)\(leftOut == nil ? "" : " by formula")"
        + "\(but ?? "")\(risk(within, sweep))."
    }
    guard let dearest = within.last else { return start + " None of it is within \(amount)." }
    return start
      + " \(HumanFormat.count(Int64(within.count))) of "
      + "\(HumanFormat.plural(Int64(sorted.count), "combination")) stay within "
      + "\(sweep.budget == nil ? "their budgets" : amount)\(risk(within, sweep)); the dearest of them is \(place(dearest)) at "
      + "\(money(dearest))."
  }

  /// The largest chance that a month goes over the budget all the same; empty where none is told or
  /// every one is below the `doubt` of `AttentionLimits`.
  private static func risk(_ points: [Sweep.Point], _ sweep: Sweep) -> String {
    guard let chance = points.compactMap(\.assessment.overrun).max(),
      chance > AttentionLimits.shipped.doubt
    else { return "" }
    return ", though with a chance of \(points.count > 1 ? "up to " : "")"
      + "\(HumanFormat.share(chance)) that \(sweep.scenario.period.months.count > 1 ? "a" : "the") month goes over "
      + (sweep.budget == nil ? "its budget" : "it")
  }

  /// `1,000 users, hit rate of cache 60 %`.
  private static func location(_ point: Sweep.Point, _ sweep: Sweep) -> String {
    var parts: [String] = []
    if !sweep.hasUsersAxis { parts.append(ReportMarkdown.plainName(point.plan)) }
    for (axis, index) in zip(sweep.axes, point.place) {
      let value = self.value(axis, index)
      parts.append(
        axis.knob?.isUsers == true
          ? value + (value == "1" ? " user" : " users") : name(axis) + " " + value)
    }
    return parts.joined(separator: ", ")
  }

  /// What an axis is called: `volume of chat`, `all volumes ×`; where it is no number its path.
  package static func name(_ axis: SweepAxis) -> String {
    guard let knob = axis.knob else { return axis.name }
    return SolveMarkdown.name(knob) + (knob.isFactor ? " ×" : "")
  }

  package static func value(_ axis: SweepAxis, _ index: Int) -> String {
    let value = axis.values[index]
    guard let kind = axis.kind, let number = value.number else { return value.text }
    return InputWords.short(number, of: kind)
  }

  private static func table(_ sweep: Sweep) -> String {
    let hasBudget = sweep.points.contains { $0.assessment.budget != nil }
    let axes = sweep.axes
    let isLong = sweep.scenario.period.months.count > 1
    var table = MarkdownTable(
      (sweep.hasUsersAxis ? [] : [.text("plan")])
        + axes.map { MarkdownTable.Header.number(Markdown.escape(name($0))) }
        + [.number("bill"), .number("5 % to 95 %")]
        + (hasBudget
          ? [.number(isLong ? "chance of a month over budget" : "chance to go over budget")] : [])
        + (hasBudget && isLong ? [.number("of any month")] : []))
    for point in sweep.points.prefix(Self.rowLimit) {
      let assessment = point.assessment
      let ends = [0.05, 0.95].compactMap(assessment.quantile).map { HumanFormat.usd($0) }
      table.row(
        (sweep.hasUsersAxis ? [] : [ReportMarkdown.name(point.plan)])
          + zip(axes, point.place).map { Markdown.escape(value($0, $1)) }
          + [
            HumanFormat.usd(assessment.cost), ends.isEmpty ? "–" : ends.joined(separator: " to "),
          ] + (hasBudget ? [assessment.overrun.map { HumanFormat.share($0) } ?? "–"] : [])
          + (hasBudget && isLong
            ? [assessment.anyOverrun.map { HumanFormat.share($0) } ?? "–"] : []))
    }
    let rest = sweep.points.count - Self.rowLimit
    return table.text
      + (rest > 0
        ? "\(HumanFormat.plural(Int64(rest), "more row is", "more rows are")) in the CSV.\n\n"
        : "")
  }

  private static let rowLimit = 200

  private static func how(_ sweep: Sweep) -> String {
    var text = ""
    if let runs = sweep.runs {
      text += "Every bill is the mean of \(HumanFormat.plural(Int64(runs), "simulated month")). "
      text += "All combinations share their luck: they differ by their inputs alone. "
    } else {
      text += "Every bill is the closed form's, without simulating "
      text += "(docs/validation.md says what it leaves out); `--runs 5` simulates instead. "
    }
    if !sweep.scenario.ranges.isEmpty {
      text +=
        sweep.runs == nil
        ? "Over the ranges of inputs the bill is the mean of \(InputDraws.sets) sets that fill "
          + "them evenly, the same for every combination; likely_cost_usd is that of the likely "
          + "values. "
        : "Inputs with a range are drawn, the same values for every combination. "
    }
    return text + "The same figures for spreadsheets: [sweep.csv](sweep.csv).\n"
  }
}

extension Sweep {
  /// Dollars a month, where all combinations have the same.
  package var budget: Double? {
    let budgets = Set(points.map(\.assessment.budget))
    return budgets.count == 1 ? budgets.first ?? nil : nil
  }
}

/// A heat map for two axes, lines for one; nil where there are more, or nothing to draw.
package enum SweepChart {
  package static func svg(_ sweep: Sweep, width: ChartWidth = .page) -> String? {
    let months = Double(sweep.scenario.period.months.count)
    let budget = sweep.budget.map { $0 * months }
    switch sweep.axes.count {
    case 1: return lines(sweep, budget).svg(width: width)
    case 2: return heatMap(sweep, budget).svg(width: width)
    default: return nil
    }
  }

  private static func lines(_ sweep: Sweep, _ budget: Double?) -> LinesChart {
    let axis = sweep.axes[0]
    let isNumeric = axis.kind != nil
    func place(_ index: Int) -> Double {
      isNumeric ? axis.values[index].number ?? 0 : Double(index)
    }
    var series: [LinesChart.Series] = []
    for point in sweep.points {
      let name = sweep.hasUsersAxis ? "bill" : ReportMarkdown.plainName(point.plan)
      if !series.contains(where: { $0.name == name }) {
        series.append(LinesChart.Series(name: name, points: []))
      }
      for index in series.indices where series[index].name == name {
        series[index].points.append((place(point.place[0]), point.assessment.cost))
      }
    }
    if isNumeric {
      for index in series.indices { series[index].points.sort { $0.x < $1.x } }
    }
    return LinesChart(
      title: "The bill over " + SVG.shortened(SweepMarkdown.name(axis), to: 60),
      axis: SweepMarkdown.name(axis), series: series,
      marks: axis.values.indices.map { (place($0), SweepMarkdown.value(axis, $0)) }
        .sorted { $0.0 < $1.0 },
      budget: budget)
  }

  /// Of the largest plan, where there are several.
  private static func heatMap(_ sweep: Sweep, _ budget: Double?) -> HeatMapChart {
    let (rows, columns) = (sweep.axes[0], sweep.axes[1])
    let largest = sweep.points.map(\.plan.users).max() ?? 0
    let shown = sweep.hasUsersAxis ? sweep.points : sweep.points.filter { $0.plan.users == largest }
    let cells = rows.values.indices.map { row in
      columns.values.indices.map { column in
        shown.first { $0.place == [row, column] }?.assessment
      }
    }
    let months = Double(sweep.scenario.period.months.count)
    let users = HumanFormat.plural(Int64(largest), "user")
    return HeatMapChart(
      title: sweep.hasUsersAxis ? "The bill" : "The bill of \(users)",
      columns: (
        SweepMarkdown.name(columns),
        columns.values.indices.map { SweepMarkdown.value(columns, $0) }
      ),
      rows: (SweepMarkdown.name(rows), rows.values.indices.map { SweepMarkdown.value(rows, $0) }),
      costs: cells.map { $0.map { $0?.cost ?? 0 } }, budget: budget,
      isOver: cells.map { row in
        row.map { cell in cell.map { $0.cost > ($0.budget ?? .infinity) * months } ?? false }
      })
  }
}
