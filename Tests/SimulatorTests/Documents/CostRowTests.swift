import Testing

@testable import Simulator

/// The documents' cost rows (complete-guide.md 2629–2670): segment, action and messages, the counters
/// by account, month and model, and the alert on an account's month (2815–2835).
@Suite struct CostRowTests {
  /// 500 tokens in and 200 out cost 500 × 1.14 + 200 × 4.56 = 1,482 millionths of a dollar.
  private static let scenario = """
    plans: [2]
    tables: [account_months]
    traffic: { arrivals: exact }
    alerts:
      heavy: { when: account_month_cost > $0.01, severity: critical }
      never: { when: account_month_cost > $0.01482 }
    workloads:
      vip:  { use_case: fans, volume: 10, action: fan-message, segment: vip, msgs: 20, input: 500, output: 200 }
      all:  { use_case: fans, volume: 5, action: fan-message, input: 500, output: 200 }
      plan: { volume: 1, input: 500, output: 200 }
    """

  /// Two users make 20, 10 and 2 calls; those for VIPs are for 20 messages each: 400.
  @Test func segmentActionAndMessagesSurvive() throws {
    let folder = try DocumentFolder(Self.scenario)
    try folder.run()
    let rows = try folder.table("actions")
    #expect(rows.column("use_case") == ["fans", "fans", "plan"])
    #expect(rows.column("action") == ["fan-message", "fan-message", ""])
    #expect(rows.column("segment") == ["", "vip", ""])
    #expect(rows.column("calls") == ["10", "20", "2"])
    #expect(rows.column("msgs") == ["10", "400", "2"])
    // 10, 20 and 2 times $0.001482.
    #expect(rows.column("cost_usd") == ["0.014820", "0.029640", "0.002964"])
    let calls = try folder.calls()
    #expect(calls.count == 32 && calls.sum("msgs") == 412)
    #expect(calls.count { $0["segment"] == "vip" && $0["action"] == "fan-message" } == 20)
    let kept = try folder.query(
      "SELECT segment, action, sum(msgs) AS msgs FROM calls GROUP BY 1, 2 ORDER BY 3")
    #expect(kept.column("msgs") == ["2", "10", "400"])
    #expect(kept.column("segment") == ["", "", "vip"])
  }

  /// Where groups of a use case are put together their messages add up: 400 and 10 of fans, 2 of the plan.
  @Test func messagesAddUpByUseCase() throws {
    let folder = try DocumentFolder(Self.scenario)
    let scenario = try folder.read()
    let costs = try Simulation(scenario).result(of: scenario.plans[0], run: 1).costs
    #expect(costs.map(\.useCase) == ["fans", "plan"])
    #expect(costs.map(\.calls) == [30, 2] && costs.map(\.msgs) == [410, 2])
  }

