import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// The counters and fits one by one.
@Suite struct CalibrationPartsTests {
  private static let seed: UInt64 = 20_261_121

  @Test func aHistogramKeepsTheMean() throws {
    var random = TestRandom(seed: Self.seed)
    for spread in [0.1, 0.5, 1.0, 2.0] {
      var sketch = SizeSketch()
      for _ in 0..<3_000 { sketch.add(Int64(500 * ExactMath.exp(spread * random.normal()))) }
      let fit = try #require(SizeFit(sketch))
      #expect(fit.bins.count <= SizeFit.maximumBins)
      let mean = Distribution.histogram(fit.bins).moments(rounded: true).first
      #expect(abs(mean - sketch.mean) < 1e-9 * sketch.mean, "spread \(spread)")
      // KS: 1.63/√n is exceeded once in a hundred; 2.8/√n once in 3 million.
      let law = try #require(fit.lognormal)
      #expect(law.distance < 2.8 / 3_000.0.squareRoot() + 0.01)
    }
  }

  @Test func sketchesOfPartsAddUp() {
    var random = TestRandom(seed: Self.seed)
    var whole = SizeSketch()
    var parts = [SizeSketch(), SizeSketch()]
    for index in 0..<2_000 {
      let value = Int64(random.uniform() * 5_000)
      whole.add(value)
      parts[index % 2].add(value)
    }
    parts[0].merge(parts[1])
    #expect(parts[0].count == whole.count && parts[0].sum == whole.sum)
    #expect(parts[0].sorted.map(\.high) == whole.sorted.map(\.high))
  }

  @Test func fewValuesAreWrittenAsTheyAre() throws {
    var sketch = SizeSketch()
    for value: Int64 in [5, 5, 9, 0] { sketch.add(value) }
    let fit = try #require(SizeFit(sketch))
    #expect(
      fit.bins == [
        Distribution.Bin(low: 0, high: 0, weight: 1), Distribution.Bin(low: 5, high: 5, weight: 2),
        Distribution.Bin(low: 9, high: 9, weight: 1),
      ])
    #expect(SizeFit(SizeSketch()) == nil)
  }

  /// The same prompt at 0, 6, 12 and 60 minutes; an answer is not renewed by a hit.
  @Test func hitRatesByTTL() {
    var sketch = PromptSketch()
    for minute: Int64 in [0, 6, 12, 60] {
      sketch.add(prompt: 7, user: 1, at: minute * 60_000_000)
    }
    #expect(sketch.repetition(perUser: true).hitRates == [0, 0.25, 0.5, 0.5])
    #expect(sketch.repetition(perUser: false).repeats == 12)
    sketch.add(prompt: 7, user: 2, at: 61 * 60_000_000)
    #expect(sketch.repetition(perUser: true).distinct == 2)
    #expect(sketch.repetition(perUser: false).distinct == 1)
  }

  /// 300,000 different prompts are more than are kept: the sample's estimate of their number has
  /// a relative error of at most 1/√50,000.
  @Test func aSampleOfPromptsStandsForAll() {
    var sketch = PromptSketch()
    for prompt: UInt64 in 1...300_000 {
      sketch.add(prompt: prompt, user: 0, at: 0)
    }
    #expect(sketch.isSample)
    let found = sketch.repetition(perUser: false).distinct
    #expect(abs(found / 300_000 - 1) < 5 / 50_000.0.squareRoot())
  }

  @Test(arguments: [0.5, 1.0, 3.0])
  func gapsGiveTheirSpreadWhateverTheRates(cv: Double) {
    let draws = Draws(seed: Self.seed, run: 1)
    let period = AnalysisScenario.period()
    let users = 50
    var sketch = BurstSketch(
      timelines: [Timeline(period: period, profile: .flat)], users: users)
    let month = 30 * SimDuration.day.microseconds
    let gamma = GammaGap(cv: cv)
    for user in 0..<users {
      var position = 0.0
      let rate = 100.0 + 10 * Double(user)
      for call: UInt64 in 0... {
        let word = draws.block(.call, call: call, user: UInt64(user), workload: 5).0
        position += gamma.gap(
          draws, first: call == 0, uniform: word, call: call, user: UInt64(user), workload: 5)
        guard position < rate else { break }
        var row = TraceRow(
          time: AnalysisScenario.start.microseconds + Int64(position / rate * Double(month)),
          number: 1)
        row.user = UInt32(user)
        sketch.add(row, workload: 0)
      }
    }
    let fit = sketch.fit(workload: 0)
    let square = cv * cv
    // c² has variance (2c⁴ + 2c⁶)/gaps; users' longest gaps are cut off, which costs up to
    // about c² in a mean of 345 gaps.
    let error = ((2 * square * square + 2 * square * square * square) / Double(fit.gaps))
      .squareRoot()
    #expect(
      abs(fit.estimate * fit.estimate - square) < 5 * error + square * square / 100,
      "\(fit.estimate)")
    #expect((fit.cv == nil) == (cv == 1))
  }

  @Test func activityIsTakenOutOfPoissonNoise() throws {
    var random = TestRandom(seed: Self.seed)
    func poisson(_ mean: Double) -> Int64 {
      var count: Int64 = 0
      var time = random.exponential()
      while time < mean {
        count += 1
        time += random.exponential()
      }
      return count
    }
    let even = ActivityFit(counts: (0..<400).map { _ in poisson(6) }, dispersion: 1)
    #expect(even.cv == nil)
    // σ = 0.6: standard error below 0.03 with 400 users of about 12 calls.
    let uneven = ActivityFit(
      counts: (0..<400).map { _ in poisson(10 * ExactMath.exp(0.6 * random.normal())) },
      dispersion: 1)
    let cv = try #require(uneven.cv)
    let sigma = ExactMath.log(1 + cv * cv).squareRoot()
    #expect(abs(sigma - 0.6) < 5 * 0.03)
  }
}
