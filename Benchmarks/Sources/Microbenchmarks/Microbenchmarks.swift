import CostModel

/// Nanoseconds a step of the library's own machines, the median of several rounds. Absolute times
/// depend on the machine: compare two commits on one machine, in one sitting.
@main
struct Microbenchmarks {
  static func main() throws {
    let rounds = 7
    let steps = 2_000_000
    print("machine                         ns a step (median of \(rounds) rounds of \(steps))")
    try report("price of a call, flat", rounds) { try pricing(steps, tiers: 0) }
    try report("price of a call, 3 tiers", rounds) { try pricing(steps, tiers: 3) }
    try report("price of a call, all variants", rounds) { try variants(steps) }
    report("quota, two buckets", rounds) { quota(steps, window: nil) }
    report("quota, two windows", rounds) { quota(steps, window: .minute) }
    report("breaker", rounds) { breaker(steps) }
    report("response cache, 10,000 keys", rounds) { cache(steps, keys: 10_000) }
    report("response cache, 1,000,000 keys", rounds) { cache(steps, keys: 1_000_000) }
  }

  /// `body` returns how many steps it took, and something that depends on all of them.
  private static func report(
    _ name: String, _ rounds: Int, _ body: () throws -> (steps: Int, check: Int64)
  ) rethrows {
    let clock = ContinuousClock()
    var times: [Double] = []
    var check: Int64 = 0
    for _ in 0..<rounds {
      let start = clock.now
      let result = try body()
      let spent = clock.now - start
      times.append(Double(spent.components.attoseconds) / 1e9 / Double(result.steps))
      times[times.count - 1] += Double(spent.components.seconds) * 1e9 / Double(result.steps)
      check = result.check
    }
    let median = Double(Int(times.sorted()[rounds / 2] * 10 + 0.5)) / 10
    let pad = String(repeating: " ", count: max(1, 32 - name.count))
    print("\(name)\(pad)\(median)   (checksum \(check))")
  }

  private static func pricing(_ steps: Int, tiers: Int) throws -> (Int, Int64) {
    var sheet = PriceSheet()
    sheet.rates[.inputTokens] = Rate(picodollars: 1_140_000, per: 1)
    sheet.rates[.cacheReadTokens] = Rate(picodollars: 114_000, per: 1)
    sheet.rates[.outputTokens] = Rate(picodollars: 4_560_000, per: 1)
    for tier in 0..<tiers {
      sheet.contextTiers.append(
        ContextTier(threshold: Int64(200 * (tier + 1)), rates: sheet.rates))
    }
    var model = Model(name: "m", provider: "p")
    model.prices = [sheet]
    let pricer = Pricer(model)
    var sum: Int64 = 0
    var usage = Usage()
    for step in 0..<steps {
      usage.inputTokens = Int64(step & 1_023)
      usage.cacheReadTokens = Int64(step & 1_023) / 2
      usage.outputTokens = Int64(step & 511)
      sum &+= try pricer.cost(of: usage, at: SimTime(microseconds: Int64(step))).total.picodollars
    }
    return (steps, sum)
  }

  /// Dated sheets, context tiers, batch with its own tiers, service tier, region and time of day, and
  /// every dimension of tokens in use.
  private static func variants(_ steps: Int) throws -> (Int, Int64) {
    var sheet = PriceSheet()
    for dimension in BillingDimension.allCases where dimension.isTokens {
      sheet.rates[dimension] = Rate(
        picodollars: 1_000_000 + Int64(dimension.rawValue) * 7, per: 1)
    }
    sheet.contextTiers = [
      ContextTier(threshold: 400, rates: sheet.rates),
      ContextTier(threshold: 800, rates: sheet.rates),
    ]
    var change = PriceChange()
    change.factor = Factor(11, 10)
    change.contextTiers = [ContextTier(threshold: 600, rates: sheet.rates)]
    sheet.batch = change
    sheet.serviceTiers = ["flex": change]
    sheet.regions = ["eu": change]
    sheet.timesOfDay = [
      TimeOfDayPrice(weekdays: [0, 1, 2], from: .hour, to: .day, change: change),
      TimeOfDayPrice(weekdays: [3, 4], from: .zero, to: .hour, change: change),
    ]
    var later = sheet
    later.effectiveFrom = SimTime(microseconds: 1_000_000_000_000)
    var model = Model(name: "m", provider: "p")
    model.prices = [sheet, later]
    let pricer = Pricer(
      model, variant: BillingVariant(batch: true, serviceTier: "flex", region: "eu"))
    var sum: Int64 = 0
    var usage = Usage()
    for step in 0..<steps {
      usage.inputTokens = Int64(step & 1_023) + 100
      usage.cacheReadTokens = Int64(step & 63)
      usage.cacheWriteLongTokens = 3
      usage.inputAudioTokens = 5
      usage.outputTokens = Int64(step & 511) + 100
      usage.reasoningTokens = Int64(step & 63)
      let time = SimTime(microseconds: Int64(step) * 1_000_000)
      sum &+= try pricer.cost(of: usage, at: time).total.picodollars
    }
    return (steps, sum)
  }

  private static func quota(_ steps: Int, window: SimDuration?) -> (Int, Int64) {
    var limits = QuotaLimits()
    limits.requestsPerMinute = 600
    limits.burst = 20
    limits.tokensPerMinute = 600_000
    limits.window = window
    var quota = Quota(limits)
    var sum: Int64 = 0
    for step in 0..<steps {
      let time = SimTime(microseconds: Int64(step) * 101_000)
      let tokens = Int64(step & 1_023)
      if case .start(let start) = quota.book(
        at: time, tokens: tokens, audio: .zero, duration: .second)
      {
        sum &+= start.microseconds - time.microseconds
      }
    }
    return (steps, sum)
  }

  private static func breaker(_ steps: Int) -> (Int, Int64) {
    var breaker = Breaker(
      BreakerSettings(failures: 3, window: SimDuration(microseconds: 300_000_000), open: .minute))
    var trips: Int64 = 0
    for step in 0..<steps {
      let time = SimTime(microseconds: Int64(step) * 100_000)
      guard !breaker.blocks(at: time) else { continue }
      let isProbe = breaker.begin(at: time)
      if breaker.record(success: step % 500 != 0, at: time, isProbe: isProbe) { trips += 1 }
    }
    return (steps, trips)
  }

  private static func cache(_ steps: Int, keys: UInt64) -> (Int, Int64) {
    var cache = ResponseCache()
    var hits: Int64 = 0
    var state: UInt64 = 42
    for step in 0..<steps {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let key = ResponseCacheKey(model: ModelID(1), user: 7, prompt: (state >> 33) % keys)
      let time = SimTime(microseconds: Int64(step) * 1_000)
      if cache.lookup(key, at: time) {
        hits += 1
      } else {
        cache.store(key, at: time, ttl: SimDuration(microseconds: 600_000_000))
      }
    }
    return (steps, hits)
  }
}
