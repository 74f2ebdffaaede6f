import Foundation
import Testing

@testable import Analysis
@testable import CostModel
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What a sample does not tell: the ranges of fitted values.
@Suite struct CalibrationRangeTests {
  /// 1.645 standard errors to both sides are the triangle's 5th and 95th percentile.
  @Test func aTriangleHasThePercentilesOfTheEstimate() {
    let range = FittedRange(100, error: 10)
    let law = InputLaw.triangular(low: range.low, likely: range.likely, high: range.high)
    #expect(abs(law.quantile(0.05) - 83.5515) < 1e-3 && abs(law.quantile(0.95) - 116.4485) < 1e-3)
  }

  /// 0 of 4: Wilson's upper bound is z²/(4 + z²) = 2.70554/6.70554 = 0.403478, over 1 − √0.1 = 0.683772.
  @Test func aShareThatWasNotSeenMayBe() {
    let none = FittedRange(share: 0, of: 4)
    #expect(none.low == 0 && none.likely == 0 && abs(none.high - 0.590077) < 1e-5)
    let all = FittedRange(share: 4, of: 4)
    #expect(all.high == 1 && abs(all.low - (1 - 0.590077)) < 1e-5)
    // Four times the variance of independent cases: as 1 of them.
    #expect(FittedRange(share: 4, of: 16, dispersion: 4) == FittedRange(share: 1, of: 4))
  }

  /// Ends are written away from the value: 0.1 ± 0.0005·2.40558 is 0.0987972 to 0.1012028.
  @Test func endsAreRoundedOutwards() {
    let range = FittedRange(0.1, error: 0.0005)
    #expect(range.number(digits: 3) == "{low: 0.0987972, likely: 0.1, high: 0.101203}")
    #expect(range.percent() == "{low: 9.87972%, likely: 10%, high: 10.1203%}")
    #expect(FittedRange(3, error: 0).number(digits: 3) == "3")
    #expect(FittedRange(300.4, error: 1).whole == "{low: 297, likely: 300, high: 303}")
  }

  /// n numbers ≥ 0 of which all but one are 0 have cv √(n − 1); a lognormal fitted to 1 to 50,000 calls
  /// has more.
  @Test func usersDifferNoMoreThanSoManyCan() throws {
    let few = ActivityFit(counts: [1, 1, 2, 2, 3, 50_000], dispersion: 1)
    #expect(few.cv == 5.0.squareRoot() && few.isCapped)
    let range = try #require(few.range)
    #expect(range.high == 5.0.squareRoot() && range.low < range.likely)
    let many = ActivityFit(counts: (0..<400).map { $0 % 4 == 0 ? 40 : 10 }, dispersion: 1)
    #expect(!many.isCapped && (many.cv ?? 9) < 2)
  }

