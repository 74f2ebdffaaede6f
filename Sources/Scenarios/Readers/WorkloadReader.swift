import CostModel
import Support

/// Reads what users do: volumes, kinds of calls, flows of several stages.
package struct WorkloadReader {
  /// Calls a month of one user; more than one in 30 ms is a slip of the pen.
  private static let maximumVolume = 100_000_000.0

  package let log: InputLog
  package let local: LocalTime
  package let traffic: (TrafficProfile, ArrivalProcess)
  package let accountPlans: [String]
  package let models: ModelNames
  /// Turns with which rules begin to tell the turns of conversations apart.
  package let turnStarts: [Int]

  package func read(_ entry: YAMLNode.Entry) -> PlacedWorkload? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.workload, log: log) else {
      return nil
    }
    let useCase = fields.text("use_case") ?? entry.key
    let calls = CallReader(log: log, useCase: useCase)
    let conversation = conversation(fields, calls)
    let stages = conversation?.stages ?? stages(fields, calls)
    guard let volume = fields.number("volume", in: 0...Self.maximumVolume) else { return nil }
    var workload = Workload(
      name: entry.key, useCase: useCase, volume: volume, stages: stages.map(\.stage))
    workload.volumeByAccountPlan = factors(fields)
    workload.conversation = conversation?.spec
    workload.runLimit = runLimit(fields, isOneCall: conversation == nil && workload.isOneCall)
    if workload.goesOnUntilNoTool {
      workload.givesUpWith =
        fields.fields("rounds", as: ScenarioFormat.rounds)?.text("error") ?? Workload.unstatedError
    }
    (workload.profile, workload.arrivals) =
      fields["traffic"].map { TrafficReader(log: log, local: local).read($0, over: traffic) }
      ?? traffic
    let placed = stages.flatMap(\.calls)
    checkPrefixes(placed)
    return PlacedWorkload(workload: workload, calls: placed)
  }

  /// A prefix that calls share is kept for one lifetime.
  private func checkPrefixes(_ calls: [PlacedVariant]) {
    var lifetimes: [String: Bool] = [:]
    for call in calls {
      guard let name = call.variant.prefixName else { continue }
      let isLong = lifetimes[name] ?? call.variant.prefixIsLong
      lifetimes[name] = isLong
      guard isLong != call.variant.prefixIsLong else { continue }
      log.add(
        call.place,
        "the prefix '\(name)' has 'lifetime: \(isLong ? "long" : "short")' in a call above, expected the same"
      )
    }
  }

  private func runLimit(_ fields: Fields, isOneCall: Bool) -> RunLimit? {
    guard let own = fields.fields("quota", as: ScenarioFormat.runQuota) else { return nil }
    if isOneCall {
      log.add(
        fields["quota"]?.place ?? fields.place,
        "'quota' needs 'stages', 'rounds' or a 'conversation': a single call is no run of several",
        hint: "limit the calls of a model under 'quotas'")
      return nil
    }
    guard let places = own.count("concurrent", in: 1...1_000_000) else { return nil }
    return RunLimit(concurrent: Int(places), maxWait: own.maxWait)
  }

  private func factors(_ fields: Fields) -> [String: Double] {
    var result: [String: Double] = [:]
    for entry in fields.entries("volume_by_account_plan") {
      if !accountPlans.contains(entry.key) {
        log.unknown("account plan", entry.key, at: entry.keyPlace, among: accountPlans)
      }
      result[entry.key] = log.number(entry.value, in: 0...1_000_000)
    }
    return result
  }

  /// nil: the workload has none. Where something is wrong with it there are no stages.
  private func conversation(
    _ fields: Fields, _ calls: CallReader
  ) -> (spec: ConversationSpec?, stages: [PlacedStage])? {
    guard let node = fields["conversation"],
      !["mix", "stages", "rounds"].contains(where: fields.has)
    else { return nil }
    let reader = ConversationReader(
      log: log, models: models, calls: calls, turnStarts: turnStarts)
    guard var (spec, placed) = reader.read(node, defaults: calls.callEntries(of: fields.node))
    else { return (nil, []) }
    for index in placed.indices { placed[index].variant.share = 1 / Double(placed.count) }
    spec.turnStarts = turnStarts
    let call = StageCall(probability: spec.expectedCalls, mix: placed.map(\.variant))
    return (spec, [PlacedStage(stage: Stage(calls: [call]), calls: placed)])
  }

  private func stages(_ fields: Fields, _ calls: CallReader) -> [PlacedStage] {
    let forms = ["mix", "stages", "rounds", "conversation"].filter { fields.has($0) }
    if forms.count > 1, let place = fields[forms[1]]?.place {
      log.add(place, "'\(forms[0])' and '\(forms[1])' exclude each other")
      return []
    }
    let defaults = calls.callEntries(of: fields.node)
    if let node = fields["stages"] {
      let nodes = log.list(node) ?? []
      if nodes.isEmpty { log.add(node.place, "expected at least one stage") }
      return nodes.compactMap { stage($0, defaults: defaults, calls) }
    }
    if let rounds = fields.fields("rounds", as: ScenarioFormat.rounds) {
      return RoundsReader(log: log, calls: calls).stages(rounds, defaults: defaults)
    }
    let mix = calls.mix(fields, defaults: defaults)
    return [PlacedStage(stage: Stage(calls: [StageCall(mix: mix.map(\.variant))]), calls: mix)]
  }

  private func stage(
    _ node: YAMLNode, defaults: [YAMLNode.Entry], _ calls: CallReader
  ) -> PlacedStage? {
    guard let fields = Fields(node, as: ScenarioFormat.stage, log: log) else { return nil }
    var result = calls.parallel(fields.entries("calls"), defaults: defaults)
    if let node = fields["calls"], fields.entries("calls").isEmpty {
      log.add(node.place, "expected at least one call")
    }
    result.stage.delay = fields.duration("delay") ?? .zero
    result.stage.continuation = fields.share("continue") ?? 1
    result.stage.chance = fields.share("chance") ?? 1
    return result
  }
}

/// A kind of call and where it is described, for checks that need everything read.
package struct PlacedVariant {
  package var variant: Variant
  package var place: Place
  package var promptsPlace: Place?
  package var cacheClassPlace: Place?
  package var inputPlace: Place?
  package var imagePlace: Place?
}

package struct PlacedStage {
  package var stage: Stage
  package var calls: [PlacedVariant]
}

package struct PlacedWorkload {
  package var workload: Workload
  package var calls: [PlacedVariant]
}
