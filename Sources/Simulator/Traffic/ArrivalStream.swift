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
  private var words = Slab(repeating: Philox.Block(0, 0, 0, 0), count: ahead)
  private var logs = Slab(repeating: 0.0, count: ahead)

  /// Blocks that are drawn together, at most.
  private static let ahead = 8

  /// Arrivals in a chunk, about; at least one for each source.
  private static let chunkSize = 32_768.0

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
    words[0] = factory.callBlock(key: plan.key, user: sources[place].next.user, index: 0)
    var source = sources[place]
    advance(
      &source, factory.mix(of: workload, user: source.next.user), plan,
      timelines.pointer(to: plan.timeline), words.base, log: ExactMath.log(words[0].0.openUnit))
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
  @inline(__always)
  private mutating func emit(
    from place: Int, _ workload: Int, _ plan: ArrivalPlan, _ timeline: UnsafePointer<Timeline>,
    until limit: Int64
  ) {
    // A copy in registers: what is written in parts and read whole makes a processor wait.
    var source = sources[place]
    let perMicrosecond = source.rate / Double(monthLength)
    let mix = factory.mix(of: workload, user: source.next.user)
    while source.next.time < limit {
      // Several blocks at a time, about as many as will be needed.
      let wanted = min(Self.ahead, 1 + Int(Double(limit - source.next.time) * perMicrosecond))
      for n in 0..<wanted {
        words[n] = factory.callBlock(
          key: plan.key, user: source.next.user, index: source.next.index &+ UInt32(n) &+ 1)
      }
      if case .poisson = plan.arrivals {
        for n in 0..<wanted { logs[n] = ExactMath.log(words[n].0.openUnit) }
      }
      for n in 0..<wanted where source.next.time < limit {
        arrivals.append(source.next)
        source.next.index += 1
        advance(&source, mix, plan, timeline, words.base + n, log: logs[n])
      }
    }
    sources[place] = source
  }

  /// Sets the source's next arrival, whose index is set, from its block of draws.
  @inline(__always)
  private func advance(
    _ source: inout ArrivalSource, _ mix: CallFactory.Mix, _ plan: ArrivalPlan,
    _ timeline: UnsafePointer<Timeline>, _ word: UnsafePointer<Philox.Block>, log: Double
  ) {
    let index = source.next.index
    var place = word.pointee.1.unit
    var position: Double
    switch plan.arrivals {
    case .poisson:
      source.position -= log
      position = source.position
    case .gamma(let cv):
      source.position += GammaGap(cv: cv).gap(
        draws, first: index == 0, uniform: word.pointee.0, call: UInt64(index),
        user: UInt64(source.next.user), workload: plan.key)
      position = source.position
    case .exact:
      let count = UInt32(source.rate)
      let (month, inMonth) = index.quotientAndRemainder(dividingBy: count)
      position =
        Double(month) * source.rate
        + min(Double(inMonth) + word.pointee.0.unit, source.rate.nextDown)
      let visit = (UInt64(index) &* UInt64(source.stride)) % UInt64(count)
      place = (Double(visit) + source.position) / source.rate
    }
    let months = position / source.rate
    source.next.time =
      months < timeline.pointee.length ? timeline.pointee.time(at: months) : .max
    factory.decide(&source.next, mix, at: place, word: word.pointee)
  }
}

/// The order of a chunk's arrivals by time, ties in the order given: keys of time above place, in
/// a least-significant-digit radix sort over the bits of the time.
struct ArrivalOrder: ~Copyable, Sendable {
  private var keys = Slab<UInt64>()
  private var scratch = Slab<UInt64>()
  private var mask: UInt64 = 0
  /// Where time and place do not fit into one word together.
  private var places: [Int]?

  @inline(__always)
  subscript(place: Int) -> Int {
    if let places { return places[place] }
    return Int(truncatingIfNeeded: keys[place] & mask)
  }

  mutating func sort(_ arrivals: borrowing Slab<Arrival>, from start: Int64, span: Int64) {
    let count = arrivals.count
    let timeBits = 64 - span.leadingZeroBitCount
    let placeBits = 64 - count.leadingZeroBitCount
    guard timeBits + placeBits <= 64 else {
      return sortSparse(arrivals)
    }
    places = nil
    mask = 1 << UInt64(placeBits) &- 1
    keys.resize(to: 0)
    scratch.resize(to: 0)
    keys.reserve(count)
    scratch.reserve(count)
    for place in 0..<count {
      let time = UInt64(bitPattern: arrivals[place].time &- start)
      keys.append(time &<< UInt64(placeBits) | UInt64(place))
      scratch.append(0)
    }
    var shift = placeBits
    while shift < placeBits + timeBits {
      let bits = min(11, placeBits + timeBits - shift)
      Self.pass(keys, into: &scratch, shift: UInt64(shift), bits: bits)
      swap(&keys, &scratch)
      shift += bits
    }
  }

  private static func pass(
    _ keys: borrowing Slab<UInt64>, into sorted: inout Slab<UInt64>, shift: UInt64, bits: Int
  ) {
    let digit: UInt64 = 1 << UInt64(bits) &- 1
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 1 << bits) { next in
      next.initialize(repeating: 0)
      for place in 0..<keys.count {
        next[Int(truncatingIfNeeded: keys[place] &>> shift & digit)] &+= 1
      }
      var sum = 0
      for value in next.indices {
        (next[value], sum) = (sum, sum &+ next[value])
      }
      for place in 0..<keys.count {
        let value = Int(truncatingIfNeeded: keys[place] &>> shift & digit)
        sorted[next[value]] = keys[place]
        next[value] &+= 1
      }
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
