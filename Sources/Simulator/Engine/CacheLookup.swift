import CostModel
import Scenarios

/// The response cache as calls meet it when they arrive, and the counts of its look-ups.
package struct CacheLookup: ~Copyable {
  package var cache = ResponseCache()
  /// It is asked for keys.
  package let looksUp: Bool
  package let scope: CacheSettings.Scope
  /// Microseconds of a hit's answer.
  package let latency: Int64
  /// What calls that are booked as they arrive store may be written as they arrive, too.
  package let storesAhead: Bool
  /// Flushes that are still to come.
  package var flushes: ArraySlice<SimTime>
  /// By class.
  package var counts: Slab<CacheClassResult>
  /// Look-ups without a hit, by routed model.
  package var misses: Slab<Int64>
  /// Keys that `warm` has at hand at once.
  package static let warmedTogether = 64
  /// Of the keys of rows that are next.
  package var hashes = Slab<UInt64>(repeating: 0, count: Self.warmedTogether)
  /// The sum of what warming has read. It has no meaning, but keeps the reads from being optimised away.
  package var warmth: Int64 = 0

  package init(_ compiled: CompiledScenario) {
    let cache = compiled.scenario.cache
    looksUp = cache.mode == .keyed
    scope = cache.scope
    latency = cache.latency.microseconds
    storesAhead = Self.storesAhead(cache)
    flushes = cache.flushes[...]
    counts = Slab(compiled.cacheClasses.map { CacheClassResult(name: $0, hits: 0, misses: 0) })
    misses = Slab(repeating: 0, count: compiled.scenario.catalog.models.count)
  }

  /// Whether entries of calls under way together make one, and none is flushed before it is written.
  private static func storesAhead(_ cache: CacheSettings) -> Bool {
    let classes = cache.classes.values + [cache.defaultClass].compactMap { $0 }
    return cache.flushes.isEmpty && Set(classes.map(\.ttl)).count <= 1
  }

  /// When the cache is emptied next, in microseconds; nil: never again.
  package var nextFlush: Int64? { flushes.first?.microseconds }

  /// Empties the cache as often as was due by then.
  package mutating func flush(upTo time: Int64) {
    while let next = nextFlush, time >= next {
      flushes.removeFirst()
      cache = ResponseCache()
    }
  }
}
