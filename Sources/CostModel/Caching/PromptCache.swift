/// The provider's prompt cache at one target (docs/semantics.md, "Prompt cache").
///
/// Starts are nondecreasing. A block's last use u with s − u < ttl is kept as its expiry u + ttl.
@frozen
public struct PromptCache: Sendable {
  public let settings: PromptCacheSettings
  @usableFromInline var table = ExpiryTable<UInt64>()

  public init(_ settings: PromptCacheSettings) { self.settings = settings }

  /// The tokens billed as cache-read at an attempt's start `s` whose `input` tokens begin with a
  /// static prefix of `tokens`, the single block `key`; the block is then used.
  @inlinable
  public mutating func read(
    prefix key: UInt64, tokens: Int64, input: Int64, at s: SimTime
  ) -> Int64 {
    guard settings.ttl > .zero, tokens >= settings.minimumTokens else { return 0 }
    return use(key, at: s) ? min(tokens, input) : 0
  }

  /// The tokens billed as cache-read at an attempt's start `s` whose `input` tokens are these
  /// blocks of `blockSize` each (the last may be cut short); all blocks are then used.
  @inlinable
  public mutating func read(
    blocks: some Sequence<UInt64>, blockSize: Int64, input: Int64, at s: SimTime
  ) -> Int64 {
    guard settings.ttl > .zero else { return 0 }
    var cached: Int64 = 0
    var leads = true
    // A block that comes twice is live the second time in either order of looking and using, and
    // if it was not live the first time, no later block leads: one pass is enough.
    for block in blocks {
      leads = use(block, at: s) && leads
      if leads { cached = min(cached + blockSize, input) }
    }
    return cached
  }

  /// What `read` would return, without using anything.
  public func wouldRead(
    prefix key: UInt64, tokens: Int64, input: Int64, at s: SimTime
  ) -> Int64 {
    guard settings.ttl > .zero, tokens >= settings.minimumTokens else { return 0 }
    return liveUntil(key, at: s) == nil ? 0 : min(tokens, input)
  }

  /// What `read` would return, without using anything.
  public func wouldRead(
    blocks: some Sequence<UInt64>, blockSize: Int64, input: Int64, at s: SimTime
  ) -> Int64 {
    guard settings.ttl > .zero else { return 0 }
    var cached: Int64 = 0
    for block in blocks {
      if liveUntil(block, at: s) == nil { break }
      cached = min(cached + blockSize, input)
    }
    return cached
  }

  /// Blocks that are live at `s`.
  public func liveCount(at s: SimTime) -> Int { table.liveCount(at: s) }

  /// Until when a block is live if it is not used again; nil if it is not live at `s`.
  public func liveUntil(_ block: UInt64, at s: SimTime) -> SimTime? {
    table.entry(at: table.place(of: block)).flatMap { s < $0.expiry ? $0.expiry : nil }
  }

  /// Uses a block; returns whether it was live.
  @inlinable
  mutating func use(_ block: UInt64, at s: SimTime) -> Bool {
    let place = table.place(of: block)
    let wasLive = table.entry(at: place).map { s < $0.expiry } ?? false
    if !wasLive || settings.refresh {
      table.set(block, at: place, expiry: s.expiring(after: settings.ttl), now: s)
    }
    return wasLive
  }
}
