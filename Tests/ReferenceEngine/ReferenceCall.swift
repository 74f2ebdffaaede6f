/// One call with everything that was drawn or logged for it.
public struct ReferenceCall {
  public enum Cache {
    /// `rate` mode, its draw made.
    case rate(Double, ttl: Int64, u: Double)
    case keyed(ttl: Int64)
  }

  /// What a provider's prompt cache may know of the input.
  public enum Prefix {
    case none
    /// So many cached tokens, taken as they are.
    case stated(Int64)
    /// A static prefix of one block.
    case block(UInt64, tokens: Int64)
    case blocks([UInt64], size: Int64)
  }

  /// What a trace says of the call.
  public struct Logged {
    public var model: Int
    public var isOK: Bool
    public var latency: Int64?

    public init(model: Int, isOK: Bool, latency: Int64?) {
      (self.model, self.isOK, self.latency) = (model, isOK, latency)
    }
  }

  /// What is billed at another model, in its first region.
  public struct Use {
    public var model: Int
    public var input: Int64
    public var output: Int64
    public var audio: Int64
    public var meters: [String: Int64]

    public init(
      model: Int, input: Int64, output: Int64, audio: Int64, meters: [String: Int64]
    ) {
      (self.model, self.input, self.output) = (model, input, output)
      (self.audio, self.meters) = (audio, meters)
    }
  }

  /// Tells the call in `draw`.
  public var id = 0
  public var user: Int?
  public var routed = 0
  public var tier: String?
  /// Models that no fallback sends it to.
  public var unfit: Set<Int> = []
  /// nil: its class is not cached.
  public var cache: Cache?
  /// nil: it can be neither looked up nor stored.
  public var prompt: UInt64?
  /// Everything, frames and prefix included.
  public var input: Int64 = 0
  public var images: Int64 = 0
  /// Part of the input; of a log.
  public var cacheWrite: Int64 = 0
  /// As they are drawn or logged, by name.
  public var meters: [String: Int64] = [:]
  /// Whether the input is speech but for prefix and frames.
  public var isSpeech = false
  /// What it bills at other models, if it is answered.
  public var uses: [Use] = []
  /// Reasoning included.
  public var output: Int64 = 0
  public var reasoning: Int64 = 0
  public var audio: Int64 = 0
  public var maxTokens: Int64?
  /// Of the input, what no model can cut: prefix and frames.
  public var least: Int64 = 0
  public var prefix = Prefix.none
  public var batch = false
  public var logged: Logged?
  /// By action of the budget: where it moves the call (as it is, if it moves none); nil: the call
  /// is not among those that it concerns.
  public var actions: [(routed: Int?, tier: String?)?] = []

  public init() {}
}

/// What arrives at a moment: a flow of stages; a plain call is one stage of one call.
public struct ReferenceArrival {
  public struct Stage {
    /// From the last outcome of the stage before, or from the flow's arrival.
    public var delay: Int64
    public var calls: [ReferenceCall]

    public init(delay: Int64, calls: [ReferenceCall]) { (self.delay, self.calls) = (delay, calls) }
  }

  public var time: Int64
  public var stages: [Stage]
  /// Of flows that share a limit on how many there may be at once: which one; nil: none.
  public var limit: Int?
  /// Whether a tool is called in its last round.
  public var givesUp: Bool

  public init(time: Int64, stages: [Stage], givesUp: Bool = false) {
    (self.time, self.stages, self.givesUp) = (time, stages, givesUp)
  }
}

/// What became of one call.
public struct ReferenceRow: Equatable {
  public enum Cache { case hit, miss, off }

  public var id: Int
  public var time: Int64
  public var cache: Cache
  /// The answering target; nil for a hit or a failed call.
  public var target: Int?
  public var isFailed = false
  public var attempts = 0
  public var skipped = 0
  public var queue: Int64 = 0
  public var latency: Int64 = 0
  public var bill = ReferenceBill()

  public init(id: Int, time: Int64, cache: Cache, target: Int? = nil) {
    (self.id, self.time, self.cache, self.target) = (id, time, cache, target)
  }
}
