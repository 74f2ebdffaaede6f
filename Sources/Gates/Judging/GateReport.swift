import CostModel

/// All that a `check` or a `diff` found.
package struct GateReport: Sendable {
  package var limits = GateLimits()
  /// The comparison of each plan, by scenario as given, then plan.
  package var plans: [PlanComparison]
  package var checks: [GateCheck] = []
  /// Where there is nothing to compare with, the bills are only held to thresholds.
  package var isCompared = true
  /// Reports were compared, whose inputs are not known.
  package var isObserved = false
  /// Whether bills were held to anything: `check`, not `diff`.
  package var isJudged = false
  /// Remarks on the comparison, in sentences.
  package var notes: [String] = []
  /// The error in the input because of which nothing was checked.
  package var error: String?

  package init(
    limits: GateLimits = GateLimits(), plans: [PlanComparison], checks: [GateCheck] = [],
    isCompared: Bool = true, isObserved: Bool = false, isJudged: Bool = false, notes: [String] = [],
    error: String? = nil
  ) {
    self.limits = limits
    self.plans = plans
    self.checks = checks
    self.isCompared = isCompared
    self.isObserved = isObserved
    self.isJudged = isJudged
    self.notes = notes
    self.error = error
  }

  package var failed: [GateCheck] { checks.filter { $0.outcome == .failed } }
  /// The checks that could not be judged, whether or not that fails.
  package var gaps: [GateCheck] { checks.filter { $0.gap != nil } }
  package var passed: Bool { error == nil && !checks.contains { $0.outcome == .failed } }
  /// Whether a single bill was held to a limit.
  package var hasJudged: Bool { checks.contains { $0.gap == nil } }

  package func status(_ plan: PlanComparison) -> PlanComparison.Status {
    plan.status(ignoring: limits.ignoreBelow)
  }

  /// Changed plans, the one that grew most first.
  package var changed: [PlanComparison] {
    plans.filter { status($0) == .changed }.sorted {
      ($0.change ?? .zero) > ($1.change ?? .zero)
    }
  }
}

extension GateReport {
  /// Makes the report of an input that cannot be checked.
  package init(error: String) {
    self.init(plans: [])
    self.error = error
    isJudged = true
  }
}
