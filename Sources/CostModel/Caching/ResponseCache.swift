/// What identifies a cached response: the routed model, the user and the prompt.
@frozen
public struct ResponseCacheKey: Hashable, Sendable {
  /// The user of every key in global scope.
  public static let anyUser = UInt32.max

  public var model: ModelID
  public var user: UInt32
  public var prompt: UInt64

  @inlinable
  public init(model: ModelID, user: UInt32 = anyUser, prompt: UInt64) {
    self.model = model
    self.user = user
    self.prompt = prompt
  }
}

extension ResponseCacheKey {
  /// The hash by which the cache finds the key: the same in every run.
  @inlinable
  @inline(__always)
  public var mixedHash: UInt64 {
    // One odd factor spreads model and user over all bits before the prompt joins them, the other one,
    // its product folded, what they make together.
    let owner = UInt64(user) &<< 16 | UInt64(model.rawValue)
    let product = (owner &* 0x9E37_79B9_7F4A_7C15 ^ prompt)
      .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}

/// A key with what is kept beside it: the moment from which its entry is live.
@frozen
@usableFromInline
struct StartedKey: ExpiryTableKey {
  @usableFromInline var key: ResponseCacheKey
  @usableFromInline var start: SimTime

  @inlinable
  init(_ key: ResponseCacheKey, start: SimTime) {
    self.key = key
    self.start = start
  }

  @inlinable
  static func == (a: StartedKey, b: StartedKey) -> Bool { a.key == b.key }

  @inlinable
  var mixedHash: UInt64 { key.mixedHash }
}

/// The response cache in `keyed` mode (docs/semantics.md, "Response cache").
///
/// Times are nondecreasing over all methods, so whatever is found has been written before, or is
/// known to be written. An entry is live from its write, or the first of those to come, to the end of
/// the lifetime that its last writer gave it.
@frozen
public struct ResponseCache: Sendable {
  /// Where a key is, or would go: until the next write.
  public struct Place: Sendable, BitwiseCopyable {
    @usableFromInline var place: ExpiryPlace

    @inlinable
    init(_ place: ExpiryPlace) { self.place = place }
  }

  @usableFromInline var table = ExpiryTable<StartedKey>()
  /// Entries may know of writes that are still to come.
  @usableFromInline var isAhead = false

  public init() {}

  @inlinable
  public func place(of key: ResponseCacheKey) -> Place { place(of: key, hash: key.mixedHash) }

  /// - Parameter hash: the key's `mixedHash`.
  @inlinable
  @inline(__always)
  public func place(of key: ResponseCacheKey, hash: UInt64) -> Place {
    Place(table.place(of: StartedKey(key, start: .distantPast), hash: hash))
  }

  /// Reads where a key of that hash is looked for, so that a processor has it at hand when it is looked
  /// for soon after: asked for many keys in a row, it waits for all of them together.
  /// - Returns: What was read, of no meaning, for the caller to keep, lest the reading is left out.
  @inlinable
  @inline(__always)
  public func warm(hash: UInt64) -> Int64 { table.warm(hash: hash) }

  /// Whether a call that arrives at `t` with the key of that place is answered from the cache.
  @inlinable
  @inline(__always)
  public func isLive(_ place: Place, at t: SimTime) -> Bool {
    guard let entry = table.entry(at: place.place) else { return false }
    return entry.key.start <= t && t < entry.expiry
  }

  /// Whether a call that arrives at `t` is answered from the cache.
  @inlinable
  public func lookup(_ key: ResponseCacheKey, at t: SimTime) -> Bool {
    isLive(place(of: key), at: t)
  }

  /// Writes the response that completes at `e`; a class of lifetime zero does not store.
  @inlinable
  public mutating func store(_ key: ResponseCacheKey, at e: SimTime, ttl: SimDuration) {
    if ttl > .zero { write(key, at: place(of: key), from: e, ttl: ttl, now: e) }
  }

  /// Writes at `t` the response of a call that was no hit then and will complete at `e`: the same as
  /// `store` at `e` if all lifetimes are the same and none is shorter than `e` − `t`, as entries of
  /// calls under way together then make one.
  /// - Parameter place: that of the key.
  @inlinable
  public mutating func storeAhead(
    _ key: ResponseCacheKey, _ place: Place, at e: SimTime, ttl: SimDuration, now t: SimTime
  ) {
    isAhead = true
    if ttl > .zero { write(key, at: place, from: e, ttl: ttl, now: t) }
  }

  @inlinable
  @inline(__always)
  mutating func write(
    _ key: ResponseCacheKey, at place: Place, from e: SimTime, ttl: SimDuration, now: SimTime
  ) {
    var start = e
    var expiry = e.expiring(after: ttl)
    if let old = table.entry(at: place.place) {
      if now < old.key.start { start = min(e, old.key.start) }
      // A write that is still to come ends later: all lifetimes are the same then.
      if isAhead { expiry = max(expiry, old.expiry) }
    }
    table.set(StartedKey(key, start: start), at: place.place, expiry: expiry, now: now)
  }

  /// Entries that are live at `t`.
  public func liveCount(at t: SimTime) -> Int {
    table.known.count { $0.key.start <= t && t < $0.expiry }
  }
}

extension ResponseCache {
  /// What the cache knows of a key, for explanations.
  public enum State: Hashable, Sendable {
    /// Never written, or expired so long ago that it was forgotten.
    case absent
    case live(until: SimTime)
    case expired(at: SimTime)
  }

  /// The state that a lookup at `t` meets.
  public func state(of key: ResponseCacheKey, at t: SimTime) -> State {
    guard let expiry = table.entry(at: place(of: key).place)?.expiry else { return .absent }
    return t < expiry ? .live(until: expiry) : .expired(at: expiry)
  }
}
