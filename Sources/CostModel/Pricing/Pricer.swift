/// How calls are billed beyond their model: what the provider sells at another price.
public struct BillingVariant: Hashable, Sendable {
  public var batch: Bool
  public var serviceTier: String?
  public var region: String?

  public init(batch: Bool = false, serviceTier: String? = nil, region: String? = nil) {
    self.batch = batch
    self.serviceTier = serviceTier
    self.region = region
  }
}

/// The prices of one model for one billing variant, resolved once, so that pricing an attempt is
/// a few integer operations (docs/semantics.md, "Price of an attempt").
@frozen
public struct Pricer: Sendable {
  /// Exactly `numerator`/`denominator` picodollars for one unit; denominator 0: unpriced.
  @frozen
  @usableFromInline
  struct UnitPrice: Sendable {
    @usableFromInline var numerator: Int64
    @usableFromInline var denominator: Int64

    @usableFromInline
    init(numerator: Int64, denominator: Int64) {
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// Prices from one moment on.
  @usableFromInline
  struct Sheet: Sendable {
    @usableFromInline let from: Int64
    /// Each tier has a card of its own; the first is without a tier.
    @usableFromInline let tiers: [Tier]
    @usableFromInline let times: [TimeOfDayPrice]
    @usableFromInline let minimumAudio: Int64
    /// First card; cards are by time of day (none first), then by tier.
    @usableFromInline let firstCard: Int
  }
  @frozen
  @usableFromInline
  struct Tier: Sendable {
    /// Total input from which on the tier holds.
    @usableFromInline let from: Int64
  }

  @usableFromInline let sheets: [Sheet]
  /// Cards of `BillingDimension.allCases.count` prices each.
  @usableFromInline let prices: [UnitPrice]

  /// Any model can be compiled; one without prices throws at its first attempt.
  public init(_ model: Model, variant: BillingVariant = BillingVariant()) {
    var sheets: [Sheet] = []
    var prices: [UnitPrice] = []
    for sheet in model.prices {
      let tiers =
        [Tier(from: .min)]
        + sheet.contextTiers.map {
          Tier(from: $0.inclusive ? $0.threshold : $0.threshold + 1)
        }
      sheets.append(
        Sheet(
          from: sheet.effectiveFrom.microseconds, tiers: tiers, times: sheet.timesOfDay,
          minimumAudio: sheet.minimumAudio.microseconds,
          firstCard: prices.count / Self.dimensions))
      for time in [nil] + sheet.timesOfDay.map({ $0 as TimeOfDayPrice? }) {
        for tier in [nil] + sheet.contextTiers.map({ $0 as ContextTier? }) {
          prices += Self.card(sheet, tier: tier, time: time, variant: variant)
        }
      }
    }
    self.sheets = sheets
    self.prices = prices
  }

  @usableFromInline static let dimensions = BillingDimension.allCases.count

  /// What an attempt costs whose call arrived at `time`.
  @inlinable
  public func cost(of usage: Usage, at time: SimTime) throws(PricingError) -> Cost {
    var number = sheets.count - 1
    while number >= 0, sheets[number].from > time.microseconds { number -= 1 }
    guard number >= 0 else { throw .unpriced(.inputTokens) }
    let sheet = sheets[number]
    var card = sheet.firstCard
    if sheet.tiers.count > 1 {
      var tier = sheet.tiers.count - 1
      while usage.inputTokens < sheet.tiers[tier].from { tier -= 1 }
      card += tier
    }
    if !sheet.times.isEmpty { card += timeOfDay(sheet, at: time) * sheet.tiers.count }
    return try cost(of: usage, card: card * Self.dimensions, minimumAudio: sheet.minimumAudio)
  }

  @inlinable
  func cost(of u: Usage, card: Int, minimumAudio: Int64) throws(PricingError) -> Cost {
    let inputParts =
      u.cacheReadTokens + u.cacheWriteTokens + u.cacheWriteLongTokens
      + u.inputAudioTokens + u.inputImageTokens
    let outputParts = u.reasoningTokens + u.outputAudioTokens + u.outputImageTokens
    guard u.inputTokens >= 0 else { throw .negativeQuantity(.inputTokens) }
    guard u.outputTokens >= 0 else { throw .negativeQuantity(.outputTokens) }
    guard inputParts <= u.inputTokens else { throw .moreCachedThanInput }
    guard outputParts <= u.outputTokens else { throw .moreReasoningThanOutput }
    var cost = Cost()
    cost.input = try price(u.inputTokens - inputParts, .inputTokens, card)
    cost.output = try price(u.outputTokens - outputParts, .outputTokens, card)
    if inputParts != 0 || hasNegativeInputPart(u) { try addInputParts(u, card, &cost) }
    if outputParts != 0 || hasNegativeOutputPart(u) { try addOutputParts(u, card, &cost) }
    if u.audioMicroseconds != 0 {
      let billed = u.audioMicroseconds > 0 ? max(u.audioMicroseconds, minimumAudio) : -1
      cost.other = try price(billed, .audioSeconds, card)
    }
    // A model without a price per call is not billed per call, which is no gap.
    if u.calls != 0, prices[card + BillingDimension.calls.rawValue].denominator != 0 {
      cost.other = cost.other + (try price(u.calls, .calls, card))
    }
    if (u.characters | u.images | u.pages | u.searches) != 0 { try addItems(u, card, &cost) }
    return cost
  }

  @inlinable
  func hasNegativeInputPart(_ u: Usage) -> Bool {
    (u.cacheReadTokens | u.cacheWriteTokens | u.cacheWriteLongTokens | u.inputAudioTokens
      | u.inputImageTokens) < 0
  }

  @inlinable
  func hasNegativeOutputPart(_ u: Usage) -> Bool {
    (u.reasoningTokens | u.outputAudioTokens | u.outputImageTokens) < 0
  }

  @usableFromInline
  func addInputParts(_ u: Usage, _ card: Int, _ cost: inout Cost) throws(PricingError) {
    cost.input = cost.input + (try price(u.cacheReadTokens, .cacheReadTokens, card))
    cost.input = cost.input + (try price(u.cacheWriteTokens, .cacheWriteTokens, card))
    cost.input = cost.input + (try price(u.cacheWriteLongTokens, .cacheWriteLongTokens, card))
    cost.input = cost.input + (try price(u.inputAudioTokens, .inputAudioTokens, card))
    cost.input = cost.input + (try price(u.inputImageTokens, .inputImageTokens, card))
  }

  @usableFromInline
  func addOutputParts(_ u: Usage, _ card: Int, _ cost: inout Cost) throws(PricingError) {
    cost.output = cost.output + (try price(u.reasoningTokens, .reasoningTokens, card))
    cost.output = cost.output + (try price(u.outputAudioTokens, .outputAudioTokens, card))
    cost.output = cost.output + (try price(u.outputImageTokens, .outputImageTokens, card))
  }

  @usableFromInline
  func addItems(_ u: Usage, _ card: Int, _ cost: inout Cost) throws(PricingError) {
    cost.other = cost.other + (try price(u.characters, .characters, card))
    cost.other = cost.other + (try price(u.images, .images, card))
    cost.other = cost.other + (try price(u.pages, .pages, card))
    cost.other = cost.other + (try price(u.searches, .searches, card))
  }

  /// One component: quantity × price, rounded once, half to even.
  @inlinable
  func price(
    _ quantity: Int64, _ dimension: BillingDimension, _ card: Int
  ) throws(PricingError) -> Money {
    if quantity == 0 { return .zero }
    guard quantity > 0 else { throw .negativeQuantity(dimension) }
    let unit = prices[card + dimension.rawValue]
    if unit.denominator == 1 { return Money(picodollars: quantity * unit.numerator) }
    guard unit.denominator > 0 else { throw .unpriced(dimension) }
    let exact = UInt128(UInt64(quantity).multipliedFullWidth(by: UInt64(unit.numerator)))
    return Money(picodollars: Int64(exact.dividedHalfToEven(by: UInt128(unit.denominator))))
  }

  /// 0 outside every listed time of day, else the place of the first that holds, from 1.
  @usableFromInline
  func timeOfDay(_ sheet: Sheet, at time: SimTime) -> Int {
    let day = SimDuration.day.microseconds
    let sinceMidnight = (time.microseconds % day + day) % day
    let number = (time.microseconds - sinceMidnight) / day
    let weekday = CivilDate(daysSinceEpoch: Int(number)).weekday
    for (place, price) in sheet.times.enumerated() where price.weekdays.contains(weekday) {
      let from = price.from.microseconds
      let to = price.to.microseconds
      let holds =
        from <= to
        ? from <= sinceMidnight && sinceMidnight < to : sinceMidnight >= from || sinceMidnight < to
      if holds { return place + 1 }
    }
    return 0
  }
}

extension UInt128 {
  @inlinable
  init(_ words: (high: UInt64, low: UInt64.Magnitude)) {
    self = UInt128(words.high) << 64 | UInt128(words.low)
  }
}

// MARK: Compiling

extension Pricer {
  /// The prices that hold together: tier, then batch, service tier, region, time of day.
  private static func card(
    _ sheet: PriceSheet, tier: ContextTier?, time: TimeOfDayPrice?, variant: BillingVariant
  ) -> [UnitPrice] {
    var rates = sheet.rates
    if let tier { rates = rates.overlaid(with: tier.rates) }
    var factors: [Factor] = []
    let changes = [
      variant.batch ? sheet.batch : nil, variant.serviceTier.flatMap { sheet.serviceTiers[$0] },
      variant.region.flatMap { sheet.regions[$0] }, time?.change,
    ]
    for case let change? in changes {
      rates = rates.overlaid(with: change.rates)
      factors.append(change.factor)
    }
    let isSoldWhole = rates[.calls] != nil || sheet.fixedMonthly != nil
    return BillingDimension.allCases.map { dimension in
      if let rate = rates.rate(for: dimension) { return unitPrice(rate, factors: factors) }
      // Sold by the call or the month: tokens are part of that price.
      let isIncluded = isSoldWhole && rates.hasNoTokenPrice && dimension.isText
      return UnitPrice(numerator: 0, denominator: isIncluded ? 1 : 0)
    }
  }

