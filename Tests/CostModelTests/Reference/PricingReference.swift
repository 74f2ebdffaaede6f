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
    for dimension in [.characters, .images, .pages, .searches, .calls] as [BillingDimension] {
      other.append((dimension, usage[dimension]))
    }
    if usage.audioMicroseconds > 0 {
      let least = sheet.minimumAudio.microseconds
      other.append((.audioSeconds, max(usage.audioMicroseconds, least)))
    }
    let sums = (
      try sum(input, sheet, usage.inputTokens, t), try sum(output, sheet, usage.inputTokens, t),
      try sum(other, sheet, usage.inputTokens, t)
    )
    guard sums.0 + sums.1 + sums.2 <= Int64.max else { throw .tooLarge }
    return Cost(
      input: Money(picodollars: Int64(sums.0)), output: Money(picodollars: Int64(sums.1)),
      other: Money(picodollars: Int64(sums.2)))
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
    var own: [BillingDimension: Rate] = [:]
    func tier(_ tiers: [ContextTier]) -> Rates {
      tiers.last { input > $0.threshold || $0.inclusive && input == $0.threshold }?.rates
        ?? Rates()
    }
    let pairs = [(sheet.rates, sheet.contextTiers)] + changes.map { ($0.rates, $0.contextTiers) }
    for rates in pairs.flatMap({ [$0.0, tier($0.1)] }) {
      for each in BillingDimension.allCases { own[each] = rates[each] ?? own[each] }
    }
    var place: BillingDimension? = dimension
    while let here = place, own[here] == nil { place = here.parent }
    guard let place, let rate = own[place] else {
      if dimension == .calls { return 0 }
      let soldWhole =
        sheet.fixedMonthly != nil || sheet.provisioned != nil || own[.calls] != nil
      if soldWhole, own[.inputTokens] == nil, own[.outputTokens] == nil, dimension.isTokens {
        return 0
      }
      throw .unpriced(dimension)
    }
    var numerator = Int128(quantity) * Int128(rate.picodollars)
    var denominator = Int128(rate.per)
    for change in changes {
      numerator *= Int128(change.factor.numerator)
      denominator *= Int128(change.factor.denominator)
    }
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    if 2 * rest < denominator { return whole }
    if 2 * rest > denominator { return whole + 1 }
    return whole.isMultiple(of: 2) ? whole : whole + 1
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
