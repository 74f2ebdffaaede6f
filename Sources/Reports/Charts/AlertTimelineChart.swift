import CostModel
import Scenarios
import Simulator
import Support

/// When each alert of each plan was on: a line a rule, grouped by plan. An alert that comes and
/// goes is a bar while it is on; one that tells of a crossing is a mark.
package struct AlertTimelineChart {
  package static let title = "When which alert is on"

  private struct Row {
    var rule: String
    /// Whether it is a line of the budget, which may have the name of a rolling alert.
    var isOfBudget: Bool
    var severity: Severity
    var spans: [(from: SimTime, to: SimTime)]
    var marks: [SimTime]
  }

  private struct Group {
    var name: String
    var rows: [Row]
  }

  private let period: Period
  private let groups: [Group]
  /// Plans whose alerts are not shown, because the picture would be too long.
  private let left: [String]

  private static let longest = 48
  /// Whether rules' names stand above their lines, for want of room beside them.
  private let isNarrow: Bool
  private let width: Double
  private let heading: ChartHeading

  private var plotLeft: Double { isNarrow ? 16 : 190 }
  private var plotRight: Double { width - 24 }
  private var top: Double { 92 + heading.room }
  private let step = 20.0
  /// A rule's line with its name.
  private var ruleStep: Double { isNarrow ? 34 : step }

  /// nil where no alert fires.
  package init?(_ report: ScenarioReport, width: ChartWidth = .page) {
    isNarrow = width == .phone
    self.width = width.rawValue
    heading = ChartHeading(
      Self.title,
      "A bar while an alert is on, a circle where spending or its forecast crosses a line",
      width: width)
    period = report.scenario.period
    var groups: [Group] = []
    var left: [String] = []
    var count = 0
    // The largest plans first, since they are the ones with trouble.
    for plan in report.plans.reversed() {
      let rows = Self.rows(plan.result.alerts, until: report.scenario.period.end)
      guard !rows.isEmpty else { continue }
      if count > 0, count + rows.count > Self.longest {
        left.append(plan.seriesName)
      } else {
        groups.append(
          Group(name: plan.seriesName, rows: Array(rows.prefix(Self.longest))))
        count += rows.count
      }
    }
    guard !groups.isEmpty else { return nil }
    self.groups = groups.reversed()
    self.left = left.reversed()
  }

  /// By first firing.
  private static func rows(_ alerts: [AlertEvent], until end: SimTime) -> [Row] {
    var rows: [Row] = []
    var on: [String: SimTime] = [:]
    for alert in alerts where alert.isOfBudget || alert.isRolling {
      var place = rows.firstIndex { ($0.rule, $0.isOfBudget) == (alert.rule, alert.isOfBudget) }
      if place == nil {
        place = rows.count
        rows.append(
          Row(
            rule: alert.rule, isOfBudget: alert.isOfBudget, severity: alert.severity, spans: [],
            marks: []))
      }
      guard let place else { continue }
      if alert.isOfBudget {
        rows[place].marks.append(alert.at)
      } else if alert.state == .fired {
        on[alert.rule] = on[alert.rule] ?? alert.at
      } else if let from = on.removeValue(forKey: alert.rule) {
        rows[place].spans.append((from, alert.at))
      }
    }
    for place in rows.indices {
      if !rows[place].isOfBudget, let from = on[rows[place].rule], from < end {
        rows[place].spans.append((from, end))
      }
    }
    return rows
  }

  private func x(_ time: SimTime) -> Double {
    let (start, end) = (period.start.microseconds, period.end.microseconds)
    let share =
      Double(min(max(time.microseconds, start), end) - start) / Double(max(1, end - start))
    return plotLeft + share * (plotRight - plotLeft)
  }

  /// A severity's colour: those of the series that look most like it.
  private static func colour(_ severity: Severity) -> String {
    switch severity {
    case .low: SVG.series(7)
    case .medium: SVG.series(0)
    case .high: SVG.series(1)
    case .critical: SVG.series(8)
    }
  }

  package func draw() -> String {
    let bottom = groups.reduce(top) { $0 + step + Double($1.rows.count) * ruleStep }
    let note =
      left.isEmpty
      ? []
      : SVG.lines(
        of: "Not shown: \(SVG.shortened(HumanFormat.list(left), to: 90)).", within: width - 32,
        size: 11)
    var svg = SVG(width: width, height: bottom + 54 + Double(note.count) * 18)
    heading.draw(&svg)
    drawKey(&svg)
    drawDays(&svg, bottom: bottom)
    var y = top
    for group in groups {
      svg.text(SVG.shortened(group.name, to: isNarrow ? 44 : 60), 16, y + 14, title: group.name)
      y += step
      for row in group.rows {
        draw(row, of: group.name, &svg, y: y + ruleStep - step)
        y += ruleStep
      }
    }
    for (index, line) in note.enumerated() {
      svg.text(line, 16, bottom + 62 + Double(index) * 18, class: "f")
    }
    return svg.file(title: Self.title, description: description)
  }

  private func drawKey(_ svg: inout SVG) {
    let used = Severity.allCases.filter { severity in
      groups.contains { $0.rows.contains { $0.severity == severity } }
    }
    var x = 16.0
    for severity in used {
      svg.rectangle(x: x, y: top - 32, width: 11, height: 11, class: Self.colour(severity))
      svg.text(severity.rawValue, x + 17, top - 22, class: "f")
      x += 17 + SVG.width(of: severity.rawValue) + 14
    }
  }

  private func drawDays(_ svg: inout SVG, bottom: Double) {
    let step = max(1, (period.days.count + 6) / 7)
    var lastLabel = -Double.infinity
    for (index, day) in period.days.enumerated() where index % step == 0 {
      let place = x(day.start)
      svg.line(place, top, place, bottom, class: "grid")
      guard place - lastLabel >= 56, place <= plotRight - 16 else { continue }
      svg.text(
        CumulativeCostChart.shortDate(day.date), place, bottom + 18, anchor: .middle, class: "f")
      lastLabel = place
    }
    svg.line(plotLeft, bottom, plotRight, bottom, class: "axis")
    svg.text(
      "Day (\(SVG.shortened(period.timeZone, to: 40)))", (plotLeft + plotRight) / 2, bottom + 38,
      anchor: .middle, class: "f")
  }

  private func draw(_ row: Row, of plan: String, _ svg: inout SVG, y: Double) {
    if isNarrow {
      svg.text(
        SVG.shortened(row.rule, to: 44), plotLeft + 8, y, class: "f halo", title: row.rule)
    } else {
      svg.text(
        SVG.shortened(row.rule, to: 22), plotLeft - 8, y + 14, anchor: .end, class: "f",
        title: row.rule)
    }
    svg.line(plotLeft, y + 10, plotRight, y + 10, class: "grid")
    let colour = Self.colour(row.severity)
    for (from, to) in merged(row.spans) {
      svg.rectangle(
        x: x(from), y: y + 4, width: max(1.5, x(to) - x(from)), height: 12, class: colour,
        title: "\(plan), \(row.rule): \(HumanFormat.moment(from, in: period)) to "
          + HumanFormat.moment(to, in: period))
    }
    for mark in row.marks {
      svg.circle(
        x(mark), y + 10, radius: 5, class: colour,
        title: "\(plan), \(row.rule): \(HumanFormat.moment(mark, in: period))")
    }
  }

  /// Spans that would touch in the picture are one: thousands of them are seen as a bar anyway.
  private func merged(
    _ spans: [(from: SimTime, to: SimTime)]
  ) -> [(from: SimTime, to: SimTime)] {
    spans.reduce(into: []) { result, span in
      if let last = result.last, x(span.from) - max(x(last.to), x(last.from) + 1.5) < 0.5 {
        result[result.count - 1].to = max(last.to, span.to)
      } else {
        result.append(span)
      }
    }
  }

  private var description: String {
    groups.map { group in
      group.name + ": "
        + group.rows.map { row in
          row.marks.isEmpty
            ? "\(row.rule) \(HumanFormat.plural(Int64(row.spans.count), "time"))" : row.rule
        }.joined(separator: ", ")
    }.joined(separator: "; ")
  }
}
