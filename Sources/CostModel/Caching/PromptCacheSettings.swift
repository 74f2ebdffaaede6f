/// How a provider's prompt cache keeps what it has read (docs/semantics.md, "Prompt cache" and
/// "Conversations").
@frozen
public struct PromptCacheSettings: Hashable, Sendable {
  /// What a prompt is compared by.
  public enum Match: String, CaseIterable, Sendable {
    /// Everything that leads it, cut to whole steps; writes are free.
    case block
    /// The places that requests have marked; writes are billed.
    case breakpoint
  }

  /// When what an attempt writes can be read.
  @frozen
  public enum Readable: Hashable, Sendable {
    case start
    case outcome
    /// So long after the start, but no later than the outcome.
    case after(SimDuration)
  }

  /// How the places of a look-back are counted.
  public enum LookbackUnit: String, CaseIterable, Sendable {
    /// Segments, neighbouring results of tools being one.
    case runs
    /// Blocks of content.
    case blocks
  }

  /// How long an entry stays after its last use; zero: nothing is cached.
  public var ttl: SimDuration
  /// A use renews a live entry; if not, it expires `ttl` after it was written.
  public var refresh: Bool
  /// A prompt is not cached up to a place of fewer tokens.
  public var minimumTokens: Int64
  public var match = Match.block
  /// How long an entry stays that is marked as long; nil: as long as any other.
  public var longTTL: SimDuration?
  /// How long an entry stays; without a longer time all stay as long.
  public func lifetime(isLong: Bool) -> SimDuration { isLong ? longTTL ?? ttl : ttl }

  /// By block: reads are cut to a multiple of it.
  public var step: Int64 = 1
  /// By breakpoint: places that are searched backwards from a mark, itself the first; nil: all.
  public var lookback: Int?
  public var lookbackUnit = LookbackUnit.runs
  /// The end of a call's output is stored, too.
  public var storesOutput = false
  public var readable = Readable.start
  /// The chance that a live prefix is found.
  public var hitChance = 1.0
  /// Moments at which everything is thrown away, in order.
  public var flushes: [SimTime] = []

  /// The same for prompts that logs tell as blocks: of any length, searched as a whole.
  public var ofLoggedBlocks: PromptCacheSettings {
    var settings = self
    settings.minimumTokens = 0
    settings.lookback = nil
    return settings
  }

  @inlinable
  public init(ttl: SimDuration, refresh: Bool = true, minimumTokens: Int64 = 0) {
    self.ttl = ttl
    self.refresh = refresh
    self.minimumTokens = minimumTokens
  }
}
