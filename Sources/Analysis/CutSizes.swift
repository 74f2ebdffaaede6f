import CostModel
import Scenarios

/// A size that its cap or `max_tokens` cuts to a mean well below the one that the scenario states, or whose
/// cap lies at or near its mean.
package struct CutSize: Hashable, Sendable {
  /// `fan-messages: personal: output`.
  package var name: String
  /// Tokens, or of audio seconds.
  package var stated: Double
  package var drawn: Double
  /// `tokens` or `seconds`.
  package var unit = "tokens"
  /// What cuts it: `its cap` or `max_tokens`.
  package var by: String
  /// Thinking and answer together.
  package var isOfSeveral = false
}

extension Scenario {
  /// Every size that caps cut by more than is usual.
  package var cutSizes: [CutSize] {
    workloads.flatMap { workload in
      (workload.conversation.map { $0.cutSizes(of: workload.name) } ?? [])
        + workload.stages.flatMap(\.calls).flatMap { call in
          call.mix.enumerated().flatMap { number, variant -> [CutSize] in
            let own =
              variant.name.isEmpty && call.mix.count > 1 ? String(number + 1) : variant.name
            let parts = [workload.name, call.name, own].filter { !$0.isEmpty }
            return variant.cutSizes(named: parts.joined(separator: ": "))
          }
        }
    }.reduce(into: [CutSize]()) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension CutSize {
  /// What a law's own cap does to it; nil: little, and it is not near the mean.
  fileprivate init?(_ name: String, _ law: Distribution, unit: String = "tokens") {
    let limit = AttentionLimits.shipped.cutOff
    guard case .lognormal(let stated, let cv, let cap?) = law, cv > 0,
      law.mean < stated * (1 - limit) || cap <= stated * (1 + limit)
    else { return nil }
    self.init(name: name, stated: stated, drawn: law.mean, unit: unit, by: "its cap")
  }
}

extension Variant {
  fileprivate func cutSizes(named name: String) -> [CutSize] {
    // The sizes of a conversation's calls are those of its level.
    let capped =
      turnKind != nil
      ? []
      : [
        CutSize("\(name): input", input), CutSize("\(name): output", output),
        CutSize("\(name): reasoning", reasoning),
        CutSize("\(name): audio", audio, unit: "seconds"),
      ].compactMap(\.self)
    let (answer, left) = (output.mean + reasoning.mean, CallShape(self).meanOutput)
    guard left < answer * (1 - AttentionLimits.shipped.cutOff) else { return capped }
    let thinks = reasoning.mean > 0
    let size = CutSize(
      name: "\(name): \(thinks ? "output and reasoning" : "output")", stated: answer, drawn: left,
      by: "max_tokens", isOfSeveral: thinks)
    return capped + [size]
  }
}

extension ConversationSpec {
  fileprivate func cutSizes(of workload: String) -> [CutSize] {
    levels.flatMap { level -> [CutSize] in
      let name = ([workload] + level.path).joined(separator: ": ")
      let tools = level.tools.map {
        [CutSize("\(name): tools: call", $0.call), CutSize("\(name): tools: result", $0.result)]
      }
      return [
        CutSize("\(name): user", level.user), CutSize("\(name): answer", level.answer),
        CutSize("\(name): reasoning", level.reasoning), CutSize("\(name): summary", level.summary),
      ].compactMap(\.self) + (tools ?? []).compactMap(\.self)
    }
  }
}
