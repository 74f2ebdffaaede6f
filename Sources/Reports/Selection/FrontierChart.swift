import CostModel
import Decisions

/// What 1,000 calls cost and how good the answers are, a point a model, for every kind of call that
/// has two of them; the models that no other beats on both are joined by a line.
package struct FrontierChart {
  /// nil: no kind of call has two models with both figures.
  package static func svg(_ study: SelectionStudy, width: ChartWidth = .page) -> String? {
    let panels = study.answers.map { FrontierPanel($0, catalog: study.scenario.catalog, width) }
      .filter { $0.points.count > 1 }
    return panels.isEmpty ? nil : FrontierChart(panels: panels, width: width).draw()
  }

  private let panels: [FrontierPanel]
  private let width: ChartWidth

  private func draw() -> String {
    // Two beside each other on a page.
    let columns = width == .page ? 2 : 1
    let heading = ChartHeading(
      "Cost and quality of the models, by kind of call",
      "US dollars for 1,000 calls (each mark a multiple of the one before) against quality; "
        + "costliest calls first", width: width)
    let across = Double(columns) * panels[0].width
    let legend = legend(within: across)
    let top = 92 + heading.room + (legend.last?.y ?? 0)
    let rows = (panels.count + columns - 1) / columns
    var svg = SVG(width: across, height: top + Double(rows) * FrontierPanel.height + 10)
    heading.draw(&svg)
    for (entry, place) in zip(Self.entries, legend) {
      let (x, y) = (place.x + 6, 68 + heading.room + place.y)
      svg.circle(x, y, radius: entry.kind == nil ? 7 : 5, class: entry.kind?.style ?? "mark")
      svg.text(entry.words, x + 11, y + 4, class: "f")
    }
    for (index, panel) in panels.enumerated() {
      panel.draw(
        &svg, x: Double(index % columns) * panel.width,
        y: top + Double(index / columns) * FrontierPanel.height)
    }
    return svg.file(
      title: "Cost and quality of the models, by kind of call",
      description: panels.map(\.words).joined(separator: "; "))
  }

  /// What the points mean; nil: a ring around one.
  private static let entries: [(kind: FrontierPanel.Point.Kind?, words: String)] = [
    (.frontier, "on the frontier"), (.beaten, "beaten on both"),
    (.dropped, "breaks a limit, or has no latency"), (nil, "best by the score"),
  ]

  private func legend(within width: Double) -> [(x: Double, y: Double)] {
    SVG.flow(Self.entries.map { 40 + SVG.width(of: $0.words) }, within: width)
  }
}
