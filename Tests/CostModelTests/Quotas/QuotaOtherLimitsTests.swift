import CostModel
import Testing

/// docs/semantics.md, "Quotas": fixed windows, concurrency, audio a day and wrong limits.
@Suite struct QuotaOtherLimitsTests {
  private let day = SimDuration.day.microseconds

  @Test func aWindowAdmitsItsShareRoundedDown() {
    // 100 a minute in windows of 1 s: floor(100/60) = 1.
    let q = HeldQuota {
      $0.requestsPerMinute = 100
      $0.window = .second
    }
    #expect([999_999, 999_999, 999_999].map { q.book($0) } == [999_999, 1_000_000, 2_000_000])
    #expect(q.book(2_500_000) == 3_000_000)
    #expect(q.book(4_999_999) == 4_999_999)
    #expect(q.book(5_000_000) == 5_000_000)
  }

  @Test func windowsAreAlignedToTheEpochOnBothSides() {
    let q = HeldQuota {
      $0.requestsPerMinute = 6
      $0.window = seconds(10)
    }
    #expect([-10_000_001, -10_000_001].map { q.book($0) } == [-10_000_001, -10_000_000])
    #expect([-1, -1].map { q.book($0) } == [0, 10_000_000])
  }

  @Test func aCallOfMoreThanAWindowTakesAnEmptyOne() {
    let q = HeldQuota {
      $0.tokensPerMinute = 60
      $0.window = seconds(10)  // 10 tokens
    }
    #expect(q.book(0, tokens: 11) == 0)
    #expect(q.levels(at: 0).tokens == -1)
    #expect(q.book(1, tokens: 1) == 10_000_000)
    #expect(q.book(1, tokens: 11) == 20_000_000)
    #expect(q.book(1, tokens: 10) == 30_000_000)
    #expect(q.book(1, tokens: 0) == 30_000_000)
    #expect(q.book(1, tokens: 1) == 40_000_000)
    #expect(q.book(40_000_001, tokens: 9) == 40_000_001)
    #expect(q.levels(at: 0).tokens == 0)
  }

  @Test func aWindowReplacesTheBurst() {
    let q = HeldQuota {
      $0.requestsPerMinute = 3
      $0.burst = 1
      $0.window = .minute
    }
    #expect([0, 0, 0, 0].map { q.book($0) } == [0, 0, 0, 60_000_000])
  }

  @Test func aSlotIsFreeFromTheOutcomeOn() {
    let q = HeldQuota { $0.concurrent = 2 }
    #expect(q.book(0, for: 100) == 0)
    #expect(q.book(0, for: 50) == 0)
    #expect(q.book(49, for: 10) == 50)
    #expect(q.levels(at: 59).inFlight == 2)
    #expect(q.levels(at: 60).inFlight == 1)
    #expect(q.book(60, for: 1000) == 60)
    #expect(q.book(60, for: 1) == 100)
    #expect(q.book(100, for: 0) == 101)
  }

  @Test func aCallWithoutDurationNeedsASlotButOccupiesNone() {
    let q = HeldQuota { $0.concurrent = 1 }
    #expect(q.book(0, for: 0) == 0)
    #expect(q.book(0, for: 10) == 0)
    #expect(q.book(5, for: 0) == 10)
    #expect(q.book(5, for: 0) == 10)
  }

  @Test func audioStartsUpToTheLimitOfTheDayFirstInFirstOut() {
    let q = HeldQuota { $0.audioPerDay = µs(100) }
    #expect(q.book(5, audio: µs(60)) == 5)
    #expect(q.book(5, audio: µs(40)) == 5)
    #expect(q.levels(at: 5).audio == .zero)
    #expect(q.book(6, audio: µs(1)) == day)
    #expect(q.book(7, audio: µs(100)) == 2 * day)
    // One without audio of its own still waits its turn.
    #expect(q.book(8, audio: .zero) == 2 * day)
  }

  @Test func longerAudioNeedsADayWithNone() {
    let q = HeldQuota { $0.audioPerDay = µs(100) }
    #expect(q.book(0, audio: µs(1)) == 0)
    #expect(q.book(0, audio: µs(101)) == day)
    #expect(q.book(day + 1, audio: µs(1)) == 2 * day)
    #expect(q.book(3 * day - 1, audio: µs(500)) == 3 * day)
    #expect(q.book(4 * day - 1, audio: µs(500)) == 4 * day)
  }

  @Test func aLateLimitMovesTheEarlierOnesAlong() {
    // Audio postpones to the next day, whose request window then is charged, not today's.
    let q = HeldQuota {
      $0.requestsPerMinute = 1
      $0.window = .minute
      $0.audioPerDay = µs(100)
      $0.concurrent = 1
    }
    #expect(q.book(0, audio: µs(100), for: 5) == 0)
    #expect(q.book(0, audio: µs(1), for: 70_000_000) == day)
    // The window allows a call at day + 60 s, the slot at day + 70 s.
    #expect(q.book(0, audio: µs(1), for: 1) == day + 70_000_000)
    #expect(q.book(0, audio: µs(1), for: 1) == day + 120_000_000)
  }

  @Test func wrongLimitsAreExplained() {
    func problem(_ set: (inout QuotaLimits) -> Void) -> String? {
      var limits = QuotaLimits()
      set(&limits)
      return Quota.problem(in: limits)
    }
    #expect(problem { _ in } == nil)
    #expect(
      problem { $0.requestsPerMinute = 0 }
        == "requestsPerMinute is 0, expected at least 1 (leave it out for no limit)")
    #expect(
      problem { $0.burst = -1 } == "burst is -1, expected at least 1 (leave it out for no limit)")
    #expect(
      problem { $0.tokensPerMinute = 0 }
        == "tokensPerMinute is 0, expected at least 1 (leave it out for no limit)")
    #expect(
      problem { $0.concurrent = 0 }
        == "concurrent is 0, expected at least 1 (leave it out for no limit)")
    #expect(
      problem { $0.audioPerDay = .zero }
        == "audioPerDay is not positive (leave it out for no limit)")
    #expect(problem { $0.maxWait = µs(-1) } == "maxWait is negative")
    #expect(problem { $0.window = .zero } == "window is not within 1µs and 1 day")
    #expect(problem { $0.window = µs(day + 1) } == "window is not within 1µs and 1 day")
    func window(of limit: Int64) -> String? {
      problem {
        $0.requestsPerMinute = limit
        $0.window = .second
      }
    }
    #expect(window(of: 60) == nil)
    #expect(
      window(of: 59) == "requestsPerMinute is 59, of which a window of 1000000 µs admits none")
    #expect(
      problem {
        $0.tokensPerMinute = 5
        $0.window = seconds(10)
      } == "tokensPerMinute is 5, of which a window of 10000000 µs admits none")
  }
}
