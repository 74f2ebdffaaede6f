import CostModel

/// Expands an assistant that calls tools in rounds into stages.
///
/// Round 1, its tools in parallel, then with chance `confirm` one more exchange; with chance
/// `continue` round 2 with `input_growth` more input, its tools; and so on up to `max` rounds.
struct RoundsReader {
  let log: InputLog
  let calls: CallReader

  func stages(_ fields: Fields, defaults: [YAMLNode.Entry]) -> [PlacedStage] {
    let rounds = Int(fields.count("max", in: 1...100) ?? 3)
    let going = fields.share("continue") ?? 0
    let growth = Double(fields.count("input_growth", in: 0...10_000_000) ?? 0)
    let empty = YAMLNode(content: .mapping([]), place: fields.place)
    guard let (call, placed) = calls.call(fields["call"] ?? empty, defaults: defaults) else {
      return []
    }
    let tools = calls.parallel(fields.entries("tools"), defaults: defaults)
    let confirm = fields.share("confirm") ?? 0
    var stages: [PlacedStage] = []
    for round in 0..<rounds {
      let assistant = call.grown(by: growth * Double(round))
      let continuation = round == 0 ? 1 : going
      stages.append(
        PlacedStage(stage: Stage(continuation: continuation, calls: [assistant]), calls: placed))
      if !tools.stage.calls.isEmpty { stages.append(tools) }
      if round == 0, confirm > 0 {
        let exchange = Stage(chance: confirm, calls: [call.grown(by: growth)])
        stages.append(PlacedStage(stage: exchange, calls: []))
      }
    }
    return stages
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
