/// How a variant (batch, service tier, region, time of day) changes the prices: own rates in
/// place of the base's, then a factor on every rate.
public struct PriceChange: Hashable, Sendable {
  public var rates = Rates()
  public var factor = Factor.one

  public init() {}
}
