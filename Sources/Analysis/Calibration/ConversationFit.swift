import CostModel
import Scenarios
import Simulator

/// What the conversations of a workload are like, as its log's sessions tell.
package struct ConversationFit: Sendable {
  package struct Full: Sendable {
    package var at: Int64
    package var summary: SizeFit?
    package var to: Int64
    package var instruction: Int64
    package var model: ModelID?
    package var drops: Int
  }

  package var conversations: Int64
  package var calls: Int64
  package var prefix: Int64
  package var prefixSource: String
  package var turns: SizeFit?
  package var steps: SizeFit?
  package var user: SizeFit?
  package var result: SizeFit?
  package var answer: SizeFit?
  package var call: SizeFit?
  package var reasoning: SizeFit?
  package var keptReasoning: ConversationRules.KeptReasoning
  package var think: SizeFit?
  package var time: SizeFit?
  package var full: Full?
  package var marks: (prefixIsLong: Bool, restIsLong: Bool)
  /// Microseconds.
  package var life: Int64
  /// nil: no write for the longer time.
  package var longLife: Int64?
  /// nil: the log does not tell what was read.
  package var hitChance: FittedRange?
  package var tellsTurns: Bool
  package var shrunk: Int64
  /// Share of the input that was read, as the log tells.
  package var readShare: Double?
  /// The same by the rule of breakpoints at prefix and prompt ends, on the log's calls.
  package var readShareByRule: Double

  package init(_ scout: SessionScout, _ sketch: SessionSketch, models: (UInt32) -> ModelID?) {
    conversations = scout.conversations
    calls = scout.calls
    prefix = sketch.prefix
    prefixSource = scout.prefix.source
    turns = SizeFit(sketch.turns)
    // Turns without any are told by the absence of 'tools'.
    steps = sketch.steps.sum > 0 ? SizeFit(sketch.steps) : nil
    user = SizeFit(sketch.user)
    result = SizeFit(sketch.result)
    answer = SizeFit(sketch.answer)
    call = SizeFit(sketch.call)
    reasoning = sketch.reasoning.sum > 0 ? SizeFit(sketch.reasoning) : nil
    keptReasoning = sketch.keptReasoning
    think = SizeFit(pauses: sketch.think)
    time = SizeFit(pauses: sketch.time)
    marks = scout.marks
    life = sketch.life
    longLife = scout.marks.prefixIsLong ? sketch.longLife : nil
    let near = scout.nearGaps
    hitChance =
      near.all > 0 ? FittedRange(share: Double(near.found), of: Double(near.all)) : nil
    tellsTurns = scout.tellsTurns
    shrunk = sketch.shrunk
    readShare = sketch.toldInput > 0 ? Double(sketch.read) / Double(sketch.toldInput) : nil
    readShareByRule = Double(sketch.readByRule) / Double(max(1, sketch.input))
    full = Self.full(sketch, models: models)
  }

  private static func full(_ sketch: SessionSketch, models: (UInt32) -> ModelID?) -> Full? {
    guard !sketch.before.isEmpty else { return nil }
    let before = sketch.before.sorted()
    // The largest prompts that were still sent, but for the odd ones.
    let at = before[(before.count - 1) * 19 / 20] + 1
    let new =
      (sketch.user.mean * Double(sketch.user.count)
        + sketch.result.mean * Double(sketch.result.count))
      / Double(max(1, sketch.user.count + sketch.result.count))
    let left = sketch.after.mean - Double(sketch.prefix) - new
    let asked = sketch.compactors.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return Full(
      at: at, summary: SizeFit(sketch.summary),
      to: min(max(1, Int64(left.rounded())), at - 1),
      instruction: sketch.instruction.count > 0 ? sketch.instruction.median : 0,
      model: asked.flatMap { models($0.key) }, drops: before.count)
  }
}
