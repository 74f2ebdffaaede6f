import CostModel

/// What one experiment of a plan has come to.
package struct ExperimentResult: Sendable {
  /// In the scenario's order, the control first.
  package var arms: [ArmResult]
}

/// The calls of one variant. Sums are exact; over the variants they are the workloads'.
package struct ArmResult: Sendable {
  /// Users with a call of this variant.
  package var users: Int64 = 0
  /// Arrivals, hits and failed ones included.
  package var calls: Int64 = 0
  package var cost = MoneySum.zero
  /// Of ok calls, hits included.
  package var latency = LatencyHistogram()
  /// Answered calls that may convert, and those that did.
  package var messages: Int64 = 0
  package var conversions: Int64 = 0
  package var rated: Int64 = 0
  package var satisfied: Int64 = 0
  /// Picodollars of calls, µs of ok calls, conversions of messages, satisfied of rated calls; by
  /// user, or by call (flow) where each is given a variant.
  package var costByCall = ClusterMoments()
  package var latencyByCall = ClusterMoments()
  package var conversionByMessage = ClusterMoments()
  package var satisfactionByRating = ClusterMoments()
}

/// Sums over clusters of a size n and a total x each: what the ratio Σx/Σn and its variance over
/// clusters need.
package struct ClusterMoments: Sendable {
  /// Of a size above 0.
  package private(set) var clusters = 0.0
  package private(set) var size = 0.0
  package private(set) var total = 0.0
  package private(set) var squareSize = 0.0
  package private(set) var product = 0.0
  package private(set) var squareTotal = 0.0

  package mutating func add(size n: Int64, total x: Double) {
    guard n > 0 else { return }
    let n = Double(n)
    clusters += 1
    size += n
    total += x
    squareSize += n * n
    product += n * x
    squareTotal += x * x
  }
}
