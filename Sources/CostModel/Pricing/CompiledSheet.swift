/// Where the prices of one price sheet lie in a `Pricer`'s flat arrays.
@frozen
@usableFromInline
struct CompiledSheet: Sendable {
  @usableFromInline let from: SimTime
  @usableFromInline let steps: BilledSteps
  /// Of the smallest inputs of its context tiers.
  @usableFromInline let tiers: Range<Int>
  @usableFromInline let timesOfDay: Range<Int>
  /// First rate of its first card. Cards: (base, tier 1, …) × (no time of day, time of day 1, …).
  @usableFromInline let firstRate: Int
  @usableFromInline let fixedMonthly: Money?
  @usableFromInline let provisioned: ProvisionedCapacity?
}