  /// What lies between two whole numbers is one or the other: 15 · 1.05 = 15.75.
  @Test func aFactorMovesTheMeanOfAHistogram() throws {
    func law(_ text: String) throws -> Distribution {
      let folder = try ScenarioFolder([
        "catalog.yaml": CalibratedLog.catalog,
        "s.yaml": """
        period: 2026-06
        plans: [1]
        catalog: catalog.yaml
        models: {default: {latency: 1s}}
        policy: {rules: [{name: all, model: small}]}
        workloads: {w: {volume: 1, input: \(text)}}
        """,
      ])
      return try folder.read("s.yaml").workloads[0].stages[0].calls[0].mix[0].input
    }
    for (histogram, factor, mean) in [
      ("{10: 1, 20: 1}", 1.05, 15.75), ("{0: 1, 1: 1}", 0.9, 0.45), ("{3: 1}", 1.2, 3.6),
      ("{10..20: 1}", 2, 30),
    ] {
      let moments = try law("{histogram: \(histogram), factor: \(factor)}").moments(rounded: true)
      #expect(abs(moments.first - mean) < 1e-9, "\(histogram) · \(factor): \(moments.first)")
    }
    #expect(
      try law("{histogram: {10: 1, 20: 1}, factor: 1}") == law("{histogram: {10: 1, 20: 1}}"))
    #expect(throws: InputErrors.self) { try law("{mean: 5, cv: 1, factor: 2}") }
    #expect(throws: InputErrors.self) { try law("{histogram: {90000000: 1}, factor: 2}") }
  }

  private static func log(_ rows: [String], _ columns: String) -> String {
    "timestamp,user,model,input_tokens,output_tokens,\(columns)\n" + rows.joined(separator: "\n")
      + "\n"
  }

  /// 10 calls: 8 read 600, 2 wrote 600: the prefix is 600 and found in 8 of 10 cases. 4 have two images.
  @Test func imagesAndWritesAreFitted() throws {
    let rows = (0..<10).map { call in
      "2026-06-0\(1 + call / 5)T1\(call % 5):00:00Z,u,small,1000,\(call * 10),"
        + (call < 8 ? "600,," : ",600,") + (call < 4 ? "2" : "")
    }
    let folder = try ScenarioFolder([
      "catalog.yaml": CalibratedLog.catalog.replacing(
        "output: $4 per 1M tokens", with: "output: $4 per 1M tokens, images: $0.01 per image"),
      "log.csv": Self.log(rows, "cached_input_tokens,cache_write_tokens,images"),
    ])
    let (fit, text) = try CalibratedLog.calibrate(folder, log: "log.csv")
    let kind = fit.workloads[0].kinds[0]
    #expect(kind.cachedTokens.likely == 600 && kind.input?.mean == 400)
    #expect(kind.meters.map(\.meter) == [.images] && kind.meters[0].size.mean == 0.8)
    #expect(fit.models[0].hitChance?.likely == 0.8)
    // 0 to 90 have the mean 45, and the error 30.2765/√10 = 9.57427.
    let output = try #require(kind.output?.factor)
    #expect(abs(output.high - (1 + 2.40558 * 9.57427 / 45)) < 1e-4)
    #expect(text.contains("factor: {low: 0.488"))
    try folder.write("s.yaml", text)
    let scenario = try folder.read()
    #expect(scenario.ranges.contains { $0.name == "models.small.prompt_cache.hit_chance" })
    #expect(scenario.ranges.contains { $0.name.hasSuffix(".output.factor") })
    #expect(scenario.ranges.contains { $0.name.hasSuffix(".volume") })
  }

  /// 10 calls: 7 read 600, 2 wrote 600 for an hour, one for the shorter time: the prefix is kept for long,
  /// and of 600 tokens it is told that they were not.
  @Test(arguments: [(2, "longer"), (1, "shorter")])
  func aPrefixIsKeptForTheTimeOfMostWrites(long: Int, taken: String) throws {
    let rows = (0..<10).map { call in
      "2026-06-0\(1 + call / 5)T1\(call % 5):00:00Z,u,small,1000,10,"
        + (call < 7 ? "600,," : call < 10 - long ? ",600," : ",,600")
    }
    let folder = try ScenarioFolder([
      "catalog.yaml": CalibratedLog.catalog,
      "log.csv": Self.log(rows, "cached_input_tokens,cache_write_tokens,cache_write_1h_tokens"),
    ])
    let (_, text) = try CalibratedLog.calibrate(folder, log: "log.csv")
    let isLong = long == 2
    #expect(text.contains("600 tokens that a provider's cache was to keep for the"))
    #expect(text.contains("billed as written for the \(taken) one"), "\(text)")
    try folder.write("s.yaml", text)
    let scenario = try folder.read()
    let variant = try #require(scenario.variants.first)
    #expect(variant.prefixTokens == 600 && variant.prefixIsLong == isLong)
    #expect((scenario.behaviours[0].promptCache?.longTTL != nil) == isLong)
  }

  /// The second prompt has all three blocks of the first, 300 tokens, the third one the first two.
  @Test func blocksAreReadAsAProviderWould() throws {
    let rows = [
      "2026-06-01T10:00:00Z,u,small,350,5,\"[1,2,3]\",100",
      "2026-06-01T10:01:00Z,u,small,400,5,\"[1,2,3,4]\",100",
      "2026-06-03T10:02:00Z,u,small,250,5,\"[1,2]\",100",
      "2026-06-03T10:03:00Z,u,small,250,5,\"[1,2,9]\",100",
    ]
    let folder = try ScenarioFolder([
      "catalog.yaml": CalibratedLog.catalog,
      "log.csv": Self.log(rows, "prefix_blocks,block_size"),
    ])
    let (fit, text) = try CalibratedLog.calibrate(folder, log: "log.csv")
    // (0 + 300 + 0 + 200) / 4.
    #expect(fit.workloads[0].kinds[0].cachedTokens.likely == 125 && fit.blockCalls == 4)
    #expect(text.contains("4 calls tell blocks of their prompts"))
  }

  /// Six users, one of whom makes nearly all calls: the run costs about what the log does.
  @Test func aMonthOfFewUsersIsNotFree() throws {
    let rows = (0..<600).map { call in
      let user = call < 590 ? "big" : "u\(call % 5)"
      return
        "2026-06-0\(1 + call / 300)T\(10 + call / 60 % 5):\(10 + call % 50):00Z,\(user),small,1000,100,"
    }
    let folder = try ScenarioFolder([
      "catalog.yaml": CalibratedLog.catalog, "log.csv": Self.log(rows, "task"),
    ])
    let outcome = try Program.run(
      ["calibrate", "log.csv", "-o", "s.yaml", "--catalog", "catalog.yaml"], in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let run = try Program.run(
      ["run", "s.yaml", "--runs", "3", "--out", "out", "-q"], in: folder.url)
    #expect(run.code == 0, "\(run.errors)")
    let rowsOfPlan = try CSVReader.rows(bytes(folder.path("out/s/plans.csv")))
    let place = try #require(rowsOfPlan.first?.firstIndex(of: "cost_usd"))
    // 600 calls of 1,000 and 100 tokens cost $0.84. A lognormal weight of cv √5 is below a tenth in 3.6 %
    // of the cases, and six of them at once in 2e-9.
    let cost = try #require(Double(rowsOfPlan[1][place]))
    #expect(cost > 0.05 && cost < 30)
    #expect(folder.content.contains("out/s/uncertainty.csv"))
  }
}
