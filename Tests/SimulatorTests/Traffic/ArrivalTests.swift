import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// When calls come. Every statistical bound is beyond its statistic with a chance below 1e-6.
@Suite struct ArrivalTests {
  private let week = TrafficProfile(
    hours: (0..<24).map { Double($0 % 7) + ($0 == 3 ? 0 : 0.25) },
    weekdays: [1, 2, 1.5, 1, 3, 0.5, 0.25])

  private func scenario(
    _ arrivals: ArrivalProcess, volume: Double, users: Int = 1, profile: TrafficProfile = .flat,
    period: Period = AnalysisScenario.period()
  ) -> Scenario {
    var builder = ScenarioBuilder()
    builder.period = period
    builder.plans = [AnalysisScenario.plan(users)]
    var workload = ScenarioBuilder.workload(
      "w", volume: volume, arrivals: arrivals, mix: [ScenarioBuilder.variant(input: 1, output: 1)])
    workload.profile = profile
    builder.workloads = [workload]
    return builder.build()
  }

  private func arrivals(_ scenario: Scenario) -> [Arrival] {
    let compiled = CompiledScenario(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    let population = Population(scenario, users: scenario.plans[0].users, draws: draws)
    let factory = CallFactory(
      compiled: compiled, population: population, routing: CompiledRouting(compiled), draws: draws)
    var stream = ArrivalStream(
      compiled: compiled, population: population, factory: factory, draws: draws)
    var all: [Arrival] = []
    while stream.advance() { all += (0..<stream.count).map { stream[$0] } }
    return all
  }

  /// Kolmogorov and Smirnov: √n·D > 2.75 has a chance of 2·exp(−2·2.75²) = 5e-7.
  @Test func poissonGapsAreExponentialInOperationalTime() {
    let scenario = scenario(.poisson, volume: 40_000, profile: week)
    let timeline = Timeline(period: scenario.period, profile: week)
    var last = 0.0
    let gaps = arrivals(scenario).map { arrival in
      let now = timeline.operational(at: SimTime(microseconds: arrival.time)) * 40_000
      defer { last = now }
      return now - last
    }.sorted()
    let n = Double(gaps.count)
    #expect(abs(n - 40_000) < 5 * 200)
    let distance =
      gaps.enumerated().map { place, gap in
        let p = 1 - exp(-gap)
        return max(abs(p - Double(place) / n), abs(p - Double(place + 1) / n))
      }.max() ?? 1
    #expect(distance * n.squareRoot() < 2.75)
  }

  /// Counts of a gamma renewal process in equilibrium have the mean t exactly and the variance
  /// cv²·t + (1 − cv⁴)/6, but for what vanishes with t (Cox, Renewal Theory, 1962, 4.5).
  @Test(arguments: [0.5, 1, 2])
  func gammaCountsHaveTheirMomentsFromTheStart(cv: Double) {
    let users = 1_500
    let volume = 20.0
    let scenario = scenario(.gamma(cv: cv), volume: volume, users: users)
    let early =
      scenario.period.start + SimDuration(microseconds: 36 * SimDuration.hour.microseconds)
    var counts = Array(repeating: 0.0, count: users)
    var first = counts
    for arrival in arrivals(scenario) {
      counts[Int(arrival.user)] += 1
      if arrival.time < early.microseconds { first[Int(arrival.user)] += 1 }
    }
    var all = SampleMean()
    var start = SampleMean()
    for (count, early) in zip(counts, first) {
      all.add(count)
      start.add(early)
    }
    #expect(all.agrees(with: volume), "\(all)")
    // The first twentieth of the month: one call a user. A start at a call would show here.
    #expect(start.agrees(with: 1), "\(start)")
    var squares = SampleMean()
    for count in counts { squares.add((count - volume) * (count - volume)) }
    let variance = cv * cv * volume + (1 - cv * cv * cv * cv) / 6
    #expect(squares.agrees(with: variance), "\(squares) \(variance)")
  }

  /// χ² over the 168 hours of a week; Wilson and Hilferty's approximation at z = 4.9.
  @Test(arguments: [ArrivalProcess.poisson, .gamma(cv: 1)])
  func hoursAndWeekdaysWeighAsTheProfileSays(arrivals process: ArrivalProcess) {
    let scenario = scenario(process, volume: 15_000, profile: week)
    func cell(_ time: Int64) -> Int {
      let hour = Int(time / SimDuration.hour.microseconds)
      return CivilDate(daysSinceEpoch: hour / 24).weekday * 24 + hour % 24
    }
    var expected = Array(repeating: 0.0, count: 168)
    for hour in 0..<720 {
      let time = scenario.period.start.microseconds + Int64(hour) * SimDuration.hour.microseconds
      expected[cell(time)] += week.hours[hour % 24] * week.weekdays[cell(time) / 24]
    }
    var counts = Array(repeating: 0.0, count: 168)
    let all = arrivals(scenario)
    for arrival in all { counts[cell(arrival.time)] += 1 }
    let scale = Double(all.count) / expected.reduce(0, +)
    let square = zip(counts, expected).map { count, weight in
      weight == 0 ? 0 : (count - weight * scale) * (count - weight * scale) / (weight * scale)
    }.reduce(0, +)
    let freedom = Double(expected.count { $0 > 0 } - 1)
    let root = 1 - 2 / (9 * freedom) + 4.9 * (2 / (9 * freedom)).squareRoot()
    #expect(square < freedom * root * root * root, "\(square) over \(freedom)")
  }

  @Test func everyUserComesInOrderAndTiesByNumber() {
    let scenario = scenario(.poisson, volume: 300, users: 8)
    let all = arrivals(scenario)
    #expect(zip(all, all.dropFirst()).allSatisfy { ($0.time, $0.user) <= ($1.time, $1.user) })
    for user in 0..<8 {
      let own = all.filter { $0.user == user }
      #expect(own.map(\.index) == own.indices.map { UInt32($0) })
    }
  }

  // MARK: The calendar

  /// A month of one time zone's clock, with an offset change inside it.
  private func month(_ from: String, _ to: String, _ change: String, _ before: Int, _ after: Int)
    throws -> Period
  {
    func time(_ text: String) throws -> SimTime {
      let date = try Date(text, strategy: .iso8601)
      return SimTime(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
    }
    return Period(
      timeZone: "Europe/Berlin",
      offsets: [
        Period.Offset(from: .distantPast, seconds: before),
        Period.Offset(from: try time(change), seconds: after),
      ], months: [Period.Span(start: try time(from), end: try time(to))], days: [])
  }

  private let nightly = TrafficProfile(
    hours: (0..<24).map { $0 == 2 ? 1 : 0 }, weekdays: Array(repeating: 1, count: 7))

  @Test func anHourThatComesTwiceCountsTwice() throws {
    let october = try month(
      "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", "2026-10-25T01:00:00Z", 7_200, 3_600)
    let times = arrivals(
      scenario(.exact, volume: 32, profile: nightly, period: october)
    ).map(\.time)
    #expect(times.count == 32)
    let hours = times.map { SimTime(microseconds: $0).description.prefix(13) }
    #expect(Set(hours).count == 32)
    #expect(hours.filter { $0.hasPrefix("2026-10-25") } == ["2026-10-25T00", "2026-10-25T01"])
    #expect(hours.filter { $0.hasPrefix("2026-10-24") } == ["2026-10-24T00"])
    #expect(hours.filter { $0.hasPrefix("2026-10-26") } == ["2026-10-26T01"])
  }

  @Test func anHourThatIsSkippedHasNoCalls() throws {
    let march = try month(
      "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-29T01:00:00Z", 3_600, 7_200)
    let times = arrivals(scenario(.exact, volume: 30, profile: nightly, period: march)).map(\.time)
    #expect(times.count == 30)
    let hours = times.map { SimTime(microseconds: $0).description.prefix(13) }
    #expect(Set(hours).count == 30)
    #expect(hours.contains { $0.hasPrefix("2026-03-29") } == false)
    #expect(hours.filter { $0.hasPrefix("2026-03-28") } == ["2026-03-28T01"])
    #expect(hours.filter { $0.hasPrefix("2026-03-30") } == ["2026-03-30T00"])
  }

  @Test(arguments: [ArrivalProcess.exact, .poisson])
  func monthsOfAnyLengthHaveTheSameVolume(process: ArrivalProcess) {
    let lengths = [31, 28, 31, 30]
    var period = AnalysisScenario.period()
    var start = period.start
    period.months = lengths.map { days in
      let end = start + SimDuration(microseconds: Int64(days) * SimDuration.day.microseconds)
      defer { start = end }
      return Period.Span(start: start, end: end)
    }
    let all = arrivals(scenario(process, volume: 4_000, profile: week, period: period))
    let counts = period.months.map { month in
      all.count { month.start.microseconds <= $0.time && $0.time < month.end.microseconds }
    }
    #expect(counts.reduce(0, +) == all.count)
    switch process {
    case .exact: #expect(counts == [4_000, 4_000, 4_000, 4_000])
    // 5.5 standard deviations.
    default: for count in counts { #expect(abs(Double(count) - 4_000) < 5.5 * 63.3) }
    }
    let timeline = Timeline(period: period, profile: week)
    for (number, month) in period.months.enumerated() {
      #expect(abs(timeline.operational(at: month.start) - Double(number)) < 1e-12)
      #expect(abs(timeline.operational(at: month.end) - Double(number + 1)) < 1e-12)
    }
  }

  /// The first k months have round(k · volume · users) calls, halves up, whoever makes them.
  @Test(arguments: [
    (0.15, 1), (0.15, 10), (10.35, 10), (1.0 / 3, 7), (1.15, 10), (0.5, 1), (99.999, 3), (2, 5),
  ])
  func exactMakesTheStatedTotal(volume: Double, users: Int) {
    let populations = [
      UserPopulation(), UserPopulation(activity: .lognormal(cv: 2)),
      UserPopulation(
        activity: .classes([
          .init(name: "light", share: 0.7, weight: 0.1),
          .init(name: "heavy", share: 0.3, weight: 3),
        ]), accountPlans: [.init(name: "a", share: 0.5), .init(name: "b", share: 0.5)]),
    ]
    for population in populations {
      var scenario = scenario(
        .exact, volume: volume, users: users, profile: week,
        period: AnalysisScenario.period(months: 4))
      scenario.users = population
      let all = arrivals(scenario)
      var stated = 0
      for (number, month) in scenario.period.months.enumerated() {
        let made = all.count {
          month.start.microseconds <= $0.time && $0.time < month.end.microseconds
        }
        // In hundred-thousandths, so that halves are halves.
        let upTo = Int((volume * 1e5).rounded()) * users * (number + 1)
        let due = volume == 1.0 / 3 ? (14 * (number + 1) + 3) / 6 : (upTo + 50_000) / 100_000
        #expect(made == due - stated, "\(volume) × \(users), month \(number + 1)")
        stated = due
      }
      #expect(all.count == stated)
      for user in 0..<users {
        let own = all.filter { $0.user == user }
        #expect(own.map(\.index) == own.indices.map { UInt32($0) })
        #expect(zip(own, own.dropFirst()).allSatisfy { $0.time <= $1.time })
      }
      let expected = ExpectedTraffic(scenario: scenario, users: users)
      let flows = 4 * expected.flows[0].reduce(0, +)
      #expect(abs(flows - Double(stated)) < 1e-6 * (1 + Double(stated)))
    }
  }

  @Test func timesInvertOperationalTime() {
    let timeline = Timeline(period: AnalysisScenario.period(months: 2), profile: week)
    var random = TestRandom(seed: 5)
    for _ in 0..<3_000 {
      let x = random.uniform() * timeline.length
      let time = timeline.time(at: x)
      let back = timeline.operational(at: SimTime(microseconds: time))
      let next = timeline.operational(at: SimTime(microseconds: time + 1))
      #expect(back <= x + 1e-12 && x < next + 1e-12)
    }
  }

  /// A month's first day is a Monday here.
  @Test(arguments: [ArrivalProcess.exact, .poisson, .gamma(cv: 2)])
  func aPeriodWithoutHoursOfTrafficHasNoCalls(process: ArrivalProcess) {
    var period = AnalysisScenario.period()
    period.months[0].end = period.start + .day
    period.days = [period.days[0]]
    let closed = TrafficProfile(
      hours: Array(repeating: 1, count: 24), weekdays: [0, 1, 1, 1, 1, 1, 1])
    #expect(arrivals(scenario(process, volume: 10, profile: closed, period: period)).isEmpty)
  }
}
