import Testing

@testable import Simulator

@Suite struct LatencyHistogramTests {
  /// The lowest value of the bucket [m·2^k, (m+1)·2^k) with 1,024 ≤ m < 2,048.
  static func reported(_ value: Int64) -> Int64 {
    var m = value
    var power: Int64 = 1
    while m >= 2_048 {
      m /= 2
      power *= 2
    }
    return m * power
  }

  @Test func bucketsAreThoseOfTheDocument() {
    var random = TestRandom(seed: 41)
    let edges: [Int64] = [
      0, 1, 2_046, 2_047, 2_048, 2_049, 2_050, 4_095, 4_096, 4_099, 4_100, .max,
    ]
    let values = edges + (0..<3_000).map { _ in Int64(random.bits() >> (1 + random.bits() % 62)) }
    for value in values {
      let bucket = LatencyHistogram.bucket(of: value)
      #expect(LatencyHistogram.lowest(of: bucket) == Self.reported(value))
    }
    for bucket in 0..<20_000 {
      #expect(LatencyHistogram.bucket(of: LatencyHistogram.lowest(of: bucket)) == bucket)
    }
  }

  @Test func percentilesAreNearestRankAgainstSorting() {
    var random = TestRandom(seed: 42)
    for _ in 0..<100 {
      let top = random.oneOf([10, 2_047, 5_000, 3_000_000])
      let values = (0...random.below(150)).map { _ in Int64(random.below(top + 1)) }
      var histogram = LatencyHistogram()
      for value in values { histogram.add(value) }
      let sorted = values.sorted()
      for percent in [1, 5, 50, 90, 95, 99, 100] {
        // The smallest value with at least so many percent of all at or below it.
        let rank = (1...sorted.count).first { $0 * 100 >= percent * sorted.count }
        let expected = rank.map { Self.reported(sorted[$0 - 1]) }
        #expect(histogram.percentile(Double(percent)) == expected)
      }
    }
    #expect(LatencyHistogram().percentile(50) == nil)
  }

  @Test func mergingIsAddingAll() {
    var (a, b, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for value in [1, 3_000, 70_000] as [Int64] {
      a.add(value)
      both.add(value)
    }
    b.add(900_000, count: 4)
    both.add(900_000, count: 4)
    a.merge(b)
    #expect(a.total == 7)
    for percent in [10.0, 40, 50, 100] {
      #expect(a.percentile(percent) == both.percentile(percent))
    }
  }

  /// 94.4 % of 1,375 is 1,298, although the nearest doubles give a little more.
  @Test func tenthsOfAPercentHaveTheirExactRank() {
    for tenths in 1...1_000 {
      for total in [1, 7, 1_000, 1_375, 1_999] {
        let exact = (tenths * total + 999) / 1_000
        #expect(LatencyHistogram.rank(Double(tenths) / 10, of: Int64(total)) == Int64(exact))
      }
    }
  }
}
