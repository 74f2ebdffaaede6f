import CostModel

/// All that a `check` or a `diff` found.
struct GateReport: Sendable {
  var limits = GateLimits()
  /// By scenario as given, then plan.
  var plans: [PlanComparison]
  var checks: [GateCheck] = []
  /// Where there is nothing to compare with, the bills are only held to thresholds.
  var isCompared = true
  /// Reports were compared, whose inputs are not known.
  var isObserved = false

  var failed: [GateCheck] { checks.filter { !$0.passed } }
  var passed: Bool { failed.isEmpty }

  func status(_ plan: PlanComparison) -> PlanComparison.Status {
    plan.status(ignoring: limits.ignoreBelow)
  }

  /// Changed plans, the one that grew most first.
  var changed: [PlanComparison] {
    plans.filter { status($0) == .changed }.sorted {
      ($0.change ?? .zero) > ($1.change ?? .zero)
    }
  }
}
