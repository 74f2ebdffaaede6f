import CostModel
import Foundation
import Scenarios

/// Tokens by kind of call: D1 to D5 of docs/validation.md, "Conversations".
extension ConversationLevelForm {
  /// What calls of one kind find.
  struct Finds {
    var calls = 0.0
    var input = 0.0
    /// Calls, and the tokens of the prompts before them, that find what their conversation has sent.
    var own = 0.0
    var ownTokens = 0.0
    /// Calls that find the prefix alone.
    var prefixes = 0.0

    static func + (a: Finds, b: Finds) -> Finds {
      Finds(
        calls: a.calls + b.calls, input: a.input + b.input, own: a.own + b.own,
        ownTokens: a.ownTokens + b.ownTokens, prefixes: a.prefixes + b.prefixes)
    }

    func scaled(by factor: Double) -> Finds {
      Finds(
        calls: factor * calls, input: factor * input, own: factor * own,
        ownTokens: factor * ownTokens, prefixes: factor * prefixes)
    }
  }

  /// By kind of call; without compactions.
  package var tokens: (tool: ConversationTokens, answer: ConversationTokens) {
    let (tool, answer) = finds
    let (shortTool, shortAnswer) = tooShort
    return (tokens(tool, tooShort: shortTool), tokens(answer, tooShort: shortAnswer))
  }

  /// Chance that a gap leaves what the call before has sent.
  func stays(_ gap: GapLaw) -> Double { gap.chance(below: restLife) }

  /// Of calls behind a gap, the share that find the prefix alone: their own, or as others keep it.
  func prefixAlone(_ gap: GapLaw) -> Double {
    guard storesPrefix else { return 0 }
    let rest = storesPrompts ? stays(gap) : 0
    let alive = max(rest, gap.chance(below: prefixLife))
    return alive - rest + (1 - alive) * kept
  }

  private var finds: (tool: Finds, answer: Finds) {
    let reached = turnCount
    // E Σ of the first prompts of turns, and the same of those that another turn follows.
    let firsts = reached * firstPrompt + turnRanks * turnGrowth
    let followed = turns.mean * firstPrompt + turns.pairs * turnGrowth
    let (k, none) = (steps.mean, steps.none)
    let some = 1 - none
    let stepStays = storesPrompts ? stays(afterTool) : 0
    let alone = prefixAlone(afterTool)

    var tool = Finds()
    tool.calls = reached * k
    tool.input = k * firsts + reached * stepGrowth * steps.pairs
    let laterSteps = k - some
    tool.own = reached * laterSteps * stepStays
    tool.ownTokens =
      stepStays
      * (laterSteps * firsts + reached * stepGrowth * (steps.pairs - laterSteps)
        + reached * laterSteps * outputStored(of: toolOutput.mean))
    tool.prefixes = reached * laterSteps * alone

    var answer = Finds()
    answer.calls = reached
    answer.input = firsts + reached * stepGrowth * k
    answer.own = reached * some * stepStays
    answer.ownTokens =
      stepStays
      * (some * firsts + reached * stepGrowth * laterSteps
        + reached * some * outputStored(of: toolOutput.mean))
    answer.prefixes = reached * some * alone

    // A turn's first call is an answer where the turn has no steps.
    let first = firstCalls(followed: followed)
    for (share, place) in [(some, \(tool: Finds, answer: Finds).tool), (none, \.answer)] {
      var both = (tool: tool, answer: answer)
      both[keyPath: place].own += share * first.own
      both[keyPath: place].ownTokens += share * first.ownTokens
      both[keyPath: place].prefixes += share * first.prefixes
      (tool, answer) = both
    }
    return (tool, answer)
  }

  /// The first calls of all turns, the very first one included.
  private func firstCalls(followed: Double) -> Finds {
    var first = Finds()
    first.prefixes = storesPrefix ? kept : 0
    let turnStays = storesPrompts ? stays(afterAnswer) : 0
    let alone = prefixAlone(afterAnswer)
    first.prefixes += turns.mean * alone
    guard dropsReasoning else {
      first.own = turns.mean * turnStays
      first.ownTokens =
        turnStays
        * (followed
          + turns.mean
          * (steps.mean * stepGrowth + outputStored(of: answer.mean)))
      return first
    }
    // The prompt of the turn's first call is the last that holds nothing which is dropped.
    let whole = foundBehindDropped
    first.own = turns.mean * turnStays * whole
    first.ownTokens = turnStays * whole * followed
    if storesPrefix { first.prefixes += turns.mean * turnStays * (1 - whole) }
    return first
  }

