/// The prices of one sheet or tier, by dimension; nil where none is given.
/// Audio is priced per microsecond-based `per` (an hour is 3,600,000,000).
public struct Rates: Hashable, Sendable {
  private var byDimension: [Rate?] = Array(
    repeating: nil, count: BillingDimension.allCases.count)

  public init() {}

  public subscript(dimension: BillingDimension) -> Rate? {
    get { byDimension[dimension.rawValue] }
    set { byDimension[dimension.rawValue] = newValue }
  }

  /// These prices, with those that `other` states in their place.
  public func overlaid(with other: Rates) -> Rates {
    var result = self
    for dimension in BillingDimension.allCases {
      if let rate = other[dimension] { result[dimension] = rate }
    }
    return result
  }
}
