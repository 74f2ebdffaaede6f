import CostModel
import Scenarios
import Simulator
import Support

/// Sums of calls over a span, of one model.
package struct UsageBucket: Sendable {
  /// Microseconds; half-open.
  package var start: Int64
  package var end: Int64
  package var model: ModelID
  package var batch = false
  package var tier: String?
  package var account: String?
  /// nil: not told.
  package var calls: Int64?
  /// Cached and written tokens included.
  package var input: Int64 = 0
  package var read: Int64 = 0
  package var written: Int64 = 0
  package var writtenLong: Int64 = 0
  /// Without reasoning.
  package var visible: Int64 = 0
  package var reasoning: Int64 = 0
  /// Microseconds.
  package var audio: Int64 = 0
  package var meters: [CallMeter: Int64] = [:]

  package init(start: Int64, end: Int64, model: ModelID) {
    self.start = start
    self.end = end
    self.model = model
  }
}

/// What sums of usage tell of a month: means, and how they differ from day to day (docs/validation.md,
/// "Calibration"). They tell nothing of how calls differ.
package struct BucketFit: Sendable {
  /// A mean, and the 5th and 95th percentile of its daily means.
  package typealias Mean = FittedRange

  package struct Kind: Sendable {
    package var model: ModelID
    package var batch: Bool
    package var tier: String?
    package var calls: Double
    package var share: Mean
    /// A call, but for what the provider's cache gave or took.
    package var input: Mean
    package var output: Mean
    package var reasoning: Mean
    /// Seconds.
    package var audio: Mean
    package var meters: [(meter: CallMeter, mean: Mean)]
    /// A call, given or taken by the provider's cache.
    package var prefix: Mean
    /// Of that, what was given.
    package var hitChance: Mean?
    /// Tokens that were written for the shorter and the longer time.
    package var taken: (short: Int128, long: Int128)
    /// Share of all input that was read.
    package var cacheShare: Mean

    package var keepsLong: Bool { taken.long > taken.short }
  }

  package let period: PeriodFit
  package let days: Int
  package let buckets: Int
  package let calls: Double
  /// False: the buckets do not tell how many calls they sum; these are stand-ins.
  package let tellsCalls: Bool
  package let accounts: Int
  package let activity: ActivityFit
  /// Calls a budget period of a mean account.
  package let volume: Mean
  package let callsADay: Mean
  package let profile: ProfileFit
  package let isHourly: Bool
  package let kinds: [Kind]

  /// Output tokens of a call that stands in for calls that are not told, and input where there is no output.
  private static let standIn: (output: Double, input: Double) = (1_000, 10_000)

  fileprivate struct Sum {
    var calls = 0.0
    var values = Array(repeating: 0.0, count: Quantity.count)
  }

  /// What is summed of a bucket.
  private enum Quantity {
    static let input = 0
    static let read = 1
    static let written = 2
    static let visible = 3
    static let reasoning = 4
    static let audio = 5
    static let writtenLong = 6
    static let meters = 7
    static let count = meters + CallMeter.allCases.count
  }

  private struct Key: Hashable {
    var model: ModelID
    var batch: Bool
    var tier: String?
  }

  /// - Parameter buckets: at least one.
  package init(_ buckets: [UsageBucket], timeZone: String) {
    let first = buckets.map(\.start).min() ?? 0
    let last = max(first, (buckets.map(\.end).max() ?? 0) - 1)
    let period = PeriodFit(first: first, last: last, timeZone: timeZone)
    self.period = period
    self.buckets = buckets.count
    tellsCalls = buckets.allSatisfy { $0.calls != nil }
    let counted = tellsCalls
    func calls(_ bucket: UsageBucket) -> Double {
      if counted { return Double(bucket.calls ?? 0) }
      let output = Double(bucket.visible + bucket.reasoning)
      return output > 0 ? output / Self.standIn.output : Double(bucket.input) / Self.standIn.input
    }
    let local = { (time: Int64) in
      Self.dayOf(time + Int64(period.period.offset(at: SimTime(microseconds: time))) * 1_000_000)
    }
    let firstDay = local(first)
    days = local(last) - firstDay + 1
    var byDay = Array(repeating: [Key: Sum](), count: days)
    var week = ProfileFit.Week()
    var byAccount: [String: Double] = [:]
    var order: [Key] = []
    for bucket in buckets {
      let key = Key(model: bucket.model, batch: bucket.batch, tier: bucket.tier)
      if !order.contains(key) { order.append(key) }
      let count = calls(bucket)
      var sum = byDay[local(bucket.start) - firstDay][key] ?? Sum()
      sum.calls += count
      sum.add(bucket)
      byDay[local(bucket.start) - firstDay][key] = sum
      if let account = bucket.account { byAccount[account, default: 0] += count }
      Self.spread(count, from: bucket.start, to: bucket.end, period.period, into: &week)
    }
    Self.cover(first, last, period.period, &week)
    isHourly = buckets.allSatisfy { $0.end - $0.start <= 3_600_000_000 }
    profile = ProfileFit(week)
    let isGrouped = buckets.allSatisfy { $0.account != nil }
    accounts = isGrouped ? byAccount.count : 1
    let counts = byAccount.sorted { $0.key < $1.key }.map { Int64($0.value.rounded()) }
    activity = ActivityFit(counts: isGrouped ? counts : [], dispersion: 1)
    let daily = byDay.map { $0.values.reduce(0) { $0 + $1.calls } }
    let total = daily.reduce(0, +)
    self.calls = total
    callsADay = Self.mean(total / Double(days), of: daily)
    // A short log stands for a whole month, as one of requests does.
    let observed =
      period.isShort ? period.observed(profile.profile, calls: Int64(total)) : period.months
    volume = callsADay.scaled(by: Double(days) / max(observed, 1e-9) / Double(accounts))
    kinds = order.map { key in Self.kind(key, byDay, total: total) }
      .sorted { $0.calls > $1.calls }
  }

  private static func dayOf(_ local: Int64) -> Int {
    Int((Double(local) / 86_400e6).rounded(.down))
  }

  /// Calls of a bucket are taken as even over its hours.
  private static func spread(
    _ calls: Double, from start: Int64, to end: Int64, _ period: Period,
    into week: inout ProfileFit.Week
  ) {
    let hours = max(1, Int((Double(end - start) / 3.6e9).rounded()))
    for hour in 0..<hours {
      week.calls[LogSketch.cell(start + Int64(hour) * 3_600_000_000, in: period)] +=
        calls / Double(hours)
    }
  }

  private static func cover(
    _ first: Int64, _ last: Int64, _ period: Period, _ week: inout ProfileFit.Week
  ) {
    let hours = max(1, Int((Double(last - first) / 3.6e9).rounded()))
    for hour in 0..<hours {
      week.exposure[LogSketch.cell(first + Int64(hour) * 3_600_000_000, in: period)] += 1
    }
  }

  private static func kind(_ key: Key, _ byDay: [[Key: Sum]], total: Double) -> Kind {
    let sums = byDay.compactMap { $0[key] }
    let calls = sums.reduce(0) { $0 + $1.calls }
    /// Of all calls, and of those of each day that has any.
    func mean(_ numerator: (Sum) -> Double, over denominator: (Sum) -> Double = { $0.calls })
      -> Mean
    {
      let ratio = { (a: Double, b: Double) in b > 0 ? a / b : 0 }
      return Self.mean(
        ratio(sums.reduce(0) { $0 + numerator($1) }, sums.reduce(0) { $0 + denominator($1) }),
        of: sums.filter { denominator($0) > 0 }.map { numerator($0) / denominator($0) })
    }
    let kept = { (sum: Sum) in
      sum.values[Quantity.read] + sum.values[Quantity.written] + sum.values[Quantity.writtenLong]
    }
    let read = { (sum: Sum) in sum.values[Quantity.read] }
    let written = sums.reduce(0) { $0 + $1.values[Quantity.written] }
    let long = sums.reduce(0) { $0 + $1.values[Quantity.writtenLong] }
    let shares = byDay.compactMap { day -> Double? in
      let all = day.values.reduce(0) { $0 + $1.calls }
      return all > 0 ? (day[key]?.calls ?? 0) / all : nil
    }
    return Kind(
      model: key.model, batch: key.batch, tier: key.tier, calls: calls,
      share: Self.mean(total > 0 ? calls / total : 0, of: shares),
      input: mean { max(0, $0.values[Quantity.input] - kept($0)) },
      output: mean { $0.values[Quantity.visible] },
      reasoning: mean { $0.values[Quantity.reasoning] },
      audio: mean { $0.values[Quantity.audio] / 1e6 },
      meters: CallMeter.allCases.enumerated().compactMap { place, meter in
        let found = mean { $0.values[Quantity.meters + place] / meter.scale }
        return found.likely > 0 ? (meter, found) : nil
      },
      prefix: mean(kept), hitChance: written + long > 0 ? mean(read, over: kept) : nil,
      taken: (Int128(written.rounded()), Int128(long.rounded())),
      cacheShare: mean(read) { $0.values[Quantity.input] })
  }

  /// - Parameter daily: means of days.
  private static func mean(_ whole: Double, of daily: [Double]) -> Mean {
    let sorted = daily.sorted()
    return Mean(
      low: percentile(0.05, of: sorted) ?? whole, likely: whole,
      high: percentile(0.95, of: sorted) ?? whole)
  }

  /// Between two neighbours in a straight line: place p·(n − 1) from 0.
  package static func percentile(_ p: Double, of sorted: [Double]) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = p * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}

extension BucketFit.Sum {
  fileprivate mutating func add(_ bucket: UsageBucket) {
    let amounts =
      [
        bucket.input, bucket.read, bucket.written, bucket.visible, bucket.reasoning, bucket.audio,
        bucket.writtenLong,
      ] + CallMeter.allCases.map { bucket.meters[$0, default: 0] }
    for (place, amount) in amounts.enumerated() { values[place] += Double(amount) }
  }
}
