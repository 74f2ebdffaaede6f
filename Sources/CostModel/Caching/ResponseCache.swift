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

extension ResponseCacheKey: ExpiryTableKey {
  @inlinable
  var mixedHash: UInt64 {
    // The odd factor spreads model and user over all bits before the prompt joins them.
    let owner = UInt64(user) &<< 16 | UInt64(model.rawValue)
    return (owner &* 0x9E37_79B9_7F4A_7C15 ^ prompt).mixed
  }

  @usableFromInline static var unused: ResponseCacheKey {
    ResponseCacheKey(model: ModelID(0), prompt: 0)
  }
}

/// The response cache in `keyed` mode (docs/semantics.md, "Response cache").
///
/// Times are nondecreasing over both methods, so whatever is found has been written before. An
/// entry then only needs its end: the last write plus the lifetime that its writer gave it.
@frozen
public struct ResponseCache: Sendable {
  @usableFromInline var table = ExpiryTable<ResponseCacheKey>()

  public init() {}

  /// Whether a call that arrives at `t` is answered from the cache.
  @inlinable
  public func lookup(_ key: ResponseCacheKey, at t: SimTime) -> Bool { table.isLive(key, at: t) }

  /// Writes the response that completes at `e`; a class of lifetime zero does not store.
  @inlinable
  public mutating func store(_ key: ResponseCacheKey, at e: SimTime, ttl: SimDuration) {
    if ttl > .zero { table.set(key, expiry: e.expiring(after: ttl), now: e) }
  }

  /// Entries that are live at `t`.
  public func liveCount(at t: SimTime) -> Int { table.liveCount(at: t) }
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
    guard let expiry = table.expiry(of: key) else { return .absent }
    return t < expiry ? .live(until: expiry) : .expired(at: expiry)
  }
}
