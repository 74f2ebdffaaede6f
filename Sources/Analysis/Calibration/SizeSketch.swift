/// A streaming histogram of whole numbers: exact up to 63, then 32 bins an octave, each with its
/// own count, sum and ends. Sketches of parts of a log add up to the log's.
package struct SizeSketch: Sendable {
  package struct Bin: Sendable {
    package var count: Int64
    package var sum: Int128
    package var low: Int64
    package var high: Int64

    package var mean: Double { Double(sum) / Double(count) }

    package mutating func merge(_ other: Bin) {
      count += other.count
      sum += other.sum
      low = min(low, other.low)
      high = max(high, other.high)
    }
  }

  private var bins: [Int32: Bin] = [:]
  package private(set) var count: Int64 = 0
  package private(set) var sum: Int128 = 0
  package private(set) var sumOfSquares = 0.0

  /// A value ≥ 0, so many times.
  package mutating func add(_ value: Int64, times: Int64 = 1) {
    guard times > 0 else { return }
    count += times
    sum += Int128(value) * Int128(times)
    sumOfSquares += Double(value) * Double(value) * Double(times)
    let new = Bin(
      count: times, sum: Int128(value) * Int128(times), low: value, high: value)
    bins[Self.index(value), default: Bin(count: 0, sum: 0, low: .max, high: .min)].merge(new)
  }

  package mutating func merge(_ other: SizeSketch) {
    count += other.count
    sum += other.sum
    sumOfSquares += other.sumOfSquares
    for (index, bin) in other.bins {
      bins[index, default: Bin(count: 0, sum: 0, low: .max, high: .min)].merge(bin)
    }
  }

  /// Ascending.
  package var sorted: [Bin] { bins.sorted { $0.key < $1.key }.map(\.value) }

  /// Of a bin of several values, as if they lay evenly in it.
  package var median: Int64 {
    var below: Int64 = 0
    for bin in sorted {
      if 2 * (below + bin.count) >= count {
        let part = Double(count) / 2 - Double(below)
        return bin.low + Int64((Double(bin.high - bin.low) * part / Double(bin.count)).rounded())
      }
      below += bin.count
    }
    return 0
  }

  package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

  /// Of the values; 0 for fewer than two.
  package var variance: Double {
    guard count > 1 else { return 0 }
    let n = Double(count)
    return max(0, (sumOfSquares - n * mean * mean) / (n - 1))
  }

  private static func index(_ value: Int64) -> Int32 {
    guard value >= 64 else { return Int32(value) }
    let octave = 63 - value.leadingZeroBitCount
    return Int32(64 + (octave - 6) * 32 + Int((value >> Int64(octave - 5)) & 31))
  }
}
