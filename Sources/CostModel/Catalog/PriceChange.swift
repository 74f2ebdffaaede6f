/// How a variant (batch, service tier, region, time of day) changes the prices: own rates in
/// place of the base's, and a factor on every rate. Factors of several changes multiply.
public struct PriceChange: Hashable, Sendable {
  public var rates = Rates()
  public var factor = Factor.one

  public init() {}
}
