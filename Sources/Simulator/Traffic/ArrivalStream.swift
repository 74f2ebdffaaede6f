import CostModel

/// When one user's next call of one workload arrives, and what it will be.
struct ArrivalSource: BitwiseCopyable {
  /// The next arrival; `Int64.max` as its time: none left.
  var next: Arrival
  /// Operational time of the next arrival, in mean gaps; of an exact source, where in [0, 1) its
  /// mix starts.
  var position: Double
  /// Calls a month.
  var rate: Double
  /// `exact`: a step coprime to the month's number of calls, that visits every place of the mix.
  var stride: UInt32
}

/// Every arrival of a plan in order of (time, workload, user, index), a chunk of time at a time.
///
/// Each source runs on its own draws, so that a chunk is filled source by source and then sorted
/// (stable, by time): memory grows with users × workloads, not with calls.
struct ArrivalStream: ~Copyable, Sendable {
  /// By workload, then user.
  private var sources = Slab<ArrivalSource>()
  private let users: Int
  private let plans: [ArrivalPlan]
  private let timelines: FixedTable<Timeline>
  private let draws: Draws
  private let factory: CallFactory
  private let chunkLength: Int64
  private var chunkStart: Int64
  private let end: Int64
  /// The chunk, by source.
  private var arrivals = Slab<Arrival>()
  private var order = ArrivalOrder()
  /// Of a month, about.
  private let monthLength: Int64
  private var ahead = ArrivalsAhead(atOnce)

  /// Arrivals of a source that are drawn together, at most.
  private static let atOnce = 16

  /// Arrivals in a chunk, about; at least one for each source.
  private static let chunkSize = 16_384.0

  init(
    compiled: CompiledScenario, population: Population, factory: CallFactory, draws: Draws
  ) {
    self.draws = draws
    self.factory = factory
    users = population.users
    plans = compiled.arrivalPlans
    timelines = FixedTable(compiled.timelines)
    let period = compiled.scenario.period
    chunkStart = period.start.microseconds
    end = period.end.microseconds
    monthLength = (end - chunkStart) / Int64(period.months.count)
    var expected = 0.0
    sources.reserve(compiled.workloads.count * users)
    for workload in compiled.workloads {
      for (user, rate) in population.volumes(of: workload).enumerated() {
        expected += rate * Double(period.months.count)
        sources.append(
          ArrivalSource(
            next: Arrival(time: .min, user: UInt32(user), index: 0, kind: 0), position: 0,
            rate: rate, stride: 0))
      }
    }
    let chunks = max(1, expected / max(Self.chunkSize, Double(sources.count)))
    chunkLength = max(1, Int64(Double(end - chunkStart) / chunks))
    for workload in plans.indices {
      for user in 0..<users { start(workload * users + user, workload) }
    }
  }

  /// Arrivals of the chunk.
  var count: Int { arrivals.count }

  /// By place in the order of time.
  @inline(__always)
  subscript(place: Int) -> Arrival { arrivals[order[place]] }

  /// Goes on to the next chunk; false at the end. A chunk may be empty.
  mutating func advance() -> Bool {
    arrivals.resize(to: 0)
    guard chunkStart < end else { return false }
    let limit = min(chunkStart + chunkLength, end)
    var first = 0
    for workload in plans.indices {
      let plan = plans[workload]
      let timeline = timelines.pointer(to: plan.timeline)
      for place in first..<(first + users) where sources[place].next.time < limit {
        emit(from: place, workload, plan, timeline, until: limit)
      }
      first += users
    }
    order.sort(arrivals, from: chunkStart, span: limit - chunkStart)
    chunkStart = limit
    return true
  }

  private mutating func start(_ place: Int, _ workload: Int) {
    let plan = plans[workload]
    guard timelines[plan.timeline].hasTraffic, sources[place].rate > 0 else {
      sources[place].next.time = .max
      return
    }
    if plan.arrivals == .exact {
      sources[place].stride = Self.coprimeStride(UInt32(sources[place].rate))
      sources[place].position =
        draws.block(
          .systematic, call: 0, user: UInt64(sources[place].next.user), workload: plan.key
        ).0.unit
    }
    var source = sources[place]
    ahead.draw(
      1, from: 0, of: source, plan, timelines.pointer(to: plan.timeline), factory, draws)
    source.next.index = .max
    take(0, to: &source, plan, factory.mix(of: workload, user: source.next.user))
    sources[place] = source
  }

