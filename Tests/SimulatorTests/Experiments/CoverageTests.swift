import CostModel
import Testing

@testable import Analysis
@testable import Decisions
@testable import Scenarios
@testable import Simulator
@testable import Support

/// How often intervals hold the truth, and tests see what they should.
@Suite struct CoverageTests {
  /// Of 2,000 tries, what a binomial of that chance stays within but for 1 in a million (4.9 standard
  /// errors).
  private static func bounds(_ chance: Double, of tries: Double = 2_000) -> ClosedRange<Double> {
    let reach = 4.9 * (chance * (1 - chance) * tries).squareRoot()
    return (chance * tries - reach)...(chance * tries + reach)
  }

  /// 30 users of 5 to 60 messages each, whose own rates lie around 20 % (standard deviation 10
  /// points).
  private static func users(_ random: inout TestRandom) -> ClusterMoments {
    var moments = ClusterMoments()
    for _ in 0..<30 {
      let size = Int64(5 + random.below(56))
      let rate = random.chance(0.5) ? 0.1 : 0.3
      let yes = (0..<size).reduce(0.0) { sum, _ in sum + (random.chance(rate) ? 1 : 0) }
      moments.add(size: size, total: yes)
    }
    return moments
  }

  /// Over users, a 95 % interval holds the truth in 95 % of the tests, and two groups that do not
  /// differ are told apart in 5 %. Counting messages as if they were independent, four in five of
  /// those intervals hold it, and one test in six sees a difference that is not there: that is why
  /// they are over users. (Fixed seeds; 1 in a million each.)
  @Test func overUsersNotCalls() throws {
    var random = TestRandom(seed: 0x5EED_0001)
    var (held, naive, joint, seen, naiveSeen) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for _ in 0..<1_000 {
      let pair = (Self.users(&random), Self.users(&random))
      let a = try #require(ProportionEstimate(pair.0))
      let b = try #require(ProportionEstimate(pair.1))
      let plain = [pair.0, pair.1].map { ProportionEstimate($0.total, of: $0.size) }
      for estimate in [a, b] {
        held += estimate.interval(confidence: 0.95).contains(0.2) ? 1 : 0
      }
      for estimate in plain {
        naive += estimate.interval(confidence: 0.95).contains(0.2) ? 1 : 0
      }
      joint += a.difference(from: b, confidence: 0.95).contains(0) ? 1 : 0
      seen += a.pValue(against: b) < 0.05 ? 1 : 0
      naiveSeen += plain[0].pValue(against: plain[1]) < 0.05 ? 1 : 0
    }
    #expect(Self.bounds(0.95).contains(held), "\(held)")
    #expect(Self.bounds(0.95, of: 1_000).contains(joint), "\(joint)")
    #expect(Self.bounds(0.05, of: 1_000).contains(seen), "\(seen)")
    #expect(naive < 1_700, "\(naive)")
    #expect(naiveSeen > 150, "\(naiveSeen)")
  }

  /// As many answers as the formula says find a difference of 6 points in 80 % of the tests, and none
  /// in 5 % of those without one.
  @Test func sampleSizeHasItsPower() throws {
    let size = SampleSize(significance: 0.05, power: 0.8)
    let n = Int(try #require(size.control(0.2, against: 0.26)).rounded(.up))
    var random = TestRandom(seed: 0x5EED_0002)
    var (found, wrong) = (0.0, 0.0)
    for _ in 0..<600 {
      let yes = [0.2, 0.26, 0.2].map { rate in
        (0..<n).reduce(0.0) { sum, _ in sum + (random.chance(rate) ? 1 : 0) }
      }
      let control = ProportionEstimate(yes[0], of: Double(n))
      found += ProportionEstimate(yes[1], of: Double(n)).pValue(against: control) < 0.05 ? 1 : 0
      wrong += ProportionEstimate(yes[2], of: Double(n)).pValue(against: control) < 0.05 ? 1 : 0
    }
    #expect(Self.bounds(0.8, of: 600).contains(found), "\(found)")
    #expect(Self.bounds(0.05, of: 600).contains(wrong), "\(wrong)")
  }

  /// Through the engine: the stated rate and the expected cost of a call lie in 95 % of the
  /// variants' intervals, by user and by call. 60 months of 2 variants each.
  @Test(arguments: [Experiment.Unit.user, .call])
  func enginesIntervalsHoldTheTruth(unit: Experiment.Unit) throws {
    var builder = ExperimentScenario.builder
    builder.workloads = [builder.workloads[0]]
    builder.workloads[0].volume = 14
    builder.plans = [AnalysisScenario.plan(16)]
    builder.users.activity = .lognormal(cv: 0.5)
    var scenario = builder.build()
    scenario.experiments = [ExperimentScenario.experiment(unit)]
    let plan = scenario.plans[0]
    let expected = PlanExpectation(scenario: scenario, plan: plan)
    let analysis = ExperimentAnalysis(scenario: scenario, standard: try StandardFiles.detect())
    let simulation = Simulation(scenario)
    var (rates, costs, count) = (0.0, 0.0, 0.0)
    for run in 1...60 {
      let result = try simulation.result(of: plan, run: run)
      for arm in analysis.findings(result, expected)[0].arms {
        guard let low = arm.conversion?.low, let high = arm.conversion?.high,
          let least = arm.cost?.low, let most = arm.cost?.high
        else { continue }
        count += 1
        rates += (low...high).contains(arm.expected.conversion ?? -1) ? 1 : 0
        costs += (least...most).contains(arm.expected.cost / arm.expected.calls) ? 1 : 0
      }
    }
    #expect(count > 100)
    // Wilson's interval on capped design effects holds rather too often.
    #expect(rates > Self.bounds(0.95, of: count).lowerBound, "\(rates) of \(count)")
    #expect(costs > Self.bounds(0.93, of: count).lowerBound, "\(costs) of \(count)")
  }
}

extension ClusterEstimate.Interval {
  fileprivate func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
