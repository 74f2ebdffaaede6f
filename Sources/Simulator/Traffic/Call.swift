/// One call as it arrives, with everything that was drawn for it. Synthetic and logged traffic
/// become a stream of these.
struct Call: Sendable, BitwiseCopyable {
  /// Microseconds since the epoch.
  var time: Int64
  /// Identifies the prompt; meaningless where the kind has none.
  var prompt: UInt64 = 0
  /// The user's n-th call or flow of the workload, from 0.
  var index: UInt32
  var user: UInt32
  /// Index into `CompiledScenario.kinds`; for the start of a flow, into `workloads`.
  var kind: UInt16
  var isFlowStart = false
  /// `rate` mode: the response cache has it.
  var cacheDraw = false
  /// The routed model.
  var routed: UInt16 = 0
  /// The budget's action that has changed or refused the call; negative: none.
  var action: Int16 = -1
  var flow: Int32 = -1
  /// Into the batch's `facts`, 0; negative: a synthetic call.
  var fact: Int32 = -1
  /// Total input: fresh, prefix and frames.
  var input: Int64 = 0
  /// Total output, reasoning included.
  var output: Int64 = 0
  var reasoning: Int64 = 0
  /// Microseconds.
  var audio: Int64 = 0
  /// Of kinds that sell, and drawn ahead: the call sells if it is answered.
  var isConverted = false
  /// The target for which the first attempt's draws were made ahead; negative: none.
  var drawnTarget: Int32 = -1
  /// In [0, 1).
  var failure = 0.0
  /// Microseconds.
  var latency: Int64 = 0
}

extension Call {
  @inline(__always)
  mutating func take(_ sizes: CallSizes) {
    input = sizes.input
    output = sizes.output
    reasoning = sizes.reasoning
  }
}

/// A call where it lies: no copy is made to hand it over.
typealias CallPointer = UnsafePointer<Call>

/// What a log says of a call beyond its sizes (docs/semantics.md, "Outcome and latency").
struct LoggedFacts: Sendable, BitwiseCopyable {
  /// Data row of the log, from 1.
  var row: Int64 = 0
  /// The model that answered or failed; `UInt16.max`: not told.
  var model = UInt16.max
  var failed = false
  var blockCount: Int32 = 0
  /// Microseconds; negative: not told.
  var latency: Int64 = -1
  /// Tokens billed as cache-read, taken as they are; negative: not told.
  var cachedInput: Int64 = -1
  /// Tokens written to the provider's cache.
  var cacheWrite: Int64 = 0
  /// Billed by the piece.
  var images: Int64 = 0
  /// Negative: not told.
  var maxTokens: Int64 = -1
  /// Messages that the call is for; negative: not told.
  var msgs: Int64 = -1
  var quality = LoggedQuality()
  /// What the log says that it cost, in picodollars; negative: not told.
  var cost: Int64 = -1
  /// Of prefix blocks, in the batch's `blocks`, of so many tokens each.
  var firstBlock = 0
  var blockSize: Int64 = 0

  var blocks: Range<Int> { firstBlock..<firstBlock + Int(blockCount) }
}

/// Some calls in order of arrival.
struct CallBatch: ~Copyable, Sendable {
  /// Synthetic ones; of a log, the one that was made last.
  var calls = Slab<Call>()
  /// What the log says of that one.
  var facts = Slab<LoggedFacts>()
  /// Rows of a log whose calls are made when they are needed.
  var log = TraceBatch()
  /// Calls of all batches before, of a log.
  var before: Int64 = 0
  /// Hits of these times that are in the tally in place of the batch.
  var counted = 0
  /// Set where these calls need kinds, users or days that the calls before did not.
  var growth: ScenarioGrowth?

  mutating func removeAll() {
    calls.resize(to: 0)
    log.removeAll()
    growth = nil
    counted = 0
  }

  /// Makes the call of a row, with the facts of it; valid until the next one is made.
  @inline(never)
  mutating func makeCall(ofRow place: Int) -> CallPointer {
    let row = log.record(place)
    var call = Call(
      time: row.time, index: UInt32(truncatingIfNeeded: before &+ Int64(place) &+ 1),
      user: row.user, kind: UInt16(row.kind))
    call.prompt = row.prompt
    call.routed = row.routed
    call.input = max(0, row.input)
    call.output = max(0, row.output)
    call.reasoning = max(0, row.reasoning)
    call.audio = max(0, row.audio)
    call.cacheDraw = row.isCached
    call.fact = 0
    calls.resize(to: 0)
    calls.append(call)
    facts.resize(to: 0)
    facts.append(
      LoggedFacts(
        row: row.number, model: UInt16(row.model), failed: row.status == .failed,
        blockCount: row.blockCount, latency: row.latency, cachedInput: row.cached,
        cacheWrite: max(0, row.cacheWrite),
        images: max(0, row.images), maxTokens: row.maxTokens, msgs: row.msgs,
        quality: row.quality, cost: row.cost,
        firstBlock: Int(row.firstBlock), blockSize: Int64(row.blockSize)))
    return UnsafePointer(calls.base)
  }
}

/// A scenario that has grown with the log read so far: everything known before keeps its number.
struct ScenarioGrowth: Sendable {
  var compiled: CompiledScenario
  var routing: CompiledRouting
  /// Names of users that are new.
  var newUsers: [String]
}
