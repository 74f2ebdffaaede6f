import CostModel

/// What one experiment of a plan says: every variant with its intervals, against the control.
struct ExperimentFinding: Sendable {
  var experiment: Experiment
  /// In the scenario's order, the control first.
  var arms: [ArmFinding]
  /// What the sample size is computed for; nil: nothing converts or is rated.
  var metric: Experiment.Metric?
  var power: Double
  /// Of one comparison, if it were alone.
  var significance: Double
  /// Of the period.
  var days: Double
  var months: Double

  /// Of intervals.
  var confidence: Double { 1 - significance }
  /// With the control.
  var comparisons: Int { arms.count - 1 }
  var control: ArmFinding { arms[0] }
  var calls: Int64 { arms.reduce(0) { $0 + $1.result.calls } }

  /// Places in the order of the conversion rate, the highest first; without one they keep theirs.
  var ranking: [Int] {
    arms.indices.sorted { a, b in
      let (left, right) = (arms[a].conversion?.value ?? -1, arms[b].conversion?.value ?? -1)
      return left == right ? a < b : left > right
    }
  }
}

/// One variant.
struct ArmFinding: Sendable {
  /// A figure with its interval; nil bounds: there is too little to go by.
  struct Figure: Hashable, Sendable {
    var value: Double
    var low: Double?
    var high: Double?
  }

  /// A figure less the control's.
  struct Difference: Hashable, Sendable {
    var value: Double
    var low: Double
    var high: Double
    /// Two-sided, of this comparison alone.
    var pValue: Double
    /// With Holm's correction for all variants.
    var adjusted: Double
  }

  var arm: Experiment.Arm
  var result: ArmResult
  var expected: Expectation.Arm
  /// Dollars a call.
  var cost: Figure?
  /// Milliseconds of ok calls.
  var latency: Figure?
  /// Fractions.
  var conversion: Figure?
  var satisfaction: Figure?
  /// nil: the control, or nothing to compare.
  var costDifference: Difference?
  var latencyDifference: Difference?
  var conversionDifference: Difference?
  var satisfactionDifference: Difference?
  /// What it takes to see a difference from the control; nil: the control, or no difference is
  /// stated.
  var need: SampleNeed?
}

/// How large a test must be.
struct SampleNeed: Hashable, Sendable {
  /// The control's expected rate, and the difference from it that shall be seen.
  var rate: Double
  var difference: Double
  /// Messages (or ratings) of the variant.
  var answers: Double
  /// The same in users of the variant in a period like this one; nil where calls are given variants.
  var users: Double?
  /// Days of this plan's traffic until the variant and the control have enough; nil: never.
  var days: Double?
  /// The smallest difference that this plan's period shows; nil: none.
  var detectable: Double?
}
