import CostModel
import Scenarios
import Support

/// Watches month-to-date spending against the budget's lines, as events happen.
package struct BudgetWatch: ~Copyable, Sendable {
  private struct Pending: Sendable {
    var at: Int64
    var month: Int
    var line: Int
  }

  private let budget: Budget?
  private let hasLines: Bool
  /// Calls or flows a month of each workload, by this plan's users.
  private let volumes: [Double]
  private var months: [Period.Span] = []
  private var elapsedAtMidnight: [(time: Int64, month: Int, elapsed: Double)] = []
  private var nextMidnight = 0
  package struct Spending: Sendable, BitwiseCopyable {
    package var cost = MoneySum.zero
    /// The lowest actual line (or the budget) not yet crossed.
    package var nextLine: MoneySum
  }
  private var spending = Slab<Spending>()
  package struct Gathered: Sendable, BitwiseCopyable {
    package var time: Int64
    /// Among those of one time.
    package var order: UInt64
    package var cost: Money
    package var month: Int
  }
  /// Costs that are not yet part of `spending`, in any order.
  private var gathered = Slab<Gathered>()
  /// What they add up to.
  private var gatheredSum = MoneySum.zero
  /// Their month; negative: they belong to several.
  private var gatheredMonth = 0
  /// So many are settled together.
  private var room = 1_024
  /// What was spent by month and minute, where it is asked for; of one span every single amount.
  package var spent: SpentMinutes?
  private var results: [BudgetMonth]
  private var pending: [Pending] = []
  private var forecastFired: Set<Int> = []
  package private(set) var alerts: [AlertEvent] = []
  /// Lines that have become known so far.
  package private(set) var firings = 0
  /// When something has to be looked at without a call: a midnight or a delayed alert.
  package private(set) var nextCheck: Int64

  package init(compiled: CompiledScenario, population: Population) {
    budget = compiled.scenario.budget
    hasLines = budget != nil
    volumes = compiled.workloads.map { population.volumes(of: $0).reduce(0, +) }
    results = []
    nextCheck = .max
    grow(compiled: compiled)
  }

  /// Makes room for months that a log has brought; everything counted so far keeps its place.
  package mutating func grow(compiled: CompiledScenario) {
    months = compiled.scenario.period.months
    let hasForecast = budget?.thresholds.contains { $0.kind == .forecast } ?? false
    if hasForecast { elapsedAtMidnight = Self.midnights(compiled, volumes) }
    for month in months.dropFirst(results.count) {
      results.append(BudgetMonth(month: month, cost: .zero))
      results[results.count - 1].lines =
        budget?.thresholds.map { BudgetMonth.Line(rule: $0.name, amount: $0.amount) } ?? []
      spending.append(Spending(nextLine: lowestLine(of: results.count - 1)))
    }
    scheduleCheck()
  }

  /// Local midnights inside months, with the share of the month's expected arrivals before each:
  /// of its time where nothing is expected, as in a replay.
  private static func midnights(
    _ compiled: CompiledScenario, _ volumes: [Double]
  ) -> [(time: Int64, month: Int, elapsed: Double)] {
    let period = compiled.scenario.period
    let total = volumes.reduce(0, +)
    return period.days.compactMap { day in
      guard
        let month = period.months.firstIndex(where: { day.start > $0.start && day.start < $0.end })
      else { return nil }
      let span = period.months[month]
      var elapsed =
        total > 0 ? 0 : (day.start - span.start).seconds / (span.end - span.start).seconds
      for (workload, volume) in zip(compiled.workloads, volumes) {
        let timeline = compiled.timelines[workload.timeline]
        elapsed +=
          volume / total
          * (timeline.operational(at: day.start) - timeline.operational(at: span.start))
      }
      return (day.start.microseconds, month, elapsed)
    }
  }

  private func lowestLine(of month: Int) -> MoneySum {
    guard let budget else { return MoneySum(picodollars: .max) }
    var lowest = MoneySum(picodollars: .max)
    if results[month].crossedAt == nil { lowest = budget.amount }
    for (line, threshold) in zip(results[month].lines, budget.thresholds)
    where threshold.kind == .actual && line.crossedAt == nil {
      lowest = min(lowest, threshold.amount)
    }
    return lowest
  }

  /// Adds the cost of an attempt that ended at `e` to the month of its call's arrival.
  @inline(__always)
  package mutating func add(_ cost: Money, month: Int, at e: Int64) {
    if spent != nil { spent?.add(cost, month: months[month].start, at: e, order: nil) }
    spending[month].cost += cost
    if spending[month].cost > spending[month].nextLine { cross(month: month, at: e) }
  }

  /// Keeps the cost of an attempt that ends at `e`, now or later, until it is settled.
  /// - Parameter order: of its outcome among the events of that time.
  @inline(__always)
  package mutating func deferCost(_ cost: Money, month: Int, at e: Int64, order: UInt64) {
    if spent != nil { spent?.add(cost, month: months[month].start, at: e, order: order) }
    // Nobody asks when it was spent.
    guard hasLines else {
      spending[month].cost += cost
      return
    }
    if month != gatheredMonth { gatheredMonth = gathered.count == 0 ? month : -1 }
    gathered.append(Gathered(time: e, order: order, cost: cost, month: month))
    gatheredSum += cost
  }

  /// So much is gathered that it should be settled.
  @inline(__always)
  package var isFull: Bool { gathered.count >= room }

  /// Adds what was gathered of attempts that ended before `now`, as if each had been added as it ended,
  /// with the checks that were due in between. None that ends before `now` may be gathered later.
  @inline(never)
  package mutating func flush(before now: Int64) {
    if nextCheck >= now, gatheredMonth >= 0,
      spending[gatheredMonth].cost + gatheredSum <= spending[gatheredMonth].nextLine
    {
      // No line is crossed: the order does not matter.
      let before = gatheredSum
      drop(before: now)
      spending[gatheredMonth].cost += before - gatheredSum
    } else {
      settleInOrder(before: now)
      drop(before: now)
      let months = Set(gathered.array.map(\.month))
      gatheredMonth = months.count > 1 ? -1 : months.first ?? 0
    }
    room = max(room, 2 * gathered.count)
  }

  /// Forgets attempts that ended before `now`.
  private mutating func drop(before now: Int64) {
    let all = gathered.base
    var left = 0
    var sum = MoneySum.zero
    for place in 0..<gathered.count where all[place].time >= now {
      sum += all[place].cost
      all[left] = all[place]
      left &+= 1
    }
    gathered.resize(to: left)
    gatheredSum = sum
  }

  private mutating func settleInOrder(before now: Int64) {
    let ended = gathered.array.filter { $0.time < now }
    for attempt in ended.sorted(by: { ($0.time, $0.order) < ($1.time, $1.order) }) {
      settle(attempt.cost, month: attempt.month, at: attempt.time)
    }
  }

  private mutating func settle(_ cost: Money, month: Int, at time: Int64) {
    if nextCheck <= time { check(upTo: time) }
    spending[month].cost += cost
    if spending[month].cost > spending[month].nextLine { cross(month: month, at: time) }
  }

  /// Adds what a minute's attempts cost that have ended in it, by month. Where a line is crossed in
  /// its course, or something is looked at, each attempt is asked for; false where that is needed and
  /// they are not known: such a line is crossed, and told, as the minute begins.
  /// - Parameter each: in the order of their ends; nil: not known.
  package mutating func add(
    _ minute: Int64, _ sums: [(month: Int, cost: MoneySum)],
    each: () throws -> [(month: Int, attempt: SpentMinutes.Attempt)]?
  ) rethrows -> Bool {
    let (start, end) = (minute * 60_000_000, (minute + 1) * 60_000_000)
    if nextCheck <= start { check(upTo: start) }
    let isPlain =
      nextCheck >= end
      && sums.allSatisfy { spending[$0.month].cost + $0.cost <= spending[$0.month].nextLine }
    if !isPlain, let attempts = try each() {
      for found in attempts {
        settle(found.attempt.cost, month: found.month, at: found.attempt.time)
      }
      return true
    }
    for sum in sums {
      spending[sum.month].cost += sum.cost
      if spending[sum.month].cost > spending[sum.month].nextLine {
        cross(month: sum.month, at: start)
      }
    }
    return isPlain
  }

  /// Month-to-date spending.
  package func spent(month: Int) -> MoneySum { spending[month].cost }

  /// Whether the line's crossing in that month is known by now.
  package func isKnown(line: Int, month: Int) -> Bool {
    results[month].lines[line].alertedAt != nil
  }

  @inline(never)
  private mutating func cross(month: Int, at e: Int64) {
    guard let budget else { return }
    let cost = spent(month: month)
    if results[month].crossedAt == nil, cost > budget.amount {
      results[month].crossedAt = SimTime(microseconds: e)
    }
    for (line, threshold) in budget.thresholds.enumerated()
    where threshold.kind == .actual && results[month].lines[line].crossedAt == nil
      && cost > threshold.amount
    {
      results[month].lines[line].crossedAt = SimTime(microseconds: e)
      tell(month: month, line: line, crossedAt: e)
    }
    spending[month].nextLine = lowestLine(of: month)
  }

  /// Fires now, or when the delayed and periodic look at the figures will show the crossing.
  private mutating func tell(month: Int, line: Int, crossedAt e: Int64) {
    guard let budget else { return }
    var at = e + budget.dataLag.microseconds
    if let every = budget.evaluateEvery?.microseconds {
      let start = months[month].start.microseconds
      at = start + (at - start + every - 1) / every * every
    }
    if at == e {
      fire(Pending(at: at, month: month, line: line))
    } else {
      results[month].lines[line].spentBetween = spent(month: month)
      pending.append(Pending(at: at, month: month, line: line))
      pending.sort { ($0.at, $0.month, $0.line) < ($1.at, $1.month, $1.line) }
      scheduleCheck()
    }
  }

  private mutating func fire(_ due: Pending) {
    guard let budget else { return }
    let threshold = budget.thresholds[due.line]
    let at = SimTime(microseconds: due.at)
    firings += 1
    results[due.month].lines[due.line].alertedAt = at
    if results[due.month].lines[due.line].spentBetween != .zero {
      let before = results[due.month].lines[due.line].spentBetween
      results[due.month].lines[due.line].spentBetween = spent(month: due.month) - before
    }
    alerts.append(
      AlertEvent(
        at: at, type: .cost, severity: threshold.severity, rule: threshold.name, state: .fired,
        value: spent(month: due.month).dollars, threshold: threshold.amount.dollars,
        message: threshold.message))
  }

  /// Handles every check that is due at or before `time`, before the events of that instant.
  package mutating func check(upTo time: Int64) {
    while nextCheck <= time {
      if let due = pending.first, due.at == nextCheck {
        pending.removeFirst()
        fire(due)
      } else {
        forecast(elapsedAtMidnight[nextMidnight])
        nextMidnight += 1
      }
      scheduleCheck()
    }
  }

  private mutating func forecast(_ midnight: (time: Int64, month: Int, elapsed: Double)) {
    guard let budget, midnight.elapsed > 0 else { return }
    let projected = spent(month: midnight.month).dollars / midnight.elapsed
    for (line, threshold) in budget.thresholds.enumerated()
    where threshold.kind == .forecast && projected > threshold.amount.dollars
      && forecastFired.insert(midnight.month * budget.thresholds.count + line).inserted
    {
      results[midnight.month].lines[line].crossedAt = SimTime(microseconds: midnight.time)
      results[midnight.month].lines[line].alertedAt = SimTime(microseconds: midnight.time)
      firings += 1
      alerts.append(
        AlertEvent(
          at: SimTime(microseconds: midnight.time), type: .cost, severity: threshold.severity,
          rule: threshold.name, state: .fired, value: projected,
          threshold: threshold.amount.dollars, message: threshold.message))
    }
  }

  private mutating func scheduleCheck() {
    let midnight =
      nextMidnight < elapsedAtMidnight.count ? elapsedAtMidnight[nextMidnight].time : .max
    nextCheck = min(pending.first?.at ?? .max, midnight)
  }

  /// Delayed alerts that lie after the last event are still told.
  package mutating func finish() -> [BudgetMonth] {
    flush(before: .max)
    check(upTo: .max - 1)
    for month in results.indices { results[month].cost = spent(month: month) }
    return results
  }
}
