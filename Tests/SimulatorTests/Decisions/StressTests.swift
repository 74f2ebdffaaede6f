import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

@Suite struct StressTests {
  private func shock(
    _ name: String, _ with: [String], from: Shock.Start? = nil, days: Int64 = 1
  ) -> Shock {
    var shock = Shock(name: name, title: name, with: with, from: from)
    if from != nil {
      shock.length = SimDuration(microseconds: days * SimDuration.day.microseconds)
    }
    return shock
  }

  private func study(_ shocks: [Shock], threads: Int = 1) throws -> StressStudy {
    let (tree, scenario) = try DecisionFolder.tree()
    return try StressStudy(
      tree, scenario, shocks: shocks, rules: try SelectionReader.rules(of: scenario),
      threads: threads)
  }

  /// Two places for runs of an hour; under the shock a run takes 300 hours, and most find no place. What is
  /// refused costs nothing, and is no saving: the bar is not green, headline and table tell the runs.
  @Test func refusedRunsAreNoSaving() throws {
    let folder = try RunLimitTests.folder(
      quota: "{concurrent: 2, overflow: reject}",
      workload: "stages: [{calls: {a: {}}}, {delay: 1h, calls: {b: {}}}]")
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: [])
    let slow = shock("slow", ["workloads.phone.stages.1.delay=300h"])
    let study = try StressStudy(
      tree, scenario, shocks: [slow], rules: try SelectionReader.rules(of: scenario), threads: 1)
    let month = try #require(study.results[0].month)
    #expect(month.refusedRuns > study.base.refusedRuns && month.bill < study.base.bill)
    #expect(month.failedCalls == 0)
    #expect(StressReport.Effect(month, study.base) == .failing)
    let more = month.refusedRuns - study.base.refusedRuns
    #expect(
      StressMarkdown.headline(study).contains(
        "Most flows and conversations are refused under “slow”: \(more) more than without it find no "
          + "free place, which costs nothing."))
    let table = StressReport.table([study])
    #expect(table.columns.last?.name == "refused_runs")
    #expect(
      table.rows.map { $0.last } == [
        .integer(study.base.refusedRuns), .integer(month.refusedRuns),
      ])
  }

  /// Half of two places is one: limits on whole runs are quotas, too.
  @Test func halvedQuotasHoldForWholeRuns() throws {
    let folder = try RunLimitTests.folder(
      quota: "{concurrent: 2, overflow: reject}",
      workload: "stages: [{calls: {a: {}}}, {delay: 20h, calls: {b: {}}}]")
    let half = try folder.read(overrides: ["workloads.phone.quota.concurrent=1"])
    let refused = try Simulation(half).result(of: half.plans[0], run: 1).flows[0].refused
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: [])
    let shocks = try StandardFiles.shocks().filter { $0.title == "All quotas halved" }
    let study = try StressStudy(
      tree, scenario, shocks: shocks, rules: try SelectionReader.rules(of: scenario), threads: 1)
    #expect(study.results.map { $0.month?.refusedRuns } == [refused])
    #expect(refused > study.base.refusedRuns)
  }

  /// A shock that changes nothing gives the base to the byte, spliced or not.
  @Test func anEmptyShockIsTheBase() throws {
    let study = try study([shock("none", []), shock("none for a day", [], from: .day(3))])
    let (_, scenario) = try DecisionFolder.tree()
    #expect(study.base.bill == (try DecisionFolder.bill(scenario)))
    let rows = StressReport.rows(study)
    let cells = rows.map { row in StressReport.definition.columns.dropFirst(6).map { $0.value(row) }
    }
    #expect(cells[1] == cells[0])
    for result in study.results {
      #expect(result.month?.bill == study.base.bill)
      #expect(result.month?.days == study.base.days)
    }
  }

  /// The window's days are those of the month under the shock, all others the base's.
  @Test func daysAreSplicedExactly() throws {
    let dear = ["price_changes.+={factor: 300%}"]
    let study = try study([shock("all", dear), shock("two days", dear, from: .day(5), days: 2)])
    let (all, some) = (try #require(study.results[0].month), try #require(study.results[1].month))
    #expect(all.bill.picodollars == 3 * study.base.bill.picodollars)
    for day in study.base.days.indices {
      #expect(some.days[day] == ([4, 5].contains(day) ? all.days[day] : study.base.days[day]))
    }
    #expect(some.bill == some.days.reduce(.zero, +))
    #expect(some.isSpliced && !all.isSpliced)
  }

  /// The same two days, said by the price change itself.
  @Test func timesCanStandInTheOverrides() throws {
    let spliced = shock("a", ["price_changes.+={factor: 300%}"], from: .day(5), days: 2)
    let said = shock(
      "b", ["price_changes.+={from: $from, for: $for, factor: 300%}"], from: .day(5), days: 2)
    let study = try study([spliced, said])
    #expect(study.results[0].month?.bill == study.results[1].month?.bill)
    #expect(study.results[1].month?.isSpliced == false)
  }

  @Test func aProviderThatIsDownSendsCallsDownTheChain() throws {
    var down = shock(
      "down", ["outages.+={provider: $provider, from: $from, for: $for}"], from: .day(2), days: 20)
    down.title = "$provider down"
    down.isByProvider = true
    let study = try study([down])
    #expect(study.results.map(\.shock.title) == ["a down", "b down"])
    let months = study.results.compactMap(\.month)
    // `big` takes over from `small` at ten times the price, and the other way round.
    #expect(months[0].bill > study.base.bill)
    #expect(months[1].bill < study.base.bill)
    #expect(months.allSatisfy { $0.fallbackCalls > 50 })
    #expect(study.base.fallbackCalls == 0)
  }

  /// A shock of a moment: what the cache held by then has to be asked for again.
  @Test func aFlushTakesAMoment() throws {
    let folder = try DecisionFolder.make("cache: {mode: keyed, default: {ttl: 1000h}}")
    let overrides = ["workloads.easy.prompts={pool: 4}"]
    let (tree, scenario) = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: overrides)
    let flush = shock("flushed", ["cache.flush.+=$from"], from: .day(16), days: 0)
    let study = try StressStudy(
      tree, scenario, shocks: [flush], rules: try SelectionReader.rules(of: scenario), threads: 1)
    let month = try #require(study.results[0].month, "\(study.results[0].reason ?? "")")
    #expect(study.results[0].window?.start == study.results[0].window?.end)
    #expect(!month.isSpliced)
    // Nothing differs before; then what every user has asked before comes once more.
    #expect(month.days.prefix(15) == study.base.days.prefix(15))
    let more = month.bill - study.base.bill
    // 40 prompts of 100 and 100 tokens at $1 and $2 a million, some of which are not asked again.
    #expect(more > .zero && more <= MoneySum(picodollars: 40 * 300_000_000))
    let without = try DecisionFolder.tree()
    let none = try StressStudy(
      without.tree, without.scenario, shocks: [flush],
      rules: try SelectionReader.rules(of: without.scenario), threads: 1)
    #expect(none.results[0].reason == "there is no response cache to flush")
    let own = try DecisionFolder.tree(
      "shocks: {f: {title: F, from: day 3, with: [cache.flush.+=$from]}}")
    #expect(own.scenario.shocks.first?.length == nil)
    let bad = try DecisionFolder.make("shocks: {f: {title: F, from: day 3, with: [cache=off]}}")
    #expect(bad.errors().contains("a shock needs both 'from' and 'for', or neither"))
  }

  /// Weekdays, hours and a surge of one workload decide, weighed by the calls that each makes.
  @Test func theBusiestTimeIsThatOfMostExpectedCalls() throws {
    let own = """
      traffic: {weekdays: [1, 1, 2, 1, 1, 0.5, 0.5], hours: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, \
      1, 1, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1]}
      """
    let (_, scenario) = try DecisionFolder.tree(own)
    let busiest = BusiestTime(scenario: scenario, plan: scenario.plans[0])
    func text(_ days: Int64) -> String {
      busiest.day(lasting: SimDuration(microseconds: days * SimDuration.day.microseconds))
        .description
    }
    // 3 June 2026 is the first Wednesday; two Wednesdays take eight days.
    #expect(text(1) == "2026-06-03T00:00:00Z")
    #expect(text(8) == "2026-06-03T00:00:00Z")
    #expect(text(40) == "2026-06-01T00:00:00Z")
    #expect(busiest.hour(lasting: .hour).description == "2026-06-03T14:00:00Z")
    let (_, surged) = try DecisionFolder.tree(
      own.replacing(
        "traffic: {", with: "traffic: {surges: [{from: 2026-06-20, for: 24h, factor: 9}], "))
    #expect(
      BusiestTime(scenario: surged, plan: surged.plans[0]).day(lasting: .day).description
        == "2026-06-20T00:00:00Z")
    #expect(
      try StandardFiles.shocks().allSatisfy {
        $0.from == nil || $0.from == .busiestDay
          || $0.from == .busiestHour
      })
    let bad = try DecisionFolder.make(
      "shocks: {x: {title: X, for: 24h, from: busiest week, with: [cache=off]}}")
    #expect(bad.errors().contains("expected 'busiest day' or 'busiest hour', not 'busiest week'"))
  }

  /// `seer` is down: of its fallbacks only `other` sees, has a price for images and a window that
  /// holds the call.
  @Test func callsFallBackOnlyToModelsThatCanDoTheTask() throws {
    let catalog = """
      models:
        seer: {provider: a, latency: 1s, capabilities: [vision], images: $1 per 1K images, \
      input: $1 per 1M tokens, output: $1 per 1M tokens}
        blind: {provider: b, latency: 1s, images: $1 per 1K images, input: $1 per 1M tokens, \
      output: $1 per 1M tokens}
        small: {provider: b, latency: 1s, capabilities: [vision], context_window: 500, \
      images: $1 per 1K images, input: $1 per 1M tokens, output: $1 per 1M tokens}
        gone: {provider: b, latency: 1s, capabilities: [vision], deprecated: 2026-05-01, \
      images: $1 per 1K images, input: $1 per 1M tokens, output: $1 per 1M tokens}
        other: {provider: c, latency: 1s, capabilities: [vision], images: $1 per 1K images, \
      input: $5 per 1M tokens, output: $5 per 1M tokens}
      """
    let scenario = """
      period: {start: 2026-06-01, days: 30}
      plans: [10]
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: seer}]}
      chains: {standard: [blind, small, gone, other]}
      models: {seer: {failure_rate: 20%}}
      workloads:
        look: {volume: 30, task: vision, images: 1, input: 1000, output: 100}
        chat: {volume: 30, task: chat, input: 100, output: 100}
      """
    let folder = try ScenarioFolder(["catalog.yaml": catalog, "s.yaml": scenario])
    let (tree, read) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    var down = shock(
      "down", ["outages.+={provider: a, from: $from, for: $for}"], from: .day(1), days: 30)
    down.title = "a down"
    let study = try StressStudy(
      tree, read, shocks: [down], rules: try SelectionReader.rules(of: read), threads: 1)
    let result = try Simulation(study.scenario).result(of: study.plan, run: 1)
    let answered = Set(
      result.costs.filter { $0.calls > 0 }.map { "\($0.useCase ?? "") \($0.model)" })
    #expect(answered == ["look seer", "look other", "chat seer", "chat blind"])
    #expect(
      study.unfit.map { "\($0.calls) \($0.model): \($0.reason)" } == [
        "look blind: the catalog lists no vision among its capabilities",
        "look small: its window of 500 tokens is too small",
        "look gone: it was withdrawn on 1 May 2026",
        "chat gone: it was withdrawn on 1 May 2026",
      ])
    // As the chain stands, `blind` takes everything.
    let asChained = try Simulation(read).result(of: study.plan, run: 1)
    #expect(study.billAsChained == asChained.cost && asChained.cost != study.base.bill)
    let months = study.results.compactMap(\.month)
    #expect(months[0].failedCalls == 0 && months[0].bill > study.base.bill)
    let text = StressMarkdown.text(study)
    #expect(text.contains("look never goes to blind (the catalog lists no vision among its"))
    // Nothing is left but what fails: the bill falls, which is no saving.
    let (bare, alone) = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["chains={standard: [blind]}"])
    let lost = try StressStudy(
      bare, alone, shocks: [down], rules: try SelectionReader.rules(of: alone), threads: 1)
    let chart = StressReport.chart(lost)
    #expect(chart.rows.map(\.series) == [0, 8])
    #expect(chart.legend.map(\.name) == ["as without a shock", "more calls fail or are refused"])
    #expect(chart.svg().contains("more calls fail or are refused"))
    #expect(StressMarkdown.headline(lost).contains("Most calls are lost under “a down”:"))
  }

  @Test func whatDoesNotApplySaysWhy() throws {
    let study = try study([
      shock("late", [], from: .day(31)), shock("no audio", ["workloads.**.audio*=2"]),
    ])
    #expect(
      study.results.map(\.reason) == [
        "the period has no day 31", "the scenario has nothing that it changes",
      ])
  }

  /// Nothing is told of a response cache where there is none.
  @Test func shocksOfACacheNeedOne() throws {
    let shocks = try StandardFiles.shocks().filter { $0.name.hasPrefix("cache-") }
    for (more, expected) in [
      ("", [true, true, true]),
      ("cache: {mode: rate, default: {ttl: 1h, hit_rate: 20%}}", [false, false, false]),
    ] {
      let (tree, scenario) = try DecisionFolder.tree(more)
      let study = try StressStudy(
        tree, scenario, shocks: shocks.filter { !$0.needs.isEmpty },
        rules: try SelectionReader.rules(of: scenario), threads: 1)
      #expect(
        study.results.map { $0.reason == "there is no response cache here" } == expected, "\(more)")
    }
  }

  @Test func ownShocksAreRead() throws {
    let (_, scenario) = try DecisionFolder.tree(
      """
      shocks:
        fair: {title: A fair, from: 2026-06-10, for: 48h, with: [workloads.easy.volume*=5]}
      """)
    #expect(scenario.shocks.count == 1)
    let window = try scenario.shocks[0].window(
      in: scenario.period, BusiestTime(scenario: scenario, plan: scenario.plans[0]))?.get()
    #expect(window?.start.description == "2026-06-10T00:00:00Z")
    #expect(window?.end.description == "2026-06-12T00:00:00Z")
    let bad = try DecisionFolder.make(
      "shocks: {x: {title: X, for: 5h, from: day 0, with: [cache=off]}}")
    #expect(bad.errors().contains("holds for whole days, like 24h"))
    #expect(bad.errors().contains("'0' is out of range, expected 1 to 3,700"))
  }

  @Test func writesItsFiles() throws {
    let folder = try DecisionFolder.make()
    let outcome = try Program.run(["stress", folder.path("s.yaml"), "--out", folder.path("out")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("The shock that costs most with 10 users is"))
    let rows = try CSVReader.rows(
      Array(Data(contentsOf: folder.url.appendingPathComponent("out/s/stress.csv"))))
    #expect(rows.count >= 9)
    #expect(FileManager.default.fileExists(atPath: folder.path("out/s/charts/stress.svg")))
  }
}
