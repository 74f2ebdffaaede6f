/// Counts of microsecond values: exact below 2,048 µs, above in buckets of 1,024 a power of two,
/// reported by their lowest value (docs/semantics.md, "Tables").
package struct LatencyHistogram: Sendable {
  private var counts: [Int64] = []
  package private(set) var total: Int64 = 0

  package init() {}

  fileprivate init(counts: [Int64]) {
    self.counts = counts
    total = counts.reduce(0, +)
  }

  /// The bucket of a value ≥ 0.
  @inline(__always)
  package static func bucket(of microseconds: Int64) -> Int {
    if microseconds < 2_048 { return Int(microseconds) }
    let shift = 53 &- microseconds.leadingZeroBitCount
    return (shift << 10) &+ Int(microseconds >> Int64(shift))
  }

  /// The lowest value of a bucket.
  package static func lowest(of bucket: Int) -> Int64 {
    if bucket < 2_048 { return Int64(bucket) }
    let shift = (bucket >> 10) - 1
    return Int64(bucket - (shift << 10)) << Int64(shift)
  }

  package mutating func add(_ microseconds: Int64, count: Int64 = 1) {
    guard count > 0 else { return }
    let bucket = Self.bucket(of: microseconds)
    if bucket >= counts.count { grow(to: bucket) }
    counts[bucket] += count
    total += count
  }

  /// The buckets that hold something, with their counts.
  package var buckets: [(bucket: Int, count: Int64)] {
    counts.enumerated().filter { $0.element != 0 }.map { ($0.offset, $0.element) }
  }

  /// Adds so many values of a bucket, or takes them away again.
  package mutating func change(bucket: Int, by count: Int64) {
    if bucket >= counts.count { grow(to: bucket) }
    counts[bucket] += count
    total += count
  }

  private mutating func grow(to bucket: Int) {
    counts += [Int64](repeating: 0, count: bucket + 1_024 - counts.count)
  }

  package mutating func merge(_ other: LatencyHistogram) {
    if other.counts.count > counts.count { grow(to: other.counts.count) }
    for (bucket, count) in other.counts.enumerated() { counts[bucket] += count }
    total += other.total
  }

  /// The nearest rank, from 1, of a percentile among so many values.
  package static func rank(_ percent: Double, of total: Int64) -> Int64 {
    // Few percents are exact doubles: what is a rounding error off a whole number is that number.
    let rank = percent * Double(total) / 100
    let nearest = rank.rounded()
    let isWhole = (rank - nearest).magnitude <= 4 * rank.ulp
    return max(1, Int64(isWhole ? nearest : rank.rounded(.up)))
  }

  /// The nearest-rank percentile, in microseconds; nil when empty. `percent` is 0 < p ≤ 100.
  package func percentile(_ percent: Double) -> Int64? {
    bucket(ofPercentile: percent)?.values.lowerBound
  }

  /// The values that the percentile may have, in microseconds, and its rank among those counted
  /// there, from 1.
  package func bucket(ofPercentile percent: Double) -> (values: ClosedRange<Int64>, rank: Int64)? {
    guard total > 0 else { return nil }
    let rank = Self.rank(percent, of: total)
    var seen: Int64 = 0
    for (bucket, count) in counts.enumerated() {
      if seen + count >= rank {
        let lowest = Self.lowest(of: bucket)
        return (lowest...max(lowest, Self.lowest(of: bucket + 1) - 1), rank - seen)
      }
      seen += count
    }
    return nil
  }
}

/// A histogram in the making, with one owner.
package struct LatencyCounts: ~Copyable, Sendable {
  private var counts = Slab<Int64>()

  @inline(__always)
  package mutating func add(_ microseconds: Int64) {
    let bucket = LatencyHistogram.bucket(of: microseconds)
    if bucket >= counts.count { grow(to: bucket) }
    counts.base[bucket] &+= 1
  }

  @inline(never)
  private mutating func grow(to bucket: Int) { counts.extend(to: bucket + 1_024, with: 0) }

  /// What has been counted so far; as long as it needs to be.
  package func histogram() -> LatencyHistogram {
    var used = counts.count
    while used > 0, counts[used - 1] == 0 { used -= 1 }
    return LatencyHistogram(counts: Array(counts.array.prefix(used)))
  }
}
