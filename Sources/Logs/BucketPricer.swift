import CostModel

/// What calls cost of which only the sum is known: exactly, or between two bounds.
package struct BucketPricer {
  package let model: Model
  package let pricer: Pricer

  /// - Parameter calls: nil: nobody knows how many there were.
  package func bounds(
    _ usage: Usage, calls: Int64?, window: LogRow.Window?, at start: SimTime, until end: SimTime
  ) throws(PricingError) -> (MoneySum, MoneySum) {
    // Prices that change within the span bound it as well.
    let changes = model.prices.map(\.effectiveFrom).filter { $0 > start && $0 < end }
    var all: [MoneySum] = []
    for time in [start] + changes {
      let pair = try bounds(usage, calls: calls, window: window, at: time)
      all += [pair.0, pair.1]
    }
    return (all.min() ?? .zero, all.max() ?? .zero)
  }

  private func bounds(
    _ usage: Usage, calls: Int64?, window: LogRow.Window?, at time: SimTime
  ) throws(PricingError) -> (MoneySum, MoneySum) {
    guard let sheet = model.prices.last(where: { $0.effectiveFrom <= time }) else {
      throw .noPrices
    }
    var (low, high) = audioBounds(usage, calls, minimum: sheet.minimumAudio.microseconds)
    if usage.audioMicroseconds > 0, sheet.audioStep > .zero, let calls, calls > 1 {
      // Each call but one may have begun another step.
      let more = (calls - 1).multipliedReportingOverflow(by: sheet.audioStep.microseconds)
      guard !more.overflow, more.partialValue < .max - high.audioMicroseconds else {
        throw .tooLarge
      }
      high.audioMicroseconds += more.partialValue
      low.audioMicroseconds = max(low.audioMicroseconds, usage.audioMicroseconds)
    }
    let tiers = sheet.contextTiers.map(\.firstInput).sorted()
    guard let first = tiers.first, let last = tiers.last, window != .base else {
      return (try cost(low, 0, time), try cost(high, 0, time))
    }
    if window == .upper { return (try cost(low, last, time), try cost(high, last, time)) }
    let threshold = first - 1
    if usage.inputTokens <= threshold || calls == 1 {
      let input = calls == 1 ? usage.inputTokens : 0
      return (try cost(low, input, time), try cost(high, input, time))
    }
    let upper = try cost(high, last, time)
    let (least, overflow) = (calls ?? .max).multipliedReportingOverflow(by: threshold)
    let lower =
      overflow || usage.inputTokens <= least
      ? try cost(low, 0, time)
      : try mixed(
        low, upper: usage.inputTokens - (least - threshold), tier: first, at: time)
    return (min(lower, upper), max(lower, upper))
  }

  private func cost(
    _ usage: Usage, _ input: Int64, _ time: SimTime
  ) throws(PricingError) -> MoneySum {
    MoneySum(try pricer.cost(of: usage, inTierOf: input, at: time).total)
  }

  /// Audio is billed for a least time a call.
  private func audioBounds(_ usage: Usage, _ calls: Int64?, minimum: Int64) -> (Usage, Usage) {
    guard usage.audioMicroseconds > 0, minimum > 0, let calls, calls > 1,
      !calls.multipliedReportingOverflow(by: minimum).overflow
    else { return (usage, usage) }
    var (low, high) = (usage, usage)
    low.audioMicroseconds = max(usage.audioMicroseconds, calls * minimum)
    high.audioMicroseconds = usage.audioMicroseconds + (calls - 1) * minimum
    return (
      low, max(low.audioMicroseconds, high.audioMicroseconds) == low.audioMicroseconds ? low : high
    )
  }

  /// Parts of the input; what none of them is, is fresh.
  private static let kinds: [BillingDimension] = [
    .cacheReadTokens, .cacheWriteTokens, .cacheWriteLongTokens, .inputAudioTokens,
    .inputImageTokens,
  ]

  /// So many input tokens at the upper price, of the kinds whose price rises least, all else at the base.
  private func mixed(
    _ usage: Usage, upper: Int64, tier: Int64, at time: SimTime
  ) throws(PricingError) -> MoneySum {
    var kinds: [(kind: BillingDimension, amount: Int64, rise: MoneySum)] = []
    let parts = Self.kinds.reduce(0) { $0 + usage[$1] }
    for kind in [.inputTokens] + Self.kinds {
      let amount = kind == .inputTokens ? usage.inputTokens - parts : usage[kind]
      guard amount > 0 else { continue }
      let million = Self.tokens(1_000_000, kind)
      kinds.append((kind, amount, try cost(million, tier, time) - cost(million, 0, time)))
    }
    var rest = upper
    var base = usage
    var sum = MoneySum.zero
    for (kind, available, _) in kinds.sorted(by: { $0.rise < $1.rise }) {
      let amount = min(rest, available)
      rest -= amount
      sum += try cost(Self.tokens(amount, kind), tier, time)
      base.inputTokens -= amount
      if kind != .inputTokens { base[kind] -= amount }
    }
    return sum + (try cost(base, 0, time))
  }

  private static func tokens(_ amount: Int64, _ kind: BillingDimension) -> Usage {
    var usage = Usage()
    usage.inputTokens = amount
    usage[kind] = amount
    return usage
  }
}
