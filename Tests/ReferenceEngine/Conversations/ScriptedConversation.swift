/// A conversation in which nothing is left to chance, as Tests/Golden/conversations/examples.json
/// writes it. Times are seconds.
public struct ScriptedConversation: Codable, Sendable {
  public struct Prefix: Codable, Sendable {
    public var id: String
    public var tokens: Int

    public init(id: String, tokens: Int) {
      self.id = id
      self.tokens = tokens
    }
  }

  public struct Lifetime: Codable, Sendable {
    public var prefix: String
    public var rest: String

    public init(prefix: String, rest: String) {
      self.prefix = prefix
      self.rest = rest
    }

    private enum Keys: CodingKey { case prefix, rest }

    /// `long`, or each part by itself.
    public init(from decoder: any Decoder) throws {
      if let both = try? decoder.singleValueContainer().decode(String.self) {
        (prefix, rest) = (both, both)
        return
      }
      let parts = try decoder.container(keyedBy: Keys.self)
      prefix = try parts.decode(String.self, forKey: .prefix)
      rest = try parts.decode(String.self, forKey: .rest)
    }
  }

  public struct Full: Codable, Sendable {
    public var action: String
    public var at: Int
    /// In place of `at`: billionths of the window of the first target of the chain.
    public var share: Int?
    public var to: Int?
    public var keep: Int?
    public var instruction: Int?
    public var reasoning: Int?
    public var model: String?

    private enum CodingKeys: String, CodingKey {
      case action = "do"
      case at, share, to, keep, instruction, reasoning, model
    }

    public init(_ action: String, at: Int) {
      self.action = action
      self.at = at
    }
  }

  public struct Step: Codable, Sendable {
    public var output: Int
    public var reasoning: Int?
    /// Tokens of each result.
    public var tools: [Int]?
    public var time: Double?
    public var agents: [ScriptedConversation]?
    /// Picodollars of what the call is metered for beside tokens, if it is answered.
    public var metered: Int?

    public init(output: Int) { self.output = output }
  }

  public struct Turn: Codable, Sendable {
    /// After the conversation's `at`, or after the outcome before.
    public var gap: Double
    public var user: Int
    public var output: Int
    public var reasoning: Int?
    /// In place of the conversation's chain.
    public var model: String?
    public var steps: [Step]?
    /// Picodollars of what the answer is metered for beside tokens, if there is one.
    public var metered: Int?

    public init(gap: Double, user: Int, output: Int) {
      self.gap = gap
      self.user = user
      self.output = output
    }
  }

  public var name: String?
  public var at: Double?
  public var model: String
  public var chain: [String]?
  public var prefix: Prefix?
  public var fork: Bool?
  /// The policy of breakpoints.
  public var cache: String?
  public var ttl: Lifetime?
  public var keepReasoning: String?
  public var full: Full?
  /// Of a sub-agent: the tokens that it brings, in place of those of its last answer.
  public var result: Int?
  public var turns: [Turn]

  private enum CodingKeys: String, CodingKey {
    case name, at, model, chain, prefix, fork, cache, ttl
    case keepReasoning = "keep_reasoning"
    case full, result, turns
  }

  public init(model: String, turns: [Turn]) {
    self.model = model
    self.turns = turns
  }
}

/// A model of such conversations. Prices are µ$ a token, times seconds.
public struct ScriptedModel: Codable, Sendable {
  public struct Cache: Codable, Sendable {
    public var match: String?
    public var ttl: Double?
    public var longTTL: Double?
    public var minimum: Int?
    public var step: Int?
    public var lookback: Int?
    public var lookbackCounts: String?
    public var outputCached: Bool?
    public var refresh: Bool?
    /// `start`, `outcome`, or seconds.
    public var readable: String?
    public var hitChance: Double?
    public var flush: [Double]?

    private enum CodingKeys: String, CodingKey {
      case match, ttl
      case longTTL = "long_ttl"
      case minimum, step, lookback
      case lookbackCounts = "lookback_counts"
      case outputCached = "output_cached"
      case refresh, readable
      case hitChance = "hit_chance"
      case flush
    }

    public init() {}

    public mutating func take(_ other: Cache) {
      match = other.match ?? match
      ttl = other.ttl ?? ttl
      longTTL = other.longTTL ?? longTTL
      minimum = other.minimum ?? minimum
      step = other.step ?? step
      lookback = other.lookback ?? lookback
      lookbackCounts = other.lookbackCounts ?? lookbackCounts
      outputCached = other.outputCached ?? outputCached
      refresh = other.refresh ?? refresh
      readable = other.readable ?? readable
      hitChance = other.hitChance ?? hitChance
      flush = other.flush ?? flush
    }
  }

  public var input: Double?
  public var read: Double?
  public var write: Double?
  public var writeLong: Double?
  public var output: Double?
  public var latency: Double?
  public var window: Int?
  public var reserve: Int?
  /// Attempts that start from the one until before the other fail.
  public var fail: [[Double]]?
  /// Between the starts of two attempts, at least.
  public var pause: Double?
  public var cache: Cache?

  private enum CodingKeys: String, CodingKey {
    case input, read, write
    case writeLong = "write_long"
    case output, latency, window, reserve, fail, pause, cache
  }

  public init() {}

  /// What an example states goes before.
  public mutating func take(_ other: ScriptedModel) {
    input = other.input ?? input
    read = other.read ?? read
    write = other.write ?? write
    writeLong = other.writeLong ?? writeLong
    output = other.output ?? output
    latency = other.latency ?? latency
    window = other.window ?? window
    reserve = other.reserve ?? reserve
    fail = other.fail ?? fail
    if let cache = other.cache {
      self.cache = self.cache ?? cache
      self.cache?.take(cache)
    }
  }

  /// Picodollars a token; what has no price costs what is nearest to it.
  public var picodollars: (input: Int, read: Int, short: Int, long: Int, output: Int) {
    let pico = { (price: Double?) in price.map { Int(($0 * 1_000_000).rounded()) } }
    let fresh = pico(input) ?? 0
    let short = pico(write) ?? fresh
    return (fresh, pico(read) ?? fresh, short, pico(writeLong) ?? short, pico(output) ?? 0)
  }
}

/// Conversations and the models that answer them.
public struct ScriptedTraffic: Codable, Sendable {
  public var name: String?
  public var models: [String: ScriptedModel]?
  public var conversations: [ScriptedConversation]
  /// Times that a target is tried again at once.
  public var retries: Int?
  /// By attempt at a target, over and over: the draws that decide whether a live prefix is found.
  public var hits: [Double]?

  public init(models: [String: ScriptedModel], conversations: [ScriptedConversation]) {
    self.models = models
    self.conversations = conversations
  }
}

/// One attempt, or a call that was not made (its target is `-`).
public struct ScriptedRow: Hashable, Sendable, CustomStringConvertible {
  public var kind: String
  public var target: String
  /// Microseconds.
  public var start: Int
  public var prompt: Int
  public var read = 0
  public var short = 0
  public var long = 0
  public var fresh = 0
  /// Thinking included.
  public var output = 0
  /// Picodollars.
  public var cost = 0

  public init(kind: String, target: String, start: Int, prompt: Int) {
    self.kind = kind
    self.target = target
    self.start = start
    self.prompt = prompt
  }

  public var description: String {
    "\(kind) \(target) \(start): \(prompt) = r\(read) + w\(short) + l\(long) + f\(fresh), "
      + "\(output) out, \(cost)"
  }
}
