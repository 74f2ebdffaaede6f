import Testing

@testable import Analysis
@testable import Simulator
@testable import Support

/// Intervals, tests and sample sizes against published figures.
@Suite struct EstimateTests {
  private func isNear(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
    a.map { ($0 - b).magnitude <= tolerance } ?? false
  }

  /// Tables of Student's t (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
  @Test(arguments: [
    (0.975, 1, 12.706), (0.975, 10, 2.228), (0.95, 5, 2.015), (0.995, 30, 2.750),
    (0.975, 100, 1.984), (0.999, 3, 10.215),
  ])
  func studentsQuantiles(p: Double, degrees: Double, t: Double) {
    #expect(isNear(StudentT.quantile(p, degrees: degrees), t, 0.0005))
    #expect(isNear(StudentT.quantile(1 - p, degrees: degrees), -t, 0.0005))
  }

  /// One and two degrees have closed forms; many are a normal distribution.
  @Test func studentsDistribution() {
    for t in [-30.0, -2, -0.3, 0, 0.7, 5, 80] {
      let two = 0.5 + t / (2 * (2 + t * t).squareRoot())
      #expect(isNear(StudentT.cdf(t, degrees: 2), two, 1e-13))
      #expect(isNear(StudentT.cdf(t, degrees: 1e6), Normal.cdf(t), 1e-6))
    }
    #expect(isNear(StudentT.cdf(1, degrees: 1), 0.75, 1e-13))
    #expect(StudentT.cdf(1.5, degrees: 1e9) == Normal.cdf(1.5))
    // Tails keep their digits: P(T < −t) with two degrees is about 1/(2t²).
    #expect(isNear(StudentT.cdf(-1e6, degrees: 2) * 2e12, 1, 1e-5))
  }

  /// R. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
  /// 17 (1998), table I, method 3.
  @Test(arguments: [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
    (1, 29, 0.0061, 0.1718),
  ])
  func wilson(yes: Double, of size: Double, low: Double, high: Double) {
    let interval = ProportionEstimate(yes, of: size).interval(confidence: 0.95)
    #expect(isNear(interval.low, low, 0.00006) && isNear(interval.high, high, 0.00006))
  }

  /// R. Newcombe, "Interval estimation for the difference between independent proportions",
  /// Statistics in Medicine 17 (1998), table II, method 10.
  @Test(arguments: [
    (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062), (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775), (10, 10, 0, 20, 0.6791, 1),
  ])
  func newcombe(
    a: Double, of m: Double, b: Double, of n: Double, low: Double, high: Double
  ) {
    let interval = ProportionEstimate(a, of: m)
      .difference(from: ProportionEstimate(b, of: n), confidence: 0.95)
    #expect(isNear(interval.low, low, 0.00006) && isNear(interval.high, high, 0.00006))
  }

  /// The Physicians' Health Study: 104 heart attacks of 11,037 with aspirin, 189 of 11,034 without;
  /// X² = 25.01 (A. Agresti, "An Introduction to Categorical Data Analysis"), which is z = 5.001,
  /// p = 5.7e-7. R's `prop.test(c(15, 25), c(50, 50), correct = FALSE)`: X² = 4.1667, p = 0.04123.
  @Test func pooledTest() {
    let aspirin = ProportionEstimate(104, of: 11_037)
    let p = aspirin.pValue(against: ProportionEstimate(189, of: 11_034))
    #expect(isNear(p, 5.69e-7, 0.03e-7))
    let small = ProportionEstimate(15, of: 50).pValue(against: ProportionEstimate(25, of: 50))
    #expect(isNear(small, 0.04123, 0.00001))
    #expect(ProportionEstimate(0, of: 9).pValue(against: ProportionEstimate(0, of: 5)) == 1)
  }

