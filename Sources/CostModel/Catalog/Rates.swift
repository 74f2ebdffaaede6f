/// The prices of one sheet or tier, by dimension; nil where none is given.
/// Audio is priced per microsecond-based `per` (an hour is 3,600,000,000).
public struct Rates: Hashable, Sendable {
  private var byDimension: [Rate?] = Array(
    repeating: nil, count: BillingDimension.allCases.count)
  /// Prices that are stated as a share of the parent's, which have no rate of their own.
  private var shares: [BillingDimension: Factor] = [:]

  public init() {}

  public subscript(dimension: BillingDimension) -> Rate? {
    get { byDimension[dimension.rawValue] }
    set {
      byDimension[dimension.rawValue] = newValue
      shares[dimension] = nil
    }
  }

  /// The share of the parent's price that is stated in place of a price; nil: none is.
  public func share(of dimension: BillingDimension) -> Factor? { shares[dimension] }

  /// States a price as a share of the parent's, in place of any other.
  public mutating func setShare(_ share: Factor, of dimension: BillingDimension) {
    self[dimension] = nil
    shares[dimension] = share
  }

  /// Whether a price or a share is stated.
  public func states(_ dimension: BillingDimension) -> Bool {
    self[dimension] != nil || shares[dimension] != nil
  }

  /// These prices, with those that `other` states in their place.
  public func overlaid(with other: Rates) -> Rates {
    var result = self
    for dimension in BillingDimension.allCases {
      if let rate = other[dimension] {
        result[dimension] = rate
      } else if let share = other.share(of: dimension) {
        result.setShare(share, of: dimension)
      }
    }
    return result
  }
}
