/// So many units of capacity, each at a price for the time that it is kept.
public struct ProvisionedCapacity: Hashable, Sendable {
  public var units: Int64
  /// Of one unit, for microseconds.
  public var rate: Rate

  public init(units: Int64, rate: Rate) {
    precondition(units > 0, "there is at least one unit")
    self.units = units
    self.rate = rate
  }

  /// What is due for a span of time, rounded once, half to even; nil beyond `Money`.
  public func price(for span: SimDuration) -> Money? {
    CompiledRate(rate).scaled(by: Factor(units)).amount(of: span.microseconds)
      .map(Money.init(picodollars:))
  }
}
