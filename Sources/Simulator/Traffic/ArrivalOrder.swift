/// The order of a chunk's arrivals by time, ties in the order given: keys of time above place. A
/// least-significant-digit radix sort over the time's first 24 bits leaves next to nothing for the
/// insertion sort after it.
package struct ArrivalOrder: ~Copyable, Sendable {
  private var keys = Slab<UInt64>()
  private var scratch = Slab<UInt64>()
  private var starts = Slab<Int32>(repeating: 0, count: 1 << digitBits)
  private var mask: UInt64 = 0

  private static let digitBits = 12

  @inline(__always)
  package subscript(place: Int) -> Int { Int(truncatingIfNeeded: keys[place] & mask) }

  package mutating func sort(_ arrivals: borrowing Slab<Arrival>, from start: Int64, span: Int64) {
    let count = arrivals.count
    let timeBits = 64 - span.leadingZeroBitCount
    let placeBits = 64 - count.leadingZeroBitCount
    keys.reserve(count)
    keys.resize(to: count)
    guard timeBits + placeBits <= 64, count <= Int32.max else { return sortSparse(arrivals) }
    mask = 1 << UInt64(placeBits) &- 1
    scratch.reserve(count)
    scratch.resize(to: count)
    let (arrived, keys) = (arrivals.base, self.keys.base)
    for place in 0..<count {
      let time = UInt64(bitPattern: arrived[place].time &- start)
      keys[place] = time &<< UInt64(placeBits) | UInt64(truncatingIfNeeded: place)
    }
    var shift = placeBits + max(0, timeBits - 2 * Self.digitBits)
    while shift < placeBits + timeBits {
      pass(shift: UInt64(shift))
      shift += Self.digitBits
    }
    insert()
  }

  /// Sorts the keys by one digit.
  private mutating func pass(shift: UInt64) {
    let (from, to, starts, count) = (keys.base, scratch.base, starts.base, keys.count)
    let digit: UInt64 = 1 << UInt64(Self.digitBits) &- 1
    for value in 0..<1 << Self.digitBits { starts[value] = 0 }
    for place in 0..<count { starts[Int(truncatingIfNeeded: from[place] &>> shift & digit)] &+= 1 }
    var sum: Int32 = 0
    for value in 0..<1 << Self.digitBits { (starts[value], sum) = (sum, sum &+ starts[value]) }
    for place in 0..<count {
      let key = from[place]
      let value = Int(truncatingIfNeeded: key &>> shift & digit)
      to[Int(starts[value])] = key
      starts[value] &+= 1
    }
    swap(&keys, &scratch)
  }

  /// Puts the few keys right that differ in later digits only.
  private mutating func insert() {
    let keys = keys.base
    for place in 1..<max(1, self.keys.count) where keys[place] < keys[place - 1] {
      let key = keys[place]
      var hole = place
      while hole > 0, key < keys[hole - 1] {
        keys[hole] = keys[hole - 1]
        hole -= 1
      }
      keys[hole] = key
    }
  }

  /// Where time and place do not fit into one word together: places alone.
  private mutating func sortSparse(_ arrivals: borrowing Slab<Arrival>) {
    let times = arrivals.array.map(\.time)
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    for (place, arrival) in order.enumerated() { keys[place] = UInt64(arrival) }
    mask = .max
  }
}
