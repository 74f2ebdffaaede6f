import CostModel

/// The quota as the list of everything booked so far: a start is the first microsecond at which
/// each limit, checked against the whole list, holds.
struct QuotaReference {
  struct Call {
    var start: Int64
    var tokens: Int64
    var audio: Int64
    var outcome: Int64
  }

  let limits: QuotaLimits
  var calls: [Call] = []
  /// Starts that were found by looking at every microsecond before them.
  var steppedStarts = 0

  init(_ limits: QuotaLimits) { self.limits = limits }

  mutating func book(at t: Int64, tokens: Int64, audio: Int64, duration: Int64) -> Int64? {
    var start = max(t, calls.last?.start ?? t)
    var steps = 0
    while !admits(tokens: tokens, audio: audio, at: start), steps < 50 {
      start += 1
      steps += 1
    }
    if admits(tokens: tokens, audio: audio, at: start) {
      steppedStarts += 1
    } else {
      start = bisected(tokens: tokens, audio: audio, after: start)
    }
    if let maxWait = limits.maxWait, start - t > maxWait.microseconds { return nil }
    calls.append(Call(start: start, tokens: tokens, audio: audio, outcome: start + duration))
    return start
  }

  /// The first admitting microsecond after `low`, given that the limits keep admitting once they
  /// do (every call booked so far has started by then).
  private func bisected(tokens: Int64, audio: Int64, after low: Int64) -> Int64 {
    var low = low
    var step: Int64 = 1
    while !admits(tokens: tokens, audio: audio, at: low + step) {
      low += step
      step *= 2
    }
    var high = low + step
    while high - low > 1 {
      let middle = (low + high) / 2
      if admits(tokens: tokens, audio: audio, at: middle) { high = middle } else { low = middle }
    }
    return high
  }

  private func admits(tokens: Int64, audio: Int64, at s: Int64) -> Bool {
    let audioFits = limits.audioPerDay.map {
      fits(audio, \.audio, in: SimDuration.day.microseconds, of: $0.microseconds, at: s)
    }
    let slotFree = limits.concurrent.map { n in calls.count { s < $0.outcome } < n }
    return admitsRate(tokens: tokens, at: s) && audioFits ?? true && slotFree ?? true
  }

  private func admitsRate(tokens: Int64, at s: Int64) -> Bool {
    let rates: [(limit: Int64?, size: Int64?, amount: Int64, of: (Call) -> Int64)] = [
      (limits.requestsPerMinute, limits.burst, 1, { _ in 1 }),
      (limits.tokensPerMinute, nil, tokens, \.tokens),
    ]
    return rates.allSatisfy { rate in
      guard let limit = rate.limit else { return true }
      if let window = limits.window?.microseconds {
        return fits(rate.amount, rate.of, in: window, of: limit * window / 60_000_000, at: s)
      }
      let size = (rate.size ?? limit) * 60_000_000
      let needed = Int128(min(rate.amount * 60_000_000, size))
      return level(limit: limit, size: size, of: rate.of, at: s) >= needed
    }
  }

  private func fits(
    _ amount: Int64, _ of: (Call) -> Int64, in window: Int64, of capacity: Int64, at s: Int64
  ) -> Bool {
    func index(_ t: Int64) -> Int64 { Int64((Double(t) / Double(window)).rounded(.down)) }
    let used = calls.filter { index($0.start) == index(s) }.map(of).reduce(0, +)
    return used + amount <= capacity || (amount > capacity && used == 0)
  }

  /// The level of a bucket by the reflection formula, without following it through time: it is
  /// the least, over all calls j, of what it would be had it been full just before j.
  private func level(limit: Int64, size: Int64, of: (Call) -> Int64, at s: Int64) -> Int128 {
    var least = Int128(size)
    var chargedSince: Int128 = 0
    for call in calls.reversed() {
      chargedSince += Int128(of(call)) * 60_000_000
      least = min(least, Int128(size) + Int128(limit) * Int128(s - call.start) - chargedSince)
    }
    return least
  }
}
