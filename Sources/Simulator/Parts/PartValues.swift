import CostModel
import Scenarios
import Support

// How parts hold what a replay has counted.

extension SimTime: PartValue {
  package init() { self.init(microseconds: 0) }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    var time = microseconds
    try part.code(&time)
    self = SimTime(microseconds: time)
  }
}

extension LatencyHistogram: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    var places = buckets.map { Int64($0.bucket) }
    var counts = buckets.map(\.count)
    try part.code(&places)
    try part.code(&counts)
    try part.check(
      places.count == counts.count && places.allSatisfy { (0..<1 << 16).contains($0) },
      "its latencies are in no bucket")
    self = LatencyHistogram()
    for (place, count) in zip(places, counts) { change(bucket: Int(place), by: count) }
  }
}

extension Moment: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) { try part.code(&order) }
}

/// A call that is kept by name: when it was met, where it lies in the log, and what it costs.
package struct PartMet: PartValue, Hashable, Sendable {
  package var moment = Moment()
  package var place = PartPlace()
  package var cost: Int64 = 0

  package init() {}

  /// - Parameter before: calls that lie before the piece.
  package init(_ met: OutlierFinder.Met, before: Int64) {
    (moment, cost) = (met.moment, met.cost)
    place = PartPlace(met.number - before)
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&moment)
    try part.code(&place)
    try part.code(&cost)
  }

  package func met(_ number: (PartPlace) -> Int64) -> OutlierFinder.Met {
    OutlierFinder.Met(moment: moment, number: number(place), cost: cost)
  }

  package static func precedes(_ a: PartMet, _ b: PartMet) -> Bool {
    (a.moment, a.place) < (b.moment, b.place)
  }
}

/// What an `OutlierFinder` keeps of one model.
package struct PartCosts: PartValue, Hashable, Sendable {
  /// Empty: of calls that name none.
  package var model = ""
  package var buckets: [Int] = []
  package var calls: [Int64] = []
  package var firsts: [PartMet] = []
  package var sample: [PartMet] = []
  package var dearest: [PartMet] = []

  package init() {}

  package init(model: String, _ group: OutlierFinder.Group, before: Int64) {
    self.model = model
    buckets = group.buckets.map(\.bucket)
    calls = group.buckets.map(\.calls)
    firsts = group.buckets.map { PartMet($0.first, before: before) }
    sample = group.sample.map { PartMet($0, before: before) }
    dearest = group.dearest.map { PartMet($0, before: before) }
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&model)
    try part.code(&buckets)
    try part.code(&calls)
    try part.code(&firsts)
    try part.code(&sample)
    try part.code(&dearest)
    try part.check(
      buckets.count == calls.count && buckets.count == firsts.count
        && buckets.allSatisfy { $0 >= 0 }, "its costs are in no bucket")
  }

  package mutating func renumber(_ pieces: [Int]) {
    for place in firsts.indices { firsts[place].place.renumber(pieces) }
    for place in sample.indices { sample[place].place.renumber(pieces) }
    for place in dearest.indices { dearest[place].place.renumber(pieces) }
  }

  package func group(_ number: (PartPlace) -> Int64) -> OutlierFinder.Group {
    var group = OutlierFinder.Group()
    for (place, bucket) in buckets.enumerated() {
      group.buckets.append((bucket, calls[place], firsts[place].met(number)))
    }
    group.sample = sample.map { $0.met(number) }
    group.dearest = dearest.map { $0.met(number) }
    return group
  }

  fileprivate mutating func add(_ other: PartCosts) {
    var all = Dictionary(
      uniqueKeysWithValues: zip(buckets, zip(calls, firsts).map { ($0, $1) }))
    for (place, bucket) in other.buckets.enumerated() {
      let (calls, first) = (other.calls[place], other.firsts[place])
      guard let known = all[bucket] else {
        all[bucket] = (calls, first)
        continue
      }
      all[bucket] = (known.0 &+ calls, PartMet.precedes(first, known.1) ? first : known.1)
    }
    buckets = all.keys.sorted()
    calls = buckets.map { all[$0]?.0 ?? 0 }
    firsts = buckets.map { all[$0]?.1 ?? PartMet() }
    sample = Array(
      Self.merged(sample, other.sample, by: PartMet.precedes)
        .prefix(OutlierFinder.limits.sample))
    dearest = Array(
      Self.merged(dearest, other.dearest) {
        $0.cost > $1.cost || $0.cost == $1.cost && PartMet.precedes($0, $1)
      }.prefix(OutlierFinder.limits.dearest))
  }

  /// Two lists in order as one, in which each keeps its own.
  package static func merged<Element>(
    _ a: [Element], _ b: [Element], by precedes: (Element, Element) -> Bool
  ) -> [Element] {
    var all: [Element] = []
    all.reserveCapacity(a.count + b.count)
    var place = 0
    for element in a {
      while place < b.count, precedes(b[place], element) {
        all.append(b[place])
        place += 1
      }
      all.append(element)
    }
    return all + b[place...]
  }

  package static func sum(_ a: [PartCosts], _ b: [PartCosts]) -> [PartCosts] {
    var sum = a
    for other in b {
      if let place = sum.firstIndex(where: { $0.model.utf8.elementsEqual(other.model.utf8) }) {
        sum[place].add(other)
      } else {
        sum.append(other)
      }
    }
    return sum.sorted { $0.model.utf8.lexicographicallyPrecedes($1.model.utf8) }
  }
}

/// A request whose logged cost differs.
package struct PartDifference: PartValue, Hashable, Sendable {
  package var moment = Moment()
  package var place = PartPlace()
  package var target = 0
  package var logged: Int64 = 0
  package var computed: Int64 = 0

  package init() {}

  package init(_ found: CostCheck.Difference, before: Int64) {
    (moment, place) = (found.moment, PartPlace(found.number - before))
    (target, logged, computed) = (found.model, found.logged, found.computed)
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&moment)
    try part.code(&place)
    try part.code(&target)
    try part.code(&logged)
    try part.code(&computed)
  }

  package func difference(_ number: (PartPlace) -> Int64) -> CostCheck.Difference {
    CostCheck.Difference(
      number: number(place), model: target, logged: logged, computed: computed, moment: moment)
  }

  /// The largest that any of two lists has, largest first.
  package static func largest(
    _ a: [PartDifference], _ b: [PartDifference]
  ) -> [PartDifference] {
    func size(_ found: PartDifference) -> UInt64 { found.difference { $0.number }.size }
    let all = PartCosts.merged(a, b) {
      let sizes = (size($0), size($1))
      return sizes.0 > sizes.1
        || sizes.0 == sizes.1
          && ($0.moment, $0.place) < ($1.moment, $1.place)
    }
    return Array(all.prefix(CostCheck.kept))
  }
}

extension CostCheck.Row {
  package static var sums: [SumField<CostCheck.Row>] {
    [SumField(\.calls), SumField(\.differing), SumField(\.logged), SumField(\.computed)]
  }
}
