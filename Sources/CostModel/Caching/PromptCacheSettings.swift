/// A provider's prompt cache (docs/semantics.md, "Prompt cache").
public struct PromptCacheSettings: Hashable, Sendable {
  /// How long a block stays cached after its last use.
  public var ttl: SimDuration
  /// Whether using a live block extends it.
  public var refresh: Bool
  /// Prefixes shorter than this are never cached, in tokens.
  public var minimumTokens: Int64

  public init(ttl: SimDuration, refresh: Bool = true, minimumTokens: Int64 = 0) {
    self.ttl = ttl
    self.refresh = refresh
    self.minimumTokens = minimumTokens
  }
}
