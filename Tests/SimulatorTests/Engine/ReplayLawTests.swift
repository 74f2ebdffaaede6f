import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What must hold of every replay.
@Suite struct ReplayLawTests {
  private let folder: TraceFolder

  init() throws { folder = try TraceFolder() }

  // MARK: Order, batches, threads

  /// Rows that do not tie may come in any order.
  @Test func untiedRowsMayBeShuffled() throws {
    var random = TestRandom(seed: 0x5_0F_7ED)
    for _ in 0..<40 {
      let log = SmallLog(rows: 60, ties: false, &random)
      let plain = try files(log.text(), log.scenario)
      #expect(plain["calls.csv"]?.count ?? 0 > 1_000)
      for _ in 0..<2 {
        let mixed = try files(log.shuffled(&random), log.scenario)
        #expect(mixed.filter { plain[$0.key] != $0.value }.keys.sorted() == [])
      }
    }
  }

  /// A log that is streamed in small pieces grows users, kinds, models, days and months as it goes;
  /// one that was sorted first knew them all before its first request.
  @Test func lateGrowthIsNotSeen() throws {
    var random = TestRandom(seed: 0x9607)
    for _ in 0..<20 {
      let log = SmallLog(rows: 300, ties: true, &random)
      let known = try files(log.text(), log.scenario)
      let grown = try files(log.text(), log.scenario) { options in
        (options.sortMemory, options.blockSize) = (0, 256)
      }
      #expect(grown == known)
      #expect(Set(log.rows.map(\.user)).count > 100)
    }
  }

  @Test func severalPoliciesAreAsManyReplaysOnAnyThreads() throws {
    var random = TestRandom(seed: 0x2_90_11C)
    for _ in 0..<10 {
      let log = SmallLog(rows: 80, ties: true, &random)
      let path = try folder.write(log.text())
      let variants = (0..<3).map { number in
        Replay.Variant(name: "p\(number)", scenario: log.scenario(sendingAllTo: number))
      }
      let replay = Replay(path: path) { _ in TraceOptions() }
      let alone = try variants.map { try tables(replay.outcomes(of: [$0], threads: 1)) }
      for threads in [1, 2, 5] {
        let together = try replay.outcomes(of: variants, threads: threads)
        #expect(together.map { tables([$0]) } == alone)
      }
      #expect(Set(alone.map { $0["costs.csv"] }).count == 3)
    }
  }

  // MARK: Money