  /// About 0.618 of `count` (so that neighbours land far apart), without a common divisor.
  static func coprimeStride(_ count: UInt32) -> UInt32 {
    var stride = max(1, UInt32(Double(count) * 0.6180339887498949))
    while gcd(stride, count) != 1 { stride += 1 }
    return stride
  }

  private static func gcd(_ a: UInt32, _ b: UInt32) -> UInt32 { b == 0 ? a : gcd(b, a % b) }

  /// Appends the source's arrivals up to the limit and draws the one after them.
  ///
  /// Several at a time, about as many as will be needed, and each loop does one thing to all.
  @inline(__always)
  private mutating func emit(
    from place: Int, _ workload: Int, _ plan: ArrivalPlan, _ timeline: UnsafePointer<Timeline>,
    until limit: Int64
  ) {
    var source = sources[place]
    let perMicrosecond = source.rate / Double(monthLength)
    let mix = factory.mix(of: workload, user: source.next.user)
    while source.next.time < limit {
      let expected = Int(Double(limit - source.next.time) * perMicrosecond)
      let drawn = min(Self.atOnce, 1 + expected)
      let first = source.next.index + 1
      ahead.draw(drawn, from: first, of: source, plan, timeline, factory, draws)
      let times = ahead.times.base
      var inside = 0
      while inside < drawn - 1, times[inside] < limit { inside &+= 1 }
      append(source.next, and: inside, mix)
      take(inside, to: &source, plan, mix)
    }
    sources[place] = source
  }

  /// Appends an arrival and so many of those that were drawn after it.
  @inline(__always)
  private mutating func append(_ first: Arrival, and count: Int, _ mix: CallFactory.Mix) {
    arrivals.append(first)
    arrivals.reserve(arrivals.count + count)
    let room = arrivals.base + arrivals.count
    arrivals.resize(to: arrivals.count + count)
    let (times, places, words) = (ahead.times.base, ahead.places.base, ahead.words.base)
    for n in 0..<count {
      room[n] = Arrival(
        time: times[n], user: first.user,
        index: first.index &+ 1 &+ UInt32(truncatingIfNeeded: n), kind: 0)
      factory.decide(&room[n], mix, at: places[n], word: words[n])
    }
  }

  /// The n-th of those drawn is the source's next one.
  @inline(__always)
  private mutating func take(
    _ n: Int, to source: inout ArrivalSource, _ plan: ArrivalPlan, _ mix: CallFactory.Mix
  ) {
    source.next.index &+= UInt32(truncatingIfNeeded: n) &+ 1
    source.next.time = ahead.times[n]
    if plan.arrivals != .exact { source.position = ahead.positions[n] }
    factory.decide(&source.next, mix, at: ahead.places[n], word: ahead.words[n])
  }
}

/// Some arrivals of one source, drawn together: each loop does one thing to all of them, so that a
/// processor works on several at a time.
private struct ArrivalsAhead: ~Copyable, Sendable {
  var words: Slab<Philox.Block>
  /// In [0, 1): where in the mix they lie.
  var places: Slab<Double>
  /// Operational time, in mean gaps.
  var positions: Slab<Double>
  /// `Int64.max`: after the end.
  var times: Slab<Int64>

  init(_ count: Int) {
    words = Slab(repeating: (0, 0, 0, 0), count: count)
    places = Slab(repeating: 0, count: count)
    positions = Slab(repeating: 0, count: count)
    times = Slab(repeating: 0, count: count)
  }

  /// Those from a number on, which follow the source's position.
  @inline(__always)
  mutating func draw(
    _ count: Int, from first: UInt32, of source: ArrivalSource, _ plan: ArrivalPlan,
    _ timeline: UnsafePointer<Timeline>, _ factory: CallFactory, _ draws: Draws
  ) {
    let (words, places, positions) = (words.base, places.base, positions.base)
    for n in 0..<count {
      words[n] = factory.callBlock(
        key: plan.key, user: source.next.user, index: first &+ UInt32(truncatingIfNeeded: n))
    }
    for n in 0..<count { places[n] = words[n].1.unit }
    switch plan.arrivals {
    case .poisson:
      for n in 0..<count { positions[n] = ExactMath.log(words[n].0.openUnit) }
      var position = source.position
      for n in 0..<count {
        position -= positions[n]
        positions[n] = position
      }
    case .gamma(let cv):
      addGaps(count, from: first, of: source, plan.key, GammaGap(cv: cv), draws)
    case .exact: setExactly(count, from: first, of: source)
    }
    timeline.pointee.times(at: positions, scale: source.rate, count: count, into: times.base)
  }

