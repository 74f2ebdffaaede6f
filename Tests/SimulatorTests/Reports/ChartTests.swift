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

@Test func longNamesAreShortenedInTheMiddle() {
  #expect(SVG.shortened("abcdefghij", to: 7) == "abc…hij")
  #expect(SVG.shortened("abc", to: 7) == "abc")
}
