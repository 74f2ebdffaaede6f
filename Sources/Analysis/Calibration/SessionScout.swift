import CostModel
import Simulator

/// The first pass over a workload's sessions: what must be known before contexts can be taken apart.
package struct SessionScout: Sendable {
  /// Gaps from start to start that caches keep or do not, in microseconds: halves of the lives that are
  /// tried, and these.
  package static let lives: [Int64] = [5, 30, 60, 1_440].map { $0 * 60_000_000 }
  private static let edges = (lives + lives.map { $0 / 2 }).sorted()
  private static let mostReads = 10_000

  package private(set) var conversations: Int64 = 0
  package private(set) var calls: Int64 = 0
  /// Of conversations that begin.
  package private(set) var quarters: [Int64: Int64] = [:]
  package private(set) var users: [UInt32: Int64] = [:]
  package private(set) var userCalls: [UInt32: Int64] = [:]
  /// Of no session.
  private var lone: Int64 = 0
  /// Calls that follow another one and whose prompt holds that one's and its answer.
  package private(set) var growing: Int64 = 0
  package private(set) var followers: Int64 = 0
  package private(set) var leastFirst = Int64.max
  /// What first calls read, and how often.
  private var firstReads: [Int64: Int64] = [:]
  private var firstBlocks: [UInt64] = []
  private var commonBlocks = SizeSketch()
  package private(set) var writtenShort: Int128 = 0
  package private(set) var writtenLong: Int128 = 0
  /// By gap, where the prompt before was not cut: found at least half of what it had beyond the session's
  /// first one, or less.
  private var found: [Int64]
  private var missed: [Int64]
  /// Of what joins a prompt after a tool call, against that call's thinking.
  private var kept = Slope()
  /// Of first calls of turns after turns with tools: read up to the last prompt, or to the first of the
  /// turn before.
  private var fallsBack: Int64 = 0
  private var readsOn: Int64 = 0
  private var dropped = Slope()
  package private(set) var tellsTurns = false

  package init() {
    found = Array(repeating: 0, count: Self.edges.count + 1)
    missed = found
  }

  private struct Slope: Sendable {
    var n = 0.0
    var (x, y, xx, xy) = (0.0, 0.0, 0.0, 0.0)

    mutating func add(_ a: Int64, _ b: Int64) {
      let (a, b) = (Double(a), Double(b))
      n += 1
      x += a
      y += b
      xx += a * a
      xy += a * b
    }

    /// nil: too little to tell.
    var value: Double? {
      let spread = n * xx - x * x
      return n >= 10 && spread > 1e-9 * n * xx ? (n * xy - x * y) / spread : nil
    }
  }

  package mutating func add(
    _ step: SessionWalk.Step, _ row: TraceRecord, blocks: ArraySlice<UInt64>
  ) {
    calls += 1
    userCalls[row.user, default: 0] += 1
    if step.session < 0 { lone += 1 }
    if row.turn >= 0 || row.callKind != 0 { tellsTurns = true }
    writtenShort += Int128(max(0, row.cacheWrite))
    writtenLong += Int128(max(0, row.meters.cacheWriteLong))
    guard let previous = step.previous else { return begin(step.call, row, blocks) }
    followers += 1
    if step.compaction != nil || step.call.prompt >= previous.prompt + previous.visible {
      growing += 1
    }
    guard !step.isDrop else { return }
    let more = step.call.prompt - previous.prompt - previous.visible
    if !step.startsTurn {
      kept.add(previous.reasoning, more)
    } else if step.turn.steps > 0 {
      dropped.add(step.turn.reasoning, more)
    }
    guard row.cached >= 0, previous.model == step.call.model else { return }
    note(step, previous, read: row.cached)
    if step.startsTurn, step.turn.steps > 0, 2 * row.cached >= step.turn.firstPrompt {
      let isBack =
        abs(row.cached - step.turn.firstPrompt) < abs(row.cached - previous.prompt)
      if isBack { fallsBack += 1 } else { readsOn += 1 }
    }
  }

  /// Whether what stands behind the first prompt was found, of which a prefix that lives longer tells
  /// nothing; nor do turns behind which thinking was taken out.
  private mutating func note(
    _ step: SessionWalk.Step, _ previous: SessionWalk.Made, read: Int64
  ) {
    guard previous.prompt > step.first, !step.startsTurn || step.turn.reasoning == 0 else { return }
    let place = Self.edges.firstIndex { step.gap < $0 } ?? Self.edges.count
    if 2 * read >= step.first + previous.prompt { found[place] += 1 } else { missed[place] += 1 }
  }

  private mutating func begin(
    _ call: SessionWalk.Made, _ row: TraceRecord, _ blocks: ArraySlice<UInt64>
  ) {
    conversations += 1
    users[row.user, default: 0] += 1
    quarters[LogSketch.quarter(of: row.time), default: 0] += 1
    leastFirst = min(leastFirst, call.prompt)
    if row.cached > 0, firstReads.count < Self.mostReads || firstReads[row.cached] != nil {
      firstReads[row.cached, default: 0] += 1
    }
    guard !blocks.isEmpty else { return }
    if firstBlocks.isEmpty {
      firstBlocks = Array(blocks)
    } else {
      let common = zip(firstBlocks, blocks).prefix { $0 == $1 }.count
      commonBlocks.add(Int64(common) * Int64(row.blockSize))
    }
  }

  // MARK: What it comes to

  /// Whether the workload's calls are conversations: most follow another one, whose prompt and answer they
  /// send again.
  /// - Parameter all: calls of the workload.
  package func isConversation(of all: Int64) -> Bool {
    2 * (calls - lone) >= all && followers >= max(5, conversations / 2)
      && 2 * growing >= followers
  }

  /// Tokens that all conversations begin with, and what that rests on.
  package var prefix: (tokens: Int64, source: String) {
    if commonBlocks.count > 0 {
      return (commonBlocks.median, "blocks that first calls have in common, at the median")
    }
    let reading = firstReads.values.reduce(0, +)
    if let most = firstReads.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), most.value >= 5,
      2 * most.value >= reading, most.key <= leastFirst
    {
      return (most.key, "what most first calls read from the provider's cache")
    }
    return (leastFirst, "the least prompt of a first call")
  }

  package var keptReasoning: ConversationRules.KeptReasoning {
    guard let slope = kept.value, slope > 0.5 else { return .none }
    let isTaken =
      fallsBack + readsOn > 0 ? fallsBack > readsOn : dropped.value.map { $0 < -0.5 } ?? false
    return isTaken ? .turn : .all
  }

  package var tellsReads: Bool { found.reduce(0, +) + missed.reduce(0, +) > 0 }

  /// The life that the fewest gaps contradict; of several the shortest.
  package var life: Int64 {
    Self.lives.min { contradictions($0) < contradictions($1) } ?? Self.lives[0]
  }

  private func contradictions(_ life: Int64) -> Int64 {
    Self.edges.indices.reduce(found[Self.edges.count]) {
      $0 + (Self.edges[$1] <= life ? missed[$1] : found[$1])
    }
  }

  /// Gaps below half of the life: those that found the prompt before, and all.
  package var nearGaps: (found: Int64, all: Int64) {
    let near = Self.edges.indices.filter { Self.edges[$0] <= life / 2 }
    let hits = near.reduce(0) { $0 + found[$1] }
    return (hits, hits + near.reduce(0) { $0 + missed[$1] })
  }

  package var marks: (prefixIsLong: Bool, restIsLong: Bool) {
    (writtenLong > 0, writtenLong > 0 && writtenShort == 0)
  }
}
