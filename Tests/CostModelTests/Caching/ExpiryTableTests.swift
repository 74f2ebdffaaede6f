import Testing

@testable import CostModel

/// A key that says what its hash is.
private struct HashedKey: ExpiryTableKey {
  var mixedHash: UInt64
  var name: Int64
}

/// What lies beneath both caches: entries, the index to them and sweeps.
@Suite struct ExpiryTableTests {
  private typealias Table = ExpiryTable<HashedKey>

  /// A table and the list of all that was set, which never forgets.
  private struct Pair {
    var table = Table()
    var expiries: [Int64: Int64] = [:]

    mutating func set(_ key: HashedKey, expiry: Int64, now: Int64) {
      table.set(key, at: table.place(of: key), expiry: at(expiry), now: at(now))
      expiries[key.name] = expiry
    }

    /// Nothing is forgotten but what has expired.
    func agrees(on key: HashedKey, at t: Int64) -> Bool {
      let expiry = table.entry(at: table.place(of: key))?.expiry.microseconds
      return expiry == expiries[key.name] || expiry == nil && expiries[key.name, default: t] <= t
    }

    func liveCount(at t: Int64) -> Int { expiries.values.count { t < $0 } }
  }

  /// All keys are looked for at few places, around the end of the index, and have few tags.
  @Test func keysWithEqualHashesAreToldApart() {
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let keys = (0..<60 as Range<Int64>).map { name in
        let slot = UInt64(bitPattern: random.below(3) - 2)
        return HashedKey(mixedHash: slot << 32 | UInt64(random.below(2)) << 31, name: name)
      }
      var pair = Pair()
      var t: Int64 = 0
      for n in 0..<600 {
        t += random.below(3)
        pair.set(random.oneOf(keys), expiry: t + 1 + random.below(60), now: t)
        guard n % 10 == 0 else { continue }
        let copy = pair
        // A copy is looked at a while later, when the original was written to and swept.
        for _ in 0..<random.below(2) * 20 {
          pair.set(random.oneOf(keys), expiry: t + 1 + random.below(60), now: t)
        }
        for pair in [pair, copy] {
          guard keys.allSatisfy({ pair.agrees(on: $0, at: t) }),
            pair.table.liveCount(at: at(t)) == pair.liveCount(at: t)
          else {
            Issue.record("seed \(seed), step \(n)")
            return
          }
        }
      }
    }
  }

  @Test func whatHasExpiredIsForgottenWhenTheRoomIsFull() {
    var table = Table()
    func key(_ n: Int64) -> HashedKey { HashedKey(mixedHash: UInt64(n).mixed, name: n) }
    func knows(_ n: Int64) -> Bool { table.entry(at: table.place(of: key(n))) != nil }
    func set(_ n: Int64, expiry: Int64, now: Int64) {
      table.set(key(n), at: table.place(of: key(n)), expiry: at(expiry), now: at(now))
    }
    for n in 0..<12 as Range<Int64> { set(n, expiry: 10 + n, now: 0) }
    #expect((0..<12).allSatisfy { knows($0) })
    // Known keys need no room.
    set(3, expiry: 30, now: 15)
    #expect((0..<12).allSatisfy { knows($0) })
    set(12, expiry: 30, now: 15)
    #expect((0..<13).map { knows($0) } == (0..<13).map { $0 == 3 || $0 > 5 })
    // Eight live: the room for them is twice as large.
    #expect(table.count == 8 && table.memory.room == 24)
    for n in 20..<36 as Range<Int64> { set(n, expiry: 40, now: 30) }
    #expect(table.count == 24)
    set(36, expiry: 40, now: 40)
    #expect(table.count == 0 && table.memory.room == 12)
    #expect(!knows(36))
    // Six live fill half of the least room, which is enough.
    for n in 40..<47 as Range<Int64> { set(n, expiry: 50, now: 41) }
    for n in 50..<56 as Range<Int64> { set(n, expiry: 60, now: 50) }
    #expect(table.count == 6 && table.memory.room == 12)
  }

  /// As the engine does: hashes first, all of them asked for, then looked for one by one.
  @Test func aKeyIsFoundByItsHash() {
    var cache = ResponseCache()
    let keys = (0..<100).map { ResponseCacheKey(model: ModelID(3), user: 5, prompt: $0) }
    for key in keys {
      #expect(!cache.isLive(cache.place(of: key, hash: key.mixedHash), at: at(1)))
      cache.store(key, at: at(0), ttl: µs(9))
      #expect(cache.isLive(cache.place(of: key, hash: key.mixedHash), at: at(1)))
      #expect(cache.warm(hash: key.mixedHash) != 0)
    }
    #expect(cache.warm(hash: 0) == ResponseCache().warm(hash: 0), "no key lies there")
  }

  /// Calls under way together on so many keys that the table is swept and moved all the time.
  @Test func sweepsKeepWritesToCome() {
    var (hits, sweeps) = (0, 0)
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var fast = ResponseCache()
      var writes: [UInt64: [Int64]] = [:]
      let ttl = 20 + random.below(60)
      let keys = 40 + random.below(60)
      var t: Int64 = 0
      for n in 0..<1000 {
        // A pause lets most entries expire.
        t += random.chance(1, in: 100) ? ttl : random.below(3)
        let prompt = UInt64(random.below(keys))
        let key = ResponseCacheKey(model: ModelID(0), prompt: prompt)
        let place = fast.place(of: key)
        let hit = fast.isLive(place, at: at(t))
        let expected = writes[prompt, default: []].contains { $0 <= t && t < $0 + ttl }
        guard hit == expected else {
          Issue.record("seed \(seed), step \(n): hit \(hit)")
          return
        }
        if hit {
          hits += 1
          continue
        }
        let end = t + random.below(ttl + 1)
        writes[prompt, default: []].append(end)
        let known = fast.table.count
        fast.storeAhead(key, place, at: at(end), ttl: µs(ttl), now: at(t))
        sweeps += fast.table.count < known ? 1 : 0
      }
    }
    #expect(hits > 50_000 && sweeps > 200, "the schedules hit and sweep: \(hits), \(sweeps)")
  }
}
