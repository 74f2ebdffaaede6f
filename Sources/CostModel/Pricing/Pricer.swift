/// Prices the calls of one model on one billing variant, to the picodollar.
///
/// Everything that does not depend on the call is resolved when it is built, so that a price is
/// a few integer operations: no look-up by name, no allocation.
@frozen
public struct Pricer: Sendable {
  /// Ascending by `from`.
  @usableFromInline var sheets: [CompiledSheet] = []
  @usableFromInline var tierInputs: [Int64] = []
  @usableFromInline var timesOfDay: [CompiledTimeOfDay] = []
  /// Cards of one rate a dimension, by sheet, context tier, time of day; parents in place.
  @usableFromInline var rates: [CompiledRate] = []
  /// One sheet that always holds, without tiers and times of day: nothing to search.
  @usableFromInline var isFlat = false
  /// Of a flat one.
  @usableFromInline var usualRates: UsualRates
  @usableFromInline var cachedRates: CachedRates

  /// How many rates a card has.
  let dimensions = BillingDimension.allCases.count

  init() {
    usualRates = UsualRates()
    cachedRates = CachedRates()
  }

  /// What the usage costs if the call arrives at `t`.
  ///
  /// Cached tokens are text first: where they leave less input than there are audio and image
  /// tokens, audio and then images are billed as far as the fresh input reaches.
  public func cost(of usage: Usage, at t: SimTime) throws(PricingError) -> Cost {
    if let cost = usualCost(of: usage) ?? cachedCost(of: usage) { return cost }
    let parts = try UsageParts(usage)
    let sheet = sheetIndex(at: t)
    guard sheet >= 0 else { throw .noPrices }
    let base = firstRate(sheet: sheet, input: usage.inputTokens, at: t)
    return try cost(of: usage, parts, sheet: sheet, base: base)
  }

  /// What the usage costs in the tier of a call with so much input, whatever its own is: of many calls
  /// together only their sum is known.
  public func cost(
    of usage: Usage, inTierOf input: Int64, at t: SimTime
  ) throws(PricingError) -> Cost {
    let parts = try UsageParts(usage)
    let sheet = sheetIndex(at: t)
    guard sheet >= 0 else { throw .noPrices }
    return try cost(
      of: usage, parts, sheet: sheet, base: firstRate(sheet: sheet, input: input, at: t))
  }

  /// By the card whose rates begin at `base`.
  @inline(__always)
  func cost(
    of used: Usage, _ parts: UsageParts, sheet: Int, base: Int
  ) throws(PricingError) -> Cost {
    let usage = sheets[sheet].steps.billed(used)
    var input = try amount(.inputTokens, parts.text, base)
    try add(.cacheReadTokens, usage.cacheReadTokens, base, to: &input)
    var output = try amount(.outputTokens, parts.visible, base)
    try add(.reasoningTokens, usage.reasoningTokens, base, to: &output)
    var other = try amount(.calls, usage.calls, base)
    try add(.audioSeconds, usage.audioMicroseconds, base, to: &other)
    if usage.hasRareParts {
      try addRare(usage, parts, base, &input, &output, &other)
    }
    let (half, overflow) = input.addingReportingOverflow(output)
    if overflow || half.addingReportingOverflow(other).overflow { throw .tooLarge }
    return Cost(
      input: Money(picodollars: input), output: Money(picodollars: output),
      other: Money(picodollars: other))
  }

  /// The price where it needs no look at time and size, and no rounding: the sheet always holds, and
  /// nothing but plain, cached, output and reasoning tokens, audio time and calls is used. nil: it
  /// does, or something is wrong, which `cost(of:at:)` finds out.
  @inlinable
  @inline(__always)
  public func usualCost(of usage: Usage) -> Cost? {
    isFlat && !usage.hasRareParts ? usualRates.cost(of: usage) : nil
  }

  /// The same of a usage that has tokens written to a prompt cache as well.
  @inlinable
  @inline(__always)
  public func cachedCost(of usage: Usage) -> Cost? {
    isFlat && !usage.hasMedia ? usualRates.cost(of: usage, cachedRates) : nil
  }

  /// What the cache has done to that input's cost, if it needs no look at time and size, and no rounding.
  /// - Parameter lost: as `cacheEffect(of:lost:at:)` takes it.
  @inlinable
  @inline(__always)
  public func usualCacheEffect(of usage: Usage, lost: Int64) -> CacheEffect? {
    isFlat ? usualRates.cacheEffect(of: usage, lost: lost, cachedRates) : nil
  }

  /// The rates of calls of nothing but plain input and output; nil: a look at time or size decides, or
  /// an amount has to be rounded or has no price.
  public var plainRates: PlainRates? { isFlat ? usualRates.plain : nil }

