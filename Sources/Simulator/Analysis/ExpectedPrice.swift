import CostModel

/// What an attempt costs on one target at one moment, in dollars: the rules of docs/semantics.md,
/// "Price of an attempt", written a second time in floating point as a check on the first.
struct ExpectedPrice {
  let sheet: PriceSheet
  let variant: Variant
  let region: String?
  let time: SimTime

  init(model: Model, region: String?, variant: Variant, time: SimTime) {
    sheet = Self.sheet(of: model, at: time)
    self.variant = variant
    self.region = region
    self.time = time
  }

  static func sheet(of model: Model, at time: SimTime) -> PriceSheet {
    model.prices.last { $0.effectiveFrom <= time } ?? PriceSheet()
  }

  /// What is due for a month, whatever the traffic, in dollars.
  static func fixed(_ sheet: PriceSheet, from start: SimTime, to end: SimTime) -> Double {
    let capacity = sheet.provisioned.map {
      dollars($0.rate) * Double($0.units) * Double((end - start).microseconds)
    }
    return (capacity ?? 0) + (sheet.fixedMonthly.map { MoneySum($0).dollars } ?? 0)
  }

  /// The first whole numbers of input tokens that are in another tier.
  var thresholds: [Double] {
    (sheet.contextTiers + changes.flatMap(\.contextTiers)).map(Self.firstToken)
  }

  private static func firstToken(_ tier: ContextTier) -> Double {
    Double(tier.threshold) + (tier.inclusive ? 0 : 1)
  }

  /// Price in dollars a unit, of calls with `input` tokens; nil where nothing is priced.
  func price(_ dimension: BillingDimension, input: Double) -> Double? {
    var wanted: BillingDimension? = dimension
    while let d = wanted {
      if let price = ownPrice(d, input: input) { return price }
      wanted = d.parent
    }
    return nil
  }

  private func ownPrice(_ dimension: BillingDimension, input: Double) -> Double? {
    let tier = sheet.contextTiers.last { Self.firstToken($0) <= input }
    var price = (tier?.rates[dimension] ?? sheet.rates[dimension]).map(Self.dollars)
    for change in changes {
      let own = change.contextTiers.last { Self.firstToken($0) <= input }?.rates[dimension]
      price = (own ?? change.rates[dimension]).map(Self.dollars) ?? price
      price = price.map {
        $0 * Double(change.factor.numerator) / Double(change.factor.denominator)
      }
    }
    return price
  }

  private static func dollars(_ rate: Rate) -> Double {
    Double(rate.picodollars) / Double(rate.per) / 1e12
  }

  /// Batch, service tier, region, time of day, in that order.
  private var changes: [PriceChange] {
    var result: [PriceChange] = []
    if variant.batch, let change = sheet.batch { result.append(change) }
    if let tier = variant.serviceTier, let change = sheet.serviceTiers[tier] {
      result.append(change)
    }
    if let region, let change = sheet.regions[region] { result.append(change) }
    if let index = Self.timeOfDay(sheet, at: time) {
      result.append(sheet.timesOfDay[index].change)
    }
    return result
  }

  /// The first time-of-day price that holds at that moment, by UTC weekday and time.
  static func timeOfDay(_ sheet: PriceSheet, at time: SimTime) -> Int? {
    let dayLength = SimDuration.day.microseconds
    let t = time.microseconds
    let day = t >= 0 ? t / dayLength : (t - dayLength + 1) / dayLength
    let clock = SimDuration(microseconds: t - day * dayLength)
    let weekday = CivilDate(daysSinceEpoch: Int(day)).weekday
    return sheet.timesOfDay.firstIndex { entry in
      let today = entry.weekdays.contains(weekday)
      guard entry.from > entry.to else { return today && entry.from <= clock && clock < entry.to }
      // Past midnight it is still the weekday on which it began.
      let yesterday = entry.weekdays.contains((weekday + 6) % 7)
      return today && entry.from <= clock || yesterday && clock < entry.to
    }
  }

  /// The cost of an attempt with `input` tokens up to the next threshold, `cached` of which are
  /// read from the provider's cache; `answered`: output is billed as well.
  func line(input: Double, cached: Double, answered: Bool, shape: CallShape) -> CostLine {
    let fresh = price(.inputTokens, input: input) ?? 0
    let read = price(.cacheReadTokens, input: input) ?? 0
    let image = price(.inputImageTokens, input: input) ?? 0
    let seconds = 1e6 * (price(.audioSeconds, input: input) ?? 0)
    let audio = shape.billedAudio(minimum: sheet.minimumAudio.seconds)
    let frames = Double(variant.frameTokens)
    let pieces = Double(variant.images) * (price(.images, input: input) ?? 0)
    return CostLine(
      constant: (price(.calls, input: input) ?? 0) + pieces + frames * (image - fresh)
        + cached * (read - fresh),
      perInput: fresh, perVisible: answered ? price(.outputTokens, input: input) ?? 0 : 0,
      perReasoning: answered ? price(.reasoningTokens, input: input) ?? 0 : 0,
      audioMean: seconds * audio.first,
      audioSpread: seconds * max(0, audio.second - audio.first * audio.first).squareRoot())
  }
}
