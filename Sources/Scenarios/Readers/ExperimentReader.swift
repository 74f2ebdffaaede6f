import CostModel
import Support

/// Reads A/B tests: whose calls they are, and what each variant changes.
package struct ExperimentReader {
  private static let largestTokens: Int64 = 100_000_000
  private static let mostVariants = 100

  package let log: InputLog
  package let models: ModelNames
  package let workloads: [PlacedWorkload]

  package func read(_ entries: [YAMLNode.Entry]) -> [Experiment] {
    var owners: [String: String] = [:]
    return entries.compactMap { read($0, &owners) }
  }

  /// - Parameter owners: experiments by the workloads that take part in them so far.
  private func read(_ entry: YAMLNode.Entry, _ owners: inout [String: String]) -> Experiment? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.experiment, log: log) else {
      return nil
    }
    let names = workloads(fields, of: entry.key, &owners)
    let arms = arms(fields)
    var experiment = Experiment(name: entry.key, workloads: names, arms: arms)
    experiment.unit = fields.choice("unit", of: Experiment.Unit.self) ?? .user
    experiment.conditions = fields["when"].map(conditions) ?? []
    experiment.detect = fields["detect"].flatMap { DetectReader(log: log).read($0) } ?? .init()
    checkRates(experiment, fields)
    return experiment
  }

  // MARK: Whose calls

  private func workloads(
    _ fields: Fields, of experiment: String, _ owners: inout [String: String]
  ) -> [String] {
    guard let node = fields["workloads"] else { return [] }
    let names = log.texts(node)
    if names.isEmpty, case .sequence = node.content {
      log.add(node.place, "expected at least one workload")
    }
    for (name, place) in names {
      if !workloads.contains(where: { $0.workload.name == name }) {
        log.unknown("workload", name, at: place, among: workloads.map(\.workload.name))
      } else if let owner = owners[name] {
        log.add(
          place,
          owner == experiment
            ? "workload '\(name)' is listed twice"
            : "workload '\(name)' already takes part in the experiment '\(owner)'",
          hint: owner == experiment ? nil : "a workload takes part in one experiment at most")
      }
      owners[name] = experiment
    }
    return names.map(\.text)
  }

  private func conditions(_ node: YAMLNode) -> [Policy.Condition] {
    if let place = node["account_plan"]?.place {
      log.add(place, "'when' tests what calls say, expected no account plan of their users")
    }
    return PolicyReader(log: log, models: models).conditions(node)
      .filter { $0.attribute != .accountPlan }
  }

  // MARK: Variants

  private func arms(_ fields: Fields) -> [Experiment.Arm] {
    guard let node = fields["variants"] else { return [] }
    let entries = log.entries(node) ?? []
    if case .mapping = node.content, !(2...Self.mostVariants).contains(entries.count) {
      log.add(
        node.place,
        entries.count < 2
          ? "expected at least two variants, a control and another one, not \(entries.count)"
          : "expected at most \(Self.mostVariants) variants, not \(entries.count)")
    }
    var arms = entries.compactMap(arm)
    guard arms.count == entries.count, !arms.isEmpty else { return arms }
    log.checkSum(arms.map(\.share), of: "this experiment", at: node.place)
    // What the tolerance lets pass, so that the draw need not care.
    let sum = arms.reduce(0) { $0 + $1.share }
    if sum > 0 { for number in arms.indices { arms[number].share /= sum } }
    return arms
  }

  private func arm(_ entry: YAMLNode.Entry) -> Experiment.Arm? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.arm, log: log) else { return nil }
    var arm = Experiment.Arm(name: entry.key, share: fields.share("share") ?? 0)
    arm.model = fields["model"].flatMap { models.id($0) }
    arm.systemPrompt = fields.count("system_prompt", in: 0...Self.largestTokens)
    arm.addedPrompt = fields.count("system_prompt_added", in: 0...Self.largestTokens) ?? 0
    if fields.has("system_prompt"), let place = fields["system_prompt_added"]?.place {
      log.add(place, "'system_prompt' and 'system_prompt_added' exclude each other")
    }
    arm.outputFactor = fields.number("output_factor", in: 0...1_000) ?? 1
    arm.temperature = fields.number("temperature", in: 0...2)
    arm.conversion = fields.share("conversion")
    arm.satisfaction = fields.share("satisfaction")
    return fields.has("share") ? arm : nil
  }

  /// The calls that variants change.
  private func calls(of experiment: Experiment) -> [PlacedVariant] {
    workloads.filter { experiment.workloads.contains($0.workload.name) }.flatMap(\.calls)
      .filter { experiment.concerns($0.variant) }
  }

  /// A rate of a variant needs calls that have such a rate at all.
  private func checkRates(_ experiment: Experiment, _ fields: Fields) {
    let calls = calls(of: experiment).map(\.variant)
    let known = workloads.map(\.workload.name)
    guard experiment.workloads.allSatisfy(known.contains) else { return }
    if calls.isEmpty, let node = fields["when"] {
      log.add(node.place, "no call of these workloads says so, expected attributes of some")
    }
    guard !calls.isEmpty else { return }
    let rates: [(metric: Experiment.Metric, isKnown: Bool)] = [
      (.conversion, calls.contains { $0.conversion != nil }),
      (.satisfaction, calls.contains { $0.satisfaction != nil }),
    ]
    for (metric, isKnown) in rates where !isKnown {
      let key = metric.rawValue
      for entry in fields.entries("variants") {
        guard let place = entry.value[key]?.place else { continue }
        log.add(
          place, "no call that this experiment changes has a '\(key)' to replace",
          hint: "give the workload one")
      }
      if experiment.detect.metric == metric, let place = fields["detect"]?["metric"]?.place {
        log.add(place, "no call that this experiment changes has a '\(key)'")
      }
    }
  }

  // MARK: Checks

  /// The calls as variants with a model or a prompt of their own make them, to be checked like all
  /// others.
  package func calls(of experiments: [Experiment], _ entries: [YAMLNode.Entry]) -> [PlacedVariant] {
    experiments.flatMap { experiment -> [PlacedVariant] in
      let node = entries.first { $0.key == experiment.name }?.value["variants"]
      let calls = calls(of: experiment)
      return experiment.arms.enumerated().flatMap { number, arm -> [PlacedVariant] in
        guard arm.model != nil || arm.hasOwnPrompt, let place = node?[arm.name]?.place else {
          return []
        }
        return calls.map { call in
          var changed = call
          changed.variant = experiment.variant(call.variant, in: number)
          changed.place = place
          return changed
        }
      }
    }
  }
}