  /// So many tokens of a call have a price, however many of them are read, written, plain or thought, and
  /// whenever it is made from `start` on; 0: none are sure to.
  public func sureTokens(from start: SimTime) -> Int64 {
    guard let first = sheets.first, first.from <= start else { return 0 }
    let billed: [BillingDimension] = [
      .inputTokens, .cacheReadTokens, .cacheWriteTokens, .cacheWriteLongTokens, .outputTokens,
      .reasoningTokens, .calls,
    ]
    var highest: Int64 = 0
    for card in stride(from: 0, to: rates.count, by: dimensions) {
      for dimension in billed {
        let rate = rates[card + dimension.rawValue]
        guard rate.isPriced else { return 0 }
        highest = max(highest, rate.numerator / rate.denominator)
      }
    }
    // Far from what 64 bits hold, with every token billed in every way.
    return Int64.max / 16 / (highest + 1) / 8
  }

  /// What is due at the start of a month, whatever the traffic: the sheet's of that moment; nil:
  /// nothing.
  ///
  /// Traps if it exceeds `Money`, which the reader of catalogs rules out.
  public func fixedPrice(ofMonthFrom start: SimTime, to end: SimTime) -> Money? {
    let sheet = sheetIndex(at: start)
    guard sheet >= 0 else { return nil }
    guard let capacity = sheets[sheet].provisioned else { return sheets[sheet].fixedMonthly }
    guard let price = capacity.price(for: end - start) else {
      preconditionFailure("provisioned capacity costs more than Money holds")
    }
    return price + (sheets[sheet].fixedMonthly ?? .zero)
  }

  /// The last sheet that is effective at `t`; negative if none is.
  func sheetIndex(at t: SimTime) -> Int {
    var index = sheets.count - 1
    while index >= 0, t < sheets[index].from { index -= 1 }
    return index
  }

  func firstRate(sheet index: Int, input: Int64, at t: SimTime) -> Int {
    let card = firstCard(sheet: index, input: input)
    let times = sheets[index].timesOfDay
    return times.isEmpty ? card : card + timeOfDay(times, at: t) * dimensions
  }

  /// The first rate of the card that holds for a total input at no stated time of day.
  func firstCard(sheet index: Int, input: Int64) -> Int {
    let sheet = sheets[index]
    var tier = 0
    for place in sheet.tiers where input >= tierInputs[place] {
      tier = place - sheet.tiers.lowerBound + 1
    }
    return sheet.firstRate + tier * (sheet.timesOfDay.count + 1) * dimensions
  }

  /// 0: none of them, 1: the first.
  private func timeOfDay(_ places: Range<Int>, at t: SimTime) -> Int {
    let dayLength = SimDuration.day.microseconds
    var time = t.microseconds % dayLength
    if time < 0 { time += dayLength }
    let day = t.microseconds / dayLength - (t.microseconds < 0 && time > 0 ? 1 : 0)
    // 1970-01-01 was a Thursday.
    let weekday = UInt8(((day + 3) % 7 + 7) % 7)
    for place in places where timesOfDay[place].holds(weekday: weekday, time: time) {
      return place - places.lowerBound + 1
    }
    return 0
  }

  func amount(
    _ dimension: BillingDimension, _ quantity: Int64, _ base: Int
  ) throws(PricingError) -> Int64 {
    if quantity == 0 { return 0 }
    let rate = rates[base + dimension.rawValue]
    guard rate.isPriced else {
      throw rate.denominator == 0 ? .unpriced(dimension) : .rateOutOfRange(dimension)
    }
    guard let amount = rate.amount(of: quantity) else { throw .tooLarge }
    return amount
  }

  private func add(
    _ dimension: BillingDimension, _ quantity: Int64, _ base: Int, to sum: inout Int64
  ) throws(PricingError) {
    let (result, overflow) = sum.addingReportingOverflow(try amount(dimension, quantity, base))
    if overflow { throw .tooLarge }
    sum = result
  }

  private func addRare(
    _ usage: Usage, _ parts: UsageParts, _ base: Int,
    _ input: inout Int64, _ output: inout Int64, _ other: inout Int64
  ) throws(PricingError) {
    try add(.cacheWriteTokens, usage.cacheWriteTokens, base, to: &input)
    try add(.cacheWriteLongTokens, usage.cacheWriteLongTokens, base, to: &input)
    try add(.inputAudioTokens, parts.audio, base, to: &input)
    try add(.inputImageTokens, parts.images, base, to: &input)
    try add(.outputAudioTokens, usage.outputAudioTokens, base, to: &output)
    try add(.outputImageTokens, usage.outputImageTokens, base, to: &output)
    try add(.characters, usage.characters, base, to: &other)
    try add(.images, usage.images, base, to: &other)
    try add(.pages, usage.pages, base, to: &other)
    try add(.searches, usage.searches, base, to: &other)
    try add(.documents, usage.documents, base, to: &other)
    try add(.videoSeconds, usage.videoMicroseconds, base, to: &other)
  }
}
