import CostModel
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Support

/// Grids and tornados: what is looked at, with what luck, and what the files say.
@Suite struct SweepTests {
  private func setUp(
    _ overrides: [String] = [], runs: Int? = nil, threads: Int = 2
  ) throws -> (assessor: Assessor, scenario: Scenario) {
    let folder = try SmallCompany.folder()
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: overrides)
    return (
      Assessor(read.tree, scenario: read.scenario, runs: runs, threads: threads), read.scenario
    )
  }

  private func axis(_ text: String, _ assessor: Assessor) throws -> SweepAxis {
    try SweepAxis(text, number: 1, tree: assessor.tree)
  }

  @Test(arguments: [
    ("users=5,10,20", ["5", "10", "20"]),
    ("workloads.*.volume=10..40:4", ["10", "20", "30", "40"]),
    ("workloads.chat.mix.easy.share=40%..90%:6", ["0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]),
    ("prices.*.input*=0.5,1,2", ["0.5", "1", "2"]), ("users=1..3:9", ["1", "2", "3"]),
    ("workloads.chat.task=a,b", ["a", "b"]), ("users=1K", ["1K"]),
  ])
  func axesAreRead(text: String, values: [String]) throws {
    #expect(try axis(text, setUp().assessor).values.map(\.text) == values)
  }

  @Test(arguments: [
    ("users", "--vary:1:1: error: expected path=values"),
    ("users=5..1:3", "--vary:1:7: error: expected LOW..HIGH:COUNT"),
    ("users=1.5,2", "--vary:1:7: error: '1.5' is no value of users"),
    ("workloads.*.volum=1,2", "--vary:1:1: error: no number is called 'workloads.*.volum'"),
    ("workloads.chat.mix.*.*=1,2", "these inputs have different units"),
    ("cache.mode=off", "--vary:1:12: error: expected two values or more"),
  ])
  func slipsAreToldWithTheirPlace(text: String, message: String) throws {
    let assessor = try setUp().assessor
    let error = #expect(throws: InputErrors.self) { try axis(text, assessor) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  /// Every point of a grid is what that scenario costs on its own.
  @Test func everyPointIsItsScenario() throws {
    let (assessor, scenario) = try setUp(["plans=[2, 4]"])
    let axes = try [
      axis("workloads.*.volume=10,30", assessor), axis("prices.large.*=$1 per 1M tokens", assessor),
    ]
    let sweep = try Sweep(assessor, scenario: scenario, axes: axes)
    #expect(sweep.points.map(\.place) == [[0, 0], [0, 0], [1, 0], [1, 0]])
    #expect(sweep.points.map(\.plan.users) == [2, 4, 2, 4])
    let folder = try SmallCompany.folder()
    let alone = try folder.read(overrides: [
      "plans=[4]", "workloads.chat.volume=30", "workloads.report.volume=30",
      "prices.large={input: $1 per 1M tokens, output: $1 per 1M tokens}",
    ])
    let cost = Outcome(expected: alone, plan: alone.plans[0]).cost
    #expect((sweep.points[3].assessment.cost - cost).magnitude < 1e-12)
    let table = ReportTables.sweepTable(sweep)
    #expect(
      table.columns.prefix(5).map(\.name) == [
        "scenario", "plan", "users", "workloads_volume", "prices_large",
      ])
  }

  /// Common random numbers: doubling all prices doubles every simulated month to the last digit, and
  /// more users only add calls.
  @Test func combinationsShareTheirLuck() throws {
    let (assessor, scenario) = try setUp(runs: 3)
    let prices = try Sweep(
      assessor, scenario: scenario, axes: [axis("prices.***=1,2", assessor)])
    let bills = prices.points.map { $0.assessment.runs.map(\.bill) }
    for (one, two) in zip(bills[0], bills[1]) {
      #expect((one?.picodollars ?? 0) * 2 == two?.picodollars)
    }
    let users = try Sweep(assessor, scenario: scenario, axes: [axis("users=1..6:6", assessor)])
    let costs = users.points.map { $0.assessment.runs.map(\.cost) }
    for (fewer, more) in zip(costs, costs.dropFirst()) {
      #expect(zip(fewer, more).allSatisfy { $0 < $1 })
    }
  }

  @Test func threadsDoNotShow() throws {
    let texts = try [1, 3].map { threads -> [String] in
      let ranges = ["workloads.chat.volume={low: 50, likely: 80, high: 200}"]
      let (assessor, scenario) = try setUp(ranges, runs: 2, threads: threads)
      let sweep = try Sweep(
        assessor, scenario: scenario,
        axes: [axis("users=1,2", assessor), axis("workloads.report.volume=5,9", assessor)])
      let csv = String(decoding: ReportTables.sweepTable(sweep).csv(.rfc4180), as: UTF8.self)
      return [csv, SweepMarkdown.text(sweep), SweepChart.svg(sweep) ?? ""]
    }
    #expect(texts[0] == texts[1] && !texts[0].contains(""))
  }

  /// A tornado's ends are the scenarios that state them; the greatest swing comes first; what costs
  /// nothing does not move the bill.
  @Test func aTornadoMovesOneInputAtATime() throws {
    let (assessor, scenario) = try setUp([
      "workloads.report.volume={low: 5, likely: 10, high: 40}"
    ])
    let result = try Sensitivity(assessor, scenario: scenario, share: 0.2)
    #expect(result.rows.map(\.swing) == result.rows.map(\.swing).sorted(by: >))
    let volume = try #require(result.rows.first { $0.input.name == "workloads.chat.volume" })
    #expect(volume.low == 80 && volume.high == 120 && !volume.isStated)
    let folder = try SmallCompany.folder()
    let low = try folder.read(overrides: ["workloads.chat.volume=80"])
    let plan = low.plans[0]
    #expect((volume.atLow.expected?.cost ?? 0) == Outcome(expected: low, plan: plan).cost)
    let report = try #require(result.rows.first { $0.input.name == "workloads.report.volume" })
    #expect(report.low == 5 && report.high == 40 && report.isStated)
    let latency = try #require(result.rows.first { $0.input.name == "models.small.latency" })
    #expect(latency.swing == 0 && !result.moving.contains { $0.input.name == latency.input.name })
    #expect(!result.rows.contains { $0.input.name == "budget" })
    let text = SensitivityMarkdown.headline(result)
    #expect(text.hasPrefix("The $") && text.contains("volume of report"))
  }

  /// The bill is all tokens of two models, so that a fifth more of both models' prices is a fifth more
  /// of it; no price of a bar is moved alone as well. Stated ranges and shares stay alone.
  @Test func providersFiguresAreABarEach() throws {
    let (assessor, scenario) = try setUp([
      "prices.small.output={low: $1 per 1M tokens, likely: $2 per 1M tokens, high: $3 per 1M tokens}"
    ])
    let result = try Sensitivity(assessor, scenario: scenario, share: 0.2, isBundled: true)
    let names = result.rows.map(\.input.name)
    #expect(Set(names).count == names.count)
    let large = try #require(result.rows.first { $0.input.name == "prices.large.**" })
    #expect(large.count == 2 && large.low == 0.8 && large.high == 1.2 && !large.isStated)
    #expect(InputWords.label(large.input) == "prices of large")
    // $10 in, $20 out: 20 of 100 chats (1,000, 200) and 10 reports (2,000, 200), ten users.
    let cost = 10 * (20 * (1_000 * 10 + 200 * 20) + 10 * (2_000 * 10 + 200 * 20)) / 1e6
    #expect((large.swing - 0.4 * cost).magnitude < 1e-9)
    #expect(!names.contains { $0.hasPrefix("prices.large.") && $0 != "prices.large.**" })
    let output = try #require(result.rows.first { $0.input.name == "prices.small.output" })
    #expect(output.isStated && output.count == 1 && names.contains("prices.small.input"))
    #expect(names.contains("workloads.chat.mix.easy.share"))
    #expect(SensitivityMarkdown.text(result).contains("`--each` moves every input alone"))
    let each = try Sensitivity(assessor, scenario: scenario, share: 0.2)
    #expect(each.rows.allSatisfy { $0.count == 1 })
    #expect(each.rows.contains { $0.input.name == "prices.large.output" })
    #expect(!SensitivityMarkdown.text(each).contains("--each"))
  }

  /// Two stages of 100 and 300 tokens in, at $1 per 1M: a fifth of both is a fifth of the bill.
  @Test func stagesOfAFlowAreABar() throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": "models: { m: { provider: p, latency: 1s, input: $1 per 1M tokens } }",
      "s.yaml": """
      period: { start: 2026-06-01, days: 30 }
      plans: [10]
      catalog: catalog.yaml
      policy: { rules: [{ name: all, model: m }] }
      workloads:
        flow: { volume: 100, stages: [{ calls: { a: { input: 100 } } }, { calls: { b: { input: 300 } } }] }
      """,
    ])
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let assessor = Assessor(read.tree, scenario: read.scenario, runs: nil, threads: 1)
    let result = try Sensitivity(assessor, scenario: read.scenario, share: 0.2, isBundled: true)
    let stages = try #require(result.rows.first { $0.count > 1 })
    #expect(stages.input.name == "workloads.flow.stages.**" && stages.count == 2)
    #expect(InputWords.label(stages.input) == "stages of flow")
    #expect((stages.swing - 0.4 * 10 * 100 * 400 / 1e6).magnitude < 1e-9)
  }
}