  /// Each of the two accounts makes 10 + 5 + 1 calls: $0.023712; the alert's value is what the account
  /// has spent at its 7th call (6 × 0.001482 = 0.008892, 7 × 0.001482 = 0.010374).
  @Test func accountsHaveMonths() throws {
    let folder = try DocumentFolder(Self.scenario)
    try folder.run()
    let rows = try folder.table("account_months")
    #expect(rows.column("account_id") == ["user-000001", "user-000002"])
    #expect(rows.column("month_start") == Array(repeating: "2025-11-01T00:00:00.000000Z", count: 2))
    #expect(rows.column("model") == ["deepseek-v3", "deepseek-v3"])
    #expect(rows.column("calls") == ["16", "16"])
    #expect(rows.column("cost_usd") == ["0.023712", "0.023712"])
    let sums = try folder.query("SELECT DISTINCT cost_usd_exact FROM exact_sums")
    #expect(sums.column("cost_usd_exact") == ["0.047424000000"])
    let tables = try folder.query("SELECT \"table\" AS name FROM exact_sums ORDER BY 1")
    #expect(
      tables.column("name")
        == ["account_months", "accounts", "actions", "costs", "daily", "plans"])
    let alerts = try folder.table("alerts").filter { $0["rule"] == "heavy" }
    #expect(Set(alerts.column("account_id")) == ["user-000001", "user-000002"])
    #expect(alerts.column("value") == ["0.010374", "0.010374"])
    #expect(alerts.column("unit") == ["USD", "USD"])
    #expect(alerts.column("severity") == ["critical", "critical"])
    // More than $0.01482 is crossed at the 11th call, not at the 10th, which is that amount.
    let later = try folder.table("alerts").filter { $0["rule"] == "never" }
    #expect(later.column("value") == ["0.016302", "0.016302"])
  }

  /// Requests of a log for 20 messages, one that does not say, and one for 3 that failed.
  @Test func aLogTellsMessages() throws {
    let folder = try DocumentFolder("plans: [1]\nworkloads: { w: { volume: 1, input: 1 } }")
    try folder.write(
      "log.csv",
      """
      timestamp,model,user,use_case,action,segment,msgs,input_tokens,output_tokens,status
      2025-11-01T10:00:00Z,deepseek-v3,anna,fans,fan-message,vip,20,500,200,ok
      2025-11-01T11:00:00Z,deepseek-v3,anna,fans,fan-message,vip,,500,200,ok
      2025-12-01T11:00:00Z,deepseek-v3,bea,fans,fan-message,,3,500,200,error

      """)
    try folder.replay("log.csv")
    let rows = try folder.table("actions", "s-replay")
    #expect(rows.column("segment") == ["", "vip"])
    #expect(rows.column("msgs") == ["3", "21"])
    #expect(try folder.calls().column("msgs") == ["20", "1", "3"])
    #expect(
      try folder.query("SELECT msgs FROM calls ORDER BY call", "s-replay").column("msgs")
        == ["20", "1", "3"])
  }

  /// By hand: at $1.14 and $4.56 a million tokens 500 and 200 cost $0.00057 + $0.000912 = $0.001482. Two
  /// requests of fans, each estimated at $0.0008, cost $0.002964 and are estimated at $0.0016; one of
  /// others, with twice the answer, costs $0.00057 + $0.001824 = $0.002394 and is estimated at $0.11;
  /// a slow one of 500 + 200 tokens at $1 is under no estimate. In all 3 requests at $0.1116, which cost
  /// $0.005358.
  @Test func aReplaySetsEstimatesBesideWhatRequestsCost() throws {
    let folder = try DocumentFolder("plans: [1]\nworkloads: { w: { volume: 1, input: 1 } }")
    try folder.write(
      "policy.yaml",
      """
      name: estimating
      rules:
        - { name: slow calls, when: { task: slow }, model: slow }
        - { name: fan calls, when: { use_case: fans }, model: deepseek-v3, estimated_cost: $0.0008 }
        - { name: all others, model: deepseek-v3, estimated_cost: $0.11 }
      """)
    try folder.write(
      "log.csv",
      """
      timestamp,model,user,use_case,action,task,input_tokens,output_tokens
      2025-11-01T10:00:00Z,deepseek-v3,anna,fans,a,text,500,200
      2025-11-01T11:00:00Z,deepseek-v3,bea,fans,b,text,500,200
      2025-11-01T12:00:00Z,deepseek-v3,anna,campaigns,a,text,500,400
      2025-11-01T13:00:00Z,slow,anna,fans,a,slow,500,200

      """)
    try folder.replay("log.csv")
    let page = try folder.report("s-replay").split(separator: " ").joined(separator: " ")
    #expect(
      page.contains(
        "The rules estimate 3 requests at $0.1116 in all, and they cost $0.005358."), "\(page)")
    #expect(page.contains("| fan calls | 2 | $0.00080 | $0.0016 | $0.002964 | 0.540 |"))
    #expect(page.contains("| all others | 1 | $0.11 | $0.11 | $0.002394 | 45.9 |"))
    #expect(page.contains("| slow calls | 1 | – | – | $0.00070 | – |"))
    // Which rule decides requests is no label: one row for each action of a use case and model.
    let rows = try folder.table("actions", "s-replay")
    #expect(rows.map { [$0["use_case"], $0["action"], $0["model"]] }.count == 4)
  }

  @Test func whatMeansNothingIsRefused() throws {
    let folder = try DocumentFolder(
      """
      plans: [1]
      tables: [account_month]
      alerts:
        a: { when: account_month_cost > $10, window: 24h }
        b: { when: account_month_cost < $10 }
        c: { when: account_month_cost > 5% }
      workloads: { w: { volume: 1, input: 1, msgs: 0 } }
      """)
    let text = try folder.errors()
    #expect(
      text.contains("s.yaml:5:10: error: expected account_months or quality, not 'account_month'"))
    #expect(text.contains("s.yaml:7:48: error: 'window' means nothing to account_month_cost"))
    #expect(text.contains("s.yaml:8:14: error: account_month_cost only grows, expected '>'"))
    #expect(text.contains("s.yaml:9:14: error: "))
    #expect(text.contains("s.yaml:10:46: error: '0' is out of range"))
  }
}
