import CostModel

/// When one user's next call of one workload arrives.
struct ArrivalSource: Sendable {
  /// `Int64.max`: none left.
  var nextTime: Int64
  /// Operational time of the next arrival, in mean gaps.
  var position: Double
  /// Calls a month.
  var rate: Double
  /// How many arrivals came before the next one.
  var index: UInt32
  /// `exact`: a step coprime to the month's number of calls, that visits every place of the mix.
  var stride: UInt32
}

struct Arrival: Sendable {
  var time: Int64
  var source: UInt32
  var index: UInt32
}

/// Every arrival of a plan in order of (time, workload, user, index), a chunk at a time.
///
/// Each source runs on its own draws, so that a chunk is filled source by source and then sorted
/// (stable, by time): memory grows with users × workloads, not with calls.
struct ArrivalStream: Sendable {
  private var sources: [ArrivalSource] = []
  private let users: Int
  private let plans: [ArrivalPlan]
  private let timelines: [Timeline]
  private let draws: Draws
  private let chunkLength: Int64
  private var chunkStart: Int64
  private let end: Int64
  private var scratch: [Arrival] = []

  /// Arrivals in a chunk, about; at least four for each source.
  private static let chunkSize = 32_768.0

  init(compiled: CompiledScenario, population: Population, draws: Draws) {
    self.draws = draws
    users = population.users
    plans = compiled.arrivalPlans
    timelines = compiled.timelines
    let period = compiled.scenario.period
    chunkStart = period.start.microseconds
    end = period.end.microseconds
    var expected = 0.0
    for workload in compiled.workloads {
      for rate in population.volumes(of: workload) {
        expected += rate * Double(period.months.count)
        sources.append(
          ArrivalSource(nextTime: .min, position: 0, rate: rate, index: 0, stride: 0))
      }
    }
    let chunks = max(1, expected / max(Self.chunkSize, 4 * Double(sources.count)))
    chunkLength = max(1, Int64(Double(end - chunkStart) / chunks))
    for index in sources.indices { start(index) }
  }

  /// Replaces `arrivals` by the next chunk; false at the end. A chunk may be empty.
  mutating func next(into arrivals: inout [Arrival]) -> Bool {
    arrivals.removeAll(keepingCapacity: true)
    guard chunkStart < end else { return false }
    let limit = min(chunkStart + chunkLength, end)
    for index in sources.indices {
      while sources[index].nextTime < limit {
        let source = sources[index]
        arrivals.append(
          Arrival(time: source.nextTime, source: UInt32(index), index: source.index))
        sources[index].index += 1
        advance(index)
      }
    }
    sort(&arrivals, from: chunkStart, span: limit - chunkStart)
    chunkStart = limit
    return true
  }

  /// The step of an exact source's mix; 0 for the others.
  func stride(of source: UInt32) -> UInt32 { sources[Int(source)].stride }
  func rate(of source: UInt32) -> Double { sources[Int(source)].rate }

  private mutating func start(_ index: Int) {
    guard timelines[plans[index / users].timeline].hasTraffic else {
      sources[index].nextTime = .max
      return
    }
    if plans[index / users].arrivals == .exact, sources[index].rate > 0 {
      sources[index].stride = Self.coprimeStride(UInt32(sources[index].rate))
    }
    advance(index)
  }

  /// About 0.618 of `count` (so that neighbours land far apart), without a common divisor.
  static func coprimeStride(_ count: UInt32) -> UInt32 {
    var stride = max(1, UInt32(Double(count) * 0.6180339887498949))
    while gcd(stride, count) != 1 { stride += 1 }
    return stride
  }

  private static func gcd(_ a: UInt32, _ b: UInt32) -> UInt32 { b == 0 ? a : gcd(b, a % b) }

  /// Draws the gap before arrival number `index` and sets its time.
  @inline(__always)
  private mutating func advance(_ i: Int) {
    let workload = plans[i / users]
    let user = UInt64(i % users)
    var source = sources[i]
    let word = draws.block(
      .call, call: UInt64(source.index), user: user, workload: workload.key
    ).0
    guard source.rate > 0 else {
      sources[i].nextTime = .max
      return
    }
    switch workload.arrivals {
    case .poisson:
      source.position -= ExactMath.log(word.openUnit)
    case .gamma(let cv):
      let gamma = GammaGap(cv: cv)
      source.position += gamma.gap(
        draws, first: source.index == 0, uniform: word, call: UInt64(source.index), user: user,
        workload: workload.key)
    case .exact:
      let count = UInt32(source.rate)
      let month = source.index / count
      let place = Double(source.index % count) + word.unit
      source.position = Double(month) * source.rate + min(place, source.rate.nextDown)
    }
    let months = source.position / source.rate
    source.nextTime =
      months < timelines[workload.timeline].length
      ? timelines[workload.timeline].time(at: months) : .max
    sources[i] = source
  }

  /// Stable least-significant-digit radix sort by time.
  private mutating func sort(_ arrivals: inout [Arrival], from start: Int64, span: Int64) {
    let bits = 64 - span.leadingZeroBitCount
    if scratch.count < arrivals.count {
      scratch = Array(
        repeating: Arrival(time: 0, source: 0, index: 0), count: arrivals.count + arrivals.count / 4
      )
    }
    var digit = 0
    while digit < bits {
      var places = [Int](repeating: 0, count: 2_049)
      for a in arrivals { places[Int((a.time &- start) >> Int64(digit)) & 2_047 &+ 1] &+= 1 }
      for d in 1...2_048 { places[d] &+= places[d &- 1] }
      for a in arrivals {
        let d = Int((a.time &- start) >> Int64(digit)) & 2_047
        scratch[places[d]] = a
        places[d] &+= 1
      }
      for i in arrivals.indices { arrivals[i] = scratch[i] }
      digit += 11
    }
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
