import CostModel
import Scenarios

/// What the calls of one kind of a conversation hold, on average over conversations.
package struct ConversationTokens: Sendable {
  package var calls = 0.0
  /// All input, of which parts are read and written.
  package var input = 0.0
  package var read = 0.0
  package var short = 0.0
  package var long = 0.0

  package static func + (a: ConversationTokens, b: ConversationTokens) -> ConversationTokens {
    ConversationTokens(
      calls: a.calls + b.calls, input: a.input + b.input, read: a.read + b.read,
      short: a.short + b.short, long: a.long + b.long)
  }

  package func scaled(by factor: Double) -> ConversationTokens {
    ConversationTokens(
      calls: factor * calls, input: factor * input, read: factor * read, short: factor * short,
      long: factor * long)
  }
}

/// The means of one kind of conversation at one target: what the formulas of docs/validation.md,
/// "Conversations", are about.
package struct ConversationLevelForm: Sendable {
  /// Of the static prefix, and whether it is marked and long enough to be stored.
  package var prefix = 0.0
  package var prefixVariance = 0.0
  package var steps: CountLaw
  /// That follow the first one.
  package var turns: CountLaw
  package var user = SizeLaw()
  /// Visible output, and what of a call's thinking stays in the context for the turn, or for good.
  package var toolOutput = SizeLaw()
  package var answer = SizeLaw()
  package var keptOfTool = SizeLaw()
  package var keptOfAnswer = SizeLaw()
  /// Tokens that a step's tools and sub-agents bring.
  package var results = SizeLaw()
  /// Whether what was kept goes as the next turn starts.
  package var dropsReasoning = false
  /// Chance that a call has no thinking, so that its output can be stored as it is.
  package var unthinking = 1.0
  package var afterTool: GapLaw
  package var afterAnswer: GapLaw
  package var marks = CacheMarks()
  /// nil: nothing is cached.
  package var cache: PromptCacheSettings?
  /// Places of a look-back that a step takes.
  package var placesOfStep = 2.0
  /// Chance that others keep the prefix for a call that finds nothing of its own conversation's.
  package var kept = 0.0

  package init(
    steps: CountLaw, turns: CountLaw, afterTool: GapLaw, afterAnswer: GapLaw
  ) {
    (self.steps, self.turns, self.afterTool, self.afterAnswer) =
      (steps, turns, afterTool, afterAnswer)
  }
}

extension ConversationLevelForm {
  // MARK: Calls and prompts

  /// Turns of a conversation, E Σ 1, and E Σ t over them, t from 0.
  package var turnCount: Double { 1 + turns.mean }
  var turnRanks: Double { turns.mean + turns.pairs }
  /// Calls of a conversation: a turn has its steps and an answer.
  package var callCount: Double { turnCount * (1 + steps.mean) }
  package var toolCalls: Double { turnCount * steps.mean }

  /// What a step adds to the context while its turn lasts, and what a whole turn does for good.
  package var stepGrowth: Double { (toolOutput + keptOfTool + results).mean }
  package var turnGrowth: Double { steps.mean * lastingStep.mean + message.mean }
  package var firstPrompt: Double { prefix + user.mean }
  /// What stays of a step once its turn is over, and what an answer and the next message add.
  package var lastingStep: SizeLaw {
    toolOutput + results + (dropsReasoning ? SizeLaw() : keptOfTool)
  }
  package var message: SizeLaw { answer + keptOfAnswer + user }

  /// Microseconds from its first call to its last answer.
  package var workingTime: Double {
    afterTool.latencyMean + toolCalls * afterTool.mean + turns.mean * afterAnswer.mean
  }

  /// A prompt in the mean.
  /// - Parameters:
  ///   - turn: from 0.
  ///   - step: of the turn, from 0.
  package func prompt(turn: Int, step: Int) -> Double {
    firstPrompt + Double(turn) * turnGrowth + Double(step) * stepGrowth
  }

  // MARK: Lifetimes

  /// Microseconds that a boundary behind the prefix lives, and the prefix's own.
  package var restLife: Double { life(isLong: marks.restIsLong) }
  package var prefixLife: Double { life(isLong: marks.prefixIsLong) }

  private func life(isLong: Bool) -> Double {
    guard let cache else { return 0 }
    let life = isLong ? cache.longTTL ?? cache.ttl : cache.ttl
    return Double(life.microseconds)
  }

  /// Whether the prefix's end, or that of every prompt, is stored.
  package var storesPrefix: Bool {
    guard let cache, prefix > 0, prefix >= Double(cache.minimumTokens) else { return false }
    return cache.match == .block ? marks.breakpoints != .none : marks.marksPrefixEnd
  }
  package var storesPrompts: Bool {
    cache != nil && (marks.breakpoints == .rolling || marks.breakpoints == .automatic)
  }

  /// Tokens of a prefix that is read.
  package var prefixRead: Double {
    guard let cache, storesPrefix else { return 0 }
    guard cache.match == .block else { return prefix }
    let step = Double(cache.step)
    let whole = (prefix / step).rounded(.down) * step
    return whole < Double(cache.minimumTokens) ? 0 : whole
  }
}

extension CacheMarks {
  fileprivate var marksPrefixEnd: Bool { breakpoints == .prefix || breakpoints == .rolling }
}
