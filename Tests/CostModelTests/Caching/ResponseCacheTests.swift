import Testing

@testable import CostModel

/// docs/semantics.md, "Response cache", keyed mode.
@Suite struct ResponseCacheTests {
  private func key(_ prompt: UInt64, model: UInt16 = 0, user: UInt32 = 0) -> ResponseCacheKey {
    ResponseCacheKey(model: ModelID(model), user: user, prompt: prompt)
  }

  @Test(arguments: [(100, true), (101, true), (149, true), (150, false), (151, false)])
  func anEntryIsLiveFromItsWriteUntilItsTTLHasPassed(t: Int64, hit: Bool) {
    var cache = ResponseCache()
    cache.store(key(1), at: at(100), ttl: µs(50))
    #expect(cache.lookup(key(1), at: at(t)) == hit)
    #expect(cache.liveCount(at: at(t)) == (hit ? 1 : 0))
  }

  @Test func nothingIsFoundBeforeTheFirstWrite() {
    let cache = ResponseCache()
    #expect(!cache.lookup(key(0), at: .epoch))
    #expect(cache.state(of: key(0), at: .epoch) == .absent)
  }

  @Test func writtenTwiceItIsLiveUntilTheLastWritersTTLAfterTheLastWrite() {
    var cache = ResponseCache()
    cache.store(key(1), at: at(0), ttl: µs(100))
    cache.store(key(1), at: at(60), ttl: µs(100))
    #expect(cache.lookup(key(1), at: at(159)) && !cache.lookup(key(1), at: at(160)))
    // A later writer of a shorter class shortens the life.
    cache.store(key(1), at: at(200), ttl: µs(100))
    cache.store(key(1), at: at(210), ttl: µs(5))
    #expect(cache.state(of: key(1), at: at(214)) == .live(until: at(215)))
    #expect(cache.state(of: key(1), at: at(215)) == .expired(at: at(215)))
  }

  @Test func aHitDoesNotRefresh() {
    var cache = ResponseCache()
    cache.store(key(1), at: at(0), ttl: µs(10))
    #expect(cache.lookup(key(1), at: at(9)) && !cache.lookup(key(1), at: at(10)))
  }

  @Test func aClassOfTTLZeroDoesNotStore() {
    var cache = ResponseCache()
    cache.store(key(1), at: at(0), ttl: .zero)
    #expect(!cache.lookup(key(1), at: at(0)) && cache.liveCount(at: at(0)) == 0)
    cache.store(key(1), at: at(0), ttl: µs(10))
    cache.store(key(1), at: at(1), ttl: .zero)
    #expect(cache.lookup(key(1), at: at(9)))
  }

  @Test func modelUserAndPromptAllCount() {
    var cache = ResponseCache()
    cache.store(key(1, model: 2, user: 3), at: at(0), ttl: .hour)
    #expect(cache.lookup(key(1, model: 2, user: 3), at: at(0)))
    #expect(!cache.lookup(key(2, model: 2, user: 3), at: at(0)))
    #expect(!cache.lookup(key(1, model: 3, user: 3), at: at(0)))
    #expect(!cache.lookup(key(1, model: 2, user: 4), at: at(0)))
    #expect(!cache.lookup(ResponseCacheKey(model: ModelID(2), prompt: 1), at: at(0)))
  }

  @Test func equalHashesAreNotEqualKeys() {
    // The prompt cancels what another owner adds to the hash.
    let owner: UInt64 = 5 << 16 | 7
    let other = key(1 ^ (owner &* 0x9E37_79B9_7F4A_7C15), model: 7, user: 5)
    #expect(other.mixedHash == key(1).mixedHash)
    var cache = ResponseCache()
    cache.store(other, at: at(0), ttl: µs(10))
    #expect(!cache.lookup(key(1), at: at(0)))
    cache.store(key(1), at: at(0), ttl: µs(20))
    #expect(cache.lookup(key(1), at: at(10)) && !cache.lookup(other, at: at(10)))
  }

  @Test func anEndlessTTLDoesNotOverflow() {
    var cache = ResponseCache()
    cache.store(key(1), at: at(5), ttl: µs(.max))
    #expect(cache.lookup(key(1), at: at(.max - 1)))
  }

  @Test func memoryIsBoundedByLiveEntries() {
    var cache = ResponseCache()
    for n in 0..<20_000 as Range<UInt64> { cache.store(key(n), at: at(Int64(n)), ttl: µs(100)) }
    #expect(cache.liveCount(at: at(19_999)) == 100)
    #expect(cache.table.entries.count <= 512)
    #expect((0..<20_000).allSatisfy { cache.lookup(key($0), at: at(19_999)) == ($0 > 19_899) })
    // And it shrinks when fewer live.
    for n in 0..<5000 as Range<UInt64> { cache.store(key(n), at: at(20_000), ttl: µs(10)) }
    #expect(cache.table.entries.count >= 5000)
    for n in 0..<20_000 as Range<UInt64> {
      cache.store(key(n), at: at(30_000 + Int64(n)), ttl: µs(100))
    }
    #expect(cache.table.entries.count <= 512)
  }

  /// Calls under way together, whose responses are written as they are sent out or as they come back.
  @Test func aResponseMayBeStoredAhead() {
    var hits = 0
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var fast = ResponseCache()
      var slow = ResponseCacheReference()
      var underWay: [(key: ResponseCacheKey, end: Int64, isAhead: Bool)] = []
      let ttl = 1 + random.below(20)
      var t: Int64 = -20
      for n in 0..<150 {
        t += random.below(4)
        for call in underWay.sorted(by: { $0.end < $1.end }) where call.end <= t {
          slow.store(call.key, at: call.end, ttl: ttl)
          if !call.isAhead { fast.store(call.key, at: at(call.end), ttl: µs(ttl)) }
        }
        underWay.removeAll { $0.end <= t }
        let key = key(UInt64(random.below(6)))
        let place = fast.place(of: key)
        let hit = fast.isLive(place, at: at(t))
        hits += hit ? 1 : 0
        guard hit == slow.lookup(key, at: t), fast.liveCount(at: at(t)) == slow.liveCount(at: t)
        else {
          Issue.record("seed \(seed), step \(n): hit \(hit)")
          return
        }
        if hit { continue }
        let call = (key: key, end: t + random.below(ttl + 1), isAhead: random.chance(3, in: 4))
        underWay.append(call)
        if call.isAhead {
          fast.storeAhead(key, place, at: at(call.end), ttl: µs(ttl), now: at(t))
        }
      }
    }
    #expect(hits > 5000, "the schedules hit")
  }

  @Test func agreesWithTheListOfAllWrites() {
    var hits = 0
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var fast = ResponseCache()
      var slow = ResponseCacheReference()
      var t: Int64 = -20
      for n in 0..<120 {
        t += random.below(3)
        let key = key(
          UInt64(random.below(12)), model: UInt16(random.below(2)), user: UInt32(random.below(3)))
        if random.chance(1, in: 2) {
          let ttl = random.below(40)
          fast.store(key, at: at(t), ttl: µs(ttl))
          slow.store(key, at: t, ttl: ttl)
        }
        let hit = fast.lookup(key, at: at(t))
        hits += hit ? 1 : 0
        guard hit == slow.lookup(key, at: t),
          n % 10 != 0 || fast.liveCount(at: at(t)) == slow.liveCount(at: t)
        else {
          Issue.record("seed \(seed), step \(n): hit \(hit)")
          return
        }
      }
    }
    #expect(hits > 5000, "the schedules hit")
  }
}
