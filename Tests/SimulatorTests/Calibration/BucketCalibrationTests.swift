import Foundation
import Testing

@testable import Analysis
@testable import CostModel
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Means fitted to usage exports.
@Suite struct BucketCalibrationTests {
  private static let catalog = """
    models:
      a: {provider: openai, input: $2 per 1M tokens, cache_read: $0.2 per 1M tokens, output: $8 per 1M tokens}
      b: {provider: openai, latency: 2s, input: $1 per 1M tokens, output: $4 per 1M tokens}
      c: {provider: anthropic, latency: 2s, input: $1 per 1M tokens, output: $4 per 1M tokens}
    """
  private func calibrated(_ rows: String, _ options: String...) throws -> (
    outcome: Program.Outcome, text: String, folder: ScenarioFolder
  ) {
    let folder = try ScenarioFolder(["catalog.yaml": Self.catalog, "usage.csv": rows])
    let outcome = try Program.run(
      ["calibrate", "usage.csv", "-o", "s.yaml", "--catalog", "catalog.yaml"] + options,
      in: folder.url)
    let text = (try? String(contentsOfFile: folder.path("s.yaml"), encoding: .utf8)) ?? ""
    return (outcome, text, folder)
  }

  /// openai-usage of four days: model a with 10, 20, 30 and 40 calls of 2,000, 2,000, 4,000 and 4,000 tokens,
  /// of which half are cached; model b with 10 calls a day of 100 and 7.5 tokens.
  private static let openAI: String = {
    var rows = [
      "start_time,end_time,project_id,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens"
    ]
    for day in 0..<4 {
      let start = 1_788_220_800 + day * 86_400
      let (calls, each) = ((day + 1) * 10, day < 2 ? 2_000 : 4_000)
      rows.append(
        "\(start),\(start + 86_400),x,\(calls),a,\(calls * each),\(calls * 50),\(calls * each / 2)")
      rows.append("\(start),\(start + 86_400),y,10,b,1000,75,0")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  @Test func meansAndTheirDaysAreFitted() throws {
    let (outcome, text, folder) = try calibrated(Self.openAI)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("from buckets: spread between calls unknown"))
    let scenario = try folder.read("s.yaml")
    func range(_ end: String) throws -> InputLaw {
      let input = try #require(scenario.ranges.first { $0.name.hasSuffix(end) }, "\(end)")
      return try #require(input.law)
    }
    func expect(_ law: InputLaw, _ low: Double, _ likely: Double, _ high: Double) {
      guard case .triangular(let a, let b, let c) = law else {
        Issue.record("\(law)")
        return
      }
      #expect(
        abs(a / low - 1) < 1e-5 && abs(b / likely - 1) < 1e-5 && abs(c / high - 1) < 1e-5, "\(law)")
    }
    // 140 calls of two accounts in a period of 4 days. Of 20, 30, 40, 50 calls a day the 5th percentile lies
    // 0.15 of the way from 20 to 30, 21.5, the 95th at 48.5; times 4/2.
    expect(try range("workloads.usage.volume"), 43, 70, 97)
    #expect(scenario.plans[0].users == 2)
    // a: 100 of 140 calls; of days 1/2, 2/3, 3/4 and 4/5: 0.525 and 0.7925.
    expect(try range("mix.0.share"), 0.525, 100.0 / 140, 0.7925)
    // Half of (10 · 2 + 20 · 2 + 30 · 4 + 40 · 4) / 100 thousand is 1,700; of days 1,000 to 2,000.
    expect(try range("mix.0.input"), 1_000, 1_700, 2_000)
    expect(try range("mix.0.prefix"), 1_000, 1_700, 2_000)
    let mix = scenario.workloads[0].stages[0].calls[0].mix
    #expect(mix[0].output.moments(rounded: true).first == 50)
    #expect(abs(mix[1].output.moments(rounded: true).first - 7.5) < 1e-9)
    #expect(mix.map { $0.attributes[.segment]?.last } == ["a", "b"])
    // What buckets do not tell is not made up.
    for law in ["reasoning:", "latency: 2s", "prompts:", "conversation:", "lognormal", "arrivals:"]
    {
      #expect(!text.contains(law), "\(law)")
    }
    #expect(
      text.contains("No law of call sizes, latencies, failures, prompts or sessions is fitted"))
    #expect(text.contains("# Buckets tell no latencies, nor does the catalog: a stand-in."))
    // a: 170,000 fresh and read tokens each, 5,000 out; b: 4,000 in, 300 out:
    // 340,000 + 34,000 + 40,000 + 4,000 + 1,200 µ$, but for the prefix's first reading.
    let run = try Program.run(["run", "s.yaml", "--out", "r", "-q"], in: folder.url)
    try #require(run.code == 0, "\(run.errors)")
    let rows = try CSVReader.rows(bytes(folder.path("r/s/plans.csv")))
    let place = try #require(rows.first?.firstIndex(of: "expected_cost_usd"))
    let expected = try #require(Double(rows[1][place]))
    #expect(abs(expected - 0.4192) < 0.0192, "\(expected)")
  }

  /// A usage file whose rows stand for several calls; hours of two days.
  @Test func hoursAreFittedWhereBucketsAreThatShort() throws {
    var rows = "timestamp,period_end,model,calls,input_tokens,output_tokens\n"
    for hour in 0..<48 {
      let day = 1 + hour / 24
      let clock = hour % 24 < 10 ? "0\(hour % 24)" : "\(hour % 24)"
      let calls = (8..<20).contains(hour % 24) ? 100 : 20
      rows += "2026-06-0\(day)T\(clock):00:00Z,,b,\(calls),\(calls * 10),\(calls)\n"
    }
    let (outcome, _, folder) = try calibrated(rows)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let hours = try folder.read("s.yaml").workloads[0].profile.hours
    #expect(abs(hours[12] / hours[3] - 5) < 0.01 && hours[8] == hours[19])
  }

  /// anthropic-usage tells no number of calls: one of 1,000 output tokens stands in.
  @Test func callsThatAreNotToldAreStandIns() throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": Self.catalog,
      "usage.json": """
      {"data": [{"starting_at": "2026-06-01T00:00:00Z", "ending_at": "2026-06-02T00:00:00Z", "results": [
        {"model": "c", "uncached_input_tokens": 600000, "cache_read_input_tokens": 0, "output_tokens": 20000,
         "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}}]}], "has_more": false}
      """,
    ])
    let outcome = try Program.run(
      [
        "calibrate", "usage.json", "-o", "s.yaml", "--catalog", "catalog.yaml",
      ], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("They do not tell how many calls they sum."))
    let scenario = try folder.read("s.yaml")
    let kind = scenario.workloads[0].stages[0].calls[0].mix[0]
    // 20 calls of 30,000 and 1,000 tokens on one day of a month of 30.
    #expect(kind.input == .fixed(30_000) && kind.output == .fixed(1_000))
    #expect(abs(scenario.workloads[0].volume - 600) < 1)
  }

  @Test func whatCannotBeFittedIsSaid() throws {
    let none = try calibrated(
      "start_time,end_time,num_model_requests,model,input_tokens,output_tokens\n"
        + "1788220800,1788307200,5,,100,10\n")
    #expect(none.outcome.code == 2 && none.text.isEmpty)
    #expect(none.outcome.errors.contains("names no model: the export must be grouped by model"))
    let unknown = try calibrated(
      "start_time,end_time,num_model_requests,model,input_tokens,output_tokens\n"
        + "1788220800,1788307200,5,zeta,100,10\n")
    #expect(unknown.outcome.code == 2 && unknown.text.isEmpty)
    #expect(unknown.outcome.errors.contains("the catalog has no price for 'zeta'"))
  }

  /// Five places from 0 to 4.
  @Test func percentilesLieBetweenNeighbours() {
    #expect(BucketFit.percentile(0.05, of: [1, 2, 3, 4, 5]) == 1.2)
    #expect(abs((BucketFit.percentile(0.95, of: [1, 2, 3, 4, 5]) ?? 0) - 4.8) < 1e-12)
    #expect(BucketFit.percentile(0.5, of: [7]) == 7 && BucketFit.percentile(0.5, of: []) == nil)
  }
}
