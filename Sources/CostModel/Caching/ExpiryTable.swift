/// A key of an `ExpiryTable`: compared in full, found by its hash.
@usableFromInline
protocol ExpiryTableKey: Equatable, Sendable, BitwiseCopyable {
  /// Well mixed in all bits, and the same in every run.
  var mixedHash: UInt64 { get }
}

/// Keys and the moment until which each is live: entries in the order in which they came, and an
/// index to find them.
///
/// Expired keys stay until the room is full; then the live ones move together, into the room that
/// they need, so its memory is bounded by the most that were ever live.
@frozen
@usableFromInline
struct ExpiryTable<Key: ExpiryTableKey>: Sendable {
  /// This table's alone whenever it is written to.
  @usableFromInline var memory = ExpiryMemory<Key>(room: ExpiryMemory<Key>.leastRoom)
  @usableFromInline var count = 0

  @inlinable
  init() {}

  /// What is live, or was and is not yet forgotten.
  var known: Slice<UnsafeMutableBufferPointer<ExpiryEntry<Key>>> { entries[1..<count + 1] }

  /// The room for entries.
  var entries: UnsafeMutableBufferPointer<ExpiryEntry<Key>> { memory.entries }

  func liveCount(at t: SimTime) -> Int { known.count { t < $0.expiry } }

  /// Where the key is, or would go.
  @inlinable
  @inline(__always)
  func place(of key: Key) -> ExpiryPlace { place(of: key, hash: key.mixedHash) }

  /// - Parameter hash: the key's `mixedHash`.
  @inlinable
  @inline(__always)
  func place(of key: Key, hash: UInt64) -> ExpiryPlace {
    let memory = memory
    let tag = memory.tag(of: hash)
    var slot = memory.slot(of: hash)
    while true {
      let word = memory.index[slot]
      if word == 0 { return ExpiryPlace(slot: slot, tag: tag, number: 0) }
      if word & memory.tagMask == tag {
        let number = word & ~memory.tagMask
        if memory.entries[Int(number)].key == key {
          return ExpiryPlace(slot: slot, tag: tag, number: number)
        }
      }
      slot = (slot &+ 1) & (memory.index.count &- 1)
    }
  }

  /// Reads the index where a key of that hash is looked for first, and the entry that is found there.
  @inlinable
  @inline(__always)
  func warm(hash: UInt64) -> Int64 {
    let number = memory.index[memory.slot(of: hash)] & ~memory.tagMask
    return memory.entries[Int(number)].expiry.microseconds
  }

  /// What is known of the key of that place; nil: nothing (any longer).
  @inlinable
  @inline(__always)
  func entry(at place: ExpiryPlace) -> ExpiryEntry<Key>? {
    place.number == 0 ? nil : memory.entries[Int(place.number)]
  }

  /// Makes the key live until `expiry`, earlier or later than before. What has expired at `now`
  /// may be forgotten.
  /// - Parameter place: that of the key.
  @inlinable
  @inline(__always)
  mutating func set(_ key: Key, at place: ExpiryPlace, expiry: SimTime, now: SimTime) {
    if !isKnownUniquelyReferenced(&memory) { memory = memory.copy(count, room: memory.room) }
    let isNew = place.number == 0
    if isNew { count &+= 1 }
    memory.entries[isNew ? count : Int(place.number)] = ExpiryEntry(key: key, expiry: expiry)
    guard isNew else { return }
    memory.index[place.slot] = place.tag | UInt32(truncatingIfNeeded: count)
    if count > memory.room { sweep(now: now) }
  }

  /// Keeps what is live, in order.
  @inlinable
  @inline(never)
  mutating func sweep(now: SimTime) {
    count = memory.compact(count, now: now)
    var room = ExpiryMemory<Key>.leastRoom
    // At most half full, so that at least as many new keys come before the next sweep.
    while count > room / 2 { room *= 2 }
    if room == memory.room {
      memory.rebuildIndex(count)
    } else {
      memory = memory.copy(count, room: room)
    }
  }
}

extension UInt64 {
  /// These bits mixed so that every one of them changes about half of the result's (the finalizer
  /// of splitmix64, variant 13: D. Stafford, "Better bit mixing", 2011).
  @inlinable
  @inline(__always)
  var mixed: UInt64 {
    var x = self
    x = (x ^ (x &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x &>> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x &>> 31)
  }
}

extension UInt64: ExpiryTableKey {
  @inlinable
  var mixedHash: UInt64 { mixed }
}

extension SimTime {
  /// This moment plus a lifetime, or the distant future where the sum has no place.
  @inlinable
  public func expiring(after lifetime: SimDuration) -> SimTime {
    let (sum, overflow) = microseconds.addingReportingOverflow(lifetime.microseconds)
    return overflow ? .distantFuture : SimTime(microseconds: sum)
  }
}
