import Simulator

/// The sessions of a log, call by call: what each call follows, and whether it begins a turn.
///
/// Rows come in order of time. Failed calls are no part of a context. Memory grows with the sessions.
package struct SessionWalk: Sendable {
  /// A call that was answered.
  package struct Made: Sendable {
    package var time: Int64
    /// Its outcome, or its start where the log tells no latency.
    package var end: Int64
    /// Tokens of the whole prompt.
    package var prompt: Int64
    package var visible: Int64
    package var reasoning: Int64
    package var model: UInt32
    package var kind: TraceCallKind?
  }

  /// A turn as far as it has come.
  package struct Turn: Sendable {
    package var number: Int64 = 0
    /// Tool calls.
    package var steps: Int64 = 0
    /// Thinking of its tool calls.
    package var reasoning: Int64 = 0
    package var firstPrompt: Int64 = 0
  }

  package struct Session: Sendable {
    package var workload: Int
    /// Its first prompt.
    package var first: Int64
    package var turn = Turn()
    package var last: Made
    /// Asked for since the last call.
    package var compaction: Made?
  }

  /// What a call of a session is.
  package struct Step: Sendable {
    /// Place of its session; negative: it has none.
    package var session: Int
    package var call: Made
    /// The session's first prompt.
    package var first: Int64
    /// nil: it is the session's first.
    package var previous: Made?
    /// Of the call before; of a new turn, all of the one before.
    package var turn = Turn()
    package var startsTurn = true
    /// A summary that was asked for in between.
    package var compaction: Made?
  }

  package private(set) var sessions: [Session] = []
  private var index: [UInt64: Int] = [:]
  /// Sessions are shared by workloads only by accident.
  private static func key(_ row: TraceRecord, _ workload: Int) -> UInt64 {
    SplitMix.mixed(row.session ^ SplitMix.mixed(UInt64(workload)))
  }

  package init() {}

  /// nil: no call of a context (it failed, tells no input, or asks for a summary).
  package mutating func step(_ row: TraceRecord, workload: Int) -> Step? {
    guard !row.status.isFailure, row.input >= 0 else { return nil }
    let reasoning = max(0, row.reasoning)
    let call = Made(
      time: row.time, end: row.time + max(0, row.latency), prompt: row.input,
      visible: max(0, row.output - reasoning), reasoning: reasoning, model: row.model,
      kind: TraceCallKind(row.callKind))
    let key = Self.key(row, workload)
    // A call of no session is a conversation of its own, of which nothing need be kept.
    guard row.session != 0 else { return Step(session: -1, call: call, first: call.prompt) }
    guard let place = index[key] else {
      if call.kind == .compaction { return nil }
      index[key] = sessions.count
      let turn = Turn(number: 1, firstPrompt: call.prompt)
      sessions.append(
        Session(workload: workload, first: call.prompt, turn: turn, last: call))
      told.append(row.turn)
      return Step(session: sessions.count - 1, call: call, first: call.prompt)
    }
    if call.kind == .compaction {
      sessions[place].compaction = call
      return nil
    }
    let session = sessions[place]
    var step = Step(
      session: place, call: call, first: session.first, previous: session.last,
      turn: session.turn,
      compaction: session.compaction)
    if row.turn >= 0, told[place] >= 0 {
      step.startsTurn = row.turn != told[place]
    } else if let kind = session.last.kind {
      step.startsTurn = kind == .answer
    }
    told[place] = row.turn
    var turn = session.turn
    if step.startsTurn {
      turn = Turn(number: turn.number + 1, firstPrompt: call.prompt)
    } else {
      turn.steps += 1
      turn.reasoning += session.last.reasoning
      if step.isDrop {
        // What was thought before is gone with the rest.
        turn.reasoning = 0
        turn.firstPrompt = call.prompt
      }
      step.turn = turn
    }
    sessions[place].turn = turn
    sessions[place].last = call
    sessions[place].compaction = nil
    return step
  }

  /// The log's turns, of the last calls.
  private var told: [Int64] = []
}

extension SessionWalk.Step {
  /// Whether the prompt is less than four fifths of the one before: something was taken out.
  package var isDrop: Bool {
    guard let previous else { return false }
    return compaction != nil || 5 * call.prompt < 4 * previous.prompt
  }

  /// From one start to the next.
  package var gap: Int64 { previous.map { call.time - $0.time } ?? 0 }

  /// From the outcome before to the moment at which the call (or the summary before it) was asked for.
  package var pause: Int64 {
    previous.map { max(0, (compaction?.time ?? call.time) - $0.end) } ?? 0
  }
}
