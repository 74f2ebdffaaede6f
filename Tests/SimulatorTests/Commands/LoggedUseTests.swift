import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Support

/// What a log does not tell of what its models bill, and whose names it reads as others'.
@Suite struct LoggedUseTests {
  private let folder: ScenarioFolder

  /// `t` bills tokens and searches, `c` calls, `free` nothing.
  init() throws {
    folder = try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [1]
      policy: {rules: [{name: all, model: t}]}
      catalog:
        models:
          t: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens,
            searches: $10 per 1K searches}
          c: {provider: p, latency: 1s, calls: $1 per 1K calls}
          free: {provider: p, latency: 1s, input: $0 per 1M tokens, output: $0 per 1M tokens}
      workloads:
        w: {volume: 10, input: 5}

      """
    ])
  }

  private func replay(_ rows: String, columns: String) throws -> Program.Outcome {
    try folder.write("log.csv", columns + "\n" + rows)
    return try Program.run(
      [
        "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
        "--out", folder.path("out"),
      ])
  }

  private func page(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path("out/s-replay/\(name)"), encoding: .utf8)
  }

  /// The rows 2 and 3 say nothing, 5 says 0; 4 has failed, 6 and 7 need not say anything. By rows as
  /// they lie, and with a column (images) that makes calls of all of them.
  @Test(arguments: ["", ",images"])
  func requestsWithoutUseAreTold(column: String) throws {
    let rows = ["t,ok,100,50", "t,ok,,", "t,,,", "t,failed,,", "t,ok,0,0", "c,ok,,", "free,ok,,"]
    let outcome = try replay(
      rows.enumerated().map { "2025-11-03T10:0\($0):00Z,\($1)\(column.isEmpty ? "" : ",")\n" }
        .joined(),
      columns: "timestamp,model,status,input_tokens,output_tokens" + column)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let told =
      "Mind that 3 answered requests are in this at $0, since the log tells nothing of them that their "
      + "model bills (first: row 2): what they used is not known."
    #expect(outcome.output.contains(told), "\(outcome.output)")
    let page = try page("report.md")
    #expect(
      page.contains(
        "- 3 requests answered by t, without anything that it bills: $0, first row 2.\n"))
    // 100 tokens at $1 and 50 at $4 a million, and one call of `c`.
    #expect(page.contains("- searches of t\n") && !page.contains(" of c\n"))
    let log = InputLog()
    let file = SourceFile(path: "run.json", order: 0, text: try self.page("run.json"))
    let record = try #require(YAMLDocument.parse(file, log: log), "\(log.diagnostics)")
    let plan = try #require(record["plans"]?.items.first)
    #expect(plan["cost_usd"]?.string == "0.0013")
    #expect(plan["requests_without_use"]?.items.map { $0["model"]?.string } == ["t"])
    #expect(record["not_billed"]?.items.map { $0["model"]?.string } == ["t"])
  }

  @Test func nothingIsSaidWhereAllRequestsStateTheirUse() throws {
    let outcome = try replay(
      "2025-11-03T10:00:00Z,t,100,50\n", columns: "timestamp,model,input_tokens,output_tokens")
    #expect(outcome.code == 0 && !outcome.output.contains("Mind that"), "\(outcome)")
    #expect(!(try page("report.md").contains("read as")))
  }

  @Test func namesThatWereReadAsOthersAreTold() throws {
    let outcome = try replay(
      "2025-11-03T10:00:00Z,t-2025-08-06,100,50\n",
      columns: "timestamp,model,input_tokens,output_tokens")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try page("report.md").contains("- 't-2025-08-06' was read as 't' of p.\n"))
  }

  /// The large calls have failed only: what one would cost is not known. 10 small ones of 12 stay.
  @Test func calibrateLeavesOutKindsWithoutSizes() throws {
    let small = (0..<10).map { "2025-11-03T10:0\($0):00Z,t,small,ok,100,50\n" }.joined()
    let large = "2025-11-03T11:00:00Z,t,large,failed,,\n2025-11-03T11:10:00Z,t,large,failed,0,0\n"
    try folder.write(
      "log.csv", "timestamp,model,task,status,input_tokens,output_tokens\n" + small + large)
    try folder.write(
      "c.yaml",
      "models: {t: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens}}\n"
    )
    let arguments = [
      "calibrate", folder.path("log.csv"), "--catalog", folder.path("c.yaml"), "-o",
      folder.path("fitted.yaml"),
    ]
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let said =
      "2 calls in 1 kind left out: no answered one tells a size, so what they would cost is not known"
    #expect(outcome.output.contains("Fitted to 12 requests; \(said). Now:"), "\(outcome.output)")
    let text = try String(contentsOfFile: folder.path("fitted.yaml"), encoding: .utf8)
    #expect(text.components(separatedBy: "# 2 calls in 1 kind left out: ").count == 3, "\(text)")
    #expect(text.contains("    # 10 calls of 1 user") && !text.contains("\"large\""))
    // Nothing but failures: there is nothing to fit.
    try folder.write(
      "log.csv", "timestamp,model,task,status,input_tokens,output_tokens\n" + large)
    let refused = try Program.run(arguments)
    #expect(refused.code == 2)
    #expect(refused.errors.contains("error: no answered request tells a size (tokens or audio)"))
  }
}
