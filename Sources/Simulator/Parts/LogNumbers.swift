import Support

/// The numbers of requests that tell where they stand in a log of which they are some: enough to
/// know whether all of them together are each number from 1 on, once.
package struct LogNumbers: PartValue, Hashable, Sendable {
  package private(set) var count: Int64 = 0
  /// The highest.
  package private(set) var last: Int64 = 0
  /// Of the files that they come from, in order.
  package var paths: [String] = []
  /// Of the numbers and of their squares and cubes, modulo 2^64.
  private var sums: [UInt64] = [0, 0, 0]

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&count)
    try part.code(&last)
    try part.code(&paths)
    try part.code(&sums)
    try part.check(sums.count == 3 && count >= 0, "its numbers of requests have no sums")
  }

  package mutating func add(_ number: Int64) {
    count &+= 1
    last = max(last, number)
    let value = UInt64(bitPattern: number)
    sums[0] &+= value
    sums[1] &+= value &* value
    sums[2] &+= value &* value &* value
  }

  package static func += (sum: inout LogNumbers, other: LogNumbers) {
    sum.count &+= other.count
    sum.last = max(sum.last, other.last)
    sum.paths = Set(sum.paths).union(other.paths).sorted()
    for place in sum.sums.indices { sum.sums[place] &+= other.sums[place] }
  }

  /// Whether they are 1 to `last`, each once.
  package var areWhole: Bool {
    // 128 bits hold the polynomials that sums of powers are; modulo 2^64 they are what was added up.
    guard count == last, last <= 1_000_000_000_000 else { return false }
    let n = UInt64(bitPattern: last)
    let triangle = UInt64(truncatingIfNeeded: UInt128(n) * (UInt128(n) + 1) / 2)
    let squares = UInt128(n) * (UInt128(n) + 1) / 2 * (2 * UInt128(n) + 1) / 3
    return sums == [triangle, UInt64(truncatingIfNeeded: squares), triangle &* triangle]
  }
}
