import Testing

@testable import CostModel

/// Buckets alone are booked in 64 bits where that is enough. Beside a limit that never limits they
/// are always booked in 128 bits, which `QuotaReference` vouches for: both must agree on everything.
@Suite struct QuotaShortWayTests {
  /// A number of any length up to that many bits.
  private func anyLength(_ random: inout SplitMix64, upTo bits: Int64) -> Int64 {
    random.below(1 << random.below(bits + 1))
  }

  private func buckets(_ random: inout SplitMix64) -> QuotaLimits {
    var limits = QuotaLimits()
    if random.chance(3, in: 4) {
      limits.requestsPerMinute = 1 + anyLength(&random, upTo: 62)
      limits.burst = 1 + random.below(3)
    }
    if random.chance(3, in: 4) || limits.isUnlimited {
      limits.tokensPerMinute = 1 + anyLength(&random, upTo: 62)
    }
    return limits
  }

  /// A little more or less than the bucket holds, or than 64 bits hold, or anything.
  private func tokens(_ random: inout SplitMix64, of limits: QuotaLimits) -> Int64 {
    let close = random.below(4) - 2
    switch random.below(8) {
    case 0: return max(0, (limits.tokensPerMinute ?? 9) + close)
    case 1: return Int64(UInt64.max / 60_000_000) + close
    case 2: return anyLength(&random, upTo: 62)
    default: return anyLength(&random, upTo: 10)
    }
  }

  @Test func agreesWithTheLongWay() {
    var (short, long, waiting) = (0, 0, 0)
    for seed in 0..<3000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var limits = buckets(&random)
      var buckets = Quota(limits)
      limits.audioPerDay = .day
      var exact = Quota(limits)
      var t = random.chance(1, in: 2) ? 0 : anyLength(&random, upTo: 50) - (1 << 49)
      for n in 0..<20 {
        t += anyLength(&random, upTo: random.chance(1, in: 20) ? 58 : 25)
        let tokens = tokens(&random, of: limits)
        var copy = buckets
        let isShort = copy.bookShortly(at: at(t), tokens: tokens)
        let atOnce = buckets.bookAtOnce(
          at: at(t), tokens: tokens, audio: .zero, duration: .second)
        let expected = exact.bookAtOnce(
          at: at(t), tokens: tokens, audio: .zero, duration: .second)
        var agree = atOnce == expected && (expected || !isShort)
        if !expected, random.chance(1, in: 2) {
          waiting += 1
          let booking = buckets.book(at: at(t), tokens: tokens, audio: .zero, duration: .second)
          agree =
            agree
            && booking == exact.book(at: at(t), tokens: tokens, audio: .zero, duration: .second)
        }
        let (levels, others) = (buckets.levels(at: at(t)), exact.levels(at: at(t)))
        guard agree, levels.at == others.at, levels.requests == others.requests,
          levels.tokens == others.tokens, buckets.tokenBucket?.missing == exact.tokenBucket?.missing
        else {
          Issue.record("seed \(seed), call \(n) of \(limits): \(levels), expected \(others)")
          return
        }
        short += isShort ? 1 : 0
        long += expected && !isShort ? 1 : 0
      }
    }
    #expect(
      short > 5000 && long > 5000 && waiting > 5000, "all happen: \(short), \(long), \(waiting)")
  }

  /// The last bucket and the last refill that 64 bits hold, and the first that they do not.
  @Test func takesTheLongWayWhereSixtyFourBitsEnd() {
    let most = Int64(UInt64.max / 60_000_000)
    func isShort(_ tokens: Int64, after gap: Int64, of perMinute: Int64) -> Bool {
      var limits = QuotaLimits()
      limits.tokensPerMinute = perMinute
      var quota = Quota(limits)
      _ = quota.bookAtOnce(at: at(0), tokens: 0, audio: .zero, duration: .zero)
      return quota.bookShortly(at: at(gap), tokens: tokens)
    }
    #expect(isShort(most, after: 0, of: most) && !isShort(most + 1, after: 0, of: most + 1))
    #expect(isShort(most, after: 0, of: most + 1))
    #expect(isShort(1, after: 4, of: 1 << 61) && !isShort(1, after: 8, of: 1 << 61))
    // A call larger than the bucket is left to the long way, and so is what a debt leaves behind.
    #expect(isShort(5, after: 0, of: 5) && !isShort(6, after: 0, of: 5))
    #expect(!isShort(5, after: (1 << 62) - 1, of: 1))
    #expect(isShort(1, after: (1 << 62) - 1, of: 1) && !isShort(1, after: 1 << 62, of: 1))
  }
}
