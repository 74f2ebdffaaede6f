import Testing

@testable import Reports

/// Lines of charts leave words free, at both widths.
@Suite struct ChartLineTests {
  private struct Line {
    var x: Double
    var from: Double
    var to: Double
  }

  /// Vertical lines across a chart's rows; shorter ones are marks of an axis.
  private static func verticals(_ svg: String) -> [Line] {
    svg.matches(
      of:
        /<line class="(?:axis|grid|budget)" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"/
    )
    .filter { $0.output.1 == $0.output.3 }
    .map {
      Line(
        x: Double($0.output.1) ?? 0, from: Double($0.output.2) ?? 0, to: Double($0.output.4) ?? 0)
    }
  }

  private static func words(_ svg: String) -> [LabelLayout.Box] {
    svg.matches(
      of:
        /<text class="t halo" x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">(?:<title>[^<]*<\/title>)?([^<]*)</
    ).map {
      LabelLayout.Box(
        String($0.output.4), at: Double($0.output.1) ?? 0, base: Double($0.output.2) ?? 0,
        anchor: SVG.Anchor(rawValue: String($0.output.3)) ?? .start)
    }
  }

  /// Budgets at every place of the axis: some of them meet a bar's name or amount.
  @Test(
    arguments: [ChartWidth.page, .phone], stride(from: 50.0, through: 1_500, by: 50).map { $0 })
  func noLineRunsThroughWords(width: ChartWidth, budget: Double) {
    let rows = [120.0, 480, 910, 1_340].map {
      BarRowsChart.Row(
        name: "A shock of \(Int($0)) with a long name", from: 0, to: $0,
        text: "$\(Int($0)), 5 failed calls",
        series: 0)
    }
    let chart = BarRowsChart(
      title: "T", subtitle: "S", rows: rows, lines: [(dollars: budget, name: "Budget")])
    let svg = chart.svg(width: width)
    let (lines, words) = (Self.verticals(svg), Self.words(svg))
    #expect(lines.count > 5)
    #expect(words.count == (width == .page ? 4 : 8))
    for line in lines {
      for word in words where word.left < line.x && line.x < word.right {
        #expect(
          line.to <= word.base - 9 || line.from >= word.base + 2, "\(line) runs through \(word)")
      }
    }
  }

  /// 0 to 100 with words from 33 to 49 (12 above their base of 45, 4 below), and others elsewhere.
  @Test func aLineIsLeftOutWhereWordsAre() {
    var svg = SVG(width: 100, height: 100)
    svg.vertical(
      50, 0, 100, class: "grid",
      around: [
        LabelLayout.Box("words", at: 40, base: 45), LabelLayout.Box("words", at: 54, base: 80),
      ])
    let lines = Self.verticals(svg.file(title: "", description: ""))
    #expect(lines.map(\.from) == [0, 49])
    #expect(lines.map(\.to) == [33, 100])
  }
}
