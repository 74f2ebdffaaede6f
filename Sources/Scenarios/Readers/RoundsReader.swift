import CostModel
import Support

/// Expands an assistant that calls tools in rounds into stages.
///
/// Round 1, its tools in parallel, then with chance `confirm` one more exchange; with chance
/// `continue`, or if a tool was called, round 2 with `input_growth` more input, its tools; and so on
/// up to `max` rounds.
package struct RoundsReader {
  private enum Rule: String, CaseIterable { case noTool = "no_tool" }

  package let log: InputLog
  package let calls: CallReader

  package func stages(_ fields: Fields, defaults: [YAMLNode.Entry]) -> [PlacedStage] {
    let rounds = Int(fields.count("max", in: 1...100) ?? 3)
    let going = fields.share("continue") ?? 0
    let growth = Double(fields.count("input_growth", in: 0...10_000_000) ?? 0)
    let empty = YAMLNode(content: .mapping([]), place: fields.place)
    guard let (described, placed) = calls.call(fields["call"] ?? empty, defaults: defaults) else {
      return []
    }
    var call = described
    call.sameAs = 0
    let delay = fields.duration("delay") ?? .zero
    var tools = calls.parallel(
      fields.entries("tools"), defaults: defaults, as: ScenarioFormat.tool)
    for index in tools.stage.calls.indices { tools.stage.calls[index].sameAs = index + 1 }
    let isForced = isForced(fields, hasTools: !tools.stage.calls.isEmpty)
    if isForced { tools.stage.part = .tools }
    let confirm = fields.share("confirm") ?? 0
    var stages: [PlacedStage] = []
    for round in 0..<rounds {
      var stage = Stage(calls: [call.grown(by: growth * Double(round))])
      if round > 0 { stage.delay = delay }
      if round > 0, isForced { stage.part = .round }
      if round > 0, !isForced { stage.continuation = going }
      stages.append(PlacedStage(stage: stage, calls: placed))
      if !tools.stage.calls.isEmpty { stages.append(tools) }
      if round == 0, confirm > 0 {
        let exchange = Stage(chance: confirm, calls: [call.grown(by: growth)])
        stages.append(PlacedStage(stage: exchange, calls: []))
      }
    }
    return stages
  }

  /// Whether tools that are called force another round; tells what does not go together.
  private func isForced(_ fields: Fields, hasTools: Bool) -> Bool {
    guard let rule = fields["until"] else {
      if !fields.has("continue") {
        log.add(fields.place, "'continue' or 'until' is missing in this rounds")
      }
      if let place = fields["error"]?.place { log.add(place, "'error' needs 'until'") }
      return false
    }
    if fields.has("continue") { log.add(rule.place, "'continue' and 'until' exclude each other") }
    if !hasTools { log.add(rule.place, "'until: no_tool' needs 'tools'") }
    return log.choice(rule, of: Rule.self) != nil && hasTools
  }
}

extension StageCall {
  /// The same call with so many more input tokens.
  fileprivate func grown(by tokens: Double) -> StageCall {
    guard tokens > 0 else { return self }
    var call = self
    for index in call.mix.indices {
      call.mix[index].input = call.mix[index].input.shifted(by: tokens)
    }
    return call
  }
}
