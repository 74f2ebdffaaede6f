import CostModel
import Foundation
import Testing

@testable import Reports
@testable import Simulator

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let widths: [ChartWidth] = [.page, .phone]
private let charts = ReportChart.allCases.flatMap { chart in widths.map { (chart, $0) } }

private let odd: [SampleReport] = [
  SampleReport(users: [50], models: [("a", 1)], budget: nil),
  SampleReport(
    users: (1...12).map { $0 * 90 },
    models: (1...15).map {
      ("<model> & \"friends\" '\u{1}' 漢字 number \($0)", Int64($0) * 1_000_000)
    }),
  SampleReport(users: [1], models: [("free", -33_334)], budget: 1_000_000),
  SampleReport(users: [1, 2_000], fixedMonthly: 9_000_000_000_000_000_000),
  SampleReport(
    users: (1...12).map { $0 * 20 },
    models: (1...13).map { ("m\($0)", Int64($0) * 90_000_000_000) },
    alertsPerPlan: 60),
]

@Test func chartsAreWellFormedXML() {
  for sample in odd {
    for (chart, width) in charts {
      let svg = chart.svg(sample.report, width: width) ?? "<svg/>"
      let parser = XMLParser(data: Data(svg.utf8))
      #expect(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? ""): \(svg)")
      #expect(!svg.contains("nan") && !svg.contains("inf\""))
      #expect(svg == chart.svg(sample.report, width: width) ?? "<svg/>")
    }
  }
}

/// No text lies on another, with one series or twelve.
@Test func chartTextsDoNotOverlap() throws {
  for sample in odd {
    for (chart, width) in charts {
      guard let svg = chart.svg(sample.report, width: width) else { continue }
      let boxes = textBoxes(svg)
      #expect(boxes.count > 5)
      // Nor does any leave the picture.
      for box in boxes where box.left < 0 || box.right > width.rawValue {
        Issue.record("\(chart), \(width): '\(box.text)' from \(box.left) to \(box.right)")
      }
      for (index, a) in boxes.enumerated() {
        for b in boxes[(index + 1)...] where a.overlaps(b) {
          Issue.record(
            "\(chart), \(width), \(sample.users.count) plans: '\(a.text)' on '\(b.text)'")
        }
      }
    }
  }
}

/// Wherever the answer and the budget lie, with one line or twelve.
@Test(arguments: [1, 2, 5, 12])
func textsOfLinesDoNotOverlap(count: Int) {
  for share in stride(from: 0.0, through: 1, by: 0.04) {
    for factor in [0.02, 0.5, 0.97, 1, 1.03, 1.5, 3.9] {
      let slopes = (1...count).map { 0.6 + 0.4 * Double($0) / Double(count) }
      let x = 1_000 * share
      let chart = LinesChart(
        title: "The bill over users", axis: "users",
        series: slopes.enumerated().map { index, slope in
          LinesChart.Series(
            name: "plan \(index)", points: [0, x, 1_000].map { ($0, 5 + slope * $0) })
        },
        marks: [0, 250, 500, 750, 1_000].map { ($0, "\($0)") },
        budget: (5 + x) * factor, answer: (x, 5 + x, "\(Int(x)) users: $\(Int(5 + x)).00"))
      for width in widths {
        let svg = chart.svg(width: width)
        let boxes = textBoxes(svg)
        #expect(svg.contains(" users: $") && boxes.count > 8)
        for (index, a) in boxes.enumerated() {
          for b in boxes[(index + 1)...] where a.overlaps(b) {
            Issue.record(
              "\(width), \(count) lines, \(share), \(factor): '\(a.text)' lies on '\(b.text)'")
          }
        }
      }
    }
  }
}

/// Under, over and beside what is there already, or nowhere.
@Test func aTextIsFreeWhereNoCurvePasses() {
  let box = LabelLayout.Box("budget", at: 100, base: 50)
  #expect(LabelLayout.isFree(box, of: [[(0, 30), (300, 30)], [(0, 60), (300, 60)]]))
  #expect(!LabelLayout.isFree(box, of: [[(0, 45), (300, 45)]]))
  #expect(LabelLayout.isFree(box, of: [[(0, 45), (95, 45)], [(150, 45), (300, 45)]]))
  #expect(!LabelLayout.isFree(box, of: [[(0, 0), (240, 90)]]))
  #expect(box.overlaps(LabelLayout.Box("x", at: 140, base: 60, anchor: .middle)))
  #expect(!box.overlaps(LabelLayout.Box("x", at: 140, base: 65)))
}

private struct TextBox {
  var text: String
  var left: Double
  var right: Double
  var base: Double

  func overlaps(_ other: TextBox) -> Bool {
    left < other.right && other.left < right && (base - other.base).magnitude < 10
  }
}

/// Where each text of a picture stands, by a fair guess of its width.
private func textBoxes(_ svg: String) -> [TextBox] {
  let element =
    /<text class="([^"]*)" x="([^"]+)" y="([^"]+)" text-anchor="(\w+)">(?:<title>.*?<\/title>)?(.*?)<\/text>/
  return svg.matches(of: element).compactMap { match in
    guard let x = Double(match.2), let y = Double(match.3) else { return nil }
    let text = String(match.5).replacing(/&[a-z#0-9]+;/, with: "x")
    let size: Double = match.1 == "h" ? 15 : match.1.hasPrefix("f") ? 11 : 12
    let width = SVG.width(of: text) * 0.85 * size / 12
    let left = match.4 == "end" ? x - width : match.4 == "middle" ? x - width / 2 : x
    return TextBox(text: text, left: left, right: left + width, base: y)
  }
}

@Test func hourlyLoadIsAShareOfTheLimitInLocalHours() throws {
  // 50 and 1,000 users; with the latter, 30 minutes of the hour from 0:00 in Paris start 1,000
  // calls each: 1,000 × 30 / (30 days × 60 min) is 16.7 a minute, of 100.
  let svg = try #require(ReportChart.hourlyLoad.svg(SampleReport().report))
  #expect(svg.contains("deepseek-v3</text>"))
  let mean = "mean day at most 16.7 %"
  #expect(svg.contains("requests a minute; busiest hour 20.0 % expected; \(mean)"))
  #expect(svg.contains("limit 100 requests a minute; \(mean)"))
}

@Test func latencyAndAlertsAreLeftOutWhereThereIsNothing() {
  var report = SampleReport(users: [1], budget: nil).report
  report.plans[0].result.latency = LatencyHistogram()
  report.plans[0].result.performance = []
  let drawn = ReportChart.allCases.filter { $0.svg(report) != nil }
  #expect(drawn == [.cumulativeCost, .costByModel])
  #expect(!ReportMarkdown.text(report).contains("charts/latency.svg"))
}

@Test func alertTimelineShowsSpansAndCrossings() throws {
  let report = SampleReport(users: [1_000], alertsPerPlan: 21).report
  let svg = try #require(ReportChart.alertTimeline.svg(report))
  // 21 alternating alerts an hour apart: ten spans, and one that lasts to the end.
  #expect(svg.contains("1,000 users: budget-75%, budget-90%, error rate 11 times"))
  #expect(svg.contains("to 1 December 2026, 00:00"))
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
