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

  package func run() {
    let workloads = root["workloads"]?.place
    check(
      kinds, "kinds of calls", Self.kinds, workloads,
      hint: "every variant of a mix is one, for each variant of its experiment and each tier that "
        + "the budget may send calls to")
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
    log.add(
      place ?? root.place,
      "\(InputLog.grouped(Int64(count))) \(what), expected at most "
        + InputLog.grouped(Int64(limit)), hint: hint)
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
