import CostModel
import Scenarios
import Support

/// What some pieces of a log came to in one case of a replay: all that its reports need, by names, so that
/// pieces add up whatever each of them has numbered how.
package struct CasePart: PartValue, Sendable {
  /// Of the case.
  package var name = ""
  /// `PlanResult.sums`.
  package var sums: [Int128] = []
  /// The bill, had every call been answered where it is routed.
  package var untroubled = MoneySum.zero
  package var latency = LatencyHistogram()
  /// By use case, model, provider and tier.
  package var costs = PartTable()
  /// The same by action and segment as well.
  package var labelled = PartTable()
  /// Whether any call states an action, a segment or messages.
  package var isLabelled = false
  /// By rule, its place in the policy.
  package var estimates = PartTable()
  /// By day, as days since the epoch, and model.
  package var days = PartTable()
  /// By account; no name: calls that belong to none.
  package var accounts = PartTable()
  /// By account, start of the month in microseconds, and model.
  package var accountMonths = PartTable()
  /// By use case, model, account plan and day.
  package var quality = PartTable()
  /// By use case, model and key of the dimension.
  package var meters = PartTable()
  /// By target, in their order.
  package var performance = PartTable()
  package var cacheClasses = PartTable()
  /// By target, in their order.
  package var queues: [LatencyHistogram] = []
  package var latencies: [LatencyHistogram] = []
  package var firstTokens: [LatencyHistogram?] = []
  /// Requests, tokens and charged tokens that start, by target.
  package var starts: [PartMinutes] = []
  /// Picodollars that are spent, by start of the budget month; without a budget not by the minute.
  package var spent: [PartMinutes] = []
  /// What calls cost, by target, and what the log says that they did, by its names of models.
  package var simulatedCosts: [PartCosts] = []
  package var loggedCosts: [PartCosts] = []
  /// By target: `CostCheck.Row.sums`.
  package var checks = PartTable()
  package var differences: [PartDifference] = []
  /// By target: the dimensions that were used.
  package var used: [UInt32] = []
  /// By target: requests without any use; the first of them is the log's row.
  package var empty = PartTable()
  /// Answered requests of which the log says how they were billed, by target and that.
  package var told = PartTable()
  /// What the log says that its calls cost: requests and amount, by catalog number of the model + 1.
  package var logged = PartTable()

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&name)
    try part.code(&sums)
    try part.code(&untroubled)
    try part.code(&latency)
    try part.code(&costs)
    try part.code(&labelled)
    try part.code(&isLabelled)
    try part.code(&estimates)
    try part.code(&days)
    try part.code(&accounts)
    try part.code(&accountMonths)
    try part.code(&quality)
    try part.code(&meters)
    try part.code(&performance)
    try part.code(&cacheClasses)
    try part.code(&queues)
    try part.code(&latencies)
    try part.code(&firstTokens)
    try part.code(&starts)
    try part.code(&spent)
    try part.code(&simulatedCosts)
    try part.code(&loggedCosts)
    try part.code(&checks)
    try part.code(&differences)
    try part.code(&used)
    try part.code(&empty)
    try part.code(&told)
    try part.code(&logged)
  }

  /// Every piece has another number, in the same order, among more of them.
  package mutating func renumber(_ pieces: [Int]) {
    for table in Self.tables { self[keyPath: table].renumber(pieces) }
    for place in simulatedCosts.indices { simulatedCosts[place].renumber(pieces) }
    for place in loggedCosts.indices { loggedCosts[place].renumber(pieces) }
    for place in differences.indices { differences[place].place.renumber(pieces) }
  }

  private static var tables: [WritableKeyPath<CasePart, PartTable>] {
    [
      \.costs, \.labelled, \.estimates, \.days, \.accounts, \.accountMonths, \.quality,
      \.meters,
      \.performance, \.cacheClasses, \.checks, \.empty, \.told, \.logged,
    ]
  }

  /// All places that it tells, for checks.
  package var pieces: Int {
    let rows = Self.tables.flatMap { self[keyPath: $0].rows }
    let met = (simulatedCosts + loggedCosts).flatMap { $0.firsts + $0.sample + $0.dearest }
    let places =
      rows.map { max($0.first.piece, $0.told.piece) } + met.map(\.place.piece)
      + differences.map(\.place.piece)
    return (places.max() ?? -1) + 1
  }

  /// Of other pieces, numbered together with these.
  package static func += (sum: inout CasePart, other: CasePart) {
    sum.sums = added(sum.sums, other.sums, &+)
    sum.untroubled += other.untroubled
    sum.latency.merge(other.latency)
    for table in tables { sum[keyPath: table] += other[keyPath: table] }
    sum.isLabelled = sum.isLabelled || other.isLabelled
    sum.queues = added(sum.queues, other.queues, merged)
    sum.latencies = added(sum.latencies, other.latencies, merged)
    sum.firstTokens = added(sum.firstTokens, other.firstTokens) { a, b in
      guard let a, let b else { return a ?? b }
      return merged(a, b)
    }
    sum.starts = PartMinutes.sum(sum.starts, other.starts)
    sum.spent = PartMinutes.sum(sum.spent, other.spent)
    sum.simulatedCosts = PartCosts.sum(sum.simulatedCosts, other.simulatedCosts)
    sum.loggedCosts = PartCosts.sum(sum.loggedCosts, other.loggedCosts)
    sum.differences = PartDifference.largest(sum.differences, other.differences)
    sum.used = added(sum.used, other.used, |)
  }

  private static func merged(_ a: LatencyHistogram, _ b: LatencyHistogram) -> LatencyHistogram {
    var sum = a
    sum.merge(b)
    return sum
  }

  private static func added<Element>(
    _ a: [Element], _ b: [Element], _ add: (Element, Element) -> Element
  ) -> [Element] {
    zip(a, b).map(add) + a.dropFirst(b.count) + b.dropFirst(a.count)
  }
}
