import Support

/// When one user's next call of one workload arrives, and what it will be.
package struct ArrivalSource: BitwiseCopyable {
  /// The next arrival; `Int64.max` as its time: none left.
  package var next: Arrival
  /// Operational time of the next arrival, in mean gaps; of an exact source, where in [0, 1) its
  /// mix starts.
  package var position: Double
  /// Calls a month; of an exact source whose months differ, in the larger ones.
  package var rate: Double
  /// `exact`: a step coprime to the month's number of calls, that visits every place of the mix.
  package var stride: UInt32
  /// The piece of the timeline in which the next arrival lies.
  package var piece: Int32
}

/// Every arrival of a plan in order of (time, workload, user, index), a chunk of time at a time.
///
/// Each source runs on its own draws, so that a chunk is filled source by source and then sorted
/// (stable, by time): memory grows with users × workloads, not with calls.
package struct ArrivalStream: ~Copyable, Sendable {
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
  private var ahead = ArrivalsAhead()
  private let dayEnds: FixedTable<Int64>
  /// The day in which the chunk starts.
  private var day = 0
  /// By workload, `exact` ones whose months differ.
  private var uneven: [UnevenMonths?] = []
  private var tally: HitTally
  /// Of the chunk, those that are in the tally in place of the chunk.
  package private(set) var counted = 0

  /// Arrivals in a chunk, about; at least one for each source.
  private static let chunkSize = 32_768.0

  package init(
    compiled: CompiledScenario, population: Population, factory: CallFactory, draws: Draws
  ) {
    self.draws = draws
    self.factory = factory
    users = population.users
    plans = compiled.arrivalPlans
    timelines = FixedTable(compiled.timelines)
    let period = compiled.scenario.period
    dayEnds = FixedTable(period.days.dropFirst().map(\.start.microseconds) + [.max])
    tally = HitTally(
      forms: factory.forms.count, days: period.days.count,
      models: compiled.scenario.catalog.models.count, users: users)
    chunkStart = period.start.microseconds
    end = period.end.microseconds
    monthLength = (end - chunkStart) / Int64(period.months.count)
    var expected = 0.0
    sources.reserve(compiled.workloads.count * users)
    for workload in compiled.workloads {
      let length = compiled.timelines[workload.timeline].length
      let (rates, uneven) = Self.rates(
        of: workload, in: population, months: period.months.count, length: length)
      self.uneven.append(uneven)
      for (user, rate) in rates.enumerated() {
        expected += rate * Double(period.months.count)
        sources.append(
          ArrivalSource(
            next: Arrival(time: .min, index: .max, user: UInt32(user)), position: 0, rate: rate,
            stride: 0, piece: 0))
      }
    }
    let chunks = max(1, expected / max(Self.chunkSize, Double(sources.count)))
    chunkLength = max(1, Int64(Double(end - chunkStart) / chunks))
    for workload in plans.indices {
      for user in 0..<users { start(workload * users + user, workload) }
    }
  }

  /// Calls a month of every user; of `exact` arrivals also how months differ.
  private static func rates(
    of workload: CompiledWorkload, in population: Population, months: Int, length: Double
  ) -> ([Double], UnevenMonths?) {
    guard workload.arrivals == .exact else { return (population.volumes(of: workload), nil) }
    // Surges make the period longer in months of traffic, or shorter.
    let counts = population.exactCounts(
      of: workload, months: max(months, Int(length.rounded(.up))))
    let fewer = counts.byUser(counts.fewer)
    if counts.isEven { return (fewer, nil) }
    let more = counts.byUser(counts.more)
    return (
      zip(fewer, more).map(max), UnevenMonths(isMore: counts.isMore, fewer: fewer, more: more)
    )
  }

  /// Arrivals of the chunk.
  package var count: Int { arrivals.count }

  /// By place in the order of time.
  @inline(__always)
  package subscript(place: Int) -> Arrival { arrivals[order[place]] }

  /// What has been counted in all, in place of arriving; asked once, at the end.
  package mutating func takeTally() -> HitTally {
    var taken = HitTally(forms: 0, days: 0, models: 0, users: 0)
    swap(&taken, &tally)
    return taken
  }

  /// Goes on to the next chunk; false at the end. A chunk may be empty.
  package mutating func advance() -> Bool {
    arrivals.resize(to: 0)
    counted = 0
    guard chunkStart < end else { return false }
    let limit = min(chunkStart + chunkLength, end)
    let before = tally.total
    while chunkStart >= dayEnds[day] { day += 1 }
    var first = 0
    for workload in plans.indices {
      let plan = plans[workload]
      let way = way(workload, plan)
      for place in first..<(first + users) where sources[place].next.time < limit {
        emit(from: place, workload, plan, way, until: limit)
      }
      first += users
    }
    counted = tally.total - before
    order.sort(arrivals, from: chunkStart, span: limit - chunkStart)
    chunkStart = limit
    return true
  }

  private func way(_ workload: Int, _ plan: ArrivalPlan) -> ArrivalWay {
    ArrivalWay(
      factory: factory, forms: factory.forms.base, draws: draws,
      pieces: timelines[plan.timeline].pieces.pointer(to: 0), dayEnds: dayEnds.pointer(to: 0),
      uneven: uneven[workload])
  }

  private mutating func start(_ place: Int, _ workload: Int) {
    let plan = plans[workload]
    let source = sources.base + place
    guard timelines[plan.timeline].hasTraffic, source.pointee.rate > 0 else {
      source.pointee.next.time = .max
      return
    }
    let user = source.pointee.next.user
    if plan.arrivals == .exact {
      source.pointee.stride = Self.coprimeStride(UInt32(source.pointee.rate))
      source.pointee.position =
        draws.block(.systematic, call: 0, user: UInt64(user), workload: plan.key).0.unit
    }
    var day = 0
    _ = ahead.draw(
      1, of: source, plan, factory.mix(of: workload, user: user), way(workload, plan), until: .min,
      day: &day,
      into: arrivals.base, &tally)
  }

  /// About 0.618 of `count` (so that neighbours land far apart), without a common divisor.
  package static func coprimeStride(_ count: UInt32) -> UInt32 {
    var stride = max(1, UInt32(Double(count) * 0.6180339887498949))
    while gcd(stride, count) != 1 { stride += 1 }
    return stride
  }

  private static func gcd(_ a: UInt32, _ b: UInt32) -> UInt32 { b == 0 ? a : gcd(b, a % b) }

  /// Appends the source's arrivals up to the limit and draws the one after them, several at a time,
  /// about as many as will be needed.
  @inline(__always)
  private mutating func emit(
    from place: Int, _ workload: Int, _ plan: ArrivalPlan, _ way: ArrivalWay, until limit: Int64
  ) {
    let source = sources.base + place
    let perMicrosecond = source.pointee.rate / Double(monthLength)
    let mix = factory.mix(of: workload, user: source.pointee.next.user)
    var day = day
    repeat {
      let next = source.pointee.next
      let expected = ExactMath.floor(Double(limit &- next.time) * perMicrosecond)
      let drawn = min(ArrivalsAhead.capacity, 1 &+ expected)
      let count = arrivals.count
      arrivals.reserve(count &+ drawn)
      let room = arrivals.base + count
      room.pointee = next
      while next.time >= dayEnds[day] { day &+= 1 }
      let isCounted = tally.count(next, way.forms, day: day)
      tally.add(isCounted, user: next.user)
      let first = 1 &- isCounted
      let made = ahead.draw(
        drawn, of: source, plan, mix, way, until: limit, day: &day, into: room + first, &tally)
      arrivals.resize(to: count &+ first &+ made)
    } while source.pointee.next.time < limit
  }
}
