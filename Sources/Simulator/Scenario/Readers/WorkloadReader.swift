import CostModel

/// Reads what users do: volumes, kinds of calls, flows of several stages.
struct WorkloadReader {
  /// Calls a month of one user; more than one in 30 ms is a slip of the pen.
  private static let maximumVolume = 100_000_000.0

  let log: InputLog
  let local: LocalTime
  let traffic: (TrafficProfile, ArrivalProcess)
  let accountPlans: [String]

  func read(_ entry: YAMLNode.Entry) -> PlacedWorkload? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.workload, log: log) else {
      return nil
    }
    let useCase = fields.text("use_case") ?? entry.key
    let calls = CallReader(log: log, useCase: useCase)
    let stages = stages(fields, calls)
    guard let volume = fields.number("volume", in: 0...Self.maximumVolume) else { return nil }
    var workload = Workload(
      name: entry.key, useCase: useCase, volume: volume, stages: stages.map(\.stage))
    workload.volumeByAccountPlan = factors(fields)
    if workload.goesOnUntilNoTool {
      workload.givesUpWith =
        fields.fields("rounds", as: ScenarioFormat.rounds)?.text("error") ?? Workload.unstatedError
    }
    (workload.profile, workload.arrivals) =
      fields["traffic"].map { TrafficReader(log: log, local: local).read($0, over: traffic) }
      ?? traffic
    return PlacedWorkload(workload: workload, calls: stages.flatMap(\.calls))
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

  private func stages(_ fields: Fields, _ calls: CallReader) -> [PlacedStage] {
    let forms = ["mix", "stages", "rounds"].filter { fields.has($0) }
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
struct PlacedVariant {
  var variant: Variant
  var place: Place
  var promptsPlace: Place?
  var cacheClassPlace: Place?
  var inputPlace: Place?
}

struct PlacedStage {
  var stage: Stage
  var calls: [PlacedVariant]
}

struct PlacedWorkload {
  var workload: Workload
  var calls: [PlacedVariant]
}
