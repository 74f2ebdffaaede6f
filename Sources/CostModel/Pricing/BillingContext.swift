/// Everything but the usage that decides what a call of a model costs.
public struct BillingContext: Hashable, Sendable {
  /// The call's arrival; it picks the effective price sheet and the time of day.
  public var arrival: SimTime
  public var terms: BillingTerms

  public init(arrival: SimTime, terms: BillingTerms = BillingTerms()) {
    self.arrival = arrival
    self.terms = terms
  }
}
