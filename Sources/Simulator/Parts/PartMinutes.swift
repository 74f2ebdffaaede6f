import CostModel
import Support

/// What adds up in a UTC minute: requests, tokens and charged tokens that start, or picodollars that are
/// spent.
package struct PartMinute: Hashable, Sendable {
  /// Since the epoch.
  package var minute: Int64 = 0
  package var sums: [Int128] = []

  package init(_ minute: Int64, _ sums: Int128...) {
    self.minute = minute
    self.sums = sums
  }
}

/// Minutes in order, of one target or month.
package struct PartMinutes: PartValue, Hashable, Sendable {
  /// Whose they are.
  package var owner: Int64 = 0
  package var minutes: [PartMinute] = []

  package init() {}

  package init(owner: Int64, _ minutes: [PartMinute]) {
    self.owner = owner
    self.minutes = minutes
  }

  /// Minutes as their distance from the one before: most are 1.
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&owner)
    var steps: [Int64] = []
    var sums: [Int128] = []
    var width = minutes.first?.sums.count ?? 0
    var last: Int64 = 0
    for found in minutes {
      steps.append(found.minute &- last)
      last = found.minute
      sums += found.sums
    }
    try part.code(&width)
    try part.code(&steps)
    try part.code(&sums)
    try part.check(
      (0...3).contains(width) && sums.count == steps.count * width
        && steps.dropFirst().allSatisfy { $0 > 0 }, "its minutes are in no order")
    last = 0
    minutes = []
    minutes.reserveCapacity(steps.count)
    for (place, step) in steps.enumerated() {
      last &+= step
      var minute = PartMinute(last)
      minute.sums = Array(sums[place * width..<(place + 1) * width])
      minutes.append(minute)
    }
  }

  /// The minutes of each owner together, by owner.
  package static func sum(_ a: [PartMinutes], _ b: [PartMinutes]) -> [PartMinutes] {
    var sum = a
    for other in b {
      if let place = sum.firstIndex(where: { $0.owner == other.owner }) {
        sum[place].add(other.minutes)
      } else {
        sum.append(other)
      }
    }
    return sum.sorted { $0.owner < $1.owner }
  }

  private mutating func add(_ other: [PartMinute]) {
    guard let first = other.first else { return }
    // Pieces of a log follow each other.
    if let last = minutes.last, last.minute < first.minute {
      minutes += other
      return
    }
    var all = minutes + other
    all.sort { $0.minute < $1.minute }
    minutes = []
    for found in all {
      if let last = minutes.last, last.minute == found.minute {
        for place in found.sums.indices {
          minutes[minutes.count - 1].sums[place] &+= found.sums[place]
        }
      } else {
        minutes.append(found)
      }
    }
  }
}

/// What a request's attempt has spent, in the month that it belongs to.
package typealias SpentAttempt = (month: SimTime, attempt: SpentMinutes.Attempt)

/// What is spent by budget month and minute, and in some minutes every amount.
package struct SpentMinutes: Sendable {
  package struct Attempt: Sendable {
    package var time: Int64
    /// Among those of one time.
    package var order: UInt64
    package var cost: Money

    package init(time: Int64, order: UInt64, cost: Money) {
      (self.time, self.order, self.cost) = (time, order, cost)
    }
  }

  private struct Place: Hashable {
    var month: SimTime
    var minute: Int64
  }

  /// Minutes of which every amount is kept.
  private let kept: Set<Int64>
  /// Whether the minute matters; else all of a month is put at its beginning.
  private let isByMinute: Bool
  private var sums: [Place: Int128] = [:]
  /// The place of most amounts, and what is not yet in `sums`.
  private var last: Place?
  private var open: Int128 = 0
  private var count: UInt64 = 0
  /// The rank of the call that is under way, where the log tells it: it takes the place of an order.
  package var numbered: UInt64?
  package private(set) var attempts: [SpentAttempt] = []

  package init(byMinute: Bool = true, keeping kept: Set<Int64> = []) {
    isByMinute = byMinute
    self.kept = kept
  }

  /// - Parameter order: among the ends of that time; nil: they come in order.
  @inline(never)
  package mutating func add(_ cost: Money, month: SimTime, at time: Int64, order: UInt64?) {
    let minute = Self.minute(of: isByMinute ? time : month.microseconds)
    if last?.minute != minute || last?.month != month {
      close()
      last = Place(month: month, minute: minute)
    }
    open += Int128(cost.picodollars)
    guard !kept.isEmpty, kept.contains(Self.minute(of: time)) else { return }
    count += 1
    attempts.append((month, Attempt(time: time, order: numbered ?? order ?? count, cost: cost)))
  }

  private mutating func close() {
    if let last, open != 0 { sums[last, default: 0] += open }
    open = 0
  }

  /// By the start of the month, in microseconds.
  package func minutes() -> [PartMinutes] {
    var all = self
    all.close()
    var found: [Int64: [PartMinute]] = [:]
    for (place, sum) in all.sums {
      found[place.month.microseconds, default: []].append(PartMinute(place.minute, sum))
    }
    return found.map { month, minutes in
      PartMinutes(owner: month, minutes.sorted { $0.minute < $1.minute })
    }.sorted { $0.owner < $1.owner }
  }

  package static func minute(of time: Int64) -> Int64 {
    let quotient = time / 60_000_000
    return time % 60_000_000 < 0 ? quotient - 1 : quotient
  }
}
