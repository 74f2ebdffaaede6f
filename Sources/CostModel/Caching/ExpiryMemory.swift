/// A key and until when it is live.
@frozen
@usableFromInline
struct ExpiryEntry<Key: ExpiryTableKey>: BitwiseCopyable {
  @usableFromInline var key: Key
  @usableFromInline var expiry: SimTime

  @inlinable
  init(key: Key, expiry: SimTime) {
    self.key = key
    self.expiry = expiry
  }
}

/// Where a key is in a table, or would go: until the next write.
@frozen
@usableFromInline
struct ExpiryPlace: Sendable, BitwiseCopyable {
  /// In the index: the key's, or the unused one.
  @usableFromInline var slot: Int
  /// What the index keeps of the key's hash.
  @usableFromInline var tag: UInt32
  /// The entry, counted from 1; 0: there is none.
  @usableFromInline var number: UInt32

  @inlinable
  init(slot: Int, tag: UInt32, number: UInt32) {
    self.slot = slot
    self.tag = tag
    self.number = number
  }
}

/// The entries of an `ExpiryTable` and the index to them.
///
/// The index has open addressing with linear probing and is at most 3/16 full: fuller, it would be
/// smaller, but a processor would guess wrong more often what it meets. A word of it is the number
/// of an entry and, in the bits that no number needs, a tag: some of the hash of its key. So looking
/// for a key that is not there reads four bytes, or a few neighbours, and no entry but one in
/// thousands. What the entries do not fill is not initialised.
@usableFromInline
final class ExpiryMemory<Key: ExpiryTableKey>: @unchecked Sendable {
  @inlinable static var leastRoom: Int { 12 }

  /// Entries before a sweep, 3/4 of a power of two; there is place for one more.
  @usableFromInline let room: Int
  /// By number, from 1; what is read at 0 has no meaning.
  @usableFromInline let entries: UnsafeMutableBufferPointer<ExpiryEntry<Key>>
  /// Zero: unused.
  @usableFromInline let index: UnsafeMutableBufferPointer<UInt32>
  @usableFromInline let tagMask: UInt32

  /// Nothing is known; `room` is `leastRoom`, doubled any number of times.
  @inlinable
  init(room: Int) {
    self.room = room
    let power = room / 3 * 4
    entries = .allocate(capacity: room + 2)
    let nobody = MemoryLayout<ExpiryEntry<Key>>.stride
    UnsafeMutableRawBufferPointer(entries).prefix(nobody).initializeMemory(
      as: UInt8.self, repeating: 0)
    index = .allocate(capacity: 4 * power)
    index.initialize(repeating: 0)
    tagMask = ~UInt32(power - 1)
  }

  @inlinable
  deinit {
    entries.deallocate()
    index.deallocate()
  }

  /// Another memory with the first `count` entries. If these are all and the room is the same, every
  /// key has the same place: keys come into an index in the order of their entries.
  @inlinable
  @inline(never)
  func copy(_ count: Int, room: Int) -> ExpiryMemory {
    let copy = ExpiryMemory(room: room)
    for number in 0..<count { copy.entries[number + 1] = entries[number + 1] }
    copy.fillIndex(count)
    return copy
  }

  /// Where a key of that hash is looked for first.
  @inlinable
  @inline(__always)
  func slot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 32) & (index.count &- 1) }

  @inlinable
  @inline(__always)
  func tag(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) & tagMask }

  /// Moves those of the first `count` entries that are live at `now` together, in order.
  /// - Returns: How many they are.
  @inlinable
  func compact(_ count: Int, now: SimTime) -> Int {
    var kept = 0
    for entry in entries[1..<count + 1] where now < entry.expiry {
      kept &+= 1
      entries[kept] = entry
    }
    return kept
  }

  /// Makes the index know the first `count` entries and nothing else.
  @inlinable
  func rebuildIndex(_ count: Int) {
    index.update(repeating: 0)
    fillIndex(count)
  }

  /// Makes an index that knows nothing know the first `count` entries.
  @inlinable
  func fillIndex(_ count: Int) {
    for number in 1..<count + 1 {
      let hash = entries[number].key.mixedHash
      var slot = slot(of: hash)
      while index[slot] != 0 { slot = (slot &+ 1) & (index.count &- 1) }
      index[slot] = tag(of: hash) | UInt32(truncatingIfNeeded: number)
    }
  }
}
