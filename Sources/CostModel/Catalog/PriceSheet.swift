/// What a model costs from one moment on, until the next sheet of the same model.
public struct PriceSheet: Hashable, Sendable {
  public var effectiveFrom = SimTime.distantPast
  public var rates = Rates()
  /// Ascending by threshold; the last one crossed reprices the whole call.
  public var contextTiers: [ContextTier] = []
  public var batch: PriceChange?
  public var serviceTiers: [String: PriceChange] = [:]
  public var regions: [String: PriceChange] = [:]
  /// The first one that holds at the arrival counts.
  public var timesOfDay: [TimeOfDayPrice] = []
  /// A call that has audio is billed for at least this much of it.
  public var minimumAudio = SimDuration.zero
  /// Due at the start of every month, whatever the traffic (self-hosting).
  public var fixedMonthly: Money?
  /// Capacity that is paid by the hour, whatever the traffic (provisioned throughput).
  public var provisioned: ProvisionedCapacity?
  /// Where the figures come from, and when they were last looked at.
  public var source: String?
  public var checked: CivilDate?
  /// Why a figure that no source gives was assumed.
  public var assumption: String?

  public init() {}

  /// Whether there is no price at all: every call is an error then.
  public var isUnpriced: Bool { rates == Rates() && !hasFixedPrice }

  /// Whether something is due whatever the traffic.
  public var hasFixedPrice: Bool { fixedMonthly != nil || provisioned != nil }
}
