import CostModel
import Testing

@testable import Logs
@testable import Simulator

/// What a log's status means (`Limits/status-words.yaml`), for both readers of logs.
@Suite struct StatusWordTests {
  private func isSuccess(_ word: String) -> Bool? {
    var word = word
    return word.withUTF8(StatusWords.shipped.isSuccess)
  }

  @Test(arguments: [
    "ok", "OK", "Success", "TRUE", "1", "yes", "Y", "t", "Completed", "done", "200", "204", "200.0",
    "200 OK",
  ])
  func succeeded(word: String) { #expect(isSuccess(word) == true) }

  @Test(arguments: [
    "failed", "Error", "FALSE", "0", "no", "N", "f", "Timeout", "timed out", "cancelled", "404",
    "500", "429 Too Many Requests",
  ])
  func failed(word: String) { #expect(isSuccess(word) == false) }

  @Test(arguments: ["odd", "2", "-1", "77", "1000", "o", "@k", "0.5", "200OK", "okay!"])
  func unknown(word: String) { #expect(isSuccess(word) == nil) }

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
}