  private static func unitPrice(_ rate: Rate, factors: [Factor]) -> UnitPrice {
    var numerator = Int128(rate.picodollars)
    var denominator = Int128(rate.per)
    for factor in factors {
      numerator *= Int128(factor.numerator)
      denominator *= Int128(factor.denominator)
      let common = gcd(numerator, denominator)
      numerator /= common
      denominator /= common
    }
    let common = gcd(numerator, denominator)
    return UnitPrice(
      numerator: Int64(numerator / common), denominator: Int64(denominator / common))
  }

  private static func gcd(_ a: Int128, _ b: Int128) -> Int128 { b == 0 ? a : gcd(b, a % b) }
}

extension Pricer {
  /// The first of these dimensions that has no price at some time in `from ..< to`; nil if all
  /// are priced throughout.
  public func firstUnpriced(
    _ dimensions: [BillingDimension], from: SimTime, to: SimTime
  ) -> BillingDimension? {
    guard let first = sheets.first, first.from <= from.microseconds else {
      return dimensions.first
    }
    for (number, sheet) in sheets.enumerated() {
      let end = number + 1 < sheets.count ? sheets[number + 1].from : .max
      guard sheet.from < to.microseconds, end > from.microseconds else { continue }
      let cards = sheet.tiers.count * (sheet.times.count + 1)
      for card in sheet.firstCard..<(sheet.firstCard + cards) {
        let missing = dimensions.first {
          prices[card * Self.dimensions + $0.rawValue].denominator == 0
        }
        if let missing { return missing }
      }
    }
    return nil
  }
}

extension Rates {
  /// The dimension's own price, else its parent's.
  public func rate(for dimension: BillingDimension) -> Rate? {
    self[dimension] ?? dimension.parent.flatMap(rate(for:))
  }

  var hasNoTokenPrice: Bool { self[.inputTokens] == nil && self[.outputTokens] == nil }
}

extension BillingDimension {
  /// Counted in tokens.
  var isText: Bool { rawValue < BillingDimension.audioSeconds.rawValue }
}
