import Testing

@testable import CostModel

/// docs/semantics.md, "Quotas": buckets, waiting and what holds for all limits together.
@Suite struct QuotaTests {
  @Test func anAbsentLimitDoesNotLimit() {
    let q = HeldQuota { _ in }
    for _ in 0..<1000 { #expect(q.book(5, tokens: .max, audio: .day, for: 9) == 5) }
    #expect(q.levels(at: 5) == Quota.Levels(at: at(5)))
  }

  @Test func requestBucketsHoldBurstCallsAndStartFull() {
    // 60 a minute: one more every second.
    let q = HeldQuota {
      $0.requestsPerMinute = 60
      $0.burst = 2
    }
    #expect([0, 0, 0, 0].map { q.book($0) } == [0, 0, 1_000_000, 2_000_000])
    #expect(q.book(3_999_999) == 3_999_999)
    #expect(q.book(3_999_999) == 4_000_000)
  }

  @Test func absentBurstIsAMinutesWorth() {
    let q = HeldQuota { $0.requestsPerMinute = 60 }
    #expect((0..<60).allSatisfy { _ in q.book(0) == 0 })
    #expect(q.book(0) == 1_000_000)
  }

  @Test func waitingIsTheCeilingOfMissingPerLimit() {
    // 7 a minute: 60,000,000/7 = 8,571,428.57… µs a call. What rounding up brings in is kept, so
    // the n-th call that waits starts at ⌈n · 60,000,000/7⌉.
    let q = HeldQuota {
      $0.requestsPerMinute = 7
      $0.burst = 2
    }
    let starts: [Int64] = [0, 0, 8_571_429, 17_142_858, 25_714_286, 34_285_715, 42_857_143]
    #expect(starts.map { _ in q.book(0) } == starts)
    #expect([q.book(0), q.book(0)] == [51_428_572, 60_000_000])
  }

  @Test func aBucketOfOneCallKeepsNoPartOfTheNext() {
    let q = HeldQuota {
      $0.requestsPerMinute = 7
      $0.burst = 1
    }
    let starts = (0...7).compactMap { _ in q.book(0) }
    #expect(starts == (0...7).map { $0 * 8_571_429 })
  }

  @Test func aBucketNeverHoldsMoreThanItsSize() {
    let q = HeldQuota {
      $0.requestsPerMinute = 60
      $0.burst = 2
    }
    let years: Int64 = 300_000 * 366 * 86_400 * 1000
    #expect([years, years, years].map { q.book($0) } == [years, years, years + 1_000_000])
    #expect(q.book(2 * years) == 2 * years)
    #expect(q.levels(at: 2 * years).requests == 1)
  }

  @Test func tokensAreChargedFromABucketOfAMinutesWorth() {
    let q = HeldQuota { $0.tokensPerMinute = 6000 }  // 100 a second
    #expect(q.book(0, tokens: 5900) == 0)
    #expect(q.book(0, tokens: 100) == 0)
    #expect(q.book(0, tokens: 1) == 10_000)
    #expect(q.book(0, tokens: 0) == 10_000)
    #expect(q.book(59_999_999, tokens: 6000) == 60_010_000)
  }

  @Test func aLargerCallStartsWhenTheBucketIsFullAndLeavesDebt() {
    let q = HeldQuota { $0.tokensPerMinute = 60 }
    #expect(q.book(0, tokens: 1) == 0)
    #expect(q.book(0, tokens: 100) == 1_000_000)
    #expect(q.levels(at: 1_000_000).tokens == -40)
    #expect(q.levels(at: 1_000_001).tokens == -40)
    #expect(q.levels(at: 2_000_000).tokens == -39)
    // 40 seconds of debt, then one second for the token.
    #expect(q.book(0, tokens: 1) == 42_000_000)
    #expect(q.book(42_000_000, tokens: 61) == 102_000_000)
  }

  @Test func aCallStartsNoEarlierThanTheOneBookedBefore() {
    let q = HeldQuota {
      $0.requestsPerMinute = 6_000_000
      $0.tokensPerMinute = 60
    }
    #expect(q.book(0, tokens: 60) == 0)
    #expect(q.book(0, tokens: 5) == 5_000_000)
    #expect(q.book(1, tokens: 0) == 5_000_000)
    #expect(q.book(5_000_001, tokens: 0) == 5_000_001)
  }

  @Test(
    arguments: [(999_999, nil), (1_000_000, 1_000_000), (1_000_001, 1_000_000)] as [(_, Int64?)])
  func aCallThatWouldWaitLongerIsThrottled(maxWait: Int64, start: Int64?) {
    let q = HeldQuota {
      $0.requestsPerMinute = 60
      $0.burst = 1
      $0.maxWait = µs(maxWait)
    }
    #expect(q.book(0) == 0)
    #expect(q.book(0) == start)
  }

  @Test func aThrottledCallBooksNothingAnywhere() {
    let q = HeldQuota {
      $0.requestsPerMinute = 600
      $0.burst = 2
      $0.tokensPerMinute = 60
      $0.concurrent = 2
      $0.audioPerDay = .hour
      $0.maxWait = .zero
    }
    #expect(q.book(0, tokens: 60, audio: .minute, for: 10_000_000) == 0)
    let before = q.levels(at: 0)
    #expect(q.book(0, tokens: 1, audio: .minute, for: 5) == nil)
    #expect(q.levels(at: 0) == before)
    #expect(q.book(999_999, tokens: 1) == nil)
    #expect(q.book(1_000_000, tokens: 1, for: 1) == 1_000_000)
  }

  @Test func allLimitsHoldAtOnceAndOnlyThenAreCharged() {
    // The token limit moves the call past the window of the slots; requests refill meanwhile.
    let q = HeldQuota {
      $0.requestsPerMinute = 60
      $0.burst = 1
      $0.tokensPerMinute = 60
      $0.concurrent = 1
    }
    #expect(q.book(0, tokens: 60, for: 3_000_000) == 0)
    #expect(q.book(0, tokens: 2, for: 1) == 3_000_000)  // slot 3 s, tokens 2 s, request 1 s
    #expect(q.book(0, tokens: 9, for: 1) == 11_000_000)  // tokens: 1 left at 3 s, 8 s more
    #expect(q.levels(at: 0).at == at(11_000_000))
    #expect(q.levels(at: 11_500_000).requests == 0)
    #expect(q.levels(at: 12_000_000).requests == 1)
  }

  @Test func hugeLimitsAndChargesStayExact() {
    let q = HeldQuota {
      $0.requestsPerMinute = .max
      $0.tokensPerMinute = .max
    }
    #expect(q.book(0, tokens: .max) == 0)
    // One microsecond brings 2^63−1 of 60,000,000 units a token: 153,722,867,280 tokens.
    #expect(q.levels(at: 1).tokens == 153_722_867_280)
    #expect(q.book(0, tokens: 153_722_867_281) == 2)
    #expect(q.book(.max / 4, tokens: .max) == .max / 4)
  }

  @Test func aCallThatCouldNeverStartIsThrottled() {
    let q = HeldQuota { $0.tokensPerMinute = 1 }
    #expect(q.book(0, tokens: .max) == 0)
    #expect(q.book(0, tokens: 1) == nil)
    #expect(q.levels(at: 0).tokens == 1 - .max)
  }

  @Test func timesBeforeTheEpochAreTimes() {
    let q = HeldQuota {
      $0.requestsPerMinute = 60
      $0.burst = 1
    }
    #expect([-5, -5].map { q.book($0) } == [-5, 999_995])
  }

  @Test func levelsAreRoundedDown() {
    let q = HeldQuota { $0.requestsPerMinute = 2 }
    #expect(q.book(0) == 0)
    #expect(q.levels(at: 29_999_999).requests == 1)
    #expect(q.levels(at: 30_000_000).requests == 2)
  }
}
