/// One model: its prices, limits and faults; every region of it has limits and a breaker of its
/// own.
public struct ReferenceModel {
  public struct PromptCache {
    public var ttl: Int64
    public var refresh: Bool
    public var minimumTokens: Int64

    public init(ttl: Int64, refresh: Bool, minimumTokens: Int64) {
      (self.ttl, self.refresh, self.minimumTokens) = (ttl, refresh, minimumTokens)
    }
  }

  public var regions: [String] = []
  /// Ascending by `from`.
  public var prices: [ReferencePrices] = []
  public var maxTokens: Int64?
  /// Tokens of input and output that a call may hold, and whether the input of a larger one is cut.
  public var window: Int64?
  public var cutsInput = false
  public var quota = ReferenceQuota.Limits()
  public var breaker: ReferenceBreaker.Settings?
  public var timeout: Int64?
  /// What each second of audio adds to the latency.
  public var latencyPerAudioSecond: Int64 = 0
  public var failureRate = 0.0
  public var promptCache: PromptCache?

  public init() {}
}
