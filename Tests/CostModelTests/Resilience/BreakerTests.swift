import CostModel
import Testing

/// A breaker by reference, because expectations cannot contain mutating calls.
private final class HeldBreaker {
  private var breaker: Breaker

  init(_ settings: BreakerSettings) { breaker = Breaker(settings) }

  func blocks(at t: SimTime) -> Bool { breaker.blocks(at: t) }
  func state(at t: SimTime) -> Breaker.State { breaker.state(at: t) }
  func begin(at t: SimTime) -> Bool { breaker.begin(at: t) }
  func record(success: Bool, at e: SimTime, isProbe: Bool = false) -> Bool {
    breaker.record(success: success, at: e, isProbe: isProbe)
  }
}

/// docs/semantics.md, "Breaker", sentence by sentence.
@Suite struct BreakerTests {
  /// 3 failures within 1,000 µs, open 100 µs.
  private func breaker(probes: Int = 0, consecutive: Bool = false) -> HeldBreaker {
    HeldBreaker(
      BreakerSettings(
        failures: 3, window: µs(1000), open: µs(100), probes: probes, consecutive: consecutive))
  }

  private func fail(_ breaker: HeldBreaker, at times: Int64...) -> [Bool] {
    times.map { breaker.record(success: false, at: at($0)) }
  }

  @Test func opensAtTheThirdFailureForExactlyTheOpenTime() {
    let b = breaker()
    #expect(fail(b, at: 10, 20, 30) == [false, false, true])
    #expect(b.blocks(at: at(30)) && b.blocks(at: at(129)))
    #expect(!b.blocks(at: at(130)))
  }

  @Test(arguments: [(999, true), (1000, false), (1001, false)])
  func aFailureAsOldAsTheWindowIsDropped(last: Int64, trips: Bool) {
    let b = breaker()
    #expect(fail(b, at: 0, 500, last) == [false, false, trips])
  }

  @Test func failuresThatAreLeftKeepCounting() {
    let b = breaker()
    #expect(fail(b, at: 0, 500, 1000, 1499) == [false, false, false, true])
  }

  @Test func simultaneousFailuresCount() {
    let b = breaker()
    #expect(fail(b, at: 7, 7, 7) == [false, false, true])
  }

  @Test func openingClearsTheRecord() {
    let b = breaker()
    #expect(fail(b, at: 0, 1, 2).last == true)
    #expect(fail(b, at: 102, 103, 104) == [false, false, true])
  }

  @Test func outcomesWhileOpenAreIgnoredAndThoseAtItsEndCount() {
    let b = breaker()
    #expect(fail(b, at: 0, 1, 2).last == true)
    #expect(fail(b, at: 3, 50, 101, 102, 102, 102) == [false, false, false, false, false, true])
    #expect(b.state(at: at(103)) == .open(until: at(202)))
  }

  @Test func successDoesNotEraseFailures() {
    let b = breaker()
    _ = fail(b, at: 0, 1)
    #expect(!b.record(success: true, at: at(2)))
    #expect(fail(b, at: 3) == [true])
  }

  @Test func successErasesFailuresInConsecutiveModeAndTheWindowStillHolds() {
    let b = breaker(consecutive: true)
    _ = fail(b, at: 0, 1)
    _ = b.record(success: true, at: at(2))
    #expect(fail(b, at: 3, 4, 5) == [false, false, true])
    let late = breaker(consecutive: true)
    #expect(fail(late, at: 0, 500, 1000, 1499) == [false, false, false, true])
  }

  @Test func successWhileOpenDoesNothing() {
    let b = breaker(probes: 1)
    _ = fail(b, at: 0, 1, 2)
    #expect(!b.record(success: true, at: at(3)))
    #expect(b.state(at: at(4)) == .open(until: at(102)))
  }

  @Test func withoutProbesNobodyIsAProbe() {
    let b = breaker()
    #expect(!b.begin(at: at(0)))
    _ = fail(b, at: 0, 1, 2)
    #expect(!b.begin(at: at(102)) && !b.blocks(at: at(102)))
    #expect(b.state(at: at(102)) == .closed(failures: 0))
  }

  @Test func oneProbePassesAndTheOthersAreBlockedUntilItsOutcome() {
    let b = breaker(probes: 1)
    #expect(!b.begin(at: at(0)))
    _ = fail(b, at: 0, 1, 2)
    #expect(b.blocks(at: at(101)) && !b.blocks(at: at(102)))
    // Only looking, as for a target that is over its queue limit, does not use up the probe.
    #expect(!b.blocks(at: at(102)) && b.state(at: at(102)) == .awaitingProbe)
    #expect(b.begin(at: at(150)))
    #expect(b.blocks(at: at(150)) && b.blocks(at: at(9_999_999)))
    #expect(b.state(at: at(151)) == .probing)
  }

  @Test func aProbesSuccessCloses() {
    let b = breaker(probes: 1)
    _ = fail(b, at: 0, 1, 2)
    _ = b.begin(at: at(150))
    #expect(!b.record(success: true, at: at(200), isProbe: true))
    #expect(!b.blocks(at: at(200)) && !b.begin(at: at(200)))
    #expect(fail(b, at: 200, 201, 202) == [false, false, true])
  }

