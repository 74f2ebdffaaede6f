/// How a provider's prompt cache keeps what it has read (docs/semantics.md, "Prompt cache").
@frozen
public struct PromptCacheSettings: Hashable, Sendable {
  /// How long a block stays after its last use; zero: nothing is cached.
  public var ttl: SimDuration
  /// A use renews a live block; if not, it expires `ttl` after it was written.
  public var refresh: Bool
  /// A static prefix of fewer tokens is not cached.
  public var minimumTokens: Int64

  @inlinable
  public init(ttl: SimDuration, refresh: Bool = true, minimumTokens: Int64 = 0) {
    self.ttl = ttl
    self.refresh = refresh
    self.minimumTokens = minimumTokens
  }
}
