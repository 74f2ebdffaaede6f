import CostModel
import Decisions
import Support

/// Every variant's rate with its interval, an experiment below the other, for one plan.
package struct ExperimentChart {
  package static let title = "What every variant converts, with its interval"
  package static let path = "charts/experiments.svg"

  private struct Row {
    var name: String
    var figure: ArmFinding.Figure
    /// The control's, where there is one.
    var reference: Double?
  }
  private struct Panel {
    var title: String
    var rows: [Row]
  }

  private let panels: [Panel]
  private let confidence: Double

  /// Whether variants' names and rates stand above their intervals, for want of room beside them.
  private let isNarrow: Bool
  private let width: Double
  private let heading: ChartHeading
  private var left: Double { isNarrow ? 0 : 190 }
  private var right: Double { isNarrow ? 0 : 150 }
  private var top: Double { 56 + heading.room }
  private var step: Double { isNarrow ? 44 : 30 }
  private var head: Double { isNarrow ? 58 : 40 }

  /// nil where no variant has a rate.
  package init?(_ plan: PlanReport, width: ChartWidth = .page) {
    isNarrow = width == .phone
    self.width = width.rawValue
    heading = ChartHeading(Self.title, "", width: width)
    panels = plan.experiments.compactMap { finding in
      guard let metric = finding.metric else { return nil }
      let value: (ArmFinding) -> ArmFinding.Figure? = {
        metric == .conversion ? $0.conversion : $0.satisfaction
      }
      let rows = finding.arms.compactMap { arm in
        value(arm).map {
          Row(name: arm.arm.name, figure: $0, reference: value(finding.control)?.value)
        }
      }
      return rows.isEmpty
        ? nil : Panel(title: "\(finding.experiment.name): \(metric.rawValue)", rows: rows)
    }
    guard !panels.isEmpty else { return nil }
    confidence = plan.experiments[0].confidence
  }

  package func draw() -> String {
    let rows = panels.reduce(0) { $0 + $1.rows.count }
    let height = top + Double(rows) * step + Double(panels.count) * (head + 24) + 16
    var svg = SVG(width: width, height: height)
    heading.draw(&svg)
    var y = top
    for panel in panels {
      draw(panel, at: y, &svg)
      y += head + Double(panel.rows.count) * step + 24
    }
    let summary = panels.map { panel in
      panel.title + ": "
        + panel.rows.map { "\($0.name) \(HumanFormat.percent($0.figure.value))" }
        .joined(separator: ", ")
    }
    return svg.file(title: Self.title, description: summary.joined(separator: "; "))
  }

  private func draw(_ panel: Panel, at y: Double, _ svg: inout SVG) {
    let ends = panel.rows.map(\.figure).flatMap { [$0.low ?? $0.value, $0.high ?? $0.value] }
    let low = ends.min() ?? 0
    let room = max(0.001, (ends.max() ?? 1) - low)
    let x = { (value: Double) in
      left + 20 + (value - low) / room * (width - left - right - 40)
    }
    svg.text(
      SVG.shortened(panel.title, to: isNarrow ? 44 : 100), 16, y + 14, class: "t",
      title: panel.title)
    let bottom = y + head + Double(panel.rows.count) * step - 8
    if let reference = panel.rows[0].reference {
      svg.line(x(reference), y + head - 12, x(reference), bottom, class: "budget")
      svg.text("control", x(reference), y + head - 18, anchor: .middle, class: "f")
    }
    for (number, row) in panel.rows.enumerated() {
      let middle = y + head + Double(number) * step + step - 24
      let rate = HumanFormat.percent(row.figure.value)
      let words = "\(rate) (\(ExperimentWords.rateInterval(row.figure)))"
      if isNarrow {
        svg.text(SVG.shortened(row.name, to: 20), 16, middle - 10, class: "t halo", title: row.name)
        svg.text(words, width - 16, middle - 10, anchor: .end, class: "f halo")
      } else {
        svg.text(
          SVG.shortened(row.name, to: 24), left - 8, middle + 4, anchor: .end, title: row.name)
        svg.text(words, width - right + 4, middle + 4, class: "f")
      }
      if let from = row.figure.low, let to = row.figure.high {
        svg.rectangle(
          x: x(from), y: middle - 3, width: max(2, x(to) - x(from)), height: 6,
          class: SVG.series(number), title: ExperimentWords.rateInterval(row.figure))
      }
      svg.circle(x(row.figure.value), middle, radius: 5, class: "mark")
    }
  }
}
