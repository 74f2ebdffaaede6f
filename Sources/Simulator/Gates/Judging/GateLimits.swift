import CostModel

/// How much a bill may grow before `check` fails.
struct GateLimits: Sendable {
  /// A fraction of the baseline's bill.
  var maxIncrease: Double?
  var maxIncreaseUSD: MoneySum?
  /// A smaller change is none. Less than a cent is nobody's bill.
  var ignoreBelow = MoneySum(picodollars: MoneySum.picodollarsPerDollar / 100)
}

/// One thing that a plan was held to.
struct GateCheck: Sendable {
  var scenario: String
  var plan: String
  /// `increase of at most 5 %`, `cost_usd: sum<=1000`.
  var name: String
  /// Whether it is about growth, not a threshold.
  var isIncrease = false
  var passed: Bool
  /// What was found, in a sentence.
  var message: String
}

/// What is known of a figure: a closed form has no noise, a simulated one has.
struct Spread: Hashable, Sendable {
  var low: Double
  var high: Double

  /// Five standard errors to either side: chance goes beyond once in 1.7 million cases.
  static let standardErrors = 5.0

  static func exactly(_ value: Double) -> Spread { Spread(low: value, high: value) }

  static func around(_ value: Double, standardError: Double) -> Spread {
    let margin = standardErrors * standardError
    return Spread(low: value - margin, high: value + margin)
  }

  /// Whether no figure of the range keeps to the bound.
  func breaks(_ comparison: Threshold.Comparison, _ limit: Double) -> Bool {
    switch comparison {
    case .below: low >= limit
    case .atMost: low > limit
    case .above: high <= limit
    case .atLeast: high < limit
    case .equal, .identical: !(low...high).contains(limit)
    case .notEqual: low == limit && high == limit
    }
  }
}

/// Whether a bill, or its growth, breaks a bound, although one simulated month is one draw.
enum BillJudge {
  /// The closed form counts as it stands where it is exact, the simulated figure as far as chance
  /// cannot explain it. Where the closed form is approximate it takes both to agree.
  static func breaks(
    expected: Double?, simulated: Double?, standardError: Double, isExact: Bool,
    bound: (Spread) -> Bool
  ) -> Bool {
    let isExpectedOver = expected.map { bound(.exactly($0)) }
    guard let simulated else { return isExpectedOver ?? false }
    if bound(.around(simulated, standardError: standardError)) { return true }
    guard isExpectedOver == true else { return false }
    return isExact || bound(.exactly(simulated))
  }
}
