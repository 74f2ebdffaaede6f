import CostModel
import Support

/// What a scenario says of a provider's prompt cache: a key that is not stated is nil.
package struct PromptCacheKeys {
  package var match: PromptCacheSettings.Match?
  package var ttl: SimDuration?
  package var longTTL: SimDuration?
  package var refresh: Bool?
  package var minimumTokens: Int64?
  package var step: Int64?
  package var lookback: Int?
  package var lookbackUnit: PromptCacheSettings.LookbackUnit?
  package var storesOutput: Bool?
  package var readable: PromptCacheSettings.Readable?
  package var hitChance: Double?
  package var flushes: [SimTime] = []
  package var hasPreset = false

  /// The settings at a model.
  /// - Parameter billsWrites: the model has a price for what is written.
  package func settings(billsWrites: Bool) -> PromptCacheSettings {
    var settings = PromptCacheSettings(
      ttl: ttl ?? .zero, refresh: refresh ?? true, minimumTokens: minimumTokens ?? 0)
    settings.match = match ?? (billsWrites ? .breakpoint : .block)
    settings.longTTL = longTTL
    settings.step = step ?? 1
    settings.lookback = lookback
    settings.lookbackUnit = lookbackUnit ?? .runs
    settings.storesOutput = storesOutput ?? false
    settings.readable =
      readable ?? (hasPreset || settings.match == .breakpoint ? .outcome : .start)
    settings.hitChance = hitChance ?? 1
    settings.flushes = flushes
    return settings
  }

  /// These, and what they leave open as the preset says it.
  package func over(_ preset: PromptCacheKeys) -> PromptCacheKeys {
    var keys = self
    keys.match = match ?? preset.match
    keys.ttl = ttl ?? preset.ttl
    keys.longTTL = longTTL ?? preset.longTTL
    keys.refresh = refresh ?? preset.refresh
    keys.minimumTokens = minimumTokens ?? preset.minimumTokens
    keys.step = step ?? preset.step
    keys.lookback = lookback ?? preset.lookback
    keys.lookbackUnit = lookbackUnit ?? preset.lookbackUnit
    keys.storesOutput = storesOutput ?? preset.storesOutput
    keys.readable = readable ?? preset.readable
    keys.hitChance = hitChance ?? preset.hitChance
    keys.hasPreset = true
    return keys
  }
}

/// The shipped presets (`Standard/prompt-caches.yaml`).
package enum PromptCachePresets {
  private static let node: YAMLNode = {
    let text = String(decoding: PackageResources.prompt_caches_yaml, as: UTF8.self)
    let source = SourceFile(path: "standard prompt caches", order: 0, text: text)
    guard let node = YAMLDocument.parse(source, log: InputLog())?["presets"] else {
      preconditionFailure("the embedded file is sound")
    }
    return node
  }()

  /// In the file's order.
  package static let names: [String] = {
    guard case .mapping(let entries) = node.content else { return [] }
    return entries.map(\.key)
  }()

  /// nil: there is none of that name.
  package static func keys(_ name: String) -> PromptCacheKeys? {
    node[name].flatMap { PromptCacheReader(log: InputLog(), local: .utc).read($0)?.keys }
  }
}

/// Reads `prompt_cache` of a model.
package struct PromptCacheReader {
  package static let readableWords = ["start", "outcome"]
  private static let largestTokens: Int64 = 100_000_000
  private static let largestLookback: Int64 = 1_000_000

  /// What is stated, and where.
  package struct Statement {
    package var keys: PromptCacheKeys
    package var fields: Fields
  }

  package let log: InputLog
  /// Of the scenario's period: flushes are told in local time.
  package let local: LocalTime

  /// nil: there is no cache, or an error was told.
  package func read(_ node: YAMLNode) -> Statement? {
    if log.isWord(node, "none") { return nil }
    guard let fields = Fields(node, as: ScenarioFormat.promptCache, log: log) else { return nil }
    var keys = PromptCacheKeys()
    keys.match = fields.choice("match", of: PromptCacheSettings.Match.self)
    keys.ttl = fields.duration("ttl")
    keys.longTTL = fields.positiveDuration("long_ttl")
    keys.refresh = fields.flag("refresh")
    keys.minimumTokens = fields.count("minimum_tokens", in: 0...Self.largestTokens)
    keys.step = fields.count("step", in: 1...Self.largestTokens)
    keys.lookback = fields.count("lookback", in: 1...Self.largestLookback).map(Int.init)
    keys.lookbackUnit = fields.choice(
      "lookback_counts", of: PromptCacheSettings.LookbackUnit.self)
    keys.storesOutput = fields.flag("output_cached")
    keys.readable = fields["readable"].flatMap(readable)
    keys.hitChance = fields.share("hit_chance")
    keys.flushes = fields.list("flush").compactMap { log.moment($0, local: local.moment) }.sorted()
    if let node = fields["preset"] {
      guard let preset = preset(node) else { return nil }
      keys = keys.over(preset)
    }
    if keys.ttl == nil {
      if !fields.has("ttl") {
        log.add(
          node.place, "'ttl' is missing in this prompt cache", hint: "state it, or a 'preset'")
      }
      return nil
    }
    check(keys, fields)
    return Statement(keys: keys, fields: fields)
  }

  /// What goes together only by what the model's prices say.
  package func check(_ settings: PromptCacheSettings, _ statement: Statement) {
    let (needed, useless) =
      settings.match == .block
      ? ("breakpoint", ["lookback", "lookback_counts"]) : ("block", ["step"])
    for key in useless {
      guard let place = statement.fields[key]?.place else { continue }
      log.add(place, "'\(key)' needs 'match: \(needed)', and this is 'match: \(settings.match)'")
    }
  }

  private func check(_ keys: PromptCacheKeys, _ fields: Fields) {
    if let long = keys.longTTL, let ttl = keys.ttl, long < ttl,
      let place = (fields["long_ttl"] ?? fields["ttl"])?.place
    {
      log.add(
        place,
        "'long_ttl' is \(ExactText.duration(long)), shorter than 'ttl', which is "
          + ExactText.duration(ttl))
    }
    if keys.lookback == nil, keys.match != .block, let place = fields["lookback_counts"]?.place {
      log.add(place, "'lookback_counts' needs 'lookback'")
    }
  }

  private func preset(_ node: YAMLNode) -> PromptCacheKeys? {
    guard let name = log.text(node) else { return nil }
    if let keys = PromptCachePresets.keys(name) { return keys }
    log.unknown("preset", name, at: node.place, among: PromptCachePresets.names)
    return nil
  }

  private func readable(_ node: YAMLNode) -> PromptCacheSettings.Readable? {
    if log.isWord(node, "start") { return .start }
    if log.isWord(node, "outcome") { return .outcome }
    guard case .scalar = node.content else {
      log.add(node.place, "expected 'start', 'outcome' or a duration, not \(node.kind)")
      return nil
    }
    return log.duration(node).map { .after($0) }
  }
}

extension Model {
  /// Whether it has a price for what is written to its provider's cache, whenever it holds.
  package var billsCacheWrites: Bool {
    prices.contains { $0.statedDimensions.contains(.cacheWriteTokens) }
  }
}
