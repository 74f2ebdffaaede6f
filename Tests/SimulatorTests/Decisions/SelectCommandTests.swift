import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios

/// `select` from end to end, its shipped page and its chart.
@Suite struct SelectCommandTests {
  /// The page of a shipped scenario, whose first sentences a founder reads.
  @Test func theShippedPageIsAsRecorded() throws {
    let path = RepositoryFiles.root.appendingPathComponent("scenarios/huntaze-engineering.yaml")
      .path
    let scenario = try ScenarioReader.read(path: path)
    let study = SelectionStudy(
      scenario, rules: try SelectionReader.rules(of: scenario))
    let chart = FrontierChart.svg(study)
    try RepositoryFiles.expect(
      SelectionMarkdown(study: study).text(hasPicture: chart != nil),
      in: "Tests/Golden/select/select.md")
    try RepositoryFiles.expect(
      String(decoding: ReportTables.selectionTable(study).csv(.rfc4180), as: UTF8.self),
      in: "Tests/Golden/select/select.csv")
    try RepositoryFiles.expect(chart ?? "", in: "Tests/Golden/select/select.svg")
  }

  /// A company that has none of the documents' models is told of none, by `init`'s own files: nothing is
  /// proposed where nobody rates a model, and the page says what to state.
  @Test func otherCompaniesHearOfTheirOwnModelsOnly() throws {
    let folder = try ScenarioFolder()
    #expect(try Program.run(["init", folder.path("mine")]).code == 0)
    let scenario = folder.path("mine/scenario.yaml")
    let names = try CatalogReader.read(
      path: RepositoryFiles.root.appendingPathComponent("scenarios/catalogs/documents.yaml").path
    ).models.flatMap { [$0.name] + $0.aliases }
    for verb in ["select", "levers", "stress"] {
      let outcome = try Program.run(
        [verb, scenario, "--users", "20", "--out", folder.path("out")])
      #expect(outcome.code == 0, "\(outcome.errors)")
      if verb == "select" {
        #expect(
          outcome.output.contains(
            "no model is left, and the rules name none for that case (`selection: fallback`), so none "
              + "is proposed. Nobody gives a quality figure of a model that can take them:"))
      }
    }
    let pages = folder.content.filter { $0.hasPrefix("out/") && $0.contains(".") }
    #expect(pages.count >= 8)
    for page in pages {
      let text = try String(contentsOfFile: folder.path(page), encoding: .utf8)
      for name in names + ["documents'"] {
        #expect(!text.contains(name), "\(page) names \(name)")
      }
    }
    let judged = try Program.run(
      ["select", scenario, "--stand-in", "70%", "--out", folder.path("judged")])
    #expect(!judged.output.contains("no model is left"))
    // A fallback is a model of the catalog, or an error.
    let wrong = try Program.run([
      "select", scenario, "--override", "selection.fallback=lage", "--out", folder.path("no"),
    ])
    #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'large'?"), "\(wrong.errors)")
  }

  private static let selection = """
    selection:
      max_cost: $0.5
      quality:
        tests:
          title: our own tests
          figures:
            - { model: small, quality: 80%, when: { complexity: high } }
            - { model: big, quality: 99%, source: our tests }
            - { model: small, quality: 90% }
    """

  private struct Answer: Decodable {
    var verb: String
    var answer: String
    var rows: [[String: String?]]
  }

  @Test func ownFiguresAreJudgedAndItsFilesWritten() throws {
    let folder = try SmallCompany.folder(Self.selection)
    let outcome = try Program.run(
      ["select", "s.yaml", "--json", "--min-quality", "85%", "--out", folder.path("out")],
      in: folder.url)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
    #expect(answer.verb == "select" && answer.rows.count == 6)
    let small = answer.rows.filter { $0["model"] == "small" }
    #expect(Set(small.map { $0["verdict"] }) == ["best", "dropped"])
    #expect(small.allSatisfy { $0["quality_scale"] == "tests" })
    #expect(answer.rows.contains { $0["note"] == "min_quality" })
    for name in ["select.md", "select.html", "select.csv", "charts/select.svg"] {
      #expect(folder.content.contains("out/s/" + name))
    }
    let page = try String(contentsOfFile: folder.path("out/s/select.html"), encoding: .utf8)
    #expect(page.contains("<figure>\n<svg") && page.contains("Judged on our own tests"))
  }

  @Test(arguments: [
    (["--max-latency", "fast"], "--max-latency: error: expected a duration like 2s, not 'fast'"),
    (["--max-cost", "lots"], "--max-cost: error: expected an amount like $0.002, not 'lots'"),
    (["--min-quality", "180%"], "--min-quality: error: expected a percentage like 80%"),
    (["--stand-in", "x"], "--stand-in: error: expected a percentage like 70%, not 'x'"),
    (["--users", "1,2"], "--users names several plans"),
    (["--override", "selection.cost_scale=$0"], "must be more than $0"),
    (["--override", "selection.weights={qualty: 1}"], "did you mean 'quality'?"),
    (
      ["--override", "+selection.quality={own: {figures: [{model: smal, quality: 1%}]}}"],
      "did you mean 'small'?"
    ),
  ])
  func slipsExitWith2AndWriteNothing(arguments: [String], message: String) throws {
    let folder = try SmallCompany.folder(Self.selection)
    let before = folder.content
    let outcome = try Program.run(
      ["select", "s.yaml", "--out", folder.path("out")] + arguments, in: folder.url)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.content == before)
  }

  // MARK: Chart

  private struct Box {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    func meets(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// However many models there are and however near, a label lies on no other and on no point.
  @Test(arguments: (1...25).map { 7_700 + $0 } as [UInt64])
  func labelsNeverOverlap(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    let count = 2 + random.below(24)
    var builder = ScenarioBuilder()
    builder.models = (0..<count).map { number in
      let name = "model-\(number)-" + String(repeating: "x", count: random.below(20))
      let price = 1 + Double(random.below(40)) / 10
      return ScenarioBuilder.model(name, input: price, output: price)
    }
    let scenario = builder.build()
    var rules = try SelectionReader.standard(for: scenario.catalog)
    rules.scales = [
      SelectionRules.Scale(
        name: "s", title: "s",
        figures: scenario.catalog.models.indices.map {
          SelectionRules.Figure(
            model: ModelID(UInt16($0)), conditions: [],
            quality: 0.7 + Double(random.below(7)) / 20, source: "")
        })
    ]
    let study = SelectionStudy(scenario, rules: rules)
    for (width, panel) in [(ChartWidth.page, 450.0), (.phone, 360)] {
      let svg = try #require(FrontierChart.svg(study, width: width))
      let labels = svg.matches(
        of:
          /<text class="t halo" x="([-\d.]+)" y="([-\d.]+)"[^>]*><title>[^<]*<\/title>([^<]*)<\/text>/
      ).compactMap { match -> Box? in
        guard let x = Double(match.1), let y = Double(match.2) else { return nil }
        return Box(
          left: x, top: y - 10, right: x + SVG.width(of: String(match.3)), bottom: y + 2)
      }
      let points = svg.matches(
        of: /<circle class="s\d" cx="([-\d.]+)" cy="([-\d.]+)" r="5"><title>/
      )
      .compactMap { match -> Box? in
        guard let x = Double(match.1), let y = Double(match.2) else { return nil }
        return Box(left: x - 5, top: y - 5, right: x + 5, bottom: y + 5)
      }
      #expect(points.count == count)
      #expect(!labels.isEmpty && labels.count <= count)
      #expect(labels.count == count || svg.contains("without label: "))
      for (index, label) in labels.enumerated() {
        #expect(!labels[..<index].contains { $0.meets(label) })
        #expect(!points.contains { $0.meets(label) })
        #expect(label.left >= 0 && label.right <= panel)
      }
    }
  }
}
