import CostModel

/// Prices a call the slow, obvious way: every rule read off the page, no table built first.
struct PricingReference {
  var model: Model
  var variant: BillingVariant

  func cost(of usage: Usage, at t: SimTime) throws(PricingError) -> Cost {
    for dimension in BillingDimension.allCases where usage[dimension] < 0 {
      throw .negativeQuantity(dimension)
    }
    let cached = usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWriteLongTokens
    let fresh = usage.inputTokens - cached
    if fresh < 0 { throw .moreCachedThanInput }
    if usage.inputAudioTokens + usage.inputImageTokens > usage.inputTokens {
      throw .moreMediaThanInput
    }
    let visible =
      usage.outputTokens - usage.reasoningTokens - usage.outputAudioTokens
      - usage.outputImageTokens
    if visible < 0 { throw .moreReasoningThanOutput }
    guard let sheet = model.prices.filter({ $0.effectiveFrom <= t }).last else { throw .noPrices }

    let audio = min(usage.inputAudioTokens, fresh)
    let images = min(usage.inputImageTokens, fresh - audio)
    var input: [(BillingDimension, Int64)] = [(.inputTokens, fresh - audio - images)]
    input += [(.inputAudioTokens, audio), (.inputImageTokens, images)]
    for dimension in [.cacheReadTokens, .cacheWriteTokens, .cacheWriteLongTokens]
      as [BillingDimension]
    {
      input.append((dimension, usage[dimension]))
    }
    var output: [(BillingDimension, Int64)] = [(.outputTokens, visible)]
    for dimension in [.reasoningTokens, .outputAudioTokens, .outputImageTokens]
      as [BillingDimension]
    {
      output.append((dimension, usage[dimension]))
    }
    var other: [(BillingDimension, Int64)] = []
    for dimension in [.characters, .images, .pages, .calls] as [BillingDimension] {
      other.append((dimension, usage[dimension]))
    }
    // As many searches as it takes for the documents, begun ones whole.
    var (searches, documents) = (usage.searches, usage.documents)
    while sheet.searchDocuments > 0, documents > 0 {
      searches += 1
      documents = max(0, documents - sheet.searchDocuments)
    }
    other += [(.searches, searches), (.documents, documents)]
    if usage.audioMicroseconds > 0 {
      let least = max(usage.audioMicroseconds, sheet.minimumAudio.microseconds)
      other.append((.audioSeconds, begun(least, sheet.audioStep)))
    }
    other.append((.videoSeconds, begun(usage.videoMicroseconds, sheet.videoStep)))
    let sums = (
      try sum(input, sheet, usage.inputTokens, t), try sum(output, sheet, usage.inputTokens, t),
      try sum(other, sheet, usage.inputTokens, t)
    )
    guard sums.0 + sums.1 + sums.2 <= Int64.max else { throw .tooLarge }
    return Cost(
      input: Money(picodollars: Int64(sums.0)), output: Money(picodollars: Int64(sums.1)),
      other: Money(picodollars: Int64(sums.2)))
  }

  /// Whole steps, the last of them only begun.
  private func begun(_ used: Int64, _ step: SimDuration) -> Int64 {
    guard step > .zero else { return used }
    let steps = (Double(used) / Double(step.microseconds)).rounded(.up)
    return Int64(steps) * step.microseconds
  }

  private func sum(
    _ parts: [(BillingDimension, Int64)], _ sheet: PriceSheet, _ input: Int64, _ t: SimTime
  ) throws(PricingError) -> Int128 {
    var total: Int128 = 0
    for (dimension, quantity) in parts where quantity > 0 {
      total += try component(dimension, quantity, sheet, input, t)
    }
    return total
  }

  private func component(
    _ dimension: BillingDimension, _ quantity: Int64, _ sheet: PriceSheet, _ input: Int64,
    _ t: SimTime
  ) throws(PricingError) -> Int128 {
    let changes = changes(sheet, t)
    guard let price = try price(dimension, sheet, changes, input) else {
      if dimension == .calls { return 0 }
      let soldWhole =
        sheet.fixedMonthly != nil || sheet.provisioned != nil
        || isStated(.calls, sheet, changes, input)
      if soldWhole, dimension.isTokens,
        !isStated(.inputTokens, sheet, changes, input),
        !isStated(.outputTokens, sheet, changes, input)
      {
        return 0
      }
      throw .unpriced(dimension)
    }
    let (top, bottom) = price.lowest
    guard top <= Int64.max, bottom <= Int64.max else { throw .rateOutOfRange(dimension) }
    var numerator = Int128(quantity) * top
    var denominator = bottom
    for change in changes {
      numerator *= Int128(change.factor.numerator)
      denominator *= Int128(change.factor.denominator)
    }
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    if 2 * rest < denominator { return whole }
    if 2 * rest > denominator { return whole + 1 }
    return whole.isMultiple(of: 2) ? whole : whole + 1
  }

  // MARK: What a price is, read from the page backwards: from the last change to the sheet

  private func tier(_ tiers: [ContextTier], _ input: Int64) -> ContextTier? {
    tiers.last { input > $0.threshold || $0.inclusive && input == $0.threshold }
  }

  /// The price after the tier of the sheet and these changes; nil: unpriced.
  private func price(
    _ d: BillingDimension, _ sheet: PriceSheet, _ changes: [PriceChange], _ input: Int64
  ) throws(PricingError) -> Fraction? {
    if let own = try own(d, sheet, changes, input) { return own }
    guard let parent = d.parent else { return nil }
    return try price(parent, sheet, changes, input)
  }

