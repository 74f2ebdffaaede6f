import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// Budgets that act, models that are switched off and verdicts near a budget, with another company's values,
/// each worked out by hand.
@Suite struct OtherBudgetsTests {
  private static func folder(
    _ scenario: String, models: String = models, arrivals: String = "exact"
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": "name: acme\nmodels:\n" + models,
      "s.yaml": """
      period: { start: 2026-03-01, days: 30 }
      catalog: catalog.yaml
      traffic: { arrivals: \(arrivals) }
      \(scenario)
      """,
    ])
  }

  private static let models = """
      big: { provider: x, latency: 1s, capabilities: [vision], input: $2 per 1M tokens, output: $8 per 1M tokens }
      eye: { provider: x, latency: 1s, capabilities: [vision], input: $1 per 1M tokens, output: $2 per 1M tokens }
      small: { provider: x, latency: 300ms, input: $0.50 per 1M tokens, output: $1 per 1M tokens }
      third: { provider: y, latency: 500ms, input: $1 per 1M tokens, output: $3 per 1M tokens }
    """

  private func page(_ folder: ScenarioFolder, _ report: String = "s") throws -> String {
    let run = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out"), "-q"])
    try #require(run.code == 0, "\(run.errors)")
    return try String(contentsOfFile: folder.path("out/\(report)/report.md"), encoding: .utf8)
  }

  // MARK: A tier that lacks the capability

  private static func moving(to economy: String) -> String {
    """
    plans: [1]
    policy: { rules: [{ name: seen, when: { task: vision }, model: big }, { name: rest, model: small }] }
    chains: { economy: [\(economy)] }
    budget: { amount: $0.279, thresholds: [{ at: 50%, act: { tier: economy } }] }
    workloads: { look: { volume: 100, task: vision, input: 1000, output: 100 } }
    """
  }

  /// By hand: a look costs 1,000 × $2/M + 100 × $8/M = $0.0028 at big, so the 50th crosses half of $0.279.
  /// The other 50 go to the economy tier's first model that can see, eye, at 1,000 × $1/M + 100 × $2/M =
  /// $0.0012: $0.14 + $0.06 = $0.20. Had they gone to small, which cannot see, it would be $0.14 + 50 ×
  /// $0.0006 = $0.17.
  @Test func aMovedCallGoesToTheFirstThatCanDoItsTask() throws {
    let scenario = try Self.folder(Self.moving(to: "small, eye")).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.cost == MoneySum(picodollars: 200_000_000_000))
    let calls = result.costs.filter { $0.attempts > 0 }.map { "\($0.model) \($0.attempts)" }
    #expect(Set(calls) == ["big 50", "eye 50"])
    #expect(result.failedCalls == 0 && result.unaskedCalls == 0)
    #expect(result.enforcements.map(\.moved) == [50])
    #expect(result.enforcements.map(\.unable) == [0])
    #expect(
      scenario.unaskedFallbacks == [
        Scenario.UnaskedFallbacks(task: "vision", tier: "economy", models: ["small"], way: .moved)
      ])
  }

  /// By hand: where nobody of the tier can see, the other 50 are refused: 50 × $0.0028 = $0.14.
  @Test func aTierThatCannotDoTheTaskRefuses() throws {
    let folder = try Self.folder(Self.moving(to: "small, third"))
    let scenario = try folder.read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.cost == MoneySum(picodollars: 140_000_000_000))
    #expect(result.failedCalls == 50 && result.unaskedCalls == 50)
    #expect(result.enforcements.map(\.refused) == [50])
    #expect(result.enforcements.map(\.unable) == [50])
    #expect(result.costs.filter { $0.attempts > 0 }.map(\.model) == ["big"])
    let said =
      "calls whose task is vision are refused where a line of the budget would move them to the tier "
      + "economy: its models are small and third, of which the catalog lists no vision among the "
      + "capabilities"
    let valid = try Program.run(["validate", folder.path("s.yaml")])
    #expect(valid.code == 0 && valid.output.contains("never asked: \(said)\n"), "\(valid.output)")
    let page = try page(folder)
    #expect(page.contains("- \(said)."), "\(page)")
    #expect(
      page.contains(
        "Refused since no model of the tier that the line moves calls to can do their task, as far as the "
          + "catalog tells: 50 with 1 user."), "\(page)")
    let told = try Explain.explanation(ofCall: 60, in: scenario, run: 1)
    #expect(
      ExplanationText.text(told).contains(
        "no model of the tier economy can do its task; no cache and no model was asked"))
  }

  /// Calls that the line does not concern, or that say no task, are as they were: $0.0028 each of 100, and
  /// nothing is said of the tier.
  @Test func whatTheLineDoesNotConcernIsNotSpokenOf() throws {
    let text = Self.moving(to: "small, third").replacing(
      "{ tier: economy }", with: "{ tier: economy, when: { priority: low } }")
    let scenario = try Self.folder(text).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.cost == MoneySum(picodollars: 280_000_000_000))
    #expect(scenario.unaskedFallbacks.isEmpty && result.enforcements.isEmpty)
  }

  /// The same of a log: the first request, $0.0028 at big, crosses the line of $0.002. The other look is
  /// refused, since the tier's third cannot see; the two chats are moved there, at 1,000 × $1/M + 100 × $3/M
  /// = $0.0013 each. $0.0028 + 2 × $0.0013 = $0.0054.
  @Test func aLogsRequestIsRefusedLikewise() throws {
    let folder = try Self.folder(
      Self.moving(to: "third").replacing(
        "amount: $0.279, thresholds: [{ at: 50%",
        with: "amount: $1, thresholds: [{ at: $0.002"))
    try folder.write(
      "log.csv",
      """
      timestamp,task,input_tokens,output_tokens
      2026-03-01T00:00:01Z,vision,1000,100
      2026-03-01T00:01:02Z,chat,1000,100
      2026-03-01T00:02:02Z,vision,1000,100
      2026-03-01T00:03:02Z,chat,1000,100
      """)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(
      contentsOfFile: folder.path("out/s-replay/report.md"), encoding: .utf8)
    #expect(text.contains("**$0.0054**"), "\(text)")
    #expect(text.contains("the catalog tells: 1 with inline."), "\(text)")
  }

  // MARK: Models that are switched off

  private static let ending = """
      Old One: { provider: Azure AI, latency: 1s, input: $2 per 1M tokens, output: $8 per 1M tokens, deprecated: 2026-03-01 }
      mid: { provider: azure-ai, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens, deprecated: 2026-03-20 }
      last: { provider: y, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens, deprecated: 2026-03-30 }
      next: { provider: y, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens, deprecated: 2026-03-31 }
      idle: { provider: y, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens, deprecated: 2026-03-02 }
    """

  /// By hand: the period is 1 to 30 March. A model off on the 1st is off on all days, one off on the 20th or
  /// the 30th on some, one off on the 31st on none. `Old One` is routed to, mid is its fallback, last is
  /// reached by the budget's line alone, and idle by nobody. `Azure AI` and `azure-ai` are two providers.
  @Test func ownModelsThatAreSwitchedOffAreTold() throws {
    let folder = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: x, when: { task: a }, model: Old One }, { name: rest, model: next }] }
      chains: { standard: [mid], economy: [last] }
      budget: { amount: $1, thresholds: [{ at: 50%, act: { tier: economy } }] }
      workloads: { a: { volume: 100, task: a, input: 1000, output: 100 }, b: { volume: 100, input: 1 } }
      """, models: Self.ending)
    let valid = try Program.run(["validate", folder.path("s.yaml")])
    let by = "by the scenario's own catalog, before this plan"
    let warnings = valid.output.split(separator: "\n").filter { $0.contains("warning: ") }
    #expect(
      valid.code == 0
        && warnings == [
          "  warning: Old One is switched off on 1 March 2026 \(by) begins: the calls need another model",
          "  warning: mid is switched off on 20 March 2026 \(by) ends: the calls need another model",
          "  warning: last is switched off on 30 March 2026 \(by) ends: the calls need another model",
          "  warning: the providers Azure AI and azure-ai are taken for 2: an outage of one leaves the "
            + "models of the others alone",
        ], "\(valid.output)")
    let page = try page(folder)
    #expect(page.contains("- **last is switched off** on 30 March 2026 \(by) ends"), "\(page)")
    #expect(
      page.contains(
        "By the scenario's own catalog Old One is switched off before this plan begins."
      ), "\(page)")
    let other = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: rest, model: next }] }
      workloads: { b: { volume: 100, input: 1 } }
      """, models: Self.ending)
    #expect(try other.read().retiredModels.isEmpty)
    #expect(try !self.page(other).contains("switched off"))
  }

  /// A log is asked what it did: of two models that both are off, the one that it never reached is not told.
  @Test func ofALogThoseThatWereAskedAreTold() throws {
    let folder = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: x, when: { task: a }, model: Old One }, { name: rest, model: mid }] }
      workloads: { b: { volume: 100, input: 1 } }
      """, models: Self.ending)
    try folder.write(
      "log.csv",
      "timestamp,task,input_tokens,output_tokens\n2026-03-01T00:00:01Z,b,1000,100\n"
        + "2026-03-30T00:00:01Z,b,1000,100\n")
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(
      contentsOfFile: folder.path("out/s-replay/report.md"), encoding: .utf8)
    #expect(text.contains("- **mid is switched off** on 20 March 2026"), "\(text)")
    #expect(!text.contains("Old One is switched off"), "\(text)")
  }

  // MARK: Whose request it is

  /// By hand: two requests of one user and prompt, at 1,000 × $0.50/M = $0.0005. The second is a hit where
  /// the log tells the user, by whichever name of the column, and is not where it does not.
  @Test(arguments: ["user", "user_id", "account", "account_id", ""])
  func theUserHasSeveralNames(column: String) throws {
    let folder = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: all, model: small }] }
      cache: { mode: keyed, default: { ttl: 1h } }
      budget: { amount: $1, thresholds: [{ at: 50%, act: { cap: { calls: 5 } } }] }
      alerts: { account: { when: account_month_cost > $1 } }
      workloads: { chat: { volume: 1, input: 1 } }
      """)
    try folder.write(
      "log.csv",
      """
      timestamp,\(column.isEmpty ? "who" : column),prompt,input_tokens,output_tokens
      2026-03-01T00:00:01Z,ann,hello,1000,0
      2026-03-01T00:10:01Z,ann,hello,1000,0
      """)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"),
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(
      contentsOfFile: folder.path("out/s-replay/report.md"), encoding: .utf8)
    let said =
      "No row tells whose request it is (column `user`): the response cache, which is kept by user, is "
      + "never asked, no cap of an account holds and no alert looks at an account's month."
    #expect(text.contains(column.isEmpty ? "**$0.0010**" : "**$0.00050**"), "\(text)")
    #expect(outcome.output.contains(said) == column.isEmpty, "\(outcome.output)")
    #expect(text.contains(said) == column.isEmpty, "\(text)")
    #expect(
      text.contains("Of the log's columns these were not read: who.") == column.isEmpty, "\(text)")
  }

  /// By hand: two requests of 1,000 tokens in are $0.0010 at small; their 100 tokens out each, $0.0002 more,
  /// are only billed where the column is known.
  @Test(arguments: [
    ("output_tokens", "**$0.0012**", ""),
    (
      "completion", "**$0.0010**",
      "no row tells output_tokens: the bill leaves out what these cost."
    ),
  ])
  func answersThatNoRowTellsAreSaidToBeLeftOut(column: String, cost: String, said: String) throws {
    let folder = try Self.folder(
      """
      plans: [1]
      policy: { rules: [{ name: all, model: small }] }
      workloads: { chat: { volume: 1, input: 1 } }
      """)
    try folder.write(
      "log.csv",
      """
      timestamp,input_tokens,\(column)
      2026-03-01T00:00:01Z,1000,100
      2026-03-01T00:10:01Z,1000,100
      """)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"),
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let text = try String(
      contentsOfFile: folder.path("out/s-replay/report.md"), encoding: .utf8)
    let sentence = said.isEmpty ? "" : " Mind that " + said
    #expect(text.contains("requests, replayed, cost \(cost).\(sentence)\n"), "\(text)")
    #expect(outcome.output.contains("no row tells output_tokens") != said.isEmpty)
  }

  // MARK: Near the budget

  /// The catalog that budgets are held against as well, in dollars a million tokens.
  private static func writeOther(
    input: String, output: String, to folder: ScenarioFolder
  ) throws {
    try folder.write(
      "other.yaml",
      """
      name: other
      models:
        big: { provider: x, input: $\(input) per 1M tokens, output: $\(output) per 1M tokens }
      """)
  }

  /// By hand: 1,000 calls of $0.0028 are $2.80 at these prices and, with nothing drawn, in every month. At
  /// half of these prices they are $1.40, at twice $5.60. Each budget is held against both.
  @Test(arguments: [
    ("$3", "1", "holds at either", ""), ("$3", "4", "**breaks at the other prices**", "breaks"),
    ("$2", "1", "holds at the other prices", "is within"), ("$1", "1", "breaks at either", ""),
  ])
  func theSideOfOtherPricesIsToldAlike(
    budget: String, price: String, table: String, sentence: String
  ) throws {
    let folder = try Self.folder(
      """
      plans: [10]
      policy: { rules: [{ name: all, model: big }] }
      budget: \(budget)
      compare_catalog: other.yaml
      workloads: { chat: { volume: 100, input: 1000, output: 100 } }
      """)
    let output = price == "1" ? "4" : "16"
    try Self.writeOther(input: price, output: output, to: folder)
    let page = try page(folder)
    let lines = page.split(separator: "\n")
    let row = try #require(
      lines.drop { !$0.hasPrefix("## What other prices") }.first { $0.hasPrefix("| 10 users") })
    #expect(row.hasSuffix("| \(table) |"), "\(row)")
    let cost = price == "1" ? "**$1.40**" : "**$5.60**"
    let verdict = sentence.isEmpty ? "" : ", which \(sentence) the budget"
    #expect(page.contains("the same calls would cost \(cost)\(verdict)."), "\(page)")
  }

  /// By hand: 2,000 calls of sizes with cv 1, in the mean $0.0028 and at the other prices of $2.50 and $8
  /// $0.0033. A month's bill is $5.60 with a deviation of √(2,000 × (0.0028² + 0.002² + 0.0008²)) = $0.158, and
  /// $6.60 with √(2,000 × (0.0033² + 0.0025² + 0.0008²)) = $0.189. A budget of $6.20 holds at the first (3.8
  /// deviations, 0.007 % of the months break it) and is 2.1 deviations below the second: 1.7 % of such months
  /// keep it, more than the 1 % from which on nothing is certain. $5.60 and $5.80 are too near to the first.
  @Test(arguments: [
    (
      "$6.20", "within the $6.20 budget", "is too close to tell at the other prices",
      "$6.60**, which is too close to the budget to tell."
    ),
    (
      "$5.60", "but it is a coin toss: the expected bill is $5.60",
      "**breaks at the other prices**", "$6.60**, which breaks the budget."
    ),
    (
      "$5.80", "but that is not certain: the expected bill is $5.60",
      "**breaks at the other prices**", "$6.60**, which breaks the budget."
    ),
    ("$8", "within the $8.00 budget", "holds at either", "$6.60**."),
  ])
  func aVerdictNearTheBudgetIsTheSameEverywhere(
    budget: String, first: String, table: String, other: String
  ) throws {
    let folder = try Self.folder(
      """
      plans: [20]
      policy: { rules: [{ name: all, model: big }] }
      budget: \(budget)
      compare_catalog: other.yaml
      workloads: { chat: { volume: 100, input: { mean: 1000, cv: 1 }, output: { mean: 100, cv: 1 } } }
      """, arrivals: "poisson")
    try Self.writeOther(input: "2.50", output: "8", to: folder)
    let page = try page(folder)
    let lines = page.split(separator: "\n")
    let row = try #require(
      lines.drop { !$0.hasPrefix("## What other prices") }.first { $0.hasPrefix("| 20 users") })
    #expect(row.contains("|        $5.60 | $6.60 |") && row.hasSuffix("| \(table) |"), "\(row)")
    #expect(page.contains(first), "\(page)")
    #expect(page.contains("the same calls would cost **\(other)"), "\(page)")
  }

  /// 20,000 calls of 1,000 tokens in and 100 out cost $56 at $2 and $8 a million tokens: $28 at half the size,
  /// $112 at twice.
  @Test func theFirstScreenSaysWhatTheBillHangsOn() throws {
    let folder = try Self.folder(
      """
      plans: [20]
      policy: { rules: [{ name: all, model: big }] }
      budget: $60
      workloads: { w: { volume: 1000, input: 1000, output: 100 } }
      assumptions:
        - text: Sizes are a guess.
          instead:
            half the size: ["workloads.w.input=500", "workloads.w.output=50"]
            twice the size: ["workloads.w.input*=2", "workloads.w.output*=2"]
      """)
    #expect(
      try page(folder).contains(
        "The expected bill hangs on an assumption, and may be from **$28.00** (half the size) to "
          + "**$112.00** (twice the size)."))
  }

  /// A workload that is not there, and sizes of which no price is for anything: $28 alone is known.
  @Test func whatCannotBeInsteadIsSaidBySeveralVerbs() throws {
    let folder = try Self.folder(
      """
      plans: [20]
      policy: { rules: [{ name: all, model: big }] }
      workloads: { w: { volume: 1000, input: 1000, output: 100 } }
      assumptions:
        - text: Sizes are a guess
          instead:
            half: ["workloads.w.input=500", "workloads.w.output=50"]
            elsewhere: ["workloads.v.input=500"]
            nothing: ["workloads.w.input=0", "workloads.w.output=0"]
      """)
    let told = try Program.run(["validate", folder.path("s.yaml")])
    #expect(told.code == 0, "\(told.errors)")
    let text = told.output + told.errors
    #expect(
      text.contains(
        "warning: what elsewhere would make of the bill is not known: unknown workload 'v'"))
    #expect(text.contains("warning: what nothing would make of the bill is not known: "))
    #expect(!text.contains("what half"))
    let page = try page(folder)
    #expect(
      page.contains(
        "may be from **$28.00** (half) to **$56.00**. What elsewhere would make of it is not known: "
          + "unknown workload 'v'. What nothing would make of it is not known: "))
    #expect(
      page.contains(
        "\n- Sizes are a guess. The expected bill of 20 users is $56.00. Instead, half: "))
  }

  /// 500 of thinking and 200 of answer are cut to 600, 300 of answer alone to 250.
  @Test func whatMaxTokensCutsIsSaidInTheRightNumber() throws {
    let folder = try Self.folder(
      """
      plans: [20]
      policy: { rules: [{ name: all, model: big }] }
      workloads:
        both: { volume: 1, input: 1, output: 200, reasoning: 500, max_tokens: 600 }
        one: { volume: 1, input: 1, output: 300, max_tokens: 250 }
      """)
    let told = try Program.run(["validate", folder.path("s.yaml")])
    let text = told.output + told.errors
    #expect(
      text.contains(
        "both: output and reasoning have 700 tokens on average as stated, but 600 (−14.3 %) once "
          + "max_tokens has cut them"))
    #expect(
      text.contains(
        "one: output has 300 tokens on average as stated, but 250 (−16.7 %) once max_tokens has cut it"
      ))
  }
}