  /// D5: the chance that the prompt of a turn's first call is still stored, and near enough, as the next
  /// turn starts: no gap between was too long.
  var foundBehindDropped: Double {
    let stay = stays(afterTool)
    guard let lookback = cache?.lookback, cache?.match == .breakpoint else {
      return steps.transform(stay)
    }
    // Behind the steps come the answer and the message.
    let most = lookback > 2 ? Int(Double(lookback - 3) / placesOfStep) : -1
    return steps.all(upTo: most + 1).enumerated().reduce(0) {
      $0 + $1.element * pow(stay, Double($1.offset))
    }
  }

  /// Tokens of an output that is stored behind its prompt.
  func outputStored(of output: Double) -> Double {
    guard let cache, cache.storesOutput, storesPrompts else { return 0 }
    return unthinking * output
  }

  // MARK: Parts of the input

  func tokens(
    _ found: Finds, tooShort: (input: Double, read: Double) = (0, 0)
  ) -> ConversationTokens {
    var tokens = ConversationTokens(calls: found.calls, input: found.input)
    guard let cache else { return tokens }
    let hit = cache.hitChance
    // D4: what of a read is no whole step.
    let lost = cache.match == .block && storesPrompts ? Double(cache.step - 1) / 2 : 0
    let own = max(0, found.ownTokens - found.own * lost - tooShort.read)
    tokens.read = hit * (own + found.prefixes * prefixRead)
    guard cache.match == .breakpoint else { return tokens }
    let cold = found.calls - hit * (found.own + found.prefixes)
    let written: Double
    switch marks.breakpoints {
    case .none: written = 0
    case .prefix: written = storesPrefix ? cold * prefix : 0
    case .rolling, .automatic: written = found.input - tokens.read - tooShort.input
    }
    let hasLong = cache.longTTL != nil
    if hasLong, marks.restIsLong && storesPrompts || marks.prefixIsLong && !storesPrompts {
      tokens.long = written
    } else if hasLong, marks.prefixIsLong, storesPrefix {
      tokens.long = cold * prefix
      tokens.short = written - tokens.long
    } else {
      tokens.short = written
    }
    return tokens
  }

  /// Prompts that are too short to be stored, by kind of the call: they are not written, and what the
  /// next call would read of them is not there. None, where the prefix alone is long enough.
  private var tooShort: (tool: (input: Double, read: Double), answer: (input: Double, read: Double))
  {
    var tool = (input: 0.0, read: 0.0)
    var answer = tool
    guard let cache, storesPrompts, !storesPrefix else { return (tool, answer) }
    let minimum = Double(cache.minimumTokens)
    let (stepStays, turnStays) = (stays(afterTool), stays(afterAnswer))
    for turn in 0... {
      let reached = turns.atLeast(turn)
      guard reached > 1e-12, prompt(turn: turn, step: 0) < minimum else { break }
      let next = turns.atLeast(turn + 1)
      for step in 0... {
        let here = steps.atLeast(step)
        let prompt = prompt(turn: turn, step: step)
        guard here > 1e-12, prompt < minimum else { break }
        let (goesOn, ends) = (steps.atLeast(step + 1), steps.chance(step))
        tool.input += reached * goesOn * prompt
        answer.input += reached * ends * prompt
        let ofNext = reached * goesOn > 0 ? steps.atLeast(step + 2) / goesOn : 0
        let stepRead = reached * goesOn * stepStays * prompt
        tool.read += stepRead * ofNext
        answer.read += stepRead * (1 - ofNext)
        let chance =
          dropsReasoning ? (step == 0 ? foundBehindDropped : 0) : ends
        let turnRead = next * chance * turnStays * prompt
        tool.read += turnRead * (1 - steps.none)
        answer.read += turnRead * steps.none
      }
    }
    return (tool, answer)
  }
}