  private func own(
    _ d: BillingDimension, _ sheet: PriceSheet, _ changes: [PriceChange], _ input: Int64
  ) throws(PricingError) -> Fraction? {
    guard let change = changes.last else { return try ordinary(d, sheet, input) }
    let earlier = Array(changes.dropLast())
    // What the change states itself: in the tier that holds, else in general.
    let reached = tier(change.contextTiers, input)
    let isInTier = reached.map { $0.rates.states(d) } ?? false
    let stated = isInTier ? reached!.rates : change.rates
    if let rate = stated[d] {
      let start = isInTier ? reached!.threshold + (reached!.inclusive ? 0 : 1) : 0
      let (then, now) = (try price(d, sheet, [], start), try price(d, sheet, [], input))
      guard let then, let now, then.top > 0 else { return Fraction(rate) }
      return Fraction(rate).times(now).over(then)
    }
    let before = try own(d, sheet, earlier, input)
    return try follow(d, stated.share(of: d), before, in: sheet, earlier, changes, input)
  }

  private func ordinary(
    _ d: BillingDimension, _ sheet: PriceSheet, _ input: Int64
  ) throws(PricingError) -> Fraction? {
    // The sheet's tier is a change of a sheet that has none.
    var flat = sheet
    flat.contextTiers = []
    guard let tier = tier(sheet.contextTiers, input) else {
      if let rate = sheet.rates[d] { return Fraction(rate) }
      guard let share = sheet.rates.share(of: d), let parent = d.parent else { return nil }
      return try price(parent, flat, [], 0)?.times(Fraction(share))
    }
    if let rate = tier.rates[d] { return Fraction(rate) }
    let before = try ordinary(d, flat, 0)
    guard let parent = d.parent else { return before }
    let (old, new) = (try price(parent, flat, [], 0), try price(parent, sheet, [], input))
    return moved(before, tier.rates.share(of: d), old, new)
  }

  private func follow(
    _ d: BillingDimension, _ share: Factor?, _ before: Fraction?, in sheet: PriceSheet,
    _ earlier: [PriceChange], _ changes: [PriceChange], _ input: Int64
  ) throws(PricingError) -> Fraction? {
    guard let parent = d.parent else { return before }
    let old = try price(parent, sheet, earlier, input)
    return moved(before, share, old, try price(parent, sheet, changes, input))
  }

  /// A share of the parent's price, else the price before in the ratio of the parent's.
  private func moved(
    _ before: Fraction?, _ share: Factor?, _ old: Fraction?, _ new: Fraction?
  ) -> Fraction? {
    if let share { return new?.times(Fraction(share)) }
    guard let before, let new, old?.lowest.0 != new.lowest.0 || old?.lowest.1 != new.lowest.1 else {
      return before
    }
    guard let old, old.top > 0 else { return new }
    return before.times(new).over(old)
  }

  private func isStated(
    _ d: BillingDimension, _ sheet: PriceSheet, _ changes: [PriceChange], _ input: Int64
  ) -> Bool {
    let pairs = [(sheet.rates, sheet.contextTiers)] + changes.map { ($0.rates, $0.contextTiers) }
    return pairs.contains { rates, tiers in
      rates.states(d) || tier(tiers, input)?.rates.states(d) ?? false
    }
  }

  private func changes(_ sheet: PriceSheet, _ t: SimTime) -> [PriceChange] {
    var result: [PriceChange] = []
    if variant.batch, let batch = sheet.batch { result.append(batch) }
    if let name = variant.serviceTier, let tier = sheet.serviceTiers[name] { result.append(tier) }
    if let name = variant.region, let region = sheet.regions[name] { result.append(region) }
    if let time = sheet.timesOfDay.first(where: { holds($0, t) }) { result.append(time.change) }
    return result
  }

  /// Looks for a start of the span on this day or the day before that it still reaches from.
  private func holds(_ price: TimeOfDayPrice, _ t: SimTime) -> Bool {
    let day = SimDuration.day.microseconds
    let number = Int((Double(t.microseconds) / Double(day)).rounded(.down))
    return [number - 1, number].contains { begin in
      guard price.weekdays.contains(CivilDate(daysSinceEpoch: begin).weekday) else { return false }
      let midnight = Int64(begin) * day
      let to = price.to.microseconds + (price.from > price.to ? day : 0)
      return midnight + price.from.microseconds <= t.microseconds
        && t.microseconds < midnight + to
    }
  }
}

/// An exact number that is not negative.
private struct Fraction {
  var top: Int128
  var bottom: Int128

  init(_ top: Int128, _ bottom: Int128) { (self.top, self.bottom) = (top, bottom) }
  init(_ rate: Rate) { self.init(Int128(rate.picodollars), Int128(rate.per)) }
  init(_ factor: Factor) { self.init(Int128(factor.numerator), Int128(factor.denominator)) }

  var lowest: (Int128, Int128) {
    var (a, b) = (top, bottom)
    while b != 0 { (a, b) = (b, a % b) }
    return (top / a, bottom / a)
  }

  func times(_ other: Fraction) -> Fraction {
    let (a, b) = (Fraction(top, other.bottom).lowest, Fraction(other.top, bottom).lowest)
    return Fraction(a.0 * b.0, a.1 * b.1)
  }

  func over(_ other: Fraction) -> Fraction { times(Fraction(other.bottom, other.top)) }
}
