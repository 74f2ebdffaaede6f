import CostModel
import Scenarios
import Support

/// A record of what scenarios cost when it was written, with the inputs that the bills followed
/// from.
package struct Baseline: Sendable {
  package struct Entry: Sendable {
    package var figures: ScenarioFigures
    /// The whole scenario, pruned to what moves a bill.
    package var inputs: YAMLNode

    package init(figures: ScenarioFigures, inputs: YAMLNode) {
      self.figures = figures
      self.inputs = inputs
    }
  }

  /// Sorted by name.
  package var entries: [Entry] = []

  package init(entries: [Entry] = []) {
    self.entries = entries
  }

  package func entry(named name: String) -> Entry? {
    entries.first { $0.figures.scenario.name == name }
  }

  /// In place of the one of that name, or new.
  package mutating func put(_ entry: Entry) {
    entries.removeAll { $0.figures.scenario.name == entry.figures.scenario.name }
    entries.append(entry)
    entries.sort { $0.figures.scenario.name < $1.figures.scenario.name }
  }
}

/// Keys of a baseline file (docs/ci.md, "The baseline").
package enum BaselineFormat {
  package static let version: Int64 = 1

  package static let file = FormatObject(
    name: "baseline", summary: "The file itself.",
    fields: [
      FormatField("baseline", .count, "Version of the format.", required: true),
      FormatField("scenarios", .map(.object("baseline scenario")), "By name.", required: true),
    ])

  package static let scenario = FormatObject(
    name: "baseline scenario", summary: "One scenario.",
    fields: [
      FormatField("plans", .map(.object("baseline plan")), "By name.", required: true),
      FormatField("inputs", .object("scenario"), "What the bill followed from.", required: true),
    ])

  package static let plan = FormatObject(
    name: "baseline plan", summary: "What a plan costs.",
    fields: [
      FormatField("users", .count, "Users of the plan.", required: true),
      FormatField("cost_usd", .money, "The simulated bill; absent: not simulated."),
      FormatField(
        "without_actions_usd", .money, "The same, had the budget only told; absent: it does so."),
      FormatField("expected_cost_usd", .money, "The closed form.", required: true),
    ])
}

/// Reads baseline files.
package struct BaselineReader {
  private let log = InputLog()
  private let path: String

  /// Every error of the file is thrown at once.
  package static func read(
    path: String, source: FileSource = .disk
  ) throws(InputErrors) -> Baseline {
    let reader = BaselineReader(path: path)
    let files = ScenarioFiles(
      scenario: path, allowOutside: true, log: reader.log, source: source)
    let baseline = try files.load(path).map { node throws(InputErrors) in try reader.read(node) }
    try reader.log.throwIfAny()
    return baseline ?? Baseline()
  }

  private init(path: String) { self.path = path }

  private func read(_ node: YAMLNode) throws(InputErrors) -> Baseline {
    var baseline = Baseline()
    guard let fields = Fields(node, as: BaselineFormat.file, log: log),
      let version = fields.count("baseline", in: 0...1_000_000)
    else { return baseline }
    if version != BaselineFormat.version, let place = fields["baseline"]?.place {
      log.add(
        place, "this is version \(version) of the format, expected \(BaselineFormat.version)",
        hint: "write the baseline anew with 'costsim baseline'")
      return baseline
    }
    for entry in fields.entries("scenarios") {
      if let read = try self.entry(entry) { baseline.put(read) }
    }
    return baseline
  }

  private func entry(_ entry: YAMLNode.Entry) throws(InputErrors) -> Baseline.Entry? {
    guard let fields = Fields(entry.value, as: BaselineFormat.scenario, log: log),
      let inputs = fields["inputs"]
    else { return nil }
    let recorded = fields.entries("plans").compactMap(plan)
    // `plans` stand outside the inputs, so that a plan's users are said once.
    let scenario = try ScenarioReader.read(
      Self.with(recorded.map(\.spec), inputs), name: entry.key, in: path)
    let plans = recorded.map { plan in
      var figures = PlanFigures(
        scenario, plan.spec, simulated: plan.figures.simulated,
        unenforced: plan.figures.unenforced)
      figures.expected = plan.figures.expected
      return (plan.spec, figures)
    }
    return Baseline.Entry(
      figures: ScenarioFigures(scenario: scenario, plans: plans), inputs: inputs)
  }

  private func plan(_ entry: YAMLNode.Entry) -> (spec: PlanSpec, figures: PlanFigures)? {
    guard let fields = Fields(entry.value, as: BaselineFormat.plan, log: log),
      let users = fields.count("users", in: 1...UserReader.maximumUsers),
      let expected = fields.money("expected_cost_usd")
    else { return nil }
    let figures = PlanFigures(
      users: Int(users), simulated: fields.money("cost_usd"),
      unenforced: fields.money("without_actions_usd"), expected: expected)
    return (PlanSpec(name: entry.key, users: Int(users)), figures)
  }

  /// The inputs as a scenario with these plans.
  private static func with(_ plans: [PlanSpec], _ inputs: YAMLNode) -> YAMLNode {
    guard case .mapping(let entries) = inputs.content else { return inputs }
    let scalar = { (text: String) in
      YAMLNode(content: .scalar(text, plain: false), place: inputs.place)
    }
    let list = plans.map { plan in
      YAMLNode(
        content: .mapping([
          YAMLNode.Entry(key: "name", keyPlace: inputs.place, value: scalar(plan.name)),
          YAMLNode.Entry(key: "users", keyPlace: inputs.place, value: scalar("\(plan.users)")),
        ]), place: inputs.place)
    }
    let all = YAMLNode.Entry(
      key: "plans", keyPlace: inputs.place,
      value: YAMLNode(content: .sequence(list), place: inputs.place))
    return YAMLNode(content: .mapping(entries + [all]), place: inputs.place)
  }
}
