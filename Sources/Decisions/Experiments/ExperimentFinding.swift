import Analysis
import CostModel
import Scenarios
import Simulator

/// What one experiment of a plan says: every variant with its intervals, against the control.
package struct ExperimentFinding: Sendable {
  package var experiment: Experiment
  /// The variants in the scenario's order, the control first.
  package var arms: [ArmFinding]
  /// What the sample size is computed for; nil: nothing converts or is rated.
  package var metric: Experiment.Metric?
  package var power: Double
  /// The significance level of one comparison, if it were alone.
  package var significance: Double
  /// The days of the period.
  package var days: Double
  package var months: Double

  /// The confidence level of intervals.
  package var confidence: Double { 1 - significance }
  /// The number of comparisons with the control.
  package var comparisons: Int { arms.count - 1 }
  package var control: ArmFinding { arms[0] }
  package var calls: Int64 { arms.reduce(0) { $0 + $1.result.calls } }

  /// Places in the order of the conversion rate, the highest first; without one they keep theirs.
  package var ranking: [Int] {
    arms.indices.sorted { a, b in
      let (left, right) = (arms[a].conversion?.value ?? -1, arms[b].conversion?.value ?? -1)
      return left == right ? a < b : left > right
    }
  }
}

/// One variant.
package struct ArmFinding: Sendable {
  /// A figure with its interval; nil bounds: there is too little to go by.
  package struct Figure: Hashable, Sendable {
    package var value: Double
    package var low: Double?
    package var high: Double?
  }

  /// A figure less the control's.
  package struct Difference: Hashable, Sendable {
    package var value: Double
    package var low: Double
    package var high: Double
    /// Two-sided, of this comparison alone.
    package var pValue: Double
    /// The p-value with Holm's correction for all variants.
    package var adjusted: Double
  }

  package var arm: Experiment.Arm
  package var result: ArmResult
  package var expected: Expectation.Arm
  /// Dollars a call.
  package var cost: Figure?
  /// Milliseconds of ok calls.
  package var latency: Figure?
  /// Fractions.
  package var conversion: Figure?
  package var satisfaction: Figure?
  /// nil: the control, or nothing to compare.
  package var costDifference: Difference?
  package var latencyDifference: Difference?
  package var conversionDifference: Difference?
  package var satisfactionDifference: Difference?
  /// What it takes to see a difference from the control; nil: the control, or no difference is
  /// stated.
  package var need: SampleNeed?
}

/// How large a test must be.
package struct SampleNeed: Hashable, Sendable {
  /// The control's expected rate, and the difference from it that shall be seen.
  package var rate: Double
  package var difference: Double
  /// Messages (or ratings) of the variant.
  package var answers: Double
  /// The same in users of the variant in a period like this one; nil where calls are given variants.
  package var users: Double?
  /// Days of this plan's traffic until the variant and the control have enough; nil: never.
  package var days: Double?
  /// The smallest difference that this plan's period shows; nil: none.
  package var detectable: Double?
}
