import CostModel
import Testing

@testable import Reports
@testable import Scenarios
@testable import Simulator

/// The documents' quality metrics (complete-guide.md 2678–2698): thumbs, messages sent and converted,
/// engagement, response time, hallucinations, inappropriate content and technical errors.
@Suite struct QualityTests {
  /// Two users, one of each account plan, each with 30 good answers and 10 bad ones a month.
  private static let certain = """
    plans: [2]
    users: { account_plans: { starter: 50%, pro: 50% } }
    traffic: { arrivals: exact }
    workloads:
      good: { volume: 30, input: 500, output: 200, sent: 100%, conversion: 100%, satisfaction: 100%, engagement: 100%, response_time: 2h, hallucination: 0%, inappropriate: 100% }
      bad:  { volume: 10, input: 500, output: 200, sent: 0%, satisfaction: 0%, engagement: 100%, response_time: 2h, hallucination: 100%, technical_error: 100% }
    """

  @Test func whatIsCertainIsCounted() throws {
    let folder = try DocumentFolder(Self.certain)
    try folder.run()
    let rows = try folder.table("quality")
    let good = rows.filter { $0["use_case"] == "good" }
    #expect(Set(rows.column("model")) == ["deepseek-v3"])
    #expect(good.filter { $0["account_plan"] == "pro" }.sum("calls") == 30)
    for name in [
      "calls", "messages_generated", "messages_sent", "messages_converted", "thumbs_up",
      "responses", "inappropriate",
    ] { #expect(good.sum(name) == 60, "\(name)") }
    for name in ["failed_calls", "thumbs_down", "hallucinations", "technical_errors"] {
      #expect(good.sum(name) == 0, "\(name)")
    }
    for name in ["sent_rate", "conversion_rate", "satisfaction_rate", "engagement_rate"] {
      #expect(Set(good.column(name)) == ["1.000000"], "\(name)")
    }
    #expect(Set(good.column("response_time_mean_s")) == ["7200"])
    let bad = rows.filter { $0["use_case"] == "bad" }
    for name in [
      "calls", "messages_generated", "thumbs_down", "hallucinations", "technical_errors",
    ] {
      #expect(bad.sum(name) == 20, "\(name)")
    }
    // Nobody can engage with what was not sent, and nobody has said whether it sold.
    #expect(bad.sum("messages_sent") == 0 && bad.sum("responses") == 0)
    for name in ["engagement_rate", "response_time_mean_s", "conversion_rate", "inappropriate"] {
      #expect(Set(bad.column(name)) == [""], "\(name)")
    }
    // One row for each use case, plan and day with calls.
    let keys = rows.map { [$0["use_case"], $0["account_plan"], $0["date"]] }
    #expect(Set(keys).count == rows.count && rows.count > 60)
    let kept = try folder.query(
      """
      SELECT use_case, count(*) AS calls, sum(feedback = 'positive') AS up, sum(sent = 'true') AS sent,
        sum(response_time_ms) / 3600000 AS hours, sum(technical_error = 'true') AS errors
      FROM calls GROUP BY 1 ORDER BY 1
      """)
    #expect(kept.column("up") == ["0", "60"] && kept.column("sent") == ["0", "60"])
    #expect(kept.column("hours").map { Double($0) } == [nil, 120])
    #expect(kept.column("errors") == ["20", "0"])
  }

  /// Of 30 answers each, for 3, 1 and 2 messages: all of the first sell, whether they are sent is not told;
  /// nothing is told of the messages of the second; all of the third are sent.
  @Test func whatIsNotStatedIsEmptyAndMessagesAreCounted() throws {
    let folder = try DocumentFolder(
      """
      plans: [1]
      traffic: { arrivals: exact }
      workloads:
        sells: { volume: 30, input: 500, output: 200, conversion: 100%, msgs: 3 }
        liked: { volume: 30, input: 500, output: 200, satisfaction: 100% }
        sends: { volume: 30, input: 500, output: 200, sent: 100%, msgs: 2 }
      """)
    try folder.run()
    let rows = try folder.table("quality")
    func values(_ useCase: String, _ name: String) -> Set<String> {
      Set(rows.filter { $0["use_case"] == useCase }.column(name))
    }
    func sum(_ useCase: String, _ name: String) -> Int64 {
      rows.filter { $0["use_case"] == useCase }.sum(name)
    }
    #expect(sum("sells", "messages_generated") == 90 && sum("sells", "messages_converted") == 90)
    #expect(sum("sends", "messages_generated") == 60 && sum("sends", "messages_sent") == 60)
    #expect(sum("liked", "thumbs_up") == 30)
    for (useCase, name) in [
      ("sells", "messages_sent"), ("sells", "sent_rate"), ("sends", "messages_converted"),
      ("liked", "messages_generated"), ("liked", "messages_sent"), ("liked", "messages_converted"),
      ("liked", "responses"), ("sells", "thumbs_up"),
    ] { #expect(values(useCase, name) == [""], "\(useCase) \(name)") }
    #expect(values("sells", "conversion_rate") == ["1.000000"])
  }

  /// By hand: 5 messages were sent and 2 were not, of the first account plan; a request that does not tell
  /// its messages is one.
  @Test func aLogTellsMessages() throws {
    let folder = try DocumentFolder("plans: [1]\nworkloads: { w: { volume: 1, input: 1 } }")
    try folder.write(
      "log.csv",
      """
      timestamp,model,user,account_plan,use_case,input_tokens,output_tokens,msgs,sent
      2025-11-01T10:00:00Z,deepseek-v3,anna,starter,fans,500,200,4,true
      2025-11-01T11:00:00Z,deepseek-v3,anna,starter,fans,500,200,2,false
      2025-11-01T12:00:00Z,deepseek-v3,anna,starter,fans,500,200,,true
      2025-11-02T12:00:00Z,deepseek-v3,anna,pro,fans,500,200,,
      2025-11-02T13:00:00Z,deepseek-v3,bea,,fans,500,200,,
      2025-11-02T13:00:00Z,deepseek-v3,,pro,fans,500,200,,
      """)
    try folder.replay("log.csv")
    let rows = try folder.table("quality", "s-replay")
    let told = try #require(rows.first { $0["account_plan"] == "starter" })
    #expect(told["messages_generated"] == "7" && told["messages_sent"] == "5")
    #expect(told["sent_rate"] == "0.666667" && told["messages_converted"] == "")
    // An account's plan is the last that the log tells of it; bea's is not told.
    let accounts = try folder.table("accounts", "s-replay")
    let plans = Dictionary(
      accounts.map { ($0["account_id"] ?? "", $0["account_plan"] ?? "") }
    ) { first, _ in first }
    #expect(plans == ["anna": "pro", "bea": "", "": ""])
  }

  /// The documents' targets: 80 % satisfied (2890), 15 % converted (2901); 60 % sent and 2 % made up are
  /// assumed. Of 20,000 answers 3,000 convert, 12,000 are sent and 400 are made up, give or take 5
  /// standard deviations of 50.5, 69.3 and 19.8; of those rated (half), 80 % of 10,000 are satisfied
  /// (40, and 56.6 for their number): a false alarm in 10⁶ seeds.
  private static func uncertain(_ quality: String) -> String {
    """
    plans: [20]
    traffic: { arrivals: exact }
    models: { deepseek-v3: { failure_rate: 1% } }
    bill_failures: all
    workloads:
      chat: { volume: 1000, input: { mean: 500, cv: 1 }, output: { mean: 200, cv: 1 }\(quality) }
    """
  }

  @Test func ratesAreMetAndCostsStay() throws {
    let folder = try DocumentFolder(
      Self.uncertain(
        ", conversion: 15%, sent: 60%, satisfaction: 80%, rated: 50%, hallucination: 2%"))
    try folder.run()
    let rows = try folder.table("quality")
    let failed = rows.sum("failed_calls")
    #expect(rows.sum("calls") == 20_000 && rows.sum("messages_generated") == 20_000 - failed)
    // One in a hundred fails: 200, give or take 5 × 14.1.
    #expect(abs(failed - 200) < 71 && rows.sum("technical_errors") == failed)
    func isNear(_ name: String, _ expected: Double, _ deviation: Double) -> Bool {
      abs(Double(rows.sum(name)) - 0.99 * expected) < 5 * deviation
    }
    #expect(isNear("messages_converted", 3_000, 50.5))
    #expect(isNear("messages_sent", 12_000, 69.3))
    #expect(isNear("hallucinations", 400, 19.8))
    #expect(isNear("thumbs_up", 8_000, 70))
    #expect(isNear("thumbs_down", 2_000, 43))
    let calls = try folder.calls()
    #expect(calls.count { $0["converted"] == "true" && $0["sent"] != "true" } == 0)
    #expect(Int64(calls.count { $0["hallucination"] == "true" }) == rows.sum("hallucinations"))
    let plain = try DocumentFolder(Self.uncertain(""))
    try plain.run()
    #expect(!plain.has("quality"))
    for name in ["plans", "costs", "daily", "accounts", "performance"] {
      #expect(try plain.table(name) == folder.table(name), "\(name)")
    }
    let names = CallsFile.columns
    #expect(
      try plain.calls().map { row in names.map { row[$0] } }
        == calls.map { row in names.map { row[$0] } })
    #expect(try plain.calls().first?["feedback"] == nil)
  }

  /// By hand: of anna's three answers of a day two are rated, one well; two messages, one sent, none sold;
  /// engagement 0.25 and 0.75; one takes 90 s. Bea's request failed.
  @Test func aLogTellsQuality() throws {
    let folder = try DocumentFolder("plans: [1]\nworkloads: { w: { volume: 1, input: 1 } }")
    let header =
      "timestamp,model,user,account_plan,use_case,input_tokens,output_tokens,status,feedback,sent,"
      + "converted,engagement,response_time_ms,hallucination,inappropriate,technical_error\n"
    try folder.write(
      "log.csv",
      header + """
        2025-11-01T10:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,positive,true,false,0.25,90000,false,false,false
        2025-11-01T11:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,Negative,no,0,,,true,,false
        2025-11-01T12:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,neutral,,,0.75,,false,,
        2025-11-02T10:00:00Z,deepseek-v3,bea,starter,fans,500,200,error,,,,,,,,

        """)
    try folder.replay("log.csv")
    let rows = try folder.table("quality", "s-replay")
    #expect(rows.column("account_plan") == ["pro", "starter"])
    #expect(rows.column("date") == ["2025-11-01", "2025-11-02"])
    let row = rows[0]
    let expected = [
      "calls": "3", "failed_calls": "0", "messages_generated": "2", "messages_sent": "1",
      "messages_converted": "0", "conversion_rate": "0.000000", "thumbs_up": "1",
      "thumbs_down": "1", "satisfaction_rate": "0.500000", "engagement_rate": "0.500000",
      "response_time_mean_s": "90", "responses": "1", "hallucinations": "1",
      "hallucination_rate": "0.333333", "inappropriate": "0", "technical_errors": "0",
    ]
    for (name, value) in expected { #expect(row[name] == value, "\(name)") }
    #expect(rows[1]["failed_calls"] == "1" && rows[1]["technical_error_rate"] == "1.000000")
    let calls = try folder.calls()
    #expect(calls.column("feedback") == ["positive", "negative", "", ""])
    #expect(calls.column("engagement") == ["0.25", "", "0.75", ""])
    #expect(calls.column("response_time_ms") == ["90000", "", "", ""])
    try folder.write(
      "bad.csv",
      header + """
        2025-11-01T10:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,so so,true,,,,,,
        2025-11-01T10:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,,false,true,,,,,
        2025-11-01T10:00:00Z,deepseek-v3,anna,pro,fans,500,200,ok,,,,1.5,,,,

        """)
    let text = try folder.errorsOfReplay("bad.csv")
    #expect(text.contains("expected positive, negative or neutral, not 'so so'"))
    #expect(text.contains("it sold, but was not sent"))
    #expect(text.contains("expected a fraction from 0 to 1, not '1.5'"))
  }

  /// 20 of `certain`'s 80 answers are made up: a quarter.
  @Test func thresholdsJudgeQuality() throws {
    let folder = try DocumentFolder(
      Self.certain + """

        thresholds:
          hallucination: ["rate<20%", "rate<=25%"]
          "satisfaction{use_case:good}": ["rate>=70%"]
          response_time_ms: ["avg<2h", "avg<=2h"]
          timeout_rate: ["rate<1%"]
        """)
    let text = try folder.check()
    #expect(text.contains("hallucination is 25 %"))
    #expect(text.contains("response_time_ms is 7,200,000 ms"))
    let failed = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(
      failed.contains { $0.contains("rate<20%") } && failed.contains { $0.contains("avg<2h") })
    #expect(!failed.contains { $0.contains("rate<=25%") || $0.contains("rate>=70%") })
  }

  @Test func whatCannotBeIsRefused() throws {
    let folder = try DocumentFolder(
      """
      plans: [1]
      alerts: { a: { when: hallucinations > 2% } }
      thresholds: { sent: ["avg>10%"] }
      workloads: { w: { volume: 1, input: 1, conversion: 15%, sent: 10% } }
      """)
    let text = try folder.errors()
    #expect(text.contains("s.yaml:5:22: error: unknown metric 'hallucinations'"))
    #expect(text.contains("did you mean 'hallucination'?"))
    #expect(text.contains("sent is judged by rate, not by 'avg'"))
    #expect(text.contains("s.yaml:7:63: error: more answers sell than are sent"))
  }

  /// Rows beyond the limit are not kept, and that is told.
  @Test func theTableIsBounded() {
    var builder = ScenarioBuilder()
    builder.change = { $0.tables = [.quality] }
    let compiled = CompiledScenario(builder.build())
    let population = Population(
      compiled.scenario, users: 1, draws: Draws(seed: 1, run: 1))
    var tally = QualityTally(compiled: compiled, population: population, mostRows: 2)
    for day in [0, 1, 1, 2, 3] {
      withUnsafePointer(to: Call(time: 0, index: 0, user: 0, kind: 0)) {
        tally.add(QualityValues(), $0, useCase: 0, row: 0, day: day, isFailed: false, msgs: 1)
      }
      #expect(tally.isFull == (day > 1))
    }
    let cells = tally.cells(compiled, rows: ["m"])
    #expect(cells.map(\.counts.calls) == [1, 2])
  }
}
