import CostModel

/// Random models and usages in which every rule of pricing comes up often.
struct RandomPricing {
  var random: SplitMix64
  let tierNames = ["flex", "priority"]
  let regionNames = ["eastus2", "westus2"]

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func model() -> Model {
    var model = Model(name: "m", provider: "p")
    var from = random.chance(1, in: 2) ? SimTime.distantPast : at(random.below(5) * 40_000_000_000)
    for _ in 0..<random.below(4) {
      var sheet = sheet()
      sheet.effectiveFrom = from
      model.prices.append(sheet)
      from = at(max(0, from.microseconds) + 1 + random.below(10) * 30_000_000_000)
    }
    return model
  }

  /// A model whose prices always hold, without tiers and times of day; most are whole picodollars.
  mutating func plainModel() -> Model {
    var sheet = PriceSheet()
    for dimension in BillingDimension.allCases where random.chance(9, in: 10) {
      sheet.rates[dimension] = Rate(
        picodollars: random.below(50_000), per: random.chance(1, in: 8) ? 7 : 1)
    }
    var model = Model(name: "m", provider: "p")
    model.prices = [sheet]
    return model
  }

  private mutating func sheet() -> PriceSheet {
    var sheet = PriceSheet()
    sheet.rates = rates(density: 7)
    sheet.contextTiers = tiers(random.below(4))
    if random.chance(1, in: 2) { sheet.batch = change() }
    for name in tierNames where random.chance(1, in: 2) { sheet.serviceTiers[name] = change() }
    for name in regionNames where random.chance(1, in: 2) { sheet.regions[name] = change() }
    for _ in 0..<random.below(3) {
      sheet.timesOfDay.append(
        TimeOfDayPrice(
          weekdays: Set((0..<7).filter { _ in random.chance(2, in: 3) }),
          from: seconds(random.below(87) * 1000), to: seconds(random.below(87) * 1000),
          change: change()))
    }
    if random.chance(1, in: 3) { sheet.minimumAudio = seconds(random.below(60)) }
    if random.chance(1, in: 3) { sheet.audioStep = seconds(random.below(20)) }
    if random.chance(1, in: 3) { sheet.videoStep = seconds(random.below(20)) }
    if random.chance(1, in: 2) { sheet.searchDocuments = random.below(50) }
    if random.chance(1, in: 8) { sheet.fixedMonthly = Money(picodollars: 1) }
    if random.chance(1, in: 8) {
      sheet.provisioned = ProvisionedCapacity(units: 1, rate: Rate(picodollars: 1, per: 1))
    }
    return sheet
  }

  private mutating func tiers(_ count: Int64) -> [ContextTier] {
    var threshold: Int64 = 0
    var tiers: [ContextTier] = []
    for _ in 0..<count {
      threshold += 1 + random.below(500)
      tiers.append(
        ContextTier(
          threshold: threshold, inclusive: random.chance(1, in: 2), rates: rates(density: 4)))
    }
    return tiers
  }

  /// `density` of 10 dimensions have a price.
  private mutating func rates(density: Int64) -> Rates {
    var rates = Rates()
    for dimension in BillingDimension.allCases where random.chance(density, in: 10) {
      // Small enough for the reference's 128 bits after every ratio.
      let per: Int64 = random.oneOf([1, 2, 3, 7, 1000])
      rates[dimension] = Rate(picodollars: random.below(random.oneOf([2, 50_000])), per: per)
      if dimension.parent != nil, random.chance(1, in: 5) {
        rates.setShare(Factor(random.below(5), 1 + random.below(4)), of: dimension)
      }
    }
    return rates
  }

  private mutating func change() -> PriceChange {
    var change = PriceChange()
    if random.chance(1, in: 2) { change.rates = rates(density: 3) }
    if random.chance(1, in: 3) { change.contextTiers = tiers(1 + random.below(2)) }
    change.factor = Factor(random.below(12), 1 + random.below(10))
    return change
  }

  mutating func variant() -> BillingVariant {
    BillingVariant(
      batch: random.chance(1, in: 2), serviceTier: random.oneOf([nil, "flex", "priority", "no"]),
      region: random.oneOf([nil, "eastus2", "westus2", "no"]))
  }

  mutating func usage() -> Usage {
    var usage = Usage()
    for dimension in BillingDimension.allCases where random.chance(1, in: 3) {
      usage[dimension] = random.below(200)
    }
    usage.inputTokens = random.below(1600)
    usage.outputTokens = random.below(800)
    usage.audioMicroseconds = random.chance(1, in: 3) ? random.below(90_000_000) : 0
    usage.videoMicroseconds = random.chance(1, in: 3) ? random.below(90_000_000) : 0
    if random.chance(1, in: 40) { usage[random.oneOf(BillingDimension.allCases)] = -1 }
    return usage
  }

  /// Text, some of it read from a cache and written to it.
  mutating func cachedText() -> Usage {
    var usage = Usage()
    usage.cacheReadTokens = random.chance(1, in: 2) ? random.below(2_000) : 0
    usage.cacheWriteTokens = random.chance(1, in: 2) ? random.below(2_000) : 0
    usage.cacheWriteLongTokens = random.chance(1, in: 2) ? random.below(2_000) : 0
    let cached = usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWriteLongTokens
    usage.inputTokens = cached + random.below(500)
    usage.outputTokens = random.below(800)
    usage.calls = 1
    return usage
  }

  mutating func time() -> SimTime { at(random.below(1_500_000_000_000) - 100_000_000_000) }
}
