/// Everything but the usage that decides what a call of a model costs.
public struct BillingContext: Hashable, Sendable {
  /// The call's arrival; it picks the effective price sheet and the time of day.
  public var arrival: SimTime
  public var variant: BillingVariant

  public init(arrival: SimTime, variant: BillingVariant = BillingVariant()) {
    self.arrival = arrival
    self.variant = variant
  }
}
