import CostModel
import Decisions

/// What 1,000 calls cost and how good the answers are, a point a model, for every kind of call that
/// has two of them; the models that no other beats on both are joined by a line.
package struct FrontierChart {
  /// nil: no kind of call has two models with both figures.
  package static func svg(_ study: SelectionStudy) -> String? {
    let panels = study.answers.map { FrontierPanel($0, catalog: study.scenario.catalog) }
      .filter { $0.points.count > 1 }
    return panels.isEmpty ? nil : FrontierChart(panels: panels).draw()
  }

  private let panels: [FrontierPanel]
  private let top = 92.0

  private func draw() -> String {
    let rows = (panels.count + 1) / 2
    let width = 2 * FrontierPanel.width
    var svg = SVG(width: width, height: top + Double(rows) * FrontierPanel.height + 10)
    svg.text("Cost and quality of the models, by kind of call", 16, 28, class: "h")
    svg.text(
      "US dollars for 1,000 calls (each mark a multiple of the one before) against quality; "
        + "costliest calls first", 16, 48, class: "f")
    drawLegend(&svg)
    for (index, panel) in panels.enumerated() {
      panel.draw(
        &svg, x: Double(index % 2) * FrontierPanel.width,
        y: top + Double(index / 2) * FrontierPanel.height)
    }
    return svg.file(
      title: "Cost and quality of the models, by kind of call",
      description: panels.map(\.words).joined(separator: "; "))
  }

  private func drawLegend(_ svg: inout SVG) {
    let entries: [(FrontierPanel.Point.Kind, String)] = [
      (.frontier, "on the frontier"), (.beaten, "beaten on both"),
      (.dropped, "breaks a limit, or has no latency"),
    ]
    var x = 22.0
    for (kind, words) in entries {
      svg.circle(x, 68, radius: 5, class: kind.style)
      svg.text(words, x + 11, 72, class: "f")
      x += 40 + SVG.width(of: words)
    }
    svg.circle(x, 68, radius: 7, class: "mark")
    svg.text("best by the score", x + 13, 72, class: "f")
  }
}
