import CostModel
import Support

/// Reads the response cache's settings.
package struct CacheReader {
  package let log: InputLog
  /// Of the scenario's period: flushes are told in local time.
  package let local: LocalTime

  package func read(_ node: YAMLNode) -> CacheSettings {
    var cache = CacheSettings()
    if log.isWord(node, "off") { return cache }
    if node["flush"] != nil, node["mode"] == nil {
      log.add(
        node.place, "there is no response cache to flush", hint: "say its 'mode' as well")
      return cache
    }
    guard let fields = Fields(node, as: ScenarioFormat.cache, log: log) else { return cache }
    cache.mode = fields.choice("mode", of: CacheSettings.Mode.self) ?? .off
    cache.scope = fields.choice("scope", of: CacheSettings.Scope.self) ?? .user
    cache.latency = fields.duration("latency") ?? cache.latency
    cache.defaultClass = fields["default"].flatMap { cacheClass($0, mode: cache.mode) }
    for entry in fields.entries("classes") {
      cache.classes[entry.key] = cacheClass(entry.value, mode: cache.mode)
    }
    cache.flushes = fields.list("flush").compactMap { log.moment($0, local: local.moment) }.sorted()
    if cache.mode != .off, !fields.has("default"), !fields.has("classes") {
      log.add(fields.place, "the cache has no 'classes' and no 'default', so nothing is kept")
    }
    return cache
  }

  private func cacheClass(_ node: YAMLNode, mode: CacheSettings.Mode) -> CacheSettings.Class? {
    guard let fields = Fields(node, as: ScenarioFormat.cacheClass, log: log) else { return nil }
    let ttl = fields.duration("ttl")
    if mode == .keyed, !fields.has("ttl") {
      log.add(fields.place, "'ttl' is missing in this cache class, needed in keyed mode")
    }
    if mode == .rate, !fields.has("hit_rate"), ttl != .zero {
      log.add(fields.place, "'hit_rate' is missing in this cache class, needed in rate mode")
    }
    return CacheSettings.Class(ttl: ttl ?? .hour, hitRate: fields.share("hit_rate"))
  }
}
