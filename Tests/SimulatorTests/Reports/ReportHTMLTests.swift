import Foundation
import Testing

@testable import Reports
@testable import Scenarios

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let evil = "<script>alert(1)</script> | & \"x\" **b** [a](javascript:alert(2)) `c` \\"

private func page(_ report: ScenarioReport) -> String {
  var charts: [String: String] = [:]
  for chart in ReportChart.allCases { charts[chart.path] = chart.svg(report) }
  return ReportHTML.text(ReportMarkdown.text(report), title: report.title, charts: charts)
}

@Test func htmlMakesEveryTagItselfAndReachesForNothing() throws {
  var sample = SampleReport(title: evil, users: [50, 900], alertsPerPlan: 5)
  sample.models = [(evil, 1_000_000), ("plain", 2_000_000)]
  var report = sample.report
  report.scenario.assumptions = [Assumption(text: evil)]
  let html = page(report)
  let allowed: Set<String> = [
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "ul", "li", "a",
    "strong", "code", "figure", "div", "table", "thead", "tbody", "tr", "th", "td", "svg", "desc",
    "rect", "line", "polyline", "circle", "text",
  ]
  let tags = Set(html.matches(of: /<([a-zA-Z][a-zA-Z0-9]*)/).map { String($0.1) })
  #expect(tags.isSubset(of: allowed), "\(tags.subtracting(allowed))")
  #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; | &amp; &quot;x&quot; **b** [a]"))
  let targets = html.matches(of: /(?:href|src|url)\s*[=(]\s*"?([^"> ]*)/).map { String($0.1) }
  #expect(!targets.isEmpty && targets.allSatisfy { $0.wholeMatch(of: /[a-z.]+/) != nil })
  let names = html.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
  #expect(Set(names).count == names.count)
}

/// The page is XML but for its first line and its `meta` elements, so nothing is left open.
@Test func htmlIsWellFormed() {
  let html = page(SampleReport(users: [50, 900], alertsPerPlan: 5).report)
    .replacing("<!doctype html>\n", with: "").replacing(/<meta [^>]*>/, with: "")
  let parser = XMLParser(data: Data(html.utf8))
  #expect(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? "")")
}

/// The same headings, rows, items and pictures as report.md, in the same number.
@Test func htmlSaysWhatMarkdownSays() {
  let report = SampleReport(users: [50, 900], alertsPerPlan: 5).report
  let (html, markdown) = (page(report), ReportMarkdown.text(report))
  let lines = markdown.split(separator: "\n")
  let rows = lines.filter { $0.hasPrefix("|") && !$0.hasPrefix("| -") }
  #expect(html.matches(of: /<tr>/).count == rows.count)
  #expect(html.matches(of: /<h2>/).count == lines.count { $0.hasPrefix("## ") })
  #expect(html.matches(of: /<li>/).count == lines.count { $0.hasPrefix("- ") })
  #expect(html.matches(of: /<svg\s/).count == lines.count { $0.hasPrefix("![") })
  for row in rows {
    for cell in row.split(separator: "|") {
      let text = cell.trimmingCharacters(in: .whitespaces)
      guard text.allSatisfy({ $0.isNumber || "$.,%".contains($0) }), !text.isEmpty else { continue }
      #expect(html.contains(">\(text)</td>"), "\(text)")
    }
  }
}

@Test func markdownBecomesHTML() {
  let maker = MarkdownHTML(pictures: ["charts/a.svg": "<svg/>"])
  #expect(
    maker.html("# A *\\* b\\_c\n\nx **y** `z|\\_` &lt;&amp;\n") == """
      <h1>A ** b_c</h1>
      <p>x <strong>y</strong> <code>z|_</code> &lt;&amp;</p>

      """)
  #expect(
    maker.html("![a](charts/a.svg)\n\n![b](charts/b.svg)\n") == """
      <figure>
      <svg/></figure>
      <p><a href="charts/b.svg">b</a></p>

      """)
  #expect(
    maker.html("| a | b \\| c |\n| --- | ---: |\n| **1** | 2 |\n") == """
      <div class="wide"><table>
      <thead>
      <tr><th>a</th><th class="number">b | c</th></tr>
      </thead>
      <tbody>
      <tr><td><strong>1</strong></td><td class="number">2</td></tr>
      </tbody>
      </table></div>

      """)
  #expect(
    maker.html("- [x](http://y)\n- [z](z.csv)\n") == """
      <ul>
      <li>x</li>
      <li><a href="z.csv">z</a></li>
      </ul>

      """)
}
