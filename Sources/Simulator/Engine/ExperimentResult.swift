import CostModel

/// What one experiment of a plan has come to.
struct ExperimentResult: Sendable {
  /// In the scenario's order, the control first.
  var arms: [ArmResult]
}

/// The calls of one variant. Sums are exact; over the variants they are the workloads'.
struct ArmResult: Sendable {
  /// Users with a call of this variant.
  var users: Int64 = 0
  /// Arrivals, hits and failed ones included.
  var calls: Int64 = 0
  var cost = MoneySum.zero
  /// Of ok calls, hits included.
  var latency = LatencyHistogram()
  /// Answered calls that may convert, and those that did.
  var messages: Int64 = 0
  var conversions: Int64 = 0
  var rated: Int64 = 0
  var satisfied: Int64 = 0
  /// Picodollars of calls, µs of ok calls, conversions of messages, satisfied of rated calls; by
  /// user, or by call (flow) where each is given a variant.
  var costByCall = ClusterMoments()
  var latencyByCall = ClusterMoments()
  var conversionByMessage = ClusterMoments()
  var satisfactionByRating = ClusterMoments()
}

/// Sums over clusters of a size n and a total x each: what the ratio Σx/Σn and its variance over
/// clusters need.
struct ClusterMoments: Sendable {
  /// Of a size above 0.
  private(set) var clusters = 0.0
  private(set) var size = 0.0
  private(set) var total = 0.0
  private(set) var squareSize = 0.0
  private(set) var product = 0.0
  private(set) var squareTotal = 0.0

  mutating func add(size n: Int64, total x: Double) {
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
