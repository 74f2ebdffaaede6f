/// A key of an `ExpiryTable`: compared in full, found by its hash.
@usableFromInline
protocol ExpiryTableKey: Equatable, Sendable {
  /// Well mixed in all bits, and the same in every run.
  var mixedHash: UInt64 { get }
  /// Stands in unused places.
  static var unused: Self { get }
}

/// Keys and the moment until which each is live: open addressing with linear probing.
///
/// Expired keys stay until the table is three quarters full; then the live ones move to a table of
/// the size that they need, so its memory is bounded by the most that were ever live.
@frozen
@usableFromInline
struct ExpiryTable<Key: ExpiryTableKey>: Sendable {
  @frozen
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var key: Key
    /// The distant past: the place is unused.
    @usableFromInline var expiry: SimTime

    @inlinable
    init(key: Key, expiry: SimTime) {
      self.key = key
      self.expiry = expiry
    }
  }

  /// A power of two of places, at least one of them unused.
  @usableFromInline var entries: [Entry]
  @usableFromInline var occupied = 0

  @inlinable
  init() { entries = Self.unusedEntries(16) }

  /// Whether the key is live at `t`.
  @inlinable
  func isLive(_ key: Key, at t: SimTime) -> Bool { t < entries[place(of: key)].expiry }

  /// Until when the key is or was live; nil if it is not (any longer) known.
  @inlinable
  func expiry(of key: Key) -> SimTime? {
    let entry = entries[place(of: key)]
    return entry.expiry == .distantPast ? nil : entry.expiry
  }

  /// Makes the key live until `expiry`, earlier or later than before. What has expired at `now`
  /// may be forgotten.
  @inlinable
  mutating func set(_ key: Key, expiry: SimTime, now: SimTime) {
    set(key, at: place(of: key), expiry: expiry, now: now)
  }

  /// - Parameter place: that of the key.
  @inlinable
  mutating func set(_ key: Key, at place: Int, expiry: SimTime, now: SimTime) {
    let isNew = entries[place].expiry == .distantPast
    entries[place] = Entry(key: key, expiry: expiry)
    guard isNew else { return }
    occupied += 1
    if occupied &* 4 > entries.count &* 3 { sweep(now: now) }
  }

  @inlinable
  func liveCount(at t: SimTime) -> Int { entries.count { t < $0.expiry } }

  /// Where the key is, or the unused place where it would go.
  @inlinable
  func place(of key: Key) -> Int {
    let mask = entries.count &- 1
    var place = Int(truncatingIfNeeded: key.mixedHash) & mask
    while entries[place].expiry != .distantPast, entries[place].key != key {
      place = (place &+ 1) & mask
    }
    return place
  }

  @inlinable
  mutating func sweep(now: SimTime) {
    let old = entries
    occupied = liveCount(at: now)
    var size = 16
    // At most 3/8 full, so that at least as many new keys come before the next sweep.
    while occupied &* 8 > size &* 3 { size &*= 2 }
    entries = Self.unusedEntries(size)
    for entry in old where now < entry.expiry { entries[place(of: entry.key)] = entry }
  }

  @inlinable
  static func unusedEntries(_ count: Int) -> [Entry] {
    Array(repeating: Entry(key: .unused, expiry: .distantPast), count: count)
  }
}

extension UInt64 {
  /// These bits mixed so that every one of them changes about half of the result's (the finalizer
  /// of splitmix64, variant 13: D. Stafford, "Better bit mixing", 2011).
  @inlinable
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

  @usableFromInline static var unused: UInt64 { 0 }
}

extension SimTime {
  /// This moment plus a lifetime, or the distant future where the sum has no place.
  @inlinable
  public func expiring(after lifetime: SimDuration) -> SimTime {
    let (sum, overflow) = microseconds.addingReportingOverflow(lifetime.microseconds)
    return overflow ? .distantFuture : SimTime(microseconds: sum)
  }
}
