import CostModel
import Support

/// Whether everything that a run numbers can be numbered: names are dense numbers of 8 or 16 bits
/// there, so that calls stay small.
package struct SizeChecks {
  /// Kinds of calls: every variant of every mix, in every variant of its experiment, and once more
  /// for each tier that the budget may send calls to.
  package static let kinds = Int(UInt16.max)
  /// Models, each region counted: what has a breaker and a quota of its own.
  package static let targets = Int(UInt16.max)
  /// Classes of the response cache that calls name.
  package static let cacheClasses = Int(Int16.max)
  /// Variants of all experiments together.
  package static let arms = Int(Int16.max)
  /// Lines of the budget that act.
  package static let actions = Int(Int16.max)
  package static let accountPlans = Int(UInt8.max)
  package static let activityClasses = Int(UInt8.max)

  package let log: InputLog
  package let scenario: Scenario
  package let root: Fields

  /// Refuses a file whose mixes list more variants than a run can number, before any of them is read.
  /// - Returns: whether it did.
  package static func refuses(_ root: YAMLNode, log: InputLog) -> Bool {
    guard let workloads = root["workloads"] else { return false }
    let listed = variants(in: workloads, areNames: true)
    guard listed > kinds else { return false }
    log.add(workloads.place, tooMany(listed, kindsOfCalls, kinds), hint: kindsHint)
    return true
  }

  /// How many variants the mixes under a node list.
  /// - Parameter areNames: whether its keys are names that the file gives, of whatever sound.
  private static func variants(in node: YAMLNode, areNames: Bool) -> Int {
    switch node.content {
    case .scalar: return 0
    case .sequence(let items):
      return items.reduce(0) { $0 + variants(in: $1, areNames: false) }
    case .mapping(let entries):
      return entries.reduce(0) { sum, entry in
        guard !areNames else { return sum + variants(in: entry.value, areNames: false) }
        if entry.key == "mix" { return sum + size(of: entry.value) }
        return sum + variants(in: entry.value, areNames: ["calls", "tools"].contains(entry.key))
      }
    }
  }

  private static func size(of list: YAMLNode) -> Int {
    switch list.content {
    case .scalar: 0
    case .sequence(let items): items.count
    case .mapping(let entries): entries.count
    }
  }

  package func run() {
    let workloads = root["workloads"]?.place
    check(kinds, Self.kindsOfCalls, Self.kinds, workloads, hint: Self.kindsHint)
    check(Set(cacheClasses).count, "cache classes", Self.cacheClasses, workloads)
    check(targets, "targets (models, and their regions)", Self.targets, root["regions"]?.place)
    check(
      scenario.experiments.reduce(0) { $0 + $1.arms.count }, "variants of experiments", Self.arms,
      root["experiments"]?.place)
    check(
      scenario.budget?.actions.count ?? 0, "budget lines that act", Self.actions,
      root["budget"]?.place)
    check(
      scenario.users.accountPlans.count, "account plans", Self.accountPlans,
      root["users"]?["account_plans"]?.place)
    if case .classes(let classes) = scenario.users.activity {
      check(
        classes.count, "activity classes", Self.activityClasses,
        root["users"]?["activity"]?["classes"]?.place)
    }
  }

  private func check(
    _ count: Int, _ what: String, _ limit: Int, _ place: Place?, hint: String? = nil
  ) {
    guard count > limit else { return }
    log.add(place ?? root.place, Self.tooMany(count, what, limit), hint: hint)
  }

  private static let kindsOfCalls = "kinds of calls"
  private static let kindsHint =
    "every variant of a mix is one, for each variant of its experiment and each tier that "
    + "the budget may send calls to"

  private static func tooMany(_ count: Int, _ what: String, _ limit: Int) -> String {
    "\(InputLog.grouped(Int64(count))) \(what), expected at most "
      + InputLog.grouped(Int64(limit))
  }

  private var variants: [Variant] {
    scenario.workloads.flatMap { $0.stages.flatMap { $0.calls.flatMap(\.mix) } }
  }

  private var cacheClasses: [String] { variants.compactMap { $0.attributes[.cacheClass] } }

  private var kinds: Int {
    var tiers: Set<String> = []
    for case .tier(let tier) in scenario.budget?.actions.map(\.effect) ?? [] { tiers.insert(tier) }
    let arriving = scenario.workloads.reduce(0) { sum, workload in
      let arms = scenario.experiment(of: workload).map { scenario.experiments[$0].arms.count } ?? 1
      let variants = workload.stages.reduce(0) { sum, stage in
        sum + stage.calls.reduce(0) { $0 + $1.mix.count }
      }
      return sum + variants * arms
    }
    return arriving * (1 + tiers.count)
  }

  private var targets: Int {
    scenario.catalog.models.indices.reduce(0) { sum, index in
      sum + max(1, scenario.regions[ModelID(UInt16(index))]?.count ?? 0)
    }
  }
}
