/// How a variant (batch, service tier, region, time of day) changes the prices: own rates in
/// place of the base's, and a factor on every rate. Factors of several changes multiply.
public struct PriceChange: Hashable, Sendable {
  public var rates = Rates()
  /// Own rates of the change beyond an input size, in place of `rates`; ascending by threshold.
  public var contextTiers: [ContextTier] = []
  public var factor = Factor.one

  public init() {}

  /// Another price of searches alone.
  init(searches rate: Rate) { rates[.searches] = rate }
}
