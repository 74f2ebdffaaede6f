import CostModel
import Testing

@testable import Scenarios

/// What `prompt_cache` stands for: presets, keys beside them, and what a model's prices decide.
@Suite struct PromptCacheReaderTests {
  private func settings(_ cache: String, write: Bool = false) throws -> PromptCacheSettings {
    let price = write ? ", cache_write: $3.75 per 1M tokens" : ""
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [1]
      catalog:
        models:
          m: {provider: p, latency: 1s, input: $3 per 1M tokens, output: $15 per 1M tokens\(price)}
      policy: {rules: [{name: all, model: m}]}
      models: {m: {prompt_cache: \(cache)}}
      workloads: {w: {volume: 1, input: 10, output: 10}}
      """
    ])
    let scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    return try #require(scenario.behaviours[0].promptCache)
  }

  /// docs/scenario-format.md, "prompt cache": what each preset is.
  @Test(arguments: [
    ("anthropic", PromptCacheSettings.Match.breakpoint, 300, 3_600, 1_024, 1, 20, false),
    ("openai", .breakpoint, 1_800, 43_200, 1_024, 1, 0, false),
    ("openai-2025", .block, 300, 0, 1_024, 128, 0, false),
    ("azure-2025", .block, 300, 0, 1_024, 128, 0, false),
    ("gemini", .block, 3_600, 0, 1_024, 1, 0, false),
    ("deepseek", .breakpoint, 86_400, 0, 0, 1, 0, true),
    ("deepseek-2025", .block, 86_400, 0, 0, 64, 0, true),
    ("kimi", .breakpoint, 300, 3_600, 0, 1, 0, false),
  ])
  func presetsAreWhatTheySay(
    name: String, match: PromptCacheSettings.Match, ttl: Int64, long: Int64, minimum: Int64,
    step: Int64, lookback: Int, storesOutput: Bool
  ) throws {
    let found = try settings("{preset: \(name)}")
    #expect(found.match == match && found.ttl.microseconds == ttl * 1_000_000)
    #expect(found.longTTL?.microseconds ?? 0 == long * 1_000_000)
    #expect(found.minimumTokens == minimum && found.step == step)
    #expect(found.lookback ?? 0 == lookback && found.storesOutput == storesOutput)
    #expect(found.readable == .outcome && found.refresh && found.hitChance == 1)
  }

  @Test func everyPresetIsTested() { #expect(PromptCachePresets.names.count == 8) }

  @Test func whatStandsBesideAPresetGoesBefore() throws {
    let found = try settings(
      "{preset: anthropic, ttl: 10min, minimum_tokens: 4096, lookback_counts: blocks, "
        + "readable: start, hit_chance: 80%, refresh: false}")
    #expect(found.ttl.microseconds == 600_000_000 && found.longTTL?.microseconds == 3_600_000_000)
    #expect(found.minimumTokens == 4_096 && found.lookbackUnit == .blocks && found.lookback == 20)
    #expect(found.readable == .start && found.hitChance == 0.8 && !found.refresh)
  }

  /// Writes are billed where they have a price, unless something else is said.
  @Test func aWritePriceMakesItBreakpoint() throws {
    let plain = try settings("{ttl: 5min}")
    #expect(plain.match == .block && plain.readable == .start && plain.isPlain)
    let billed = try settings("{ttl: 5min}", write: true)
    #expect(billed.match == .breakpoint && billed.readable == .outcome && !billed.isPlain)
    #expect(try settings("{ttl: 5min, match: block}", write: true).match == .block)
    #expect(try settings("{preset: azure-2025}", write: true).match == .block)
  }
}
