import CostModel
import Foundation
import Scenarios

/// When a context is summarized, and by whom.
package struct ConversationCompaction: Sendable {
  /// The least prompt that is too long.
  package var at: Double
  /// Tokens of a summary, and of the request for it.
  package var summary: Double
  package var instruction: Double
  /// Whether the model that is asked is the one that the conversation is with.
  package var isOwnTarget = true
  /// The cache of the model that is asked, and the chance that others keep the prefix there.
  package var cache: PromptCacheSettings?
  package var kept = 0.0

  package init(at: Double, summary: Double, instruction: Double) {
    (self.at, self.summary, self.instruction) = (at, summary, instruction)
  }
}

/// D6 of docs/validation.md, "Conversations": contexts that are summarized when they are full, call by
/// call at their mean growth.
extension ConversationLevelForm {
  private var gapCount: Double { toolCalls + turns.mean }

  /// What a call adds to the context for good, and what of it comes right before the next one.
  package var growth: Double {
    guard gapCount > 0 else { return 0 }
    return (toolCalls * lastingStep.mean + turns.mean * message.mean) / gapCount
  }
  private var brought: Double {
    gapCount > 0 ? (toolCalls * results.mean + turns.mean * user.mean) / gapCount : 0
  }
  /// E g².
  private var growthSquare: Double {
    func square(_ law: SizeLaw) -> Double { law.variance + law.mean * law.mean }
    guard gapCount > 0 else { return 0 }
    return (toolCalls * square(lastingStep) + turns.mean * square(message)) / gapCount
  }
  /// Whether every call adds as much as any other one.
  package var isEven: Bool {
    growthSquare <= growth * growth * (1 + 1e-9)
  }

  /// Calls before the first compaction, and from one to the next; infinite: there is none.
  package func cycle(_ full: ConversationCompaction) -> (first: Double, next: Double) {
    guard growth > 0 else { return (.infinity, .infinity) }
    // A renewal process is past x after (x + E g²/(2ḡ))/ḡ steps in the mean.
    let more = isEven ? 0 : growthSquare / (2 * growth)
    func calls(_ room: Double) -> Double {
      let calls = (room + more) / growth
      return max(1, isEven ? (calls - 1e-9).rounded(.up) : calls)
    }
    return (calls(full.at - firstPrompt), calls(full.at - prefix - full.summary - brought))
  }

  /// P(M > i) of the number of calls, i from 0.
  package func survival(upTo most: Int) -> [Double] {
    let last = 1e-12
    if let step = steps.continuation, let turn = turns.continuation {
      let q = step + (1 - step) * turn
      var (result, left) = ([Double](), 1.0)
      while left > last, result.count < most {
        result.append(left)
        left *= q
      }
      return result
    }
    var result: [Double] = []
    // Chance that a turn begins with call number i.
    var begins = [1.0]
    for turn in 0... {
      let reached = turns.atLeast(turn)
      guard reached > last else { break }
      var ends: [Double] = []
      let chances = steps.all(upTo: most)
      for (start, mass) in begins.enumerated() where mass > 1e-16 {
        for (k, chance) in chances.enumerated() where start + k < most {
          while result.count <= start + k { result.append(0) }
          result[start + k] += mass * steps.atLeast(k)
          while ends.count <= start + k + 1 { ends.append(0) }
          ends[start + k + 1] += mass * chance
        }
      }
      let goesOn = turns.atLeast(turn + 1) / reached
      begins = ends.map { $0 * goesOn }
    }
    return result
  }

