/// A model's dense id: its place in `Catalog.models`.
@frozen
public struct ModelID: Hashable, Comparable, Sendable {
  public var rawValue: UInt16

  @inlinable
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable
  public var index: Int { Int(rawValue) }

  @inlinable
  public static func < (a: ModelID, b: ModelID) -> Bool { a.rawValue < b.rawValue }
}

/// Every model that calls can be sent to, with its prices. Names are looked up at the edge only.
public struct Catalog: Sendable {
  public private(set) var models: [Model] = []
  private var idsByName: [String: ModelID] = [:]

  public init() {}

  /// Adds a model under its name and aliases; nil, and nothing added, if one of them is taken.
  @discardableResult
  public mutating func add(_ model: Model) -> ModelID? {
    let names = [model.name] + model.aliases
    guard names.allSatisfy({ idsByName[$0] == nil }), models.count < Int(UInt16.max) else {
      return nil
    }
    let id = ModelID(UInt16(models.count))
    models.append(model)
    for name in names { idsByName[name] = id }
    return id
  }

  /// The model of that id or alias.
  public func id(named name: String) -> ModelID? { idsByName[name] }

  /// Every id and alias, sorted.
  public var names: [String] { idsByName.keys.sorted() }

  public subscript(id: ModelID) -> Model {
    get { models[id.index] }
    set {
      precondition(newValue.name == models[id.index].name, "a model keeps its name")
      models[id.index] = newValue
    }
  }
}

/// One model of a provider: what it is called, what it costs, how long it takes.
public struct Model: Sendable {
  public var name: String
  public var aliases: [String] = []
  public var provider: String
  /// Tokens of input and output together that a call may hold; nil where not published.
  public var contextWindow: Int64?
  /// What a call reserves for its answer when it states no maximum itself, in tokens.
  public var maxOutputTokens: Int64?
  /// Published range of latencies; a scenario may say otherwise.
  public var latency: ClosedRange<SimDuration>?
  public var capabilities: [String] = []
  public var deprecated: CivilDate?
  /// By `effectiveFrom`, ascending. Empty: the model is *unpriced*, which is an error, never $0.
  public var prices: [PriceSheet] = []

  public init(name: String, provider: String) {
    self.name = name
    self.provider = provider
  }
}

/// What a model costs from one moment on, until the next sheet of the same model.
public struct PriceSheet: Sendable {
  public var effectiveFrom = SimTime.distantPast
  public var rates = Rates()
  /// Ascending by threshold; the last one crossed reprices the whole call.
  public var contextTiers: [ContextTier] = []
  public var batch: PriceChange?
  public var serviceTiers: [String: PriceChange] = [:]
  public var regions: [String: PriceChange] = [:]
  public var timesOfDay: [TimeOfDayPrice] = []
  /// A call's audio is billed as at least this long.
  public var minimumAudio = SimDuration.zero
  /// Due at the start of every month, whatever the traffic (self-hosting).
  public var fixedMonthly: Money?
  /// Where the figures come from, and when they were last looked at.
  public var source: String?
  public var checked: CivilDate?
  /// Why a figure that no source gives was assumed.
  public var assumption: String?

  public init() {}
}

/// What a provider counts and bills.
public enum BillingDimension: Int, CaseIterable, Sendable {
  case inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens
  case outputTokens, reasoningTokens
  case inputAudioTokens, outputAudioTokens, inputImageTokens, outputImageTokens
  case audioSeconds, characters, images, pages, searches, calls

  /// Whose price applies where this dimension has none of its own; nil: then it is unpriced.
  public var parent: BillingDimension? {
    switch self {
    case .cacheReadTokens, .cacheWriteTokens, .inputAudioTokens, .inputImageTokens: .inputTokens
    case .cacheWriteLongTokens: .cacheWriteTokens
    case .reasoningTokens, .outputAudioTokens, .outputImageTokens: .outputTokens
    case .inputTokens, .outputTokens: nil
    case .audioSeconds, .characters, .images, .pages, .searches, .calls: nil
    }
  }
}

/// A price: so many picodollars for `per` units (tokens, microseconds of audio, calls, …).
@frozen
public struct Rate: Hashable, Sendable {
  public var picodollars: Int64
  public var per: Int64

  @inlinable
  public init(picodollars: Int64, per: Int64) {
    precondition(picodollars >= 0 && per > 0, "a rate is not negative")
    self.picodollars = picodollars
    self.per = per
  }
}

/// The prices of one sheet or tier, by dimension; nil where none is given.
/// Audio is priced per microsecond-based `per` (an hour is 3,600,000,000).
public struct Rates: Hashable, Sendable {
  private var byDimension: [Rate?] = Array(
    repeating: nil, count: BillingDimension.allCases.count)

  public init() {}

  public subscript(dimension: BillingDimension) -> Rate? {
    get { byDimension[dimension.rawValue] }
    set { byDimension[dimension.rawValue] = newValue }
  }

  /// These prices, with those that `other` states in their place.
  public func overlaid(with other: Rates) -> Rates {
    var result = self
    for dimension in BillingDimension.allCases {
      if let rate = other[dimension] { result[dimension] = rate }
    }
    return result
  }
}

/// Prices of the whole call once its total input, cached included, exceeds a threshold.
public struct ContextTier: Hashable, Sendable {
  public var threshold: Int64
  /// Whether the threshold itself is already in the tier (xAI), not only what exceeds it.
  public var inclusive: Bool
  public var rates: Rates

  public init(threshold: Int64, inclusive: Bool = false, rates: Rates) {
    self.threshold = threshold
    self.inclusive = inclusive
    self.rates = rates
  }
}

/// How a variant (batch, service tier, region, time of day) changes the prices: own rates in
/// place of the base's, then a factor on every rate.
public struct PriceChange: Hashable, Sendable {
  public var rates = Rates()
  public var factor = Factor.one

  public init() {}
}

/// An exact multiplier, `numerator`/`denominator`.
public struct Factor: Hashable, Sendable {
  public var numerator: Int64
  public var denominator: Int64

  public init(_ numerator: Int64, _ denominator: Int64 = 1) {
    precondition(numerator >= 0 && denominator > 0, "a factor is not negative")
    self.numerator = numerator
    self.denominator = denominator
  }

  public static let one = Factor(1)
}

/// A price change that holds on some weekdays between two times of the UTC day.
public struct TimeOfDayPrice: Hashable, Sendable {
  /// 0 is Monday.
  public var weekdays: Set<Int>
  /// From (inclusive) and to (exclusive) since UTC midnight; `from > to` wraps past midnight.
  public var from: SimDuration
  public var to: SimDuration
  public var change: PriceChange

  public init(weekdays: Set<Int>, from: SimDuration, to: SimDuration, change: PriceChange) {
    self.weekdays = weekdays
    self.from = from
    self.to = to
    self.change = change
  }
}
