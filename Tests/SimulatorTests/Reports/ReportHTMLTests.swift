import Foundation
import Testing

@testable import Reports
@testable import Scenarios
@testable import Support

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let evil = "<script>alert(1)</script> | & \"x\" **b** [a](javascript:alert(2)) `c` \\"

private func page(_ report: ScenarioReport) -> String {
  ReportHTML.text(ReportMarkdown.text(report), charts: ReportChart.all(report))
}

/// A browser runs a script whose bytes between the tags have the hash of the page's policy, no other.
@Test func htmlHasOneScriptThatItsPolicyNames() {
  let html = page(SampleReport(users: [50]).report)
  #expect(html.matches(of: /<script/).count == 1)
  #expect(WrittenPage.withoutOwnScript(html).count == html.count - PageScript.text.count - 17)
  #expect(
    html.contains("default-src 'none'; style-src 'unsafe-inline'; script-src '\(PageScript.hash)'"))
  #expect(PageScript.hash.wholeMatch(of: /sha256-[A-Za-z0-9+\/]{43}=/) != nil)
}

/// Every section can be reached from the contents, in their order, and the index from every page.
@Test func htmlBeginsWithItsContents() {
  let (title, html) = MarkdownHTML(pictures: [:]).page(
    "# T & *\\**\n\nx\n\n## One, two\n\ny\n\n## One two\n\n### z\n", home: "../index.html")
  #expect(title == "T &amp; ***")
  #expect(
    html == """
      <h1>T &amp; ***</h1>
      <p>x</p>
      <nav><a href="#section-one-two">One, two</a>
      <a href="#section-one-two-2">One two</a>
      <a href="../index.html">All reports</a></nav>
      <h2 id="section-one-two">One, two</h2>
      <p>y</p>
      <h2 id="section-one-two-2">One two</h2>
      <h3>z</h3>

      """)
}

/// A phone is 358 pixels wide inside: three columns of 6, 7 and 8 characters are 21 × 7.8 + 3 × 22 = 230,
/// with a column of 40 more 30 × 7.8 + 4 × 22 + 312 = 634. Sentences are cards however many rows there are.
@Test func tablesThatAreWiderThanAPhoneBecomeCards() {
  func html(_ columns: [Int], rows: Int) -> String {
    let line = columns.map { String(repeating: "x", count: $0) }.joined(separator: " | ")
    let marks = columns.map { _ in "---" }.joined(separator: " | ")
    return MarkdownHTML(pictures: [:]).html(
      ([line, marks] + Array(repeating: line, count: rows)).map { "| \($0) |\n" }.joined())
  }
  #expect(!html([6, 7, 8], rows: 3).contains("cards"))
  let wide = html([6, 7, 8, 40], rows: 3)
  #expect(wide.contains("<table class=\"cards\">"))
  #expect(wide.matches(of: /<td class="long" data-head="x{40}">/).count == 3)
  #expect(wide.matches(of: /<td data-head="x{7}">/).count == 3)
  // 101 rows of four are more than 400 lines.
  #expect(html([6, 7, 8, 40], rows: 100).contains("cards"))
  #expect(!html([6, 7, 8, 40], rows: 101).contains("cards"))
  #expect(html([6, 7, 8, 61], rows: 101).contains("cards"))
  #expect(html(Array(repeating: 6, count: 9), rows: 1).contains("<table class=\"cards dense\">"))
}

/// Two verbs and a report of one scenario share its section, in any order; another's stays.
@Test func everyPageIsInTheIndex() throws {
  let folder = try ScenarioFolder([:])
  let path = folder.path("out")
  func write(_ name: String, _ subfolder: String) throws {
    let out = try OutputFolder(path: path)
    let page = ReportPage(name: name, markdown: "# About \(name)\n\nThe answer.\n\nMore: none.\n")
    try ReportIndex.write([(page, subfolder)], in: out)
    try out.commit()
  }
  try write("forecast", "a b")
  try write("levers", "other")
  try write("stress", "a b")
  let text = { try String(contentsOfFile: path + "/" + $0, encoding: .utf8) }
  #expect(
    try text("index.md") == """
      # Reports

      ## [About forecast](a%20b/forecast.md)

      The answer.

      More: [What may go wrong](a%20b/stress.md)

      ## [About levers](other/levers.md)

      The answer.


      """)
  #expect(try text("index.html").contains("<a href=\"a%20b/stress.html\">What may go wrong</a>"))
  var sample = SampleReport(title: "Sample", users: [50])
  sample.name = "a b"
  let out = try OutputFolder(path: path)
  try ReportWriter.writeIndex([sample.report], into: out)
  try out.commit()
  let index = try text("index.md")
  #expect(index.contains("## [Sample](a%20b/report.md)") && !index.contains("About forecast"))
  #expect(
    index.contains(
      "More: [The months to come](a%20b/forecast.md) · [What may go wrong](a%20b/stress.md)\n\n"))
}

@Test func htmlMakesEveryTagItselfAndReachesForNothing() throws {
  var sample = SampleReport(title: evil, users: [50, 900], alertsPerPlan: 5)
  sample.models = [(evil, 1_000_000), ("plain", 2_000_000)]
  var report = sample.report
  report.scenario.assumptions = [Assumption(text: evil)]
  let html = page(report)
  let allowed: Set<String> = [
    "html", "head", "meta", "title", "style", "script", "body", "main", "nav", "h1", "h2", "p",
    "ul", "li", "a", "strong", "code", "figure", "div", "table", "thead", "tbody", "tr", "th", "td",
    "svg", "desc", "rect", "line", "polyline", "circle", "text",
  ]
  let tags = Set(
    WrittenPage.withoutOwnScript(html).matches(of: /<([a-zA-Z][a-zA-Z0-9]*)/).map { String($0.1) })
  #expect(tags.isSubset(of: allowed), "\(tags.subtracting(allowed))")
  #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; | &amp; &quot;x&quot; **b** [a]"))
  let targets = html.matches(of: /(?:href|src|url)\s*[=(]\s*"?([^"> ]*)/).map { String($0.1) }
  #expect(!targets.isEmpty && targets.allSatisfy { $0.wholeMatch(of: /#?[a-z.-]+/) != nil })
  let names = html.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
  #expect(Set(names).count == names.count)
}

/// The page is XML but for its first line and its `meta` elements, so nothing is left open.
@Test func htmlIsWellFormed() {
  let html = page(SampleReport(users: [50, 900], alertsPerPlan: 5).report)
    .replacing("<!doctype html>\n", with: "").replacing(
      "<script>\(PageScript.text)</script>", with: ""
    ).replacing(/<meta [^>]*>/, with: "")
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
  #expect(
    html.matches(of: /<h2 id="section-[a-z0-9-]+">/).count == lines.count { $0.hasPrefix("## ") })
  #expect(html.matches(of: /<li>/).count == lines.count { $0.hasPrefix("- ") })
  // Each for wide screens and for phones.
  for kind in ["page", "phone"] {
    let count = html.components(separatedBy: "<svg class=\"\(kind)\" ").count - 1
    #expect(count == lines.count { $0.hasPrefix("![") })
  }
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
