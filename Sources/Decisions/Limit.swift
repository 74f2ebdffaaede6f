import CostModel

/// A limit that a solution has to keep.
package enum Limit: Hashable, Sendable {
  /// Dollars a month that the expected bill (over ranges of inputs, its mean) may reach, or the mean
  /// simulated one.
  case budget(Double)
  /// Chance that a month may go over the budget.
  case overrun(Double)
  /// Chance that any month of the period may.
  case anyOverrun(Double)
  /// Milliseconds of the 95th percentile.
  case latency(Double)
  /// Share of the busiest quota, in the busiest hour.
  case quotaUse(Double)

  /// What of an assessment the limit is about; nil where it is not known.
  package func measure(_ assessment: Assessment, months: Int) -> Double? {
    switch self {
    case .budget: assessment.cost / Double(months)
    case .overrun: assessment.overrun
    case .anyOverrun: assessment.anyOverrun
    case .latency: assessment.latencyP95
    case .quotaUse: assessment.quotaUse ?? 0
    }
  }

  package var limit: Double {
    switch self {
    case .budget(let value), .overrun(let value), .anyOverrun(let value), .latency(let value),
      .quotaUse(let value):
      value
    }
  }

  /// The chance that it is about; nil: none.
  package var chance: KeyPath<Outcome, Double?>? {
    switch self {
    case .overrun: \.overrun
    case .anyOverrun: \.anyOverrun
    case .budget, .latency, .quotaUse: nil
    }
  }

  package func isKept(_ assessment: Assessment, months: Int) -> Bool {
    measure(assessment, months: months).map { $0 <= limit } ?? true
  }
}
