import CostModel
import Testing

/// The breaker and its reference on random schedules whose small numbers make ties, boundaries and
/// late outcomes frequent.
@Suite struct BreakerAgainstReferenceTests {
  private struct Flight {
    var outcome: Int64
    var success: Bool
    var isProbe: Bool
  }

  @Test func agreeOnRandomSchedules() {
    var probesSeen = 0
    var tripsSeen = 0
    for seed in 0..<1000 as Range<UInt64> {
      let (probes, trips, same) = run(seed: seed)
      #expect(same, "seed \(seed)")
      probesSeen += probes
      tripsSeen += trips
    }
    #expect(probesSeen > 1000 && tripsSeen > 1000, "the schedules exercise the rules")
  }

  @Test func agreeOnRandomSchedulesByFailureRate() {
    var probesSeen = 0
    var tripsSeen = 0
    for seed in 10_000..<11_000 as Range<UInt64> {
      let (probes, trips, same) = run(seed: seed, byRate: true)
      #expect(same, "seed \(seed)")
      probesSeen += probes
      tripsSeen += trips
    }
    #expect(probesSeen > 1000 && tripsSeen > 1000, "the schedules exercise the rules")
  }

  private func run(
    seed: UInt64, byRate: Bool = false
  ) -> (probes: Int, trips: Int, same: Bool) {
    var random = SplitMix64(seed: seed)
    let count = Int(1 + random.below(4))
    // Thirds are no whole number of billionths: 2 of 6 are below the first, above the second.
    let shares: [Int64] = [1, 333_333_334, 333_333_333, 500_000_000, 750_000_000, 1_000_000_000]
    let share = shares[Int(random.below(Int64(shares.count)))]
    let rule =
      byRate
      ? BreakerSettings.Rule.rate(billionths: share, minimumCalls: 2 * count)
      : .failures(count, consecutive: random.chance(1, in: 2))
    let settings = BreakerSettings(
      rule: rule, window: µs(1 + random.below(12)), open: µs(random.below(8)),
      probes: Int(random.below(2)))
    var fast = Breaker(settings)
    var slow = BreakerReference(settings: settings)
    var flights: [Flight] = []
    var silent: [Int64] = []
    var probes = 0
    var trips = 0
    var same = true
    for t in 0..<60 as Range<Int64> {
      for flight in flights where flight.outcome == t {
        let (success, isProbe) = (flight.success, flight.isProbe)
        let trip = fast.record(success: success, at: at(t), isProbe: isProbe)
        same = same && trip == slow.record(success: success, at: t, isProbe: isProbe)
        trips += trip ? 1 : 0
      }
      flights.removeAll { $0.outcome == t }
      for _ in 0..<silent.count(where: { $0 == t }) {
        same = same && !slow.record(success: true, at: t, isProbe: false)
      }
      for _ in 0..<random.below(3) {
        let blocked = fast.blocks(at: at(t))
        same = same && blocked == slow.blocks(at: t)
        // A third of the targets that are not blocked are over their queue limit.
        if blocked || random.chance(1, in: 3) { continue }
        if let from = fast.ignoresSuccessFrom, at(t) >= from, random.chance(1, in: 2) {
          // A success that nobody tells it of.
          same = same && !slow.begin(at: t)
          silent.append(t + 1 + random.below(10))
          continue
        }
        let isProbe = fast.begin(at: at(t))
        same = same && isProbe == slow.begin(at: t)
        probes += isProbe ? 1 : 0
        flights.append(
          Flight(
            outcome: t + 1 + random.below(10), success: random.chance(1, in: 3), isProbe: isProbe))
      }
      if !same { return (probes, trips, false) }
    }
    return (probes, trips, same)
  }
}
