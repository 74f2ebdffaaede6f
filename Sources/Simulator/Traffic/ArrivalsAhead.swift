import Support

/// What all sources of a workload go by.
package struct ArrivalWay {
  package let factory: CallFactory
  package let forms: UnsafePointer<CallTemplate>
  package let draws: Draws
  package let pieces: UnsafePointer<Timeline.Piece>
  /// When each day ends; the last never does.
  package let dayEnds: UnsafePointer<Int64>
  /// `exact`: months that differ from each other; nil: they are alike.
  package var uneven: UnevenMonths?
}

/// The calls of `exact` arrivals, month by month, where a month's number of calls is a fraction.
package final class UnevenMonths: Sendable {
  private let isMore: [Bool]
  private let fewer: [UInt32]
  private let more: [UInt32]

  package init(isMore: [Bool], fewer: [Double], more: [Double]) {
    self.isMore = isMore
    self.fewer = fewer.map { UInt32($0) }
    self.more = more.map { UInt32($0) }
  }

  /// Where a user's call lies.
  package struct Place {
    /// From 0; one more than there are for a call after the last one.
    package var month: Int
    package var inMonth: UInt32
    /// Calls in that month.
    package var calls: UInt32
  }

  package func place(of index: UInt32, user: Int) -> Place {
    var left = index
    for month in isMore.indices {
      let calls = isMore[month] ? more[user] : fewer[user]
      if left < calls { return Place(month: month, inMonth: left, calls: calls) }
      left -= calls
    }
    return Place(month: isMore.count + 1, inMonth: 0, calls: 1)
  }
}

