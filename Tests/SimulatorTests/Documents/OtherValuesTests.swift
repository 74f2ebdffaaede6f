import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Systems of the documents with another company's values, each worked out by hand: what is only right for
/// the shipped scenarios is found here.
@Suite struct OtherValuesTests {
  /// Of $0.50 and $1 a million tokens, $2 and $8, and $1 and $3.
  private static let catalog = """
    name: acme
    models:
      big: { provider: x, latency: 1s, capabilities: [vision], input: $2 per 1M tokens, output: $8 per 1M tokens }
      small: { provider: x, latency: 300ms, input: $0.50 per 1M tokens, output: $1 per 1M tokens }
      third: { provider: y, latency: 500ms, input: $1 per 1M tokens, output: $3 per 1M tokens }
    """

  private static func folder(_ scenario: String) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": catalog,
      "s.yaml": """
      period: { start: 2026-03-01, days: 30 }
      catalog: catalog.yaml
      traffic: { arrivals: exact }
      \(scenario)
      """,
    ])
  }

  private func page(_ folder: ScenarioFolder, _ report: String = "s") throws -> String {
    try String(contentsOfFile: folder.path("out/\(report)/report.md"), encoding: .utf8)
  }

  // MARK: Fallbacks

  private static let seeing = """
    plans: [10]
    policy: { rules: [{ name: seen, when: { task: vision }, model: big }, { name: rest, model: small }] }
    chains: { standard: [small, third] }
    outages: [{ provider: x, from: 2026-03-02, for: 3d }]
    workloads:
      chat: { volume: 300, input: 1000, output: 100 }
      look: { volume: 30, task: vision, input: 300, output: 10 }
    """

  /// Of the models only `big` is said to see: with provider x down for 3 of 30 days, `third` answers chats
  /// and nobody looks. Of 300 looks 30 are expected to fail (binomial: a deviation of 5.2; 5.1 of them
  /// are 26.5, one false alarm in three million). Each failed look costs nothing, the others 300 × $2/M +
  /// 10 × $8/M = $0.00068 each.
  @Test func aCallFallsBackOnlyToWhatCanDoItsTask() throws {
    let scenario = try Self.folder(Self.seeing).read()
    let plan = scenario.plans[0]
    let result = try Simulation(scenario).result(of: plan, run: 1)
    #expect((Double(result.failedCalls) - 30).magnitude < 26.5)
    #expect(result.unaskedCalls == result.failedCalls)
    let looks = result.costs.filter { $0.useCase == "look" }
    #expect(Set(looks.filter { $0.attempts > 0 }.map(\.model)) == ["big"])
    let cost = looks.reduce(MoneySum.zero) { $0 + $1.cost }
    #expect(cost == MoneySum(picodollars: 680_000_000 * Int128(300 - result.failedCalls)))
    // By formula: 2,700 chats at $0.0006 and 300 at third's $0.0013, 270 looks.
    let expected = ExpectedCost(scenario: scenario, plan: plan).total
    #expect((expected - (2_700 * 0.0006 + 300 * 0.0013 + 270 * 0.00068)).magnitude < 1e-9)
    #expect(
      scenario.unaskedFallbacks == [
        Scenario.UnaskedFallbacks(task: "vision", tier: "standard", models: ["small", "third"])
      ])
  }

  @Test func whatIsNeverAskedIsSaid() throws {
    let folder = try Self.folder(Self.seeing)
    let said =
      "calls of the tier standard whose task is vision never fall back to small and third, of which the "
      + "catalog lists no vision among the capabilities"
    let valid = try Program.run(["validate", folder.path("s.yaml")])
    #expect(valid.code == 0 && valid.output.contains("never asked: \(said)"), "\(valid.output)")
    let run = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out"), "-q"])
    try #require(run.code == 0, "\(run.errors)")
    #expect(try page(folder).contains("- \(said)."))
    #expect(try page(folder).contains("Calls that failed without being sent there: "))
  }

  /// A catalog that lists a capability of nobody does not tell who lacks it; `needs` names the tasks.
  @Test(arguments: [
    ("", ["big"]), ("selection: { needs: [audio] }", ["big", "small", "third"]),
    ("selection: { needs: [] }", ["big", "small", "third"]),
  ])
  func needsAreTheScenariosToSay(selection: String, asked: [String]) throws {
    let scenario = try Self.folder(Self.seeing + "\n" + selection).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let looks = result.costs.filter { $0.useCase == "look" && $0.attempts > 0 }
    #expect(Set(looks.map(\.model)) == Set(asked))
    let silent = try ScenarioFolder([
      "catalog.yaml": Self.catalog.replacing("capabilities: [vision], ", with: ""),
      "s.yaml": "period: { start: 2026-03-01, days: 30 }\ncatalog: catalog.yaml\n" + Self.seeing,
    ]).read()
    #expect(silent.unaskedFallbacks.isEmpty && silent.incapable(of: "vision").isEmpty)
  }

  /// The same of a log: its request fails rather than being answered by what cannot see, and is counted.
  @Test func aLogsRequestFallsBackLikewise() throws {
    let folder = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: seen, when: { task: vision }, model: big }, { name: rest, model: small }] }
      chains: { standard: [third] }
      outages: [{ provider: x, from: 2026-03-01, for: 1d }]
      classifier: { model: third, accuracy: 80%, wrong: { big: 100% }, call: { input: 200, output: 5 } }
      workloads: { chat: { volume: 1, input: 1, satisfaction: 50% } }
      """)
    try folder.write(
      "log.csv",
      """
      timestamp,task,input_tokens,output_tokens
      2026-03-01T00:00:01Z,vision,1000,100
      2026-03-01T00:00:02Z,chat,1000,100
      """)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try page(folder, "s-replay")
    // $0.0013 at third.
    #expect(text.contains("**$0.0013**"), "\(text)")
    #expect(text.contains("Calls that failed without being sent there: 1 with inline."), "\(text)")
    // What a scenario says of its own calls is not applied to a log in silence.
    #expect(
      text.contains(
        "- Of the scenario, `classifier` and rates of quality, ratings and sales are for its own calls"
      ))
  }

  // MARK: Classifier

  /// By hand: 1,000 requests are classified by `third` at 200 × $1/M + 5 × $3/M = $0.000215, $0.215 in
  /// all, whether it is ever wrong or not.
  @Test func aClassifierThatIsAlwaysRightCostsToo() throws {
    let folder = try Self.folder(
      """
      plans: [10]
      policy: { rules: [{ name: all, model: small }] }
      classifier: { model: third, accuracy: 100%, wrong: { big: 100% }, call: { input: 200, output: 5 } }
      workloads: { chat: { volume: 100, input: 1000, output: 100 } }
      """)
    let run = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out"), "-q"])
    try #require(run.code == 0, "\(run.errors)")
    let cells = try page(folder).split(separator: "\n").drop { $0 != "## Classifier" }
      .first { $0.hasPrefix("| 10 users") }
    let values = cells?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    #expect(values == ["10 users", "1,000", "0", "$0.215", "$0.00", "$0.00"])
  }

  // MARK: Knowledge base

  /// By hand: 20 users make 2,000 calls of $0.0006 and 200 conversions a month. From 50 known, with 50 for
  /// half, the mean share of the first month is 0.3 (1 − 50/200 ln(300/100)) = 0.2176041, of the second,
  /// which knows 250, 0.3 (1 − 50/200 ln(500/300)) = 0.2616881, of the third 0.3 (1 − 50/200 ln(700/500))
  /// = 0.2747646: $0.9388751, $0.8859743 and $0.8702825. All three together are what `run` expects of the
  /// three months at once.
  @Test func aForecastGoesOnWithWhatWasLearnt() throws {
    let folder = try Self.folder(
      """
      plans: [20]
      policy: { rules: [{ name: all, model: small }] }
      knowledge_base: { workloads: [sales], ceiling: 30%, half_at: 50, known: 50 }
      workloads: { sales: { volume: 100, input: 1000, output: 100, conversion: 10% } }
      """)
    let scenario = try ScenarioReader.read(
      path: folder.path("s.yaml"), overrides: ["period.months=3"])
    let spec = ForecastSpec(months: 3, users: 20, growth: .rate(0), budgets: [], prepaid: nil)
    let months = try Forecast(scenario, spec).months.map(\.bill.mean)
    for (month, expected) in zip(months, [0.938_875_1, 0.885_974_3, 0.870_282_5]) {
      #expect((month - expected).magnitude < 1e-6, "\(months)")
    }
    let whole = ExpectedCost(scenario: scenario, plan: scenario.plans[0]).total
    #expect((months.reduce(0, +) - whole).magnitude < 1e-9)
  }

  // MARK: Sizes

  /// With cv 0.1 a cap at the mean leaves 96.0 % of it: σ = 0.09975, 2 Φ(−σ/2) = 0.96022. That is little,
  /// but half of all draws are cut, and the cap lies at the mean.
  @Test func aCapAtTheMeanIsToldHoweverLittleItCuts() throws {
    let sizes = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: all, model: small }] }
      workloads:
        at: { volume: 1, input: 1, output: { mean: 500, cv: 0.1, cap: 500 } }
        near: { volume: 1, input: 1, output: { mean: 500, cv: 0.1, cap: 520 } }
        far: { volume: 1, input: 1, output: { mean: 500, cv: 0.1, cap: 700 } }
        talk:
          volume: 1
          conversation: { user: { mean: 100, cv: 0.1, cap: 100 }, answer: 50 }
      """
    ).read().cutSizes
    #expect(sizes.map(\.name) == ["at: output", "near: output", "talk: user"])
    #expect((sizes[0].drawn - 480.11).magnitude < 0.05)
  }

  // MARK: Answers

  /// 10 users make 1,000 calls of $0.0006: $0.60, just above a budget of $0.59999. By 100 % of what is
  /// stated nothing would change, so that is no row; and two amounts that would read alike are told apart.
  @Test func whatReadsAlikeIsToldApart() throws {
    let folder = try Self.folder(
      """
      plans: [10]
      policy: { rules: [{ name: all, model: small }] }
      budget: $0.59999
      workloads: { chat: { volume: 100, input: 1000, output: 100 } }
      """)
    let outcome = try Program.run(["solve", folder.path("s.yaml"), "--out", folder.path("out")])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(contentsOfFile: folder.path("out/s/solve.md"), encoding: .utf8)
    #expect(
      text.contains(" and all prices.") && !text.contains("| 100 % of what is stated"), "\(text)")
    #expect(
      text.contains("As it stands, with 10 users, the bill is $0.600 a month, which is too much"),
      "\(text)")
    #expect(text.contains("keeps the expected bill within $0.59999 a month"), "\(text)")
  }

  /// A fifth more of nothing is nothing: a rate of 0 was not moved, and is not said to move no bill.
  @Test func inputsOfZeroAreNotSaidToMoveNothing() throws {
    let folder = try Self.folder(
      """
      plans: [10]
      policy: { rules: [{ name: all, model: small }] }
      cache: { mode: rate, classes: { none: { hit_rate: 0% } } }
      workloads: { chat: { volume: 100, input: 1000, output: 100, cache_class: none } }
      """)
    let outcome = try Program.run([
      "sensitivity", folder.path("s.yaml"), "--out", folder.path("out"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(
      contentsOfFile: folder.path("out/s/sensitivity.md"), encoding: .utf8)
    #expect(
      text.contains("1 input is 0 and was not moved, since 20 % of nothing is nothing"), "\(text)")
  }
}
