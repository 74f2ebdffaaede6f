import CostModel
import Testing

@testable import Support

/// What a run numbers in few bits is counted while reading.
struct SizeLimitTests {
  private func errors(_ more: String) throws -> String {
    try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [1]
      policy: {rules: [{name: all, model: m}]}
      catalog: {models: {m: {provider: p, latency: 1s, calls: $1 per call}}}
      \(more)

      """
    ]).errors()
  }

  private static let workload = "workloads: {w: {volume: 1}}"

  private func shares(_ count: Int, _ more: String = "") -> String {
    let share = DecimalText.real(100 / Double(count), places: 12) ?? ""
    return (0..<count).map { "x\($0): {share: \(share)%\(more)}" }.joined(separator: ", ")
  }

  @Test func accountPlansAndClasses() throws {
    let share = DecimalText.real(100.0 / 300, places: 12) ?? ""
    let plans = (0..<300).map { "p\($0): \(share)%" }.joined(separator: ", ")
    let many = try errors("users: {account_plans: {\(plans)}}\n\(Self.workload)")
    #expect(many.contains("error: 300 account plans, expected at most 255"))
    let classes = try errors(
      "users: {activity: {classes: {\(shares(256, ", weight: 1"))}}}\n\(Self.workload)")
    #expect(classes.contains("error: 256 activity classes, expected at most 255"))
    let fitting = try errors(
      "users: {activity: {classes: {\(shares(255, ", weight: 1"))}}}\n\(Self.workload)")
    #expect(fitting == "no error")
  }

  @Test func targets() throws {
    let regions = (0..<65_536).map { "r\($0)" }.joined(separator: ", ")
    let found = try errors("regions: {m: [\(regions)]}\n\(Self.workload)")
    #expect(
      found.contains("error: 65,536 targets (models, and their regions), expected at most 65,535"))
  }

  /// Each of 100 variants of an experiment has the kinds of its workload's mix.
  @Test func kindsOfCalls() throws {
    let found = try errors(
      """
      experiments: {e: {workloads: [w], variants: {\(shares(100))}}}
      workloads: {w: {volume: 1, mix: {\(shares(656))}}}
      """)
    #expect(found.contains("s.yaml:6:12: error: 65,600 kinds of calls, expected at most 65,535"))
  }

  /// Refused by their number alone: that each variant is wrong as well is not looked at.
  @Test func aMixIsCountedBeforeItIsRead() throws {
    let mix = (0..<65_536).map { "v\($0): {shar: 1}" }.joined(separator: ", ")
    let found = try errors("workloads: {w: {volume: 1, mix: {\(mix)}}}")
    #expect(found.contains("s.yaml:5:12: error: 65,536 kinds of calls, expected at most 65,535"))
    #expect(!found.contains("shar'"), "\(found.prefix(400))")
    // Names are no keys, and mixes of several calls add up.
    let half = (0..<32_768).map { "{shar: \($0)}" }.joined(separator: ", ")
    let stages = "[{calls: {mix: {mix: [\(half)]}, b: {mix: [\(half)]}}}]"
    #expect(
      try errors("workloads: {mix: {volume: 1, stages: \(stages)}}")
        .contains("error: 65,536 kinds of calls, expected at most 65,535"))
  }

  @Test func variantsOfExperiments() throws {
    let tests = (0..<328).map {
      "e\($0): {workloads: [w\($0)], variants: {\(shares(100))}}"
    }.joined(separator: ", ")
    let workloads = (0..<328).map { "w\($0): {volume: 1}" }.joined(separator: ", ")
    let found = try errors("experiments: {\(tests)}\nworkloads: {\(workloads)}")
    #expect(found.contains("error: 32,800 variants of experiments, expected at most 32,767"))
  }

  /// Log rows whose cache classes are all different: refused by name, not by a trap.
  @Test func combinationsOfALog() throws {
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [1]
      policy: {rules: [{name: all, model: m}]}
      catalog: {models: {m: {provider: p, latency: 1s, calls: $1 per call}}}
      cache: {mode: rate, default: {hit_rate: 10%}}
      \(Self.workload)

      """
    ])
    let rows = (0..<33_000).map { "2025-11-01T00:00:00Z,m,1,1,p,c\($0)\n" }.joined()
    try folder.write(
      "log.csv", "timestamp,model,input_tokens,output_tokens,prompt_hash,cache_class\n" + rows)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"),
    ])
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("combinations of attributes, expected labels that repeat"),
      "\(outcome.errors.prefix(300))")
  }
}