  /// R's `t.test(1:5)` (1.0368 to 4.9632, four degrees of freedom) and
  /// `t.test(1:5, 2 * (1:6))` (Welch's: −7.9835 to −0.0165, p = 0.0493).
  @Test func intervalsOfMeansAreStudents() throws {
    let samples = [(1...5).map(Double.init), (1...6).map { 2 * Double($0) }]
    let estimates = try samples.map { sample in
      var moments = ClusterMoments()
      for value in sample { moments.add(size: 1, total: value) }
      return try #require(ClusterEstimate(moments))
    }
    let own = try #require(estimates[0].interval(confidence: 0.95))
    #expect(isNear(own.low, 1.0368, 0.0001) && isNear(own.high, 4.9632, 0.0001))
    let difference = try #require(
      ClusterEstimate.Difference(estimates[0], against: estimates[1]))
    let interval = difference.interval(confidence: 0.95)
    #expect(isNear(interval.low, -7.9835, 0.0001) && isNear(interval.high, -0.0165, 0.0001))
    #expect(isNear(difference.pValue, 0.0493, 0.0001))
  }

  /// R's `power.prop.test(p1 = .50, p2 = .75, power = .90)`: n = 76.7. J. Fleiss, "Statistical
  /// Methods for Rates and Proportions", 2nd ed., table A.3: 827 for 60 % and 70 %, 1 % and 95 %,
  /// with the correction for continuity n/4·(1 + √(1 + 4/(n·|difference|)))².
  @Test func sampleSizes() {
    let plain = SampleSize(significance: 0.05, power: 0.9)
    #expect(isNear(plain.control(0.5, against: 0.75), 76.7, 0.05))
    #expect(plain.control(0.75, against: 0.5) == plain.control(0.5, against: 0.75))
    let strict = SampleSize(significance: 0.01, power: 0.95)
    let n = strict.control(0.6, against: 0.7) ?? 0
    let root = 1 + (1 + 4 / (n * 0.1)).squareRoot()
    #expect((n / 4 * root * root).rounded(.up) == 827)
    #expect(plain.control(0.5, against: 0.5) == nil)
    #expect(plain.control(0.5, against: 1.2) == nil)
  }

  /// Twice as many in the variant: fewer in the control, more in all; and the smallest difference is
  /// the one that needs as many as there are.
  @Test func unequalSharesAndSmallestDifference() throws {
    let equal = SampleSize(significance: 0.05, power: 0.8)
    let double = SampleSize(significance: 0.05, power: 0.8, ratio: 2)
    let (a, b) = (
      try #require(equal.control(0.1, against: 0.12)),
      try #require(double.control(0.1, against: 0.12))
    )
    #expect(b < a && 3 * b > 2 * a)
    #expect(isNear(double.smallestDifference(above: 0.1, control: b), 0.02, 1e-9))
    #expect(equal.smallestDifference(above: 0.9, control: 3) == nil)
  }

  /// The example of R's `p.adjust` for Holm's method, by hand.
  @Test func holm() {
    let adjusted = Holm.adjusted([nil, 0.01, 0.04, 0.03, 0.005])
    #expect(adjusted[0] == nil)
    for (found, expected) in zip(adjusted.dropFirst(), [0.03, 0.06, 0.06, 0.02]) {
      #expect(isNear(found, expected, 1e-12))
    }
    #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
  }

  /// The variance of a ratio, cluster by cluster; alike clusters have none.
  @Test func clusters() throws {
    let data: [(Int64, Double)] = [(3, 7), (5, 2), (1, 1), (8, 20)]
    var moments = ClusterMoments()
    for (n, x) in data { moments.add(size: n, total: x) }
    moments.add(size: 0, total: 0)
    let estimate = try #require(ClusterEstimate(moments))
    let ratio = 30.0 / 17
    let squares = data.reduce(0.0) { sum, item in
      let rest = item.1 - ratio * Double(item.0)
      return sum + rest * rest
    }
    let clusters = 17.0 * 17 / 99
    #expect(isNear(estimate.ratio, ratio, 1e-12) && isNear(estimate.clusters, clusters, 1e-12))
    #expect(
      isNear(estimate.variance, clusters / (clusters - 1) * squares / (17 * 17), 1e-12))
    var alike = ClusterMoments()
    for n in [3, 5, 1, 8] as [Int64] { alike.add(size: n, total: 0.1 * Double(n)) }
    let none = try #require(ClusterEstimate(alike))
    #expect(none.variance == 0)
    let difference = try #require(ClusterEstimate.Difference(none, against: none))
    #expect(difference.pValue == 1 && difference.value == 0)
    #expect(ClusterEstimate(ClusterMoments()) == nil)
  }

  /// One user alone says nothing of users.
  @Test func oneClusterHasNoInterval() throws {
    var moments = ClusterMoments()
    moments.add(size: 500, total: 100)
    #expect(ProportionEstimate(moments) == nil)
    #expect(try #require(ClusterEstimate(moments)).interval(confidence: 0.95) == nil)
  }

  /// Calls that are given variants one by one are independent: the plain Wilson interval.
  @Test func singleAnswersAreIndependent() throws {
    var moments = ClusterMoments()
    for call in 0..<148 { moments.add(size: 1, total: call < 15 ? 1 : 0) }
    let estimate = try #require(ProportionEstimate(moments))
    #expect(estimate.designEffect == 1 && estimate.degrees == nil)
    #expect(
      estimate.interval(confidence: 0.95)
        == ProportionEstimate(15, of: 148).interval(confidence: 0.95))
  }
}
