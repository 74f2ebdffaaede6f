import CostModel
import Scenarios

/// What an attempt costs on one target at one moment, in dollars: the rules of docs/semantics.md,
/// "Price of an attempt", written a second time in floating point as a check on the first.
package struct ExpectedPrice {
  package let sheet: PriceSheet
  package let variant: Variant
  package let region: String?
  package let time: SimTime

  package init(model: Model, region: String?, variant: Variant, time: SimTime) {
    sheet = Self.sheet(of: model, at: time)
    self.variant = variant
    self.region = region
    self.time = time
  }

  package static func sheet(of model: Model, at time: SimTime) -> PriceSheet {
    model.prices.last { $0.effectiveFrom <= time } ?? PriceSheet()
  }

  /// What is due for a month, whatever the traffic, in dollars.
  package static func fixed(_ sheet: PriceSheet, from start: SimTime, to end: SimTime) -> Double {
    let capacity = sheet.provisioned.map {
      dollars($0.rate) * Double($0.units) * Double((end - start).microseconds)
    }
    return (capacity ?? 0) + (sheet.fixedMonthly.map { MoneySum($0).dollars } ?? 0)
  }

  /// The first whole numbers of input tokens that are in another tier.
  package var thresholds: [Double] {
    (sheet.contextTiers + changes.flatMap(\.contextTiers)).map(Self.firstToken)
  }

  private static func firstToken(_ tier: ContextTier) -> Double {
    Double(tier.threshold) + (tier.inclusive ? 0 : 1)
  }

  /// Price in dollars a unit, of calls with `input` tokens; nil where nothing is priced.
  package func price(_ dimension: BillingDimension, input: Double) -> Double? {
    let changes = changes
    return price(dimension, steps(changes, input: input)[...], input).map { price in
      changes.reduce(price) { $0 * Double($1.factor.numerator) / Double($1.factor.denominator) }
    }
  }

  /// What states prices, the last one last: the sheet, its tier, the changes.
  private struct Step {
    var rates: Rates
    var tier: ContextTier?
    var isChange = true
  }

  private func steps(_ changes: [PriceChange], input: Double) -> [Step] {
    func tier(_ tiers: [ContextTier]) -> ContextTier? {
      tiers.last { Self.firstToken($0) <= input }
    }
    return [Step(rates: sheet.rates, isChange: false)]
      + (tier(sheet.contextTiers).map { [Step(rates: $0.rates, isChange: false)] } ?? [])
      + changes.map { Step(rates: $0.rates, tier: tier($0.contextTiers)) }
  }

  /// Factors aside; the dimension's own price, else its parent's.
  private func price(
    _ dimension: BillingDimension, _ steps: ArraySlice<Step>, _ input: Double
  ) -> Double? {
    ownPrice(dimension, steps, input)
      ?? dimension.parent.flatMap { price($0, steps, input) }
  }

  private func ownPrice(
    _ dimension: BillingDimension, _ steps: ArraySlice<Step>, _ input: Double
  ) -> Double? {
    guard let step = steps.last else { return nil }
    let tier = step.tier.flatMap { $0.rates.states(dimension) ? $0 : nil }
    let rates = tier?.rates ?? step.rates
    if let own = rates[dimension].map(Self.dollars) {
      return step.isChange
        ? own * ordinaryRise(dimension, from: tier.map(Self.firstToken) ?? 0, to: input) : own
    }
    let earlier = steps.dropLast()
    let before = earlier.isEmpty ? nil : ownPrice(dimension, earlier, input)
    guard let parent = dimension.parent else { return before }
    let share = rates.share(of: dimension)
    guard before != nil || share != nil else { return nil }
    let new = price(parent, steps, input)
    if let share { return new.map { $0 * Double(share.numerator) / Double(share.denominator) } }
    let old = price(parent, earlier, input)
    guard let before, let new, new != old else { return before }
    return old.map { $0 > 0 } == true ? before * new / (old ?? 1) : new
  }

  /// How many times its ordinary price at one input size the ordinary price at another is; 1 where
  /// that is not known.
  private func ordinaryRise(
    _ dimension: BillingDimension, from: Double, to: Double
  ) -> Double {
    guard !sheet.contextTiers.isEmpty,
      let then = price(dimension, steps([], input: from)[...], from), then > 0,
      let now = price(dimension, steps([], input: to)[...], to)
    else { return 1 }
    return now / then
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
    if let region, let change = sheet.region(named: region) { result.append(change) }
    if let index = Self.timeOfDay(sheet, at: time) {
      result.append(sheet.timesOfDay[index].change)
    }
    return result
  }

  /// The first time-of-day price that holds at that moment, by UTC weekday and time.
  package static func timeOfDay(_ sheet: PriceSheet, at time: SimTime) -> Int? {
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
  /// read from the provider's cache and `written` to it, `writtenLong` for the longer time; `answered`:
  /// output is billed as well.
  package func line(
    input: Double, cached: Double, written: Double = 0, writtenLong: Double = 0, answered: Bool,
    shape: CallShape
  ) -> CostLine {
    let fresh = price(.inputTokens, input: input) ?? 0
    let read = price(.cacheReadTokens, input: input) ?? 0
    let write = written > 0 ? price(.cacheWriteTokens, input: input) ?? 0 : 0
    let long = writtenLong > 0 ? price(.cacheWriteLongTokens, input: input) ?? 0 : 0
    let image = price(.inputImageTokens, input: input) ?? 0
    let frames = Double(variant.frameTokens)
    var line = CostLine(
      constant: (price(.calls, input: input) ?? 0) + frames * (image - fresh)
        + cached * (read - fresh) + written * (write - fresh) + writtenLong * (long - fresh),
      perInput: fresh, perVisible: answered ? price(.outputTokens, input: input) ?? 0 : 0,
      perReasoning: answered ? price(.reasoningTokens, input: input) ?? 0 : 0)
    let seconds = 1e6 * (price(.audioSeconds, input: input) ?? 0)
    line.add(shape.billedAudio(sheet), each: seconds)
    for (meter, law) in variant.statedMeters where answered || meter.whole != .output {
      add(meter, law, input: input, shape: shape, to: &line)
    }
    return line
  }

  /// A meter's part: what is part of a total is billed in place of text.
  private func add(
    _ meter: CallMeter, _ law: Distribution, input: Double, shape: CallShape,
    to line: inout CostLine
  ) {
    let own = price(meter.dimension, input: input) ?? 0
    switch meter.whole {
    case .input where variant.drawnWhole[.input] == meter:
      // What rounds add to the input is text.
      let added = max(0, variant.input.mean - law.mean)
      line.constant += (shape.extraInput + added) * (line.perInput - own)
      line.perInput = own
    case .output where variant.drawnWhole[.output] == meter: line.perVisible = own
    case .input: line.add(law.billed(rounded: true), each: own - line.perInput)
    case .output: line.add(law.billed(rounded: true), each: own - line.perVisible)
    case nil where meter == .documents && sheet.searchDocuments > 0:
      let size = Double(sheet.searchDocuments)
      let search = price(.searches, input: input) ?? 0
      line.add(law.billed(step: size, rounded: true), each: search / size)
    case nil where meter == .video:
      line.add(law.billed(step: sheet.videoStep.seconds), each: 1e6 * own)
    case nil: line.add(law.billed(rounded: true), each: own)
    }
  }
}
