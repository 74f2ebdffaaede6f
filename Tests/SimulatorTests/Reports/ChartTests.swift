import CostModel
import Foundation
import Testing

@testable import Simulator

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let charts: [@Sendable (ScenarioReport) -> String] = [
  CumulativeCostChart.svg, CostByModelChart.svg,
]

private let odd: [SampleReport] = [
  SampleReport(users: [50], models: [("a", 1)], budget: nil),
  SampleReport(
    users: (1...12).map { $0 * 90 },
    models: (1...15).map {
      ("<model> & \"friends\" '\u{1}' 漢字 number \($0)", Int64($0) * 1_000_000)
    }),
  SampleReport(users: [1], models: [("free", -33_334)], budget: 1_000_000),
  SampleReport(users: [1, 2_000], fixedMonthly: 9_000_000_000_000_000_000),
]

@Test func chartsAreWellFormedXML() {
  for sample in odd {
    for chart in charts {
      let svg = chart(sample.report)
      let parser = XMLParser(data: Data(svg.utf8))
      #expect(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? ""): \(svg)")
      #expect(!svg.contains("nan") && !svg.contains("inf\""))
      #expect(svg == chart(sample.report))
    }
  }
}

/// Texts that stand above one another in the same column keep their distance.
@Test func chartNamesDoNotOverlap() {
  let wanted = (0..<12).map { 300 - Double($0) * 0.5 }
  let places = LabelLayout.spread(wanted, gap: 15, in: 70...394)
  for (a, b) in zip(places, places.dropFirst()) { #expect(a - b >= 15 - 1e-9) }
  #expect(places.allSatisfy { (70...394).contains($0) })
  #expect(LabelLayout.spread([100, 300], gap: 15, in: 0...400) == [100, 300])
  #expect(LabelLayout.spread([5, 5], gap: 15, in: 0...400) == [5, 20])
  #expect(LabelLayout.spread([400, 400], gap: 15, in: 0...400) == [385, 400])
}

@Test func scalesHaveRoundSteps() {
  #expect(ChartScale(largest: 1_273).ticks == [0, 250, 500, 750, 1_000, 1_250, 1_500])
  #expect(ChartScale(largest: 0).ticks == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
  for exponent in -8...12 {
    for mantissa in [1.0, 1.3, 2, 3.7, 5, 7.2, 9.99] {
      let largest = mantissa * pow(10, Double(exponent))
      let scale = ChartScale(largest: largest)
      #expect(scale.top >= largest && (3...8).contains(scale.ticks.count), "\(largest)")
      let labels = scale.ticks.map(scale.label)
      #expect(Set(labels).count == labels.count, "\(labels)")
    }
  }
}

@Test func billsFarAboveTheBudgetLeaveTheFrameWithTheirAmount() throws {
  // $98, $980 and $9,800 against $1,000: the frame ends near $1,600.
  let report = SampleReport(users: [100, 1_000, 10_000]).report
  let svg = CumulativeCostChart.svg(report)
  #expect(svg.contains(">to $9,800</text>") && !svg.contains(">to $980</text>"))
  #expect(svg.contains(">10,000 users $9,800</text>"))
  #expect(svg.contains(">$2,000</text>") && !svg.contains(">$5,000</text>"))
  for line in svg.split(separator: "\n") where line.hasPrefix("<polyline") {
    let points = line.split(separator: "\"")[3].split(separator: " ")
    #expect(points.count >= 2)
    for point in points {
      let y = try #require(Double(point.split(separator: ",")[1]))
      #expect((92...412).contains(y), "\(point)")
    }
  }
  // Twice the budget still fits, and nothing leaves.
  #expect(!CumulativeCostChart.svg(SampleReport(users: [2_000]).report).contains(">to $"))
}

@Test func longNamesAreShortenedInTheMiddle() {
  #expect(SVG.shortened("abcdefghij", to: 7) == "abc…hij")
  #expect(SVG.shortened("abc", to: 7) == "abc")
}