/// Some arrivals of one source, drawn together: each loop does one thing to all of them, so that a
/// processor works on several at a time.
package struct ArrivalsAhead: ~Copyable, Sendable {
  /// Columns. The first lane of the blocks, which becomes operational time, in mean gaps; the second,
  /// which becomes where in [0, 1) of the mix the call lies; that of hits; the times. One place, so that
  /// all are found from one pointer.
  private var lanes = Slab<UInt64>(repeating: 0, count: 4 * capacity)

  private let gaps = Ziggurat.exponential

  /// Arrivals that are drawn together, at most.
  package static let capacity = 32

  /// Draws those that follow the source's next one, as far as the first that is not before the
  /// limit, which becomes the source's next one, as the last does where all are before it.
  /// - Parameters:
  ///   - day: that of the source's next one; then that of the one after them.
  ///   - room: for those before the source's next one that are not only counted.
  /// - Returns: How many lie there.
  @inline(__always)
  package mutating func draw(
    _ count: Int, of source: UnsafeMutablePointer<ArrivalSource>, _ plan: ArrivalPlan,
    _ mix: CallFactory.Mix, _ way: ArrivalWay, until limit: Int64, day: inout Int,
    into room: UnsafeMutablePointer<Arrival>, _ tally: inout HitTally
  ) -> Int {
    let (positions, places) = (lanes.base, lanes.base + Self.capacity)
    let hits = lanes.base + 2 * Self.capacity
    let user = source.pointee.next.user
    let first = source.pointee.next.index &+ 1
    place(count, from: first, of: source, plan, way)
    var piece = way.pieces + Int(source.pointee.piece)
    let rate = source.pointee.rate
    let times = lanes.base + 3 * Self.capacity
    var last = -1
    var time: Int64
    repeat {
      last &+= 1
      let x = Double(bitPattern: positions[last]) / rate
      time = Timeline.time(at: x, from: &piece)
      times[last] = UInt64(bitPattern: time)
    } while last &+ 1 < count && time < limit
    source.pointee.piece = Int32(truncatingIfNeeded: piece - way.pieces)
    if plan.arrivals != .exact { source.pointee.position = Double(bitPattern: positions[last]) }
    var (arrival, made, counted) = (Arrival(time: 0, index: first, user: user), 0, 0)
    for n in 0...last {
      arrival.time = Int64(bitPattern: times[n])
      arrival.index = first &+ UInt32(truncatingIfNeeded: n)
      way.factory.decide(
        &arrival, mix, at: Double(bitPattern: places[n]), cache: hits[n])
      if n == last { break }
      while arrival.time >= way.dayEnds[day] { day &+= 1 }
      let isCounted = tally.count(arrival, way.forms, day: day)
      room[made] = arrival
      made &+= 1 &- isCounted
      counted &+= isCounted
    }
    source.pointee.next = arrival
    tally.add(counted, user: user)
    return made
  }

  /// Draws positions, places and hits.
  @inline(__always)
  private mutating func place(
    _ count: Int, from first: UInt32, of source: UnsafeMutablePointer<ArrivalSource>,
    _ plan: ArrivalPlan, _ way: ArrivalWay
  ) {
    let draws = way.draws
    let user = UInt64(source.pointee.next.user)
    let sequence = draws.sequence(.call, user: user, workload: plan.key)
    switch plan.arrivals {
    case .poisson:
      let layers = gaps.base
      var position = source.pointee.position
      for n in 0..<count {
        let word = Self.block(n, from: first, sequence)
        position += Ziggurat.exponential(word.0, layers)
        set(n, position: position, place: word.1.unit, hit: word.3)
      }
    case .gamma(let cv):
      addGaps(count, from: first, of: source.pointee, plan.key, GammaGap(cv: cv), draws)
    case .exact:
      if let uneven = way.uneven {
        setUnevenly(count, from: first, of: source.pointee, sequence, uneven)
      } else {
        setExactly(count, from: first, of: source.pointee, sequence)
      }
    }
  }

  @inline(__always)
  private static func block(_ n: Int, from first: UInt32, _ sequence: UInt64) -> SplitMix.Block {
    SplitMix.block(UInt64(first &+ UInt32(truncatingIfNeeded: n)), from: sequence)
  }

  @inline(__always)
  private mutating func set(_ n: Int, position: Double, place: Double, hit: UInt64) {
    lanes.base[n] = position.bitPattern
    lanes.base[n &+ Self.capacity] = place.bitPattern
    lanes.base[n &+ 2 &* Self.capacity] = hit
  }

  @inline(never)
  private mutating func addGaps(
    _ count: Int, from first: UInt32, of source: ArrivalSource, _ key: UInt64, _ gamma: GammaGap,
    _ draws: Draws
  ) {
    let user = UInt64(source.next.user)
    let sequence = draws.sequence(.call, user: user, workload: key)
    var position = source.position
    for n in 0..<count {
      let index = first + UInt32(n)
      let word = Self.block(n, from: first, sequence)
      position += gamma.gap(
        draws, first: index == 0, uniform: word.0, call: UInt64(index), user: user, workload: key)
      set(n, position: position, place: word.1.unit, hit: word.3)
    }
  }

  /// One arrival in each equal part of a month; the mix is visited place by place.
  @inline(__always)
  private mutating func setExactly(
    _ count: Int, from first: UInt32, of source: ArrivalSource, _ sequence: UInt64
  ) {
    let (rate, start, stride) = (source.rate, source.position, source.stride)
    let monthly = UInt32(rate)
    var (month, inMonth) = first.quotientAndRemainder(dividingBy: monthly)
    var visit = UInt64(first) &* UInt64(stride) % UInt64(monthly)
    var before = Double(month) * rate
    for n in 0..<count {
      let word = Self.block(n, from: first, sequence)
      let part = Double(inMonth) + word.0.unit
      set(
        n, position: before + (part < rate.nextDown ? part : rate.nextDown),
        place: (Double(Int64(bitPattern: visit)) + start) / rate, hit: word.3)
      inMonth &+= 1
      if inMonth == monthly {
        (month, inMonth) = (month &+ 1, 0)
        before = Double(month) * rate
      }
      visit &+= UInt64(stride)
      // The second wraps around where it would be below 0.
      visit = min(visit, visit &- UInt64(monthly))
    }
  }

  /// The same where months differ: few scenarios, so each call is found anew.
  @inline(never)
  private mutating func setUnevenly(
    _ count: Int, from first: UInt32, of source: ArrivalSource, _ sequence: UInt64,
    _ months: UnevenMonths
  ) {
    for n in 0..<count {
      let word = Self.block(n, from: first, sequence)
      let index = first &+ UInt32(n)
      let found = months.place(of: index, user: Int(source.next.user))
      let calls = Double(found.calls)
      // Short of the month's end, also after dividing by the rate.
      let part = min((Double(found.inMonth) + word.0.unit) / calls, 1 - 0x1p-40)
      let stride = UInt64(ArrivalStream.coprimeStride(found.calls))
      let visit = UInt64(found.inMonth) * stride % UInt64(found.calls)
      set(
        n, position: (Double(found.month) + part) * source.rate,
        place: (Double(visit) + source.position) / calls, hit: word.3)
    }
  }
}
