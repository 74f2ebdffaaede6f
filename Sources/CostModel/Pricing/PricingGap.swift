/// Something that a model cannot bill during a time: found before any work starts.
public struct PricingGap: Hashable, Sendable {
  /// nil: no price sheet is effective at all.
  public var dimension: BillingDimension?
  public var from: SimTime
  /// Exclusive.
  public var to: SimTime

  public init(dimension: BillingDimension?, from: SimTime, to: SimTime) {
    self.dimension = dimension
    self.from = from
    self.to = to
  }
}
