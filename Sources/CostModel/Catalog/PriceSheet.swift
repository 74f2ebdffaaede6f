/// What a model costs from one moment on, until the next sheet of the same model.
public struct PriceSheet: Hashable, Sendable {
  public var effectiveFrom = SimTime.distantPast
  public var rates = Rates()
  /// Ascending by threshold; the last one crossed reprices the whole call.
  public var contextTiers: [ContextTier] = []
  public var batch: PriceChange?
  public var serviceTiers: [String: PriceChange] = [:]
  /// By name; `*` in a name stands for any characters.
  public var regions: [String: PriceChange] = [:]
  /// Prices of a search by how much context it brings, in place of the sheet's own.
  public var searchSizes: [String: Rate] = [:]
  /// The first one that holds at the arrival counts.
  public var timesOfDay: [TimeOfDayPrice] = []
  /// A call that has audio is billed for at least this much of it.
  public var minimumAudio = SimDuration.zero
  /// Audio, after its minimum, is billed in whole steps of so long; zero: as it is.
  public var audioStep = SimDuration.zero
  /// Video likewise; zero: as it is.
  public var videoStep = SimDuration.zero
  /// Documents of one billed search, which more documents begin another of; 0: documents have a price
  /// of their own, or none.
  public var searchDocuments: Int64 = 0
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

  /// What a region's prices are: those of its name, else of the pattern that says most of it.
  public func region(named name: String) -> PriceChange? {
    if let own = regions[name] { return own }
    let patterns = regions.filter { NamePattern.isPattern($0.key) }
      .map { (NamePattern($0.key), $0.value, $0.key) }
    return patterns.filter { $0.0.matches(name) }
      .max { ($0.0.length, $0.2) < ($1.0.length, $1.2) }?.1
  }

  /// Whether there is no price at all: every call is an error then.
  public var isUnpriced: Bool { rates == Rates() && !hasFixedPrice }

  /// Whether something is due whatever the traffic.
  public var hasFixedPrice: Bool { fixedMonthly != nil || provisioned != nil }
}
