import CostModel
import Simulator
import Support

/// Every amount that a piece of a log spends in some minutes, for the moments at which lines of the budget
/// are crossed in them (`replay --moments`, `merge --refine`).
package struct MomentsPart: PartValue, Sendable {
  package struct Amount: PartValue, Sendable {
    /// Start of the month that it belongs to, and when it is spent: microseconds.
    package var month: Int64 = 0
    package var time: Int64 = 0
    /// Among those of one time: of requests that tell their numbers, that.
    package var order: UInt64 = 0
    package var picodollars: Int64 = 0

    package init() {}

    package init(_ found: SpentAttempt) {
      (month, time) = (found.month.microseconds, found.attempt.time)
      (order, picodollars) = (found.attempt.order, found.attempt.cost.picodollars)
    }

    package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
      try part.code(&month)
      try part.code(&time)
      try part.code(&order)
      try part.code(&picodollars)
    }

    fileprivate var attempt: SpentAttempt {
      (
        SimTime(microseconds: month),
        SpentMinutes.Attempt(time: time, order: order, cost: Money(picodollars: picodollars))
      )
    }
  }

  package struct Case: PartValue, Sendable {
    package var name = ""
    /// In the order of their ends.
    package var amounts: [Amount] = []
    /// Whether amounts of different pieces can be put into one order.
    package var isOrdered = true

    package init() {}

    package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
      try part.code(&name)
      try part.code(&amounts)
      try part.code(&isOrdered)
    }
  }

  /// Of the piece, as in `LogPiece`.
  package var path = ""
  package var share = 1
  package var isNumbered = false
  /// Since the epoch.
  package var minutes: [Int64] = []
  package var cases: [Case] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&path)
    try part.code(&share)
    try part.code(&isNumbered)
    try part.code(&minutes)
    try part.code(&cases)
  }

  /// What the pieces that these are of spend in a minute, in the order of its ends; nil: they cannot be put
  /// into one.
  package static func attempts(
    _ parts: [MomentsPart], of name: String, in minute: Int64, _ log: LogPart
  ) -> [SpentAttempt]? {
    var all: [(piece: Int, amount: Amount)] = []
    for part in parts where part.minutes.contains(minute) {
      let piece = log.pieces.firstIndex { $0.path == part.path && $0.share == part.share } ?? 0
      for found in part.cases where found.name == name {
        let amounts = found.amounts.filter { SpentMinutes.minute(of: $0.time) == minute }
        if !found.isOrdered, !amounts.isEmpty { return nil }
        all += amounts.map { (part.isNumbered ? 0 : piece, $0) }
      }
    }
    return all.sorted {
      ($0.amount.time, $0.piece, $0.amount.order) < ($1.amount.time, $1.piece, $1.amount.order)
    }.map(\.amount.attempt)
  }
}
