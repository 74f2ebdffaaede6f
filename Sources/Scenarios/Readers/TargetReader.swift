import CostModel
import Support

/// Reads how targets behave: breakers, quotas, latencies, failures, regions, outages.
package struct TargetReader {
  /// Quotas beyond this are slips of the pen.
  private static let maximumRate: Int64 = 1_000_000_000_000

  package let log: InputLog
  package let models: ModelNames

  // MARK: Breaker

  /// What a breaker that is stated in part has in place of the keys left out (docs/semantics.md,
  /// "Breaker"). Where nothing is stated there is no breaker.
  package static let usualBreaker = BreakerSettings(
    failures: 3, window: SimDuration(microseconds: 300_000_000), open: .minute)
  private static let usualMinimumCalls: Int64 = 100
  /// A breaker by failure rate remembers every call of its window.
  private static let longestRateWindow = SimDuration.day

  package enum BreakerMode: String, CaseIterable { case windowed, consecutive }

  /// nil: none.
  package func breaker(_ node: YAMLNode) -> BreakerSettings? {
    if log.isWord(node, "none") { return nil }
    var result = Self.usualBreaker
    guard let fields = Fields(node, as: ScenarioFormat.breaker, log: log) else { return result }
    if let value = fields.positiveDuration("window") { result.window = value }
    if let value = fields.positiveDuration("open") { result.open = value }
    if let probes = fields["probes"], let value = log.count(probes, in: 0...1) {
      result.probes = Int(value)
    }
    if let rule = fields.has("failure_rate") ? rateRule(fields) : failuresRule(fields) {
      result.rule = rule
    }
    return result
  }

  private func failuresRule(_ fields: Fields) -> BreakerSettings.Rule? {
    if let calls = fields["min_calls"] {
      log.add(calls.place, "'min_calls' needs 'failure_rate'")
    }
    let isConsecutive = fields.choice("mode", of: BreakerMode.self) == .consecutive
    guard case .failures(let usual, _) = Self.usualBreaker.rule else { return nil }
    let count = fields.count("failures", in: 1...10_000).map { Int($0) }
    return .failures(count ?? usual, consecutive: isConsecutive)
  }

  private func rateRule(_ fields: Fields) -> BreakerSettings.Rule? {
    for key in ["failures", "mode"] {
      if let node = fields[key] {
        log.add(node.place, "'\(key)' and 'failure_rate' exclude each other")
      }
    }
    if let node = fields["window"], let window = fields.positiveDuration("window"),
      window > Self.longestRateWindow
    {
      log.add(node.place, "a window of a failure rate is at most 24h long")
    }
    let calls = fields.count("min_calls", in: 1...1_000_000) ?? Self.usualMinimumCalls
    guard let node = fields["failure_rate"], let share = log.exactShare(node) else { return nil }
    let billionths = Int64((share.double * 1e9).rounded())
    guard BreakerSettings.shares.contains(billionths) else {
      log.add(node.place, "must be more than 0%")
      return nil
    }
    return .rate(billionths: billionths, minimumCalls: Int(calls))
  }

  // MARK: Quotas

  private enum ChargeWord: String, CaseIterable { case actual, reserved, uncached }

  package func quota(_ node: YAMLNode) -> QuotaLimits {
    var limits = QuotaLimits()
    if log.isWord(node, "none") { return limits }
    guard let fields = Fields(node, as: ScenarioFormat.quota, log: log) else { return limits }
    limits.requestsPerMinute = fields.count("requests_per_minute", in: 1...Self.maximumRate)
    limits.burst = fields.count("burst", in: 1...Self.maximumRate)
    limits.tokensPerMinute = fields.count("tokens_per_minute", in: 1...Self.maximumRate)
    switch fields.choice("charge", of: ChargeWord.self) {
    case .reserved: limits.charge = .reserved
    case .uncached: limits.charge = .uncached
    case .actual, nil: limits.charge = .actual
    }
    limits.window = fields.positiveDuration("window")
    limits.concurrent = fields.count("concurrent", in: 1...1_000_000).map { Int($0) }
    limits.audioPerDay = fields.positiveDuration("audio_per_day")
    limits.maxWait = fields.maxWait
    check(limits, fields)
    return limits
  }

  private func check(_ limits: QuotaLimits, _ fields: Fields) {
    if let burst = fields["burst"], limits.requestsPerMinute == nil,
      !fields.has("requests_per_minute")
    {
      log.add(burst.place, "'burst' needs 'requests_per_minute'")
    }
    guard let window = limits.window, let place = fields["window"]?.place else { return }
    if let burst = fields["burst"] {
      log.add(burst.place, "'burst' and 'window' exclude each other")
    }
    for (key, limit) in [
      ("requests_per_minute", limits.requestsPerMinute),
      ("tokens_per_minute", limits.tokensPerMinute),
    ] {
      guard let limit, Int128(limit) * Int128(window.microseconds) < 60_000_000 else { continue }
      log.add(place, "\(key) \(limit) lets nothing through in a window this short")
    }
  }

  // MARK: Models

  /// One behaviour a model of the catalog. Only what `reachable` contains needs a latency.
  /// - Parameter local: of the scenario's period.
  package func behaviours(_ root: Fields, catalog: Catalog, local: LocalTime) -> [TargetBehaviour] {
    let caches = PromptCacheReader(log: log, local: local)
    let breaker = root["breaker"].flatMap(breaker)
    let quotas = byModel(root.entries("quotas")).mapValues(quota)
    let models = byModel(root.entries("models"))
      .compactMapValues { Fields($0, as: ScenarioFormat.model, log: log) }
    let settings = models.mapValues { behaviour($0, caches) }
    checkAudio(root.entries("models"), catalog)
    return catalog.models.indices.map { index in
      let own = settings[index] ?? ModelSettings()
      let general = settings[Self.general] ?? ModelSettings()
      let latency = own.latency ?? general.latency ?? Self.latency(catalog.models[index])
      var result = TargetBehaviour(latency: latency.base)
      result.latencyPerAudioSecond = latency.perAudioSecond
      result.quota = quotas[index] ?? quotas[Self.general] ?? QuotaLimits()
      result.breaker = own.breaker ?? general.breaker ?? breaker
      result.timeout = own.timeout ?? general.timeout
      result.failureRate = own.failureRate ?? general.failureRate ?? 0
      result.firstToken = own.firstToken ?? general.firstToken
      if let statement = own.promptCache ?? general.promptCache ?? nil {
        let settings = statement.keys.settings(billsWrites: catalog.models[index].billsCacheWrites)
        if own.promptCache != nil || settings.match == statement.keys.match {
          caches.check(settings, statement)
        }
        result.promptCache = settings
      }
      result.reserve = own.reserve ?? general.reserve
      return result
    }
  }

  /// Stands for `default` among model indices.
  private static let general = -1

  private func byModel(_ entries: [YAMLNode.Entry]) -> [Int: YAMLNode] {
    var result: [Int: YAMLNode] = [:]
    for entry in entries {
      let isPattern = NamePattern.isPattern(entry.key)
      let indices =
        entry.key == "default"
        ? [Self.general] : models.ids(entry.key, at: entry.keyPlace).map(\.index)
      for index in indices {
        // A model's own entry stands before one that a pattern gives it.
        if isPattern, entries.contains(where: { isOwn($0.key, index) }) { continue }
        if result.updateValue(entry.value, forKey: index) != nil {
          log.add(entry.keyPlace, "'\(entry.key)' names a model that is already listed")
        }
      }
    }
    return result
  }

  private func isOwn(_ key: String, _ index: Int) -> Bool {
    !NamePattern.isPattern(key) && models.catalog.id(named: key)?.index == index
  }

  /// Audio that only some models hear or say adds nothing to what others take; a model's own statement
  /// is about a model that does.
  private func checkAudio(_ entries: [YAMLNode.Entry], _ catalog: Catalog) {
    for entry in entries where entry.key != "default" {
      guard let node = entry.value["latency"]?["per_audio_second"] else { continue }
      // Unknown names have been told.
      let ids =
        NamePattern.isPattern(entry.key)
        ? catalog.ids(matching: NamePattern(entry.key))
        : catalog.id(named: entry.key).map { [$0] } ?? []
      guard !ids.isEmpty, !ids.contains(where: { catalog[$0].takesAudio }) else { continue }
      log.add(
        node.place,
        "'\(entry.key)' has no price for audio, so that none of its calls has any",
        hint:
          "state a price of 'audio', 'audio_input' or 'audio_output'; what is free has one of $0")
    }
  }

  private struct ModelSettings {
    var latency: Latency?
    var timeout: SimDuration?
    var failureRate: Double?
    var firstToken: Double?
    /// Outer nil: not stated; inner nil: `none`.
    var promptCache: PromptCacheReader.Statement??
    var reserve: Int64?
    var breaker: BreakerSettings??
  }

  /// Of an attempt: what is drawn, and what a second of audio adds.
  private struct Latency {
    var base: Distribution
    var perAudioSecond = SimDuration.zero
  }

  private func latency(_ node: YAMLNode) -> Latency? {
    let reader = DistributionReader(log: log, unit: .microseconds)
    let own = ["base", "per_audio_second"]
    guard case .mapping(let entries) = node.content,
      entries.contains(where: { own.contains($0.key) })
    else { return reader.read(node).map { Latency(base: $0) } }
    guard let fields = Fields(node, as: ScenarioFormat.latency, log: log) else { return nil }
    var result = Latency(base: .fixed(0), perAudioSecond: fields.latencyPerAudioSecond)
    let law = entries.filter { !own.contains($0.key) }
    if let base = fields["base"] {
      for entry in law where fields.object.keys.contains(entry.key) {
        log.add(entry.keyPlace, "'\(entry.key)' and 'base' exclude each other")
      }
      result.base = reader.read(base) ?? result.base
    } else if !law.isEmpty {
      result.base =
        reader.read(YAMLNode(content: .mapping(law), place: node.place)) ?? result.base
    }
    return result
  }

  private func behaviour(_ fields: Fields, _ caches: PromptCacheReader) -> ModelSettings {
    var result = ModelSettings()
    result.latency = fields["latency"].flatMap(latency)
    result.timeout = fields.positiveDuration("timeout")
    result.failureRate = fields.share("failure_rate")
    result.firstToken = fields.share("first_token")
    result.promptCache = fields["prompt_cache"].map(caches.read)
    result.reserve = fields.count("reserve", in: 0...100_000_000)
    result.breaker = fields["breaker"].map(breaker)
    return result
  }

  /// The catalog's published range, all values alike; 0 where it gives none.
  private static func latency(_ model: Model) -> Latency {
    let range = model.latency ?? SimDuration.zero...SimDuration.zero
    let low = Double(range.lowerBound.microseconds)
    let high = Double(range.upperBound.microseconds)
    return Latency(
      base: low == high ? .fixed(low) : .uniform(low: low, high: high),
      perAudioSecond: model.latencyPerAudioSecond)
  }

  // MARK: Regions and outages

  package func regions(_ entries: [YAMLNode.Entry]) -> [ModelID: [String]] {
    var result: [ModelID: [String]] = [:]
    for entry in entries {
      let ids = models.ids(entry.key, at: entry.keyPlace)
      let listed = log.texts(entry.value)
      let names = listed.map(\.text)
      var seen: Set<String> = []
      for (name, place) in listed where !seen.insert(name).inserted {
        log.add(place, "region '\(name)' is listed twice")
      }
      if names.isEmpty { log.add(entry.value.place, "expected at least one region") }
      for id in ids { result[id] = names }
    }
    return result
  }

  /// One outage a model.
  package func outages(_ node: YAMLNode, local: LocalTime, regions: [ModelID: [String]]) -> [Outage]
  {
    guard let fields = Fields(node, as: ScenarioFormat.outage, log: log) else { return [] }
    let sick = sickModels(fields)
    let window = fields.window(local)
    let region = fields.text("region")
    if let region, let place = fields["region"]?.place,
      !sick.isEmpty, !sick.contains(where: { (regions[$0] ?? []).contains(region) })
    {
      log.unknown("region", region, at: place, among: sick.flatMap { regions[$0] ?? [] })
    }
    let rate = fields.share("rate") ?? 1
    guard let window else { return [] }
    return sick.map {
      Outage(model: $0, region: region, from: window.start, to: window.end, rate: rate)
    }
  }

  /// The model that an outage names, or all of its provider's.
  private func sickModels(_ fields: Fields) -> [ModelID] {
    guard fields.has("model") != fields.has("provider") else {
      log.add(fields.place, "an outage needs either 'model' or 'provider'")
      return []
    }
    if let node = fields["model"] {
      return log.scalar(node, "a model's name").map { models.ids($0, at: node.place) } ?? []
    }
    let all = models.catalog.models
    guard let node = fields["provider"], let provider = log.text(node) else { return [] }
    let sick = all.indices.filter { all[$0].provider == provider }
    if sick.isEmpty, models.isSound {
      log.unknown("provider", provider, at: node.place, among: Set(all.map(\.provider)).sorted())
    }
    return sick.map { ModelID(UInt16($0)) }
  }
}

extension Fields {
  /// How long what is over a limit may wait; nil: as long as it takes.
  package var maxWait: SimDuration? {
    guard choice("overflow", of: ScenarioFormat.OverflowWord.self) == .reject else {
      return duration("max_wait")
    }
    if let wait = self["max_wait"] {
      log.add(wait.place, "'overflow: reject' and 'max_wait' exclude each other")
    }
    return .zero
  }
}
