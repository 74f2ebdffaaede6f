import CostModel
import Decisions
import Scenarios

/// How much a bill may grow before `check` fails.
package struct GateLimits: Sendable {
  /// A fraction of the baseline's bill.
  package var maxIncrease: Double?
  package var maxIncreaseUSD: MoneySum?
  /// A smaller change is none. Less than a cent is nobody's bill.
  package var ignoreBelow = MoneySum(picodollars: MoneySum.picodollarsPerDollar / 100)
  /// Whether a plan fails that has no baseline.
  package var failsNew = false
  /// Whether everything fails that could not be judged.
  package var isStrict = false

  package init(
    maxIncrease: Double? = nil, maxIncreaseUSD: MoneySum? = nil,
    ignoreBelow: MoneySum = MoneySum(picodollars: MoneySum.picodollarsPerDollar / 100),
    failsNew: Bool = false, isStrict: Bool = false
  ) {
    self.maxIncrease = maxIncrease
    self.maxIncreaseUSD = maxIncreaseUSD
    self.ignoreBelow = ignoreBelow
    self.failsNew = failsNew
    self.isStrict = isStrict
  }

  package var limitsGrowth: Bool { maxIncrease != nil || maxIncreaseUSD != nil }

  /// The outcome that a gap is told as.
  package func outcome(_ gap: GateCheck.Gap) -> GateCheck.Outcome {
    isStrict || (failsNew && gap == .new) ? .failed : .skipped
  }
}

/// One thing that a plan was held to, or should have been.
package struct GateCheck: Sendable {
  package enum Outcome: String, Sendable { case passed, failed, skipped }

  /// Why there was nothing to judge.
  package enum Gap: String, CaseIterable, Sendable {
    /// The plan, or its scenario, is not in the baseline.
    case new
    /// It is in the baseline, but not here.
    case gone
    /// The figure is of no call at all.
    case nothingToCount = "nothing to count"
    /// No limit is given for it.
    case noLimit = "no limit"
  }

  package var scenario: String
  /// Empty: the scenario as a whole.
  package var plan: String
  /// `increase of at most 5 %`, `cost_usd: sum<=1000`.
  package var name: String
  /// Whether it is about growth, not a threshold.
  package var isIncrease = false
  package var outcome: Outcome
  /// Why it could not be judged; nil where it was.
  package var gap: Gap?
  /// The finding, in a sentence.
  package var message: String
  /// What independent months said, where they were simulated.
  package var months: MonthSpread?

  package init(
    scenario: String, plan: String, name: String, isIncrease: Bool = false, outcome: Outcome,
    gap: Gap? = nil, message: String, months: MonthSpread? = nil
  ) {
    self.scenario = scenario
    self.plan = plan
    self.name = name
    self.isIncrease = isIncrease
    self.outcome = outcome
    self.gap = gap
    self.message = message
    self.months = months
  }

  package var passed: Bool { outcome == .passed }
}

/// The values that a figure may have, as far as it is known.
package struct Spread: Hashable, Sendable {
  package var low: Double
  package var high: Double

  /// Five standard errors to either side: chance goes beyond once in 1.7 million cases.
  package static let standardErrors = 5.0

  package static func exactly(_ value: Double) -> Spread { Spread(low: value, high: value) }

  package static func around(_ value: Double, standardError: Double) -> Spread {
    let margin = standardErrors * standardError
    return Spread(low: value - margin, high: value + margin)
  }

  /// Whether no figure of the range keeps to the bound.
  package func breaks(_ comparison: Threshold.Comparison, _ limit: Double) -> Bool {
    switch comparison {
    case .below: low >= limit
    case .atMost: low > limit
    case .above: high <= limit
    case .atLeast: high < limit
    case .equal, .identical: !(low...high).contains(limit)
    case .notEqual: low == limit && high == limit
    }
  }

  /// Whether every figure of the range keeps to the bound.
  package func keeps(_ comparison: Threshold.Comparison, _ limit: Double) -> Bool {
    breaks(comparison.opposite, limit)
  }

  /// Whether all figures of the range say the same of the bound.
  package func isDecided(_ comparison: Threshold.Comparison, _ limit: Double) -> Bool {
    breaks(comparison, limit) || keeps(comparison, limit)
  }
}

extension Threshold.Comparison {
  /// What holds where this does not.
  fileprivate var opposite: Self {
    switch self {
    case .below: .atLeast
    case .atMost: .above
    case .above: .atMost
    case .atLeast: .below
    case .equal, .identical: .notEqual
    case .notEqual: .equal
    }
  }
}

/// Whether a bill, or its growth, breaks a bound, although one simulated month is one draw.
package enum BillJudge {
  /// Where the closed form is exact, so that the standard error is the bill's too: it counts as it
  /// stands, the simulated figure as far as chance cannot explain it.
  package static func breaks(
    expected: Double?, simulated: Double?, standardError: Double, bound: (Spread) -> Bool
  ) -> Bool {
    if let simulated, bound(.around(simulated, standardError: standardError)) { return true }
    return expected.map { bound(.exactly($0)) } ?? false
  }
}
