import CostModel
import Simulator

/// The second pass over a workload's sessions: contexts taken apart, and what rule 3.4 of
/// docs/semantics.md ("Prompt cache") would have read of them.
package struct SessionSketch: Sendable {
  /// What the first pass has found.
  package let prefix: Int64
  package let keptReasoning: ConversationRules.KeptReasoning
  package let life: Int64
  package let longLife: Int64
  package let marks: (prefixIsLong: Bool, restIsLong: Bool)

  package private(set) var turns = SizeSketch()
  package private(set) var steps = SizeSketch()
  package private(set) var user = SizeSketch()
  package private(set) var result = SizeSketch()
  package private(set) var answer = SizeSketch()
  package private(set) var call = SizeSketch()
  package private(set) var reasoning = SizeSketch()
  package private(set) var think = PauseSketch()
  package private(set) var time = PauseSketch()
  /// Calls whose prompt is less than what they must send again: counted as bringing nothing.
  package private(set) var shrunk: Int64 = 0
  /// Prompts before and after something was taken out.
  package private(set) var before: [Int64] = []
  package private(set) var after = SizeSketch()
  /// Summaries that the log tells.
  package private(set) var summary = SizeSketch()
  package private(set) var instruction = SizeSketch()
  package private(set) var compactors: [UInt32: Int64] = [:]
  package private(set) var input: Int128 = 0
  package private(set) var read: Int128 = 0
  package private(set) var readByRule: Int128 = 0
  /// Calls that tell what they read.
  package private(set) var toldInput: Int128 = 0

  private struct Entry {
    var tokens: Int64
    var readable: Int64
    var expiry: Int64
  }

  /// By session and model; by model: of the prefix.
  private var entries: [UInt64: Entry] = [:]
  private var prefixes: [UInt32: [Entry]] = [:]

  package init(_ scout: SessionScout) {
    prefix = scout.prefix.tokens
    keptReasoning = scout.keptReasoning
    let lives = scout.marks.restIsLong ? (SessionScout.lives[0], scout.life) : (scout.life, 0)
    marks = scout.marks
    life = lives.0
    longLife = max(lives.1, SessionScout.lives[2])
  }

  package mutating func add(_ step: SessionWalk.Step, _ row: TraceRecord) {
    let call = step.call
    input += Int128(call.prompt)
    if row.reasoning >= 0 { reasoning.add(call.reasoning) }
    look(step, row)
    guard let previous = step.previous else {
      user.add(max(0, call.prompt - prefix))
      if step.session < 0 { finish(SessionWalk.Turn(number: 1), call) }
      return
    }
    if step.startsTurn {
      answer.add(previous.visible)
      steps.add(step.turn.steps)
      think.add(step.pause)
    } else {
      self.call.add(previous.visible)
      time.add(step.pause)
    }
    guard !step.isDrop else { return cut(step, previous) }
    let new = call.prompt - context(step, previous)
    if new < 0 { shrunk += 1 }
    if step.startsTurn { user.add(max(0, new)) } else { result.add(max(0, new)) }
  }

  /// What the call sends again.
  private func context(_ step: SessionWalk.Step, _ previous: SessionWalk.Made) -> Int64 {
    var tokens = previous.prompt + previous.visible
    if keptReasoning == .all || keptReasoning == .turn && !step.startsTurn {
      tokens += previous.reasoning
    }
    if keptReasoning == .turn, step.startsTurn { tokens -= step.turn.reasoning }
    return tokens
  }

  private mutating func cut(_ step: SessionWalk.Step, _ previous: SessionWalk.Made) {
    before.append(previous.prompt)
    after.add(step.call.prompt)
    guard let asked = step.compaction else { return }
    summary.add(asked.visible)
    instruction.add(max(0, asked.prompt - context(step, previous)))
    compactors[asked.model, default: 0] += 1
    // Long ones are over-represented here, so leaving them out would tell too little.
    let new = step.call.prompt - prefix - asked.visible
    guard new >= 0 else { return }
    if step.startsTurn { user.add(new) } else { result.add(new) }
  }

  /// Ends a session: what is left open is an answer, unless the log says otherwise.
  package mutating func finish(_ turn: SessionWalk.Turn, _ last: SessionWalk.Made) {
    turns.add(turn.number)
    guard last.kind != .tool else { return }
    answer.add(last.visible)
    steps.add(turn.steps)
  }

  // MARK: The rule on the log

  private mutating func look(_ step: SessionWalk.Step, _ row: TraceRecord) {
    let call = step.call
    if row.cached >= 0 {
      read += Int128(row.cached)
      toldInput += Int128(call.prompt)
    }
    let key = UInt64(UInt32(truncatingIfNeeded: step.session)) << 32 | UInt64(call.model)
    var found: Int64 = 0
    if step.session >= 0, let entry = entries[key], !step.isDrop, entry.readable <= call.time,
      call.time < entry.expiry
    {
      found = min(entry.tokens, call.prompt)
      if keptReasoning == .turn, step.startsTurn, step.turn.reasoning > 0 {
        found = min(found, step.turn.firstPrompt)
      }
    }
    let isShared = (prefixes[call.model] ?? []).contains {
      $0.readable <= call.time && call.time < $0.expiry
    }
    if found == 0, isShared { found = min(prefix, call.prompt) }
    readByRule += Int128(found)
    let rest = call.time + (marks.restIsLong ? longLife : life)
    if step.session >= 0 {
      entries[key] = Entry(tokens: call.prompt, readable: call.end, expiry: rest)
    }
    keepPrefix(
      call, until: call.time + (marks.prefixIsLong ? longLife : life), wasRead: found >= prefix)
  }

  /// A prefix that is read lives on at once; one that is written can be read at the outcome.
  private mutating func keepPrefix(_ call: SessionWalk.Made, until expiry: Int64, wasRead: Bool) {
    var all = (prefixes[call.model] ?? []).filter { $0.expiry > call.time }
    if wasRead, let live = all.firstIndex(where: { $0.readable <= call.time }) {
      all[live].expiry = max(all[live].expiry, expiry)
    } else {
      all.append(Entry(tokens: prefix, readable: call.end, expiry: expiry))
    }
    // One that can be read, and what will replace it.
    let readable = all.filter { $0.readable <= call.time }.max { $0.expiry < $1.expiry }
    let next = all.filter { $0.readable > call.time }.sorted { $0.readable < $1.readable }.prefix(8)
    prefixes[call.model] = (readable.map { [$0] } ?? []) + next
  }
}

/// Pauses, with edges at the lives of caches, since what matters of a gap is whether it is longer.
package struct PauseSketch: Sendable {
  /// 5, 30 and 60 minutes, in microseconds.
  package static let edges = Array(SessionScout.lives.prefix(3))

  package private(set) var parts = Array(repeating: SizeSketch(), count: edges.count + 1)

  package mutating func add(_ microseconds: Int64) {
    parts[Self.edges.firstIndex { microseconds < $0 } ?? Self.edges.count].add(microseconds)
  }

  package var whole: SizeSketch {
    var sketch = SizeSketch()
    for part in parts { sketch.merge(part) }
    return sketch
  }
}