  @Test func aProbesFailureOpensFromThatMoment() {
    let b = breaker(probes: 1)
    _ = fail(b, at: 0, 1, 2)
    _ = b.begin(at: at(150))
    #expect(b.record(success: false, at: at(200), isProbe: true))
    #expect(b.blocks(at: at(299)) && !b.blocks(at: at(300)))
    #expect(b.begin(at: at(300)))
  }

  @Test func allOutcomesButTheProbesAreIgnoredUntilItHasEnded() {
    let b = breaker(probes: 1)
    _ = fail(b, at: 0, 1, 2)
    #expect(fail(b, at: 102, 103, 104) == [false, false, false])
    _ = b.begin(at: at(150))
    #expect(fail(b, at: 150, 151, 152) == [false, false, false])
    #expect(!b.record(success: true, at: at(153)))
    #expect(b.blocks(at: at(153)))
    _ = b.record(success: true, at: at(154), isProbe: true)
    #expect(b.state(at: at(154)) == .closed(failures: 0))
    // Afterwards an outcome counts whenever its call began.
    #expect(fail(b, at: 154, 155, 156) == [false, false, true])
  }

  @Test func theStateCountsTheFailuresThatStillMatter() {
    let b = breaker()
    _ = fail(b, at: 0, 10)
    #expect(b.state(at: at(999)) == .closed(failures: 2))
    #expect(b.state(at: at(1000)) == .closed(failures: 1))
    #expect(b.state(at: at(1010)) == .closed(failures: 0))
  }

  @Test func aSingleFailureMaySuffice() {
    let b = HeldBreaker(BreakerSettings(failures: 1, window: µs(1), open: µs(1)))
    #expect(fail(b, at: 5, 6) == [true, true])
  }
}

/// docs/semantics.md, "Breaker", "Closed, by `failure_rate`", sentence by sentence.
@Suite struct RateBreakerTests {
  /// Half of at least 4 calls within 1,000 µs, open 100 µs.
  private func breaker(billionths: Int64 = 500_000_000, probes: Int = 0) -> HeldBreaker {
    HeldBreaker(
      BreakerSettings(
        rule: .rate(billionths: billionths, minimumCalls: 4), window: µs(1000), open: µs(100),
        probes: probes))
  }

  /// `+` is a success, `-` a failure; one each 10 µs from 0 on.
  private func outcomes(_ breaker: HeldBreaker, _ signs: String, from: Int64 = 0) -> [Bool] {
    signs.enumerated().map { breaker.record(success: $1 == "+", at: at(from + 10 * Int64($0))) }
  }

  @Test func opensAtTheStatedShareAndNotBelow() {
    #expect(outcomes(breaker(), "+-+-") == [false, false, false, true])
    #expect(outcomes(breaker(), "++-+-+") == Array(repeating: false, count: 6))
    #expect(outcomes(breaker(), "++-+--") == [false, false, false, false, false, true])
  }

  @Test func fewerCallsThanTheMinimumOpenNothing() {
    #expect(outcomes(breaker(), "---") == [false, false, false])
    #expect(outcomes(breaker(), "----") == [false, false, false, true])
  }

  @Test func aSuccessThatMakesTheNumberFullOpens() {
    #expect(outcomes(breaker(), "--++") == [false, false, false, true])
  }

  /// The outcomes at 0 leave the window at 1,000: three are left then, and the fourth comes later.
  @Test(arguments: [(999, true), (1000, false)])
  func outcomesAsOldAsTheWindowAreDropped(last: Int64, opens: Bool) {
    let b = breaker()
    _ = outcomes(b, "--+")
    #expect(b.record(success: true, at: at(last)) == opens)
  }

  @Test func theShareIsExact() {
    // 7 of 100 in doubles are less than 0.07 · 100.
    let b = HeldBreaker(
      BreakerSettings(
        rule: .rate(billionths: 70_000_000, minimumCalls: 100), window: µs(10_000), open: µs(1)))
    let signs = String(repeating: "+", count: 93) + "-------"
    #expect(outcomes(b, signs) == Array(repeating: false, count: 99) + [true])
  }

  @Test func openingClearsTheRecordAndWhatEndsMeanwhileIsIgnored() {
    let b = breaker()
    #expect(outcomes(b, "----").last == true)
    #expect(b.blocks(at: at(129)) && !b.blocks(at: at(130)))
    #expect(outcomes(b, "--------", from: 31).allSatisfy { !$0 })
    #expect(outcomes(b, "---+", from: 130) == [false, false, false, true])
  }

  @Test func aProbeDecidesAlone() {
    let b = breaker(probes: 1)
    _ = outcomes(b, "----")
    #expect(b.begin(at: at(130)) && b.blocks(at: at(131)))
    #expect(!b.record(success: true, at: at(140), isProbe: true))
    #expect(b.state(at: at(140)) == .closed(failures: 0, calls: 0))
    #expect(outcomes(b, "++-", from: 140) == [false, false, false])
    #expect(b.state(at: at(160)) == .closed(failures: 1, calls: 3))
    #expect(b.state(at: at(1150)) == .closed(failures: 1, calls: 1))
  }
}