  /// The ledger is itself a log: replayed as logged and without a cache it costs what it cost.
  @Test func theLedgerReplaysToItsCost() throws {
    var random = TestRandom(seed: 0xCA_115)
    for _ in 0..<20 {
      var log = SmallLog(rows: 80, ties: true, &random)
      log.scenario.cache.mode = .off
      log.scenario.policy = SmallLog.logged
      let first = try files(log.text(), log.scenario)
      let ledger = try folder.write(#require(first["calls.csv"]), to: "ledger.csv")
      let original = try Replay(path: folder.write(log.text())) { _ in TraceOptions() }
        .outcomes(of: [.init(name: "logged", scenario: log.scenario)], threads: 1)
      // Who answered is in the ledger; without a breaker nobody else does.
      log.scenario.behaviours[0].breaker = nil
      let outcome = try Replay(path: ledger, format: "costsim-calls") { _ in TraceOptions() }
        .outcomes(of: [.init(name: "logged", scenario: log.scenario)], threads: 1)
      #expect(outcome[0].result.cost == original[0].result.cost)
      #expect(outcome[0].logged.cost == original[0].result.cost)
      #expect(outcome[0].result.cost > .zero)
    }
  }

  /// Rows that are the same to the letter are as many requests, in order or not.
  @Test func aRowThatComesThreeTimesCountsThreeTimes() throws {
    var random = TestRandom(seed: 0x333)
    var log = SmallLog(rows: 0, ties: false, &random)
    log.scenario.policy = SmallLog.logged
    let header = "timestamp,model,user,input_tokens,output_tokens\n"
    let same = String(repeating: "2026-03-30T12:00:00Z,m0,u,1000000,0\n", count: 3)
    let earlier = "2026-03-29T12:00:00Z,m0,u,1000000,0\n"
    #expect(try files(header + same, log.scenario)["plans.csv"]?.contains(",3,3,3.000000,") == true)
    for text in [earlier + same, same + earlier] {
      let plans = try #require(try files(header + text, log.scenario)["plans.csv"])
      #expect(plans.contains(",4,4,4.000000,"), "\(plans)")
    }
  }

  @Test func aLogMayCostNothing() throws {
    var random = TestRandom(seed: 0x0)
    var log = SmallLog(rows: 5, ties: false, &random)
    for index in log.rows.indices { (log.rows[index].input, log.rows[index].output) = (0, 0) }
    let files = try files(log.text(), log.scenario)
    #expect(files["report.md"]?.contains("cost **$0.00**") == true)
    #expect(files["plans.csv"]?.contains(",5,") == true)
    #expect(files["cumulative-cost.svg"]?.contains("NaN") == false)
    #expect(files["cost-by-model.svg"]?.contains("NaN") == false)
  }

  /// Months are those of the log in the scenario's time zone; a day that the clocks shorten or
  /// lengthen is one day.
  @Test func daysAndMonthsAreLocal() throws {
    var random = TestRandom(seed: 0xD57)
    var log = SmallLog(rows: 0, ties: false, &random)
    log.scenario.period.timeZone = "Europe/Paris"
    // Summer time begins on 29 March 2026 at 01:00 UTC and April at 22:00 UTC of the 31st.
    let times = [
      "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z",
      "2026-03-29T22:00:00Z", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z",
    ]
    let text =
      "timestamp,model,input_tokens,output_tokens\n"
      + times.map { "\($0),m0,1000000,0\n" }.joined()
    let daily = try #require(try files(text, log.scenario)["daily.csv"])
    let costs = try CSVReader.rows(Array(daily.utf8)).dropFirst().filter { $0[4] != "0" }
    #expect(
      costs.map { $0[2] } == ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31", "2026-04-01"])
    #expect(costs.map { $0[4] } == ["1", "2", "1", "1", "1"])
    #expect(costs.map { $0[6] } == ["1.000000", "3.000000", "4.000000", "5.000000", "6.000000"])
  }

  /// Three months of traffic, one of them elsewhere: three rents, as `run` would charge, whatever the
  /// pieces.
  @Test func aFixedPriceIsDueInEveryMonthOfAModelThatCallsMayReach() throws {
    var random = TestRandom(seed: 0xF1)
    var log = SmallLog(rows: 0, ties: false, &random)
    var catalog = Catalog()
    for (number, model) in log.scenario.catalog.models.enumerated() {
      var model = model
      if number == 0 { model.prices[0].fixedMonthly = Money(picodollars: 7_000_000_000_000) }
      catalog.add(model)
    }
    log.scenario.catalog = catalog
    log.scenario.policy = SmallLog.logged
    log.scenario.chains = [:]
    let text = """
      timestamp,model,input_tokens,output_tokens
      2026-03-30T12:00:00Z,m0,1000000,0
      2026-03-30T12:00:01Z,m0,1000000,0
      2026-04-02T12:00:00Z,m1,1000000,0
      2026-05-02T12:00:00Z,m0,1000000,0

      """
    let whole = try files(text, log.scenario)
    #expect(whole["plans.csv"]?.contains(",4,4,26.000000,") == true, "\(whole["plans.csv"] ?? "")")
    let pieces = try files(text, log.scenario) { ($0.sortMemory, $0.blockSize) = (0, 64) }
    #expect(pieces == whole)
    // Where the model is only a fallback that no call needs, it is rented nevertheless.
    log.scenario.chains = ["standard": [ModelID(0)]]
    let other = text.replacing(",m0,", with: ",m1,")
    #expect(try files(other, log.scenario)["plans.csv"]?.contains(",4,4,29.000000,") == true)
  }

  // MARK: Files

  /// Everything that a replay writes and that a text can hold, by name.
  private func files(
    _ text: String, _ scenario: Scenario,
    options change: @escaping @Sendable (inout TraceOptions) -> Void = { _ in }
  ) throws -> [String: String] {
    let path = try folder.write(text)
    let outputs = Outputs()
    let file = try CallsFile(
      path: folder.path + "/calls.csv", among: outputs, dialect: .rfc4180)
    let replay = Replay(path: path) { _ in
      var options = TraceOptions()
      change(&options)
      return options
    }
    let outcomes = try replay.outcomes(
      of: [.init(name: "p", scenario: scenario)], threads: 1,
      log: CallLog { try file.append($0, $1) })
    try file.finish()
    try outputs.commit()
    var result = tables(outcomes)
    result["calls.csv"] = try String(contentsOfFile: folder.path + "/calls.csv", encoding: .utf8)
    return result
  }

  /// Whether the rows were in order is the one thing that may differ.
  private func tables(_ outcomes: [Replay.Outcome]) -> [String: String] {
    var outcomes = outcomes
    for index in outcomes.indices { outcomes[index].facts.wasSorted = true }
    let report = ScenarioReport(replayed: outcomes, of: "log.csv", name: "replay")
    var result = [
      "report.md": ReportMarkdown.text(report),
      "cumulative-cost.svg": CumulativeCostChart.svg(report),
      "cost-by-model.svg": CostByModelChart.svg(report),
      "run.json": RunRecord(version: "1").json(report).text,
    ]
    for table in ReportTables.all(report) {
      result[table.name + ".csv"] = String(decoding: table.csv(.rfc4180), as: UTF8.self)
    }
    return result
  }
}
