import Scenarios

/// One call as it arrives, with everything that was drawn for it. Synthetic and logged traffic
/// become a stream of these.
package struct Call: Sendable, BitwiseCopyable {
  /// Microseconds since the epoch.
  package var time: Int64
  /// Identifies the prompt; meaningless where the kind has none.
  package var prompt: UInt64 = 0
  /// The user's n-th call or flow of the workload, from 0.
  package var index: UInt32
  package var user: UInt32
  /// Index into `CompiledScenario.kinds`; for the start of a flow, into `workloads`.
  package var kind: UInt16
  package var isFlowStart = false
  /// `rate` mode: the response cache has it.
  package var cacheDraw = false
  /// The routed model.
  package var routed: UInt16 = 0
  /// The budget's action that has changed or refused the call; negative: none.
  package var action: Int16 = -1
  package var flow: Int32 = -1
  /// Into the batch's `loggedFields`, 0; negative: a synthetic call.
  package var fact: Int32 = -1
  /// Total input: fresh, prefix and frames.
  package var input: Int64 = 0
  /// Total output, reasoning included.
  package var output: Int64 = 0
  package var reasoning: Int64 = 0
  /// Microseconds.
  package var audio: Int64 = 0
  /// Of kinds that sell, and drawn ahead: the call sells if it is answered.
  package var isConverted = false
  /// The target for which the first attempt's draws were made ahead; negative: none.
  package var drawnTarget: Int32 = -1
  /// In [0, 1).
  package var failure = 0.0
  /// Microseconds.
  package var latency: Int64 = 0

  package init(
    time: Int64, prompt: UInt64 = 0, index: UInt32, user: UInt32, kind: UInt16,
    isFlowStart: Bool = false, cacheDraw: Bool = false, routed: UInt16 = 0, action: Int16 = -1,
    flow: Int32 = -1, fact: Int32 = -1, input: Int64 = 0, output: Int64 = 0, reasoning: Int64 = 0,
    audio: Int64 = 0, isConverted: Bool = false, drawnTarget: Int32 = -1, failure: Double = 0.0,
    latency: Int64 = 0
  ) {
    self.time = time
    self.prompt = prompt
    self.index = index
    self.user = user
    self.kind = kind
    self.isFlowStart = isFlowStart
    self.cacheDraw = cacheDraw
    self.routed = routed
    self.action = action
    self.flow = flow
    self.fact = fact
    self.input = input
    self.output = output
    self.reasoning = reasoning
    self.audio = audio
    self.isConverted = isConverted
    self.drawnTarget = drawnTarget
    self.failure = failure
    self.latency = latency
  }
}

extension Call {
  @inline(__always)
  package mutating func take(_ sizes: CallSizes) {
    input = sizes.input
    output = sizes.output
    reasoning = sizes.reasoning
  }
}

/// A call where it lies: no copy is made to hand it over.
package typealias CallPointer = UnsafePointer<Call>

/// What a log says of a call beyond its sizes (docs/semantics.md, "Outcome and latency").
package struct LoggedFields: Sendable, BitwiseCopyable {
  /// Data row of the log, from 1.
  package var row: Int64 = 0
  /// The model that answered or failed; `UInt16.max`: not told.
  package var model = UInt16.max
  package var failed = false
  /// That it took too long is why it failed.
  package var timedOut = false
  package var blockCount: Int32 = 0
  /// Microseconds; negative: not told.
  package var latency: Int64 = -1
  /// Tokens billed as cache-read, taken as they are; negative: not told.
  package var cachedInput: Int64 = -1
  /// Tokens written to the provider's cache.
  package var cacheWrite: Int64 = 0
  /// Whether the log tells what was written, 0 included.
  package var tellsWrites = false
  package var meters = LoggedMeters()
  /// Negative: not told.
  package var maxTokens: Int64 = -1
  /// Messages that the call is for; negative: not told.
  package var msgs: Int64 = -1
  package var quality = LoggedQuality()
  /// What the log says that it cost, in picodollars; negative: not told.
  package var cost: Int64 = -1
  /// Of prefix blocks, in the batch's `blocks`, of so many tokens each.
  package var firstBlock = 0
  package var blockSize: Int64 = 0
  /// They are what the session's requests are taken to share.
  package var areSessionBlocks = false

  package var blocks: Range<Int> { firstBlock..<firstBlock + Int(blockCount) }
}

/// Some calls in order of arrival.
package struct CallBatch: ~Copyable, Sendable {
  /// Synthetic ones; of a log, the one that was made last.
  package var calls = Slab<Call>()
  /// What the log says of that one.
  package var loggedFields = Slab<LoggedFields>()
  /// Rows of a log whose calls are made when they are needed.
  package var log = TraceBatch()
  /// Calls of all batches before, of a log.
  package var before: Int64 = 0
  /// The numbers of a log's rows are their calls' ranks.
  package var tellsNumbers = false
  /// Hits of these times that are in the tally in place of the batch.
  package var counted = 0
  /// Set where these calls need kinds, users or days that the calls before did not.
  package var growth: ScenarioGrowth?

  package mutating func removeAll() {
    calls.resize(to: 0)
    log.removeAll()
    growth = nil
    counted = 0
  }

  /// Makes the call of a row, with the loggedFields of it; valid until the next one is made.
  @inline(never)
  package mutating func makeCall(ofRow place: Int) -> CallPointer {
    let row = log.record(place)
    var call = Call(
      time: row.time,
      index: UInt32(truncatingIfNeeded: tellsNumbers ? row.number : before &+ Int64(place) &+ 1),
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
    loggedFields.resize(to: 0)
    loggedFields.append(
      LoggedFields(
        row: row.number, model: UInt16(row.model), failed: row.status.isFailure,
        timedOut: row.status == .timedOut,
        blockCount: row.blockCount, latency: row.latency, cachedInput: row.cached,
        cacheWrite: max(0, row.cacheWrite),
        tellsWrites: row.cacheWrite >= 0 || row.meters.cacheWriteLong > 0,
        meters: row.meters, maxTokens: row.maxTokens, msgs: row.msgs,
        quality: row.quality, cost: row.cost,
        firstBlock: Int(row.firstBlock), blockSize: Int64(row.blockSize),
        areSessionBlocks: row.areSessionBlocks))
    return UnsafePointer(calls.base)
  }
}

/// A scenario that has grown with the log read so far: everything known before keeps its number.
package struct ScenarioGrowth: Sendable {
  package var compiled: CompiledScenario
  package var routing: CompiledRouting
  /// Names of users that are new.
  package var newUsers: [String]
}
