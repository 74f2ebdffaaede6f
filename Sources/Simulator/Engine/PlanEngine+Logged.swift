import CostModel
import Support

/// A log's calls. Most of them are decided by their row alone, where it tells no more than nearly
/// every log: they are answered by the response cache, or by a target that takes them at once and is
/// sure to answer. These are booked from the row as it lies, by aggregates; of all others a call is made.
extension PlanEngine {
  /// Handles the rows of the batch.
  package mutating func playLog() throws {
    let rows = batch.log.rows
    let areUsual = foresees && !pricing.hasFixedPrices && batch.log.parts.isEmpty
    logged.aggregates.grow(kinds: kinds.count)
    try rows.withUnsafeBufferPointer { rows in
      guard let first = rows.baseAddress else { return }
      for start in stride(from: 0, to: rows.count, by: CacheLookup.warmedTogether) {
        let count = min(CacheLookup.warmedTogether, rows.count &- start)
        if lookup.looksUp { warmCache(first + start, count) }
        for place in 0..<count {
          let row = first + start + place
          let time = row.pointee.time
          if events.precedesArrival(at: time) { try handleEvents(before: time) }
          begin(at: time)
          if batch.tellsNumbers { number(row) }
          if !areUsual || !take(row, hash: lookup.hashes[place]) {
            arrive(batch.makeCall(ofRow: start &+ place))
          }
        }
      }
    }
    if batch.tellsNumbers {
      logged.numbered += Int64(rows.count)
      logged.callsBefore = result.calls - logged.numbered
    }
    if let last = rows.last { compiled.observe(until: last.time) }
    if logged.aggregates.areWorthFlushing(after: rows.count) { flushAggregates() }
  }

  /// The next call is the row's, which tells its rank.
  private mutating func number(_ row: UnsafePointer<TraceRow>) {
    result.calls = row.pointee.number - 1
    budget.spent?.numbered = UInt64(row.pointee.number)
  }

  @inline(__always)
  private mutating func warmCache(_ rows: UnsafePointer<TraceRow>, _ count: Int) {
    var sum: Int64 = 0
    for place in 0..<count {
      let hash = cacheKey(rows + place).mixedHash
      sum &+= lookup.cache.warm(hash: hash)
      lookup.hashes[place] = hash
    }
    lookup.warmth &+= sum
  }

  @inline(__always)
  private mutating func cacheKey(_ row: UnsafePointer<TraceRow>) -> ResponseCacheKey {
    ResponseCacheKey(
      model: ModelID(row.pointee.routed),
      user: lookup.scope == .user ? row.pointee.user : ResponseCacheKey.anyUser,
      prompt: row.pointee.prompt)
  }

  /// Books the row's call as it arrives; false where it has to be made: nothing has happened then.
  /// - Parameter hash: of its key in the response cache, if it has one.
  @inline(__always)
  private mutating func take(_ row: UnsafePointer<TraceRow>, hash: UInt64) -> Bool {
    let (kindNumber, routed) = (Int(row.pointee.kind), Int(row.pointee.routed))
    var number = logged.aggregates.first[
      logged.aggregates.firstPlace(kind: kindNumber, routed: routed)]
    if number == 0 { number = findFirstLane(kind: kindNumber, routed: routed) }
    guard number > 0 else { return false }
    var aggregate = logged.aggregates.all.base + Int(number &- 1)
    let time = row.pointee.time
    var entry: ResponseCache.Place?
    var isHit = row.pointee.isCached
    if aggregate.pointee.isKeyed {
      let place = lookup.cache.place(of: cacheKey(row), hash: hash)
      isHit = lookup.cache.isLive(place, at: SimTime(microseconds: time))
      entry = place
    }
    if isHit {
      result.calls &+= 1
      aggregate.pointee.hits &+= 1
      ledger.addCall(user: row.pointee.user)
      return true
    }
    while (targets.base + aggregate.pointee.target).pointee.steadyFrom > time {
      guard time < (targets.base + aggregate.pointee.target).pointee.blockedUntil,
        let next = self.aggregate(after: aggregate)
      else { return false }
      aggregate = next
    }
    return take(row, aggregate, entry)
  }

  /// Books the call of a row at an aggregate whose target lets it through, if it takes it at once and is sure
  /// to answer.
  @inline(__always)
  private mutating func take(
    _ row: UnsafePointer<TraceRow>, _ aggregate: UnsafeMutablePointer<Aggregate>,
    _ entry: ResponseCache.Place?
  ) -> Bool {
    var latency = aggregate.pointee.fixedLatency
    if row.pointee.model == aggregate.pointee.model {
      if row.pointee.status.isFailure { return false }
      if row.pointee.latency >= 0 { latency = row.pointee.latency }
    }
    let (input, output) = (max(0, row.pointee.input), max(0, row.pointee.output))
    let target = targets.base + aggregate.pointee.target
    guard latency >= 0, latency <= target.pointee.timeout,
      input &+ output <= target.pointee.window || row.pointee.model == aggregate.pointee.model,
      entry == nil || lookup.storesAhead && latency <= aggregate.pointee.cacheTTL,
      input | output <= Self.mostTokens
    else { return false }
    let time = row.pointee.time
    let charge =
      input &+ (target.pointee.chargesReserved ? target.pointee.modelMaxTokens : output)
    guard
      target.pointee.quota.bookAtOnce(
        at: SimTime(microseconds: time), tokens: charge, audio: .zero,
        duration: SimDuration(microseconds: latency))
    else { return false }
    target.pointee.countStart(
      at: time, waited: 0, tokens: input &+ output, charged: charge)
    target.pointee.latencies.add(latency)
    target.pointee.countFirstToken(waited: 0, latency: latency)
    let rates = aggregate.pointee.rates
    let cost = Money(
      picodollars: input &* rates.input &+ output &* rates.output &+ rates.call)
    aggregate.pointee.answers &+= 1
    aggregate.pointee.input &+= input
    aggregate.pointee.output &+= output
    result.calls &+= 1
    ledger.addCall(user: row.pointee.user, cost: cost)
    deferCost(cost, month: month, at: time &+ latency, order: events.orderOfOutcome(), now: time)
    if let entry {
      lookup.cache.storeAhead(
        cacheKey(row), entry, at: SimTime(microseconds: time &+ latency),
        ttl: SimDuration(microseconds: aggregate.pointee.cacheTTL), now: SimTime(microseconds: time)
      )
    }
    observers.outliers?.add(
      model: aggregate.pointee.target, number: result.calls, cost: cost.picodollars,
      at: .arrival(time))
    if input | output == 0 {
      observers.use?.addEmpty(row: row.pointee.number, target: aggregate.pointee.target)
    }
    return true
  }

