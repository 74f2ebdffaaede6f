import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Simulator
@testable import Support

/// The standard levers and shocks know conversations: each is an override that changes what it says.
@Suite struct ConversationDecisionTests {
  static let scenario = """
    period: { start: 2026-03-02, days: 30 }
    plans: [5]
    catalog:
      models:
        m:
          provider: p
          latency: 2s
          input: $1 per 1M tokens
          output: $5 per 1M tokens
          cache_read: $0.10 per 1M tokens
          cache_write: $1.25 per 1M tokens
          cache_write_long: $2 per 1M tokens
    policy: { rules: [{ name: all, model: m }] }
    models: { m: { prompt_cache: { preset: anthropic } } }
    workloads:
      plain: { volume: 3, input: 100, output: 10 }
      agent:
        volume: 20
        conversation:
          prefix: 5000
          turns: 3
          user: 100
          answer: { mean: 200, cv: 0.5 }
          reasoning: 50
          keep_reasoning: all
          think: { mean: 4min, cv: 1 }
          tools: { steps: 2, call: 40, result: { mean: 300, cv: 1 }, time: 5s }
          agents: { look: { chance: 50%, result: 80, conversation: { prefix: 700, user: 60, answer: 90 } } }
    """

  private func folder() throws -> ScenarioFolder { try ScenarioFolder(["s.yaml": Self.scenario]) }

  private func bill(_ folder: ScenarioFolder, _ overrides: [String]) throws -> MoneySum {
    let scenario = try ScenarioReader.read(path: folder.path("s.yaml"), overrides: overrides)
    return try Simulation(scenario).result(of: scenario.plans[0], run: 1).cost
  }

  /// By name, what stands for it in this scenario.
  private static let talk = "workloads.agent.conversation."
  @Test(arguments: [
    ("long-cached-prompts", [talk + "lifetime=long"]),
    ("long-cached-prefix", [talk + "lifetime={prefix: long, rest: short}"]),
    ("marks-at-the-prefix", [talk + "breakpoints=prefix"]),
    ("thinking-not-sent-again", [talk + "keep_reasoning=none"]),
    ("shorter-tool-results", [talk + "tools.result.mean=150"]),
    ("no-sub-agents", [talk + "agents=null"]),
  ])
  func leversAreOverrides(name: String, overrides: [String]) throws {
    let folder = try folder()
    let lever = try #require(try StandardFiles.levers().first { $0.name == name })
    let base = try bill(folder, [])
    let changed = try bill(folder, overrides)
    #expect(changed != base, "\(name) changes nothing")
    let (tree, _) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let variant = try tree.variant(lever.with, source: "lever").get()
    #expect(try Simulation(variant).result(of: variant.plans[0], run: 1).cost == changed)
    // A scenario of single calls has nothing that it changes.
    let plain = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["workloads.agent=null"])
    guard case .failure(let error) = plain.tree.variant(lever.with, source: "lever") else {
      Issue.record("\(name) applies to single calls")
      return
    }
    #expect(error.reason == "the scenario has nothing that it changes")
  }

  @Test(arguments: [
    ("cache-finds-less", ["models.m.prompt_cache.hit_chance=80%"]),
    ("slower-users", [talk + "think.mean=8min"]),
  ])
  func shocksAreOverrides(name: String, overrides: [String]) throws {
    let folder = try folder()
    let shock = try #require(try StandardFiles.shocks().first { $0.name == name })
    let changed = try bill(folder, overrides)
    #expect(try changed > bill(folder, []), "\(name) costs nothing")
    let (tree, _) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let variant = try tree.variant(shock.with, source: "shock").get()
    #expect(try Simulation(variant).result(of: variant.plans[0], run: 1).cost == changed)
  }

  @Test func verbsTellThem() throws {
    let folder = try folder()
    for (verb, names) in [
      ("levers", ["Prompts kept for the provider's long lifetime", "No sub-agents"]),
      ("stress", ["Providers' caches find four in five", "The prefix changed once"]),
    ] {
      let outcome = try Program.run([verb, folder.path("s.yaml"), "--out", folder.path("out")])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let page = try String(contentsOfFile: folder.path("out/s/\(verb).md"), encoding: .utf8)
      for name in names { #expect(page.contains(name), "\(verb) does not tell \(name)") }
    }
  }

  /// A pattern sets what is no number, in all places and in none that does not have what is before it.
  @Test func patternsSetKeys() throws {
    let folder = try folder()
    let read = { (override: String) in
      try ScenarioReader.read(path: folder.path("s.yaml"), overrides: [override])
    }
    let long = try read("workloads.*.conversation.lifetime=long")
    #expect(long.workloads[1].conversation?.levels[0].rules.marks.restIsLong == true)
    #expect(long.workloads[0].conversation == nil)
    let tiers = try read("workloads.*.tier=premium")
    #expect(
      tiers.workloads.flatMap(\.stages).flatMap(\.calls).flatMap(\.mix)
        .allSatisfy { $0.attributes[.tier] == "premium" })
    for (override, message) in [
      ("workloads.*.colour=red", "unknown key 'colour'"),
      ("shops.*.tier=premium", "unknown number"), ("workloads.*.tier*=2", "unknown number"),
    ] {
      let run = try Program.run([
        "run", folder.path("s.yaml"), "--override", override, "--out", folder.path("out"),
      ])
      #expect(run.code == 2 && run.errors.contains(message), "\(run.errors)")
    }
  }
}