  /// Tokens by kind of call, compactions included.
  package func tokens(
    compacting full: ConversationCompaction
  ) -> (tool: ConversationTokens, answer: ConversationTokens, compaction: ConversationTokens) {
    let alive = survival(upTo: 1_000_000)
    let cycle = cycle(full)
    // Cycles that are no whole number are whole ones in turn.
    func mixed(_ x: Double) -> [(share: Double, calls: Int)] {
      guard x < Double(alive.count) else { return [(1, Int.max)] }
      let below = x.rounded(.down)
      return [(1 - (x - below), Int(below)), (x - below, Int(below) + 1)].filter { $0.share > 0 }
    }
    var sum = ChainSums()
    for first in mixed(cycle.first) {
      for next in mixed(cycle.next) {
        sum =
          sum
          + chain(full, alive, first: first.calls, next: next.calls)
          .scaled(by: first.share * next.share)
      }
    }
    let calls = tokens(sum.calls)
    let tools = callCount > 0 ? toolCalls / callCount : 0
    var asked = self
    if !full.isOwnTarget { (asked.cache, asked.kept) = (full.cache, full.kept) }
    return (
      calls.scaled(by: tools), calls.scaled(by: 1 - tools), asked.tokens(sum.compactions)
    )
  }

  private struct ChainSums {
    var calls = Finds()
    var compactions = Finds()

    static func + (a: ChainSums, b: ChainSums) -> ChainSums {
      ChainSums(calls: a.calls + b.calls, compactions: a.compactions + b.compactions)
    }

    func scaled(by factor: Double) -> ChainSums {
      ChainSums(calls: calls.scaled(by: factor), compactions: compactions.scaled(by: factor))
    }
  }

  /// - Parameters:
  ///   - first: number of the call, from 0, before which the first compaction is made.
  ///   - next: calls from one to the next.
  private func chain(
    _ full: ConversationCompaction, _ alive: [Double], first: Int, next: Int
  ) -> ChainSums {
    let tools = gapCount > 0 ? toolCalls / gapCount : 0
    func mean(_ value: (GapLaw) -> Double) -> Double {
      (tools > 0 ? tools * value(afterTool) : 0)
        + (tools < 1 ? (1 - tools) * value(afterAnswer) : 0)
    }
    let stay = storesPrompts ? mean(stays) : 0
    let alone = mean(prefixAlone)
    let stored = outputStored(of: tools * toolOutput.mean + (1 - tools) * answer.mean)
    // What a turn keeps until it ends, in the mean over its calls.
    let extra =
      dropsReasoning && callCount > 0
      ? turnCount * keptOfTool.mean * (steps.pairs + steps.mean) / callCount : 0
    var sums = ChainSums()
    var before = 0.0
    for (place, chance) in alive.enumerated() {
      let sinceFirst = place - first
      let isCompacted = sinceFirst >= 0 && sinceFirst % next == 0
      let prompt =
        extra
        + (sinceFirst >= 0
          ? prefix + full.summary + brought + growth * Double(sinceFirst % next)
          : firstPrompt + growth * Double(place))
      sums.calls.calls += chance
      sums.calls.input += chance * prompt
      let finds = Finds(
        own: chance * stay, ownTokens: chance * stay * (before + stored),
        prefixes: chance * alone)
      if place == 0 {
        if storesPrefix { sums.calls.prefixes += kept }
      } else if isCompacted {
        sums.compactions.calls += chance
        sums.compactions.input += chance * (before + growth - brought + full.instruction)
        if full.isOwnTarget {
          sums.compactions = sums.compactions + finds
          // The compaction has just read or written it.
          if storesPrefix { sums.calls.prefixes += chance }
        } else {
          sums.compactions.prefixes += chance * full.kept
          if storesPrefix { sums.calls.prefixes += chance * (alone + stay) }
        }
      } else {
        sums.calls = sums.calls + finds
      }
      before = prompt
    }
    takeDropped(&sums.calls, mean: sums.calls.input / max(1e-300, sums.calls.calls))
    return sums
  }

  /// What a turn's first call does not find since thinking was dropped.
  private func takeDropped(_ calls: inout Finds, mean: Double) {
    guard dropsReasoning, storesPrompts else { return }
    let turnStays = stays(afterAnswer)
    let whole = foundBehindDropped
    let starts = turns.mean * turnStays
    let lost =
      starts * whole * steps.mean * stepGrowth + starts * (1 - whole) * mean
    calls.ownTokens = max(0, calls.ownTokens - lost)
    calls.own -= starts * (1 - whole)
    if storesPrefix { calls.prefixes += starts * (1 - whole) }
  }
}
