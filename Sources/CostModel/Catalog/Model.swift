/// What a model does with a call that is larger than its context window.
public enum OverWindow: String, CaseIterable, Sendable {
  /// The call is not answered, and not billed.
  case refuse
  /// Its input is cut to what the answer leaves of the window, and billed as cut.
  case truncate
}

/// One model of a provider: what it is called, what it costs, how long it takes.
public struct Model: Hashable, Sendable {
  public var name: String
  public var aliases: [String] = []
  public var provider: String
  /// Tokens of input and output together that a call may hold; nil where not published.
  public var contextWindow: Int64?
  /// What it does with a call that holds more.
  public var overWindow = OverWindow.refuse
  /// What a call reserves for its answer when it states no maximum itself, in tokens.
  public var maxOutputTokens: Int64?
  /// Published range of latencies, of a call without audio; a scenario may say otherwise.
  public var latency: ClosedRange<SimDuration>?
  /// What a call takes longer for each second of its audio.
  public var latencyPerAudioSecond = SimDuration.zero
  /// How it counts images; nil where not published.
  public var imageTokens: ImageTokens?
  public var capabilities: [String] = []
  public var deprecated: CivilDate?
  /// Whether its provider has announced its end without a date.
  public var isRetiring = false
  /// What its provider names to take in its place.
  public var successor: String?
  /// What price lists call it, by list: where its prices can be checked again.
  public var sourceKeys: [String: String] = [:]
  /// By `effectiveFrom`, ascending. Empty: the model is *unpriced*, which is an error, never $0.
  public var prices: [PriceSheet] = []

  public init(name: String, provider: String) {
    self.name = name
    self.provider = provider
  }
}
