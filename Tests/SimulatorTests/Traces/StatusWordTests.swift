import CostModel
import Testing

@testable import Logs
@testable import Simulator

/// What a log's status means (`Limits/status-words.yaml`), for both readers of logs.
@Suite struct StatusWordTests {
  private func status(_ word: String) -> TraceRow.Status? {
    var word = word
    return word.withUTF8 { StatusWords.shipped.status($0) }
  }

  @Test(arguments: [
    "ok", "OK", "Success", "TRUE", "1", "yes", "Y", "t", "Completed", "done", "200", "204", "200.0",
    "200 OK",
  ])
  func succeeded(word: String) { #expect(status(word) == .ok) }

  @Test(arguments: [
    "failed", "Error", "FALSE", "0", "no", "N", "f", "cancelled", "404", "500", "503",
    "429 Too Many Requests",
  ])
  func failed(word: String) { #expect(status(word) == .failed) }

  @Test(arguments: [
    "Timeout", "timed out", "TIMED_OUT", "deadline_exceeded", "408", "504", "504.0",
    "504 Gateway Timeout", "524",
  ])
  func timedOut(word: String) { #expect(status(word) == .timedOut) }

  @Test(arguments: ["odd", "2", "-1", "77", "1000", "o", "@k", "0.5", "200OK", "okay!"])
  func unknown(word: String) { #expect(status(word) == nil) }

  /// Two rows succeed, one fails, three have words that nobody knows: 4 of 6 failed. `success` is read
  /// where there is no `status`.
  @Test func aReplayTellsUnknownWordsWithTheirCount() throws {
    let folder = try DocumentFolder("plans: [1]\nworkloads: { w: { volume: 1, input: 1 } }")
    func log(_ column: String) -> String {
      "timestamp,model,user,input_tokens,output_tokens,\(column)\n"
        + ["1", "Yes", "no", "odd", "odd", "weird"].enumerated().map { place, word in
          "2025-11-01T1\(place):00:00Z,deepseek-v3,anna,500,200,\(word)\n"
        }.joined()
    }
    for column in ["status", "success"] {
      try folder.write("log.csv", log(column))
      try folder.replay("log.csv")
      let told = try folder.report("s-replay")
      #expect(
        told.contains(
          "Mind that the status of 3 requests is not known, and taken for a failure: 'odd' (2 requests) "
            + "and 'weird' (1 request)."), "\(column)")
      let failed = try folder.query(
        "SELECT count(*) AS calls FROM calls WHERE status = 'failed'", "s-replay")
      #expect(failed.column("calls") == ["4"], "\(column)")
    }
  }

  /// Of eight requests five fail, three of these because they took too long: error rate 5 ÷ 8, timeout rate
  /// 3 ÷ 8, which an alert on more than 30 % sees.
  @Test func aLogTellsItsTimeouts() throws {
    let folder = try DocumentFolder(
      """
      plans: [1]
      alerts: { slow: { when: timeout_share > 30%, window: 8h, min_samples: 2 } }
      performance_hours: [8]
      workloads: { w: { volume: 1, input: 1 } }
      """)
    let words = ["ok", "error", "timeout", "200", "504", "Timed Out", "ok", "500"]
    try folder.write(
      "log.csv",
      "timestamp,model,user,input_tokens,output_tokens,latency_ms,status\n"
        + words.enumerated().map { place, word in
          "2025-11-01T10:0\(place):00Z,deepseek-v3,anna,500,200,900,\(word)\n"
        }.joined())
    try folder.replay("log.csv")
    for table in ["performance", "performance_hours"] {
      let row = try folder.query(
        "SELECT max(timeouts) AS timeouts, error_rate, timeout_rate FROM \(table) "
          + "WHERE model = 'deepseek-v3'", "s-replay")
      #expect(row.column("timeouts") == ["3"])
      #expect(row.column("error_rate") == ["0.625"])
      #expect(row.column("timeout_rate") == ["0.375"])
    }
    // The third request has ended at 10:02:00.9, with 1 of 3.
    let alert = try folder.query("SELECT rule, min(at) AS at FROM alerts GROUP BY rule", "s-replay")
    #expect(alert.column("rule") == ["slow"])
    #expect(alert.column("at") == ["2025-11-01T10:03:00.000000Z"])
  }
}
