import Testing

@testable import Analysis
@testable import Scenarios
@testable import Support

@Suite struct DistributionMomentsTests {
  /// Against the sum over 400,000 equally likely values of a uniform whose ends are no whole numbers.
  @Test(arguments: [(0.5, 3.25), (0.2, 0.4), (2.5, 7.25), (10, 10.4), (3, 400.5)])
  func roundedUniform(low: Double, high: Double) {
    let law = Distribution.uniform(low: low, high: high)
    for edge in [1.5, 3.5, 7.5, Double.infinity] {
      var brute = PartialMoments()
      for i in 0..<400_000 {
        let x = low + (high - low) * (Double(i) + 0.5) / 400_000
        if x < edge { brute = brute + .point((x + 0.5).rounded(.down), mass: 1 / 400_000) }
      }
      let closed = law.moments(below: edge, rounded: true)
      #expect((closed.mass - brute.mass).magnitude < 1e-5)
      #expect((closed.first - brute.first).magnitude < 1e-5 * max(1, high))
      #expect((closed.second - brute.second).magnitude < 1e-5 * max(1, high * high))
      #expect((closed.third - brute.third).magnitude < 1e-5 * max(1, high * high * high))
    }
  }

  /// Whole numbers from the first to the last, all alike.
  @Test(arguments: [(0, 3), (1, 2), (7, 12), (3, 400)])
  func wholeUniform(low: Int, high: Int) {
    let share = 1 / Double(high - low + 1)
    for edge in [1.5, 3.5, 7.5, Double.infinity] {
      let sum = (low...high).filter { Double($0) < edge }.reduce(PartialMoments()) {
        $0 + .point(Double($1), mass: share)
      }
      for law in [
        Distribution.uniform(low: Double(low), high: Double(high)),
        .histogram([.init(low: Double(low), high: Double(high), weight: 2)]),
      ] {
        let closed = law.moments(below: edge, rounded: true)
        #expect(isClose(closed.mass, sum.mass) && isClose(closed.first, sum.first))
        #expect(isClose(closed.second, sum.second) && isClose(closed.third, sum.third))
      }
    }
  }

  /// 1 to 3 and 3 to 5 as heavy, which meet in 3: 1, 2, 3, 4 and 5 alike.
  @Test func binsThatMeetShareTheirValue() {
    let law = Distribution.histogram([
      .init(low: 1, high: 3, weight: 1), .init(low: 3, high: 5, weight: 1),
    ])
    for value in 1...5 {
      let mass = law.moments(below: Double(value) + 0.5, rounded: true).mass
      #expect(isClose(mass, Double(value) / 5))
    }
    #expect(isClose(law.moments(rounded: true).first, 3))
  }

  @Test func fixedValuesAreRoundedExactly() {
    #expect(Distribution.fixed(2.5).moments(rounded: true) == .point(3))
    #expect(Distribution.fixed(2.4).moments(rounded: true) == .point(2))
    #expect(Distribution.fixed(2.4).moments() == .point(2.4))
    #expect(Distribution.fixed(700).moments(cappedAt: 512, rounded: true) == .point(512))
  }

  /// Two bins worked out by hand: 1 with weight 3, and uniform in 2 ... 6 with weight 1.
  @Test func histogram() {
    let law = Distribution.histogram([
      .init(low: 1, high: 1, weight: 3), .init(low: 2, high: 6, weight: 1),
    ])
    let all = law.moments()
    #expect(isClose(all.first, 0.75 + 0.25 * 4))
    #expect(isClose(all.second, 0.75 + 0.25 * (16 + 16.0 / 12)))
    #expect(isClose(law.moments(below: 3).mass, 0.75 + 0.25 * 0.25))
    #expect(isClose(law.exceedance(5), 0.25 * 0.25))
  }

  @Test func cappedLognormalHasAnAtom() {
    let law = Distribution.lognormal(mean: 400, cv: 1, cap: 600)
    let all = law.moments()
    #expect(isClose(all.mass, 1))
    #expect(isClose(all.first, Lognormal(mean: 400, cv: 1).cappedMoment(1, cap: 600)))
    #expect(law.exceedance(600) == 0)
    #expect(law.exceedance(599.9) > 0.1)
    #expect(
      isClose(
        law.moments(cappedAt: 300).second,
        Lognormal(mean: 400, cv: 1).cappedMoment(2, cap: 300)))
  }
}