  @inline(never)
  private mutating func addGaps(
    _ count: Int, from first: UInt32, of source: ArrivalSource, _ key: UInt64, _ gamma: GammaGap,
    _ draws: Draws
  ) {
    var position = source.position
    for n in 0..<count {
      let index = first + UInt32(n)
      position += gamma.gap(
        draws, first: index == 0, uniform: words[n].0, call: UInt64(index),
        user: UInt64(source.next.user), workload: key)
      positions[n] = position
    }
  }

  /// One arrival in each equal part of a month; the mix is visited place by place.
  private mutating func setExactly(_ count: Int, from first: UInt32, of source: ArrivalSource) {
    let monthly = UInt32(source.rate)
    let (words, places, positions) = (words.base, places.base, positions.base)
    for n in 0..<count {
      let index = first &+ UInt32(truncatingIfNeeded: n)
      let (month, inMonth) = index.quotientAndRemainder(dividingBy: monthly)
      positions[n] =
        Double(month) * source.rate
        + min(Double(inMonth) + words[n].0.unit, source.rate.nextDown)
      let visit = (UInt64(index) &* UInt64(source.stride)) % UInt64(monthly)
      places[n] = (Double(visit) + source.position) / source.rate
    }
  }
}

/// The order of a chunk's arrivals by time, ties in the order given: keys of time above place. A
/// least-significant-digit radix sort over the time's first 24 bits leaves next to nothing for the
/// insertion sort after it.
struct ArrivalOrder: ~Copyable, Sendable {
  private var keys = Slab<UInt64>()
  private var scratch = Slab<UInt64>()
  private var starts = Slab<Int32>(repeating: 0, count: 1 << digitBits)
  private var mask: UInt64 = 0
  /// Where time and place do not fit into one word together.
  private var places: [Int]?

  private static let digitBits = 12

  @inline(__always)
  subscript(place: Int) -> Int {
    if let places { return places[place] }
    return Int(truncatingIfNeeded: keys[place] & mask)
  }

  mutating func sort(_ arrivals: borrowing Slab<Arrival>, from start: Int64, span: Int64) {
    let count = arrivals.count
    let timeBits = 64 - span.leadingZeroBitCount
    let placeBits = 64 - count.leadingZeroBitCount
    guard timeBits + placeBits <= 64, count <= Int32.max else { return sortSparse(arrivals) }
    places = nil
    mask = 1 << UInt64(placeBits) &- 1
    keys.reserve(count)
    keys.resize(to: count)
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

  private mutating func sortSparse(_ arrivals: borrowing Slab<Arrival>) {
    let times = arrivals.array.map(\.time)
    places = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
  }
}

/// Gaps of a gamma renewal process of mean 1 (Marsaglia and Tsang, "A simple method for
/// generating gamma variables", ACM TOMS 26(3), 2000), started in equilibrium: the first gap is
/// uniform in a length-biased one, so that the expected number of calls is exact from the start.
struct GammaGap {
  private let shape: Double

  init(cv: Double) { shape = 1 / (cv * cv) }

  func gap(
    _ draws: Draws, first: Bool, uniform: UInt64, call: UInt64, user: UInt64, workload: UInt64
  ) -> Double {
    let wanted = first ? shape + 1 : shape
    let d = max(wanted, wanted < 1 ? wanted + 1 : wanted) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    var attempt: UInt64 = 0
    while true {
      let word = draws.block(.gamma, call: call, user: user, workload: workload, part: attempt)
      attempt += 1
      let z = ExactMath.normalQuantile(word.0.openUnit)
      let root = 1 + c * z
      guard root > 0 else { continue }
      let v = root * root * root
      let u = word.1.openUnit
      guard ExactMath.log(u) < 0.5 * z * z + d - d * v + d * ExactMath.log(v) else { continue }
      var variate = d * v
      if wanted < 1 {
        variate *= ExactMath.exp(ExactMath.log(word.2.openUnit) / wanted)
      }
      return variate / shape * (first ? uniform.unit : 1)
    }
  }
}