  // MARK: Aggregates

  /// Of a call's input and of its output: with rates up to `mostRate`, no amount exceeds 62 bits.
  private static let mostTokens: Int64 = 1 << 29
  private static let mostRate: Int64 = 1 << 31

  @inline(never)
  private mutating func findFirstLane(kind: Int, routed: Int) -> Int32 {
    let chain = routing.chain(model: routed, kind: kinds[kind].chain)
    let number = addAggregate(kind: kind, routed: routed, chain: chain)
    logged.aggregates.setFirst(number, at: logged.aggregates.firstPlace(kind: kind, routed: routed))
    return number
  }

  /// The aggregate of the target that comes next in the chain; nil: there is none.
  @inline(__always)
  private mutating func aggregate(
    after aggregate: UnsafeMutablePointer<Aggregate>
  ) -> UnsafeMutablePointer<Aggregate>? {
    if aggregate.pointee.next == 0 { return findAggregate(after: aggregate) }
    return aggregate.pointee.next > 0
      ? logged.aggregates.all.base + Int(aggregate.pointee.next &- 1) : nil
  }

  @inline(never)
  private mutating func findAggregate(
    after aggregate: UnsafeMutablePointer<Aggregate>
  ) -> UnsafeMutablePointer<Aggregate>? {
    let place = aggregate - logged.aggregates.all.base
    let number = addAggregate(
      kind: aggregate.pointee.kind, routed: aggregate.pointee.routed,
      chain: aggregate.pointee.place + 1..<aggregate.pointee.chainEnd)
    logged.aggregates.all[place].next = number
    return number > 0 ? logged.aggregates.all.base + Int(number - 1) : nil
  }

  /// The number + 1 of a new aggregate to the first target; −1 where the calls are not so simple.
  private mutating func addAggregate(kind: Int, routed: Int, chain: Range<Int>) -> Int32 {
    guard !chain.isEmpty, kinds[kind].frameTokens == 0, !kinds[kind].sells else { return -1 }
    let target = routing.target(at: chain.lowerBound)
    guard let rates = pricing.table.plainRates(target: target, billing: Int(kinds[kind].billing)),
      max(rates.input, rates.output, rates.call) < Self.mostRate
    else { return -1 }
    let drawn = targets[target].drawn
    return logged.aggregates.add(
      Aggregate(
        kind: kind, routed: routed, target: target, model: UInt32(targets[target].model),
        place: chain.lowerBound, chainEnd: chain.upperBound, rates: rates,
        isKeyed: kinds[kind].cacheMode == .keyed && kinds[kind].promptForm != .unique,
        cacheTTL: kinds[kind].cacheTTL.microseconds,
        fixedLatency: drawn.isDrawn ? -1 : drawn.fixedLatency))
  }

  /// Takes what aggregates add up to into the ledger.
  package mutating func flushAggregates() {
    for number in 0..<logged.aggregates.all.count {
      let aggregate = logged.aggregates.all.base + number
      if aggregate.pointee.hits > 0 || aggregate.pointee.answers > 0 { flush(aggregate) }
    }
  }

  private mutating func flush(_ aggregate: UnsafeMutablePointer<Aggregate>) {
    let kind = kinds.pointer(to: aggregate.pointee.kind)
    if kind.pointee.cacheMode != .off {
      lookup.counts[Int(kind.pointee.cacheClass)].hits += aggregate.pointee.hits
      lookup.counts[Int(kind.pointee.cacheClass)].misses += aggregate.pointee.answers
      lookup.misses[aggregate.pointee.routed] += aggregate.pointee.answers
    }
    let row = ledger.row(ofModel: aggregate.pointee.routed)
    ledger.addHits(aggregate.pointee.hits, kind: kind, row: row)
    ledger.addHits(aggregate.pointee.hits, day: day, row: row)
    ledger.addAnswers(aggregate.pointee, kind: kind, day: day)
    result.billedCalls += aggregate.pointee.answers
    if aggregate.pointee.answers > 0 {
      observers.use?.add(
        input: aggregate.pointee.input, output: aggregate.pointee.output,
        target: aggregate.pointee.target)
      observers.use?.addBilling(
        compiled.toldBillings[aggregate.pointee.kind], aggregate.pointee.answers,
        target: aggregate.pointee.target)
    }
    targets[aggregate.pointee.target].countAnswers(
      aggregate.pointee.answers, toRouted: UInt16(aggregate.pointee.routed))
    (aggregate.pointee.hits, aggregate.pointee.answers) = (0, 0)
    (aggregate.pointee.input, aggregate.pointee.output) = (0, 0)
  }
}
