import CostModel
import Foundation
import Support

/// Where something stands in a log that is replayed in pieces: the piece, and a number in it.
package struct PartPlace: PartValue, Hashable, Comparable, Sendable {
  package var piece = 0
  package var number: Int64 = 0

  package init() {}

  package init(_ number: Int64) { self.number = number }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&piece)
    try part.code(&number)
    try part.check(piece >= 0, "a place in it is in no piece of the log")
  }

  /// The piece has another number among more of them.
  package mutating func renumber(_ pieces: [Int]) { piece = pieces[piece] }

  package static func < (a: PartPlace, b: PartPlace) -> Bool {
    (a.piece, a.number) < (b.piece, b.number)
  }
}

/// One row of a table that parts hold: names, and what adds up.
package struct PartRow: PartValue, Hashable, Sendable {
  package var key: [String?] = []
  package var sums: [Int128] = []
  /// Where it comes first.
  package var first = PartPlace()
  /// What is told of it last, and where; nil: nothing is.
  package var label: String?
  package var told = PartPlace()

  package init() {}

  package init(
    _ key: [String?], _ sums: [Int128], first: Int64 = 0, label: String? = nil
  ) {
    self.key = key
    self.sums = sums
    self.first = PartPlace(first)
    self.label = label
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&key)
    try part.code(&sums)
    try part.code(&first)
    try part.code(&label)
    try part.code(&told)
  }

  package mutating func renumber(_ pieces: [Int]) {
    first.renumber(pieces)
    if label != nil { told.renumber(pieces) }
  }

  fileprivate mutating func add(_ other: PartRow) {
    for (place, sum) in other.sums.enumerated() {
      if place < sums.count { sums[place] &+= sum } else { sums.append(sum) }
    }
    first = min(first, other.first)
    if let new = other.label, label == nil || told < other.told {
      (label, told) = (new, other.told)
    }
  }

  /// Byte by byte: names that look alike are not the same.
  fileprivate static func precedes(_ a: [String?], _ b: [String?]) -> Bool {
    for (a, b) in zip(a, b) {
      guard let a, let b else {
        if a == nil, b == nil { continue }
        return a == nil
      }
      let order = order(a, b)
      if order != 0 { return order < 0 }
    }
    return a.count < b.count
  }

  private static func order(_ a: String, _ b: String) -> Int {
    var (a, b) = (a, b)
    return a.withUTF8 { a in
      b.withUTF8 { b in
        let count = min(a.count, b.count)
        if count > 0, let a = a.baseAddress, let b = b.baseAddress {
          let order = memcmp(a, b, count)
          if order != 0 { return Int(order) }
        }
        return a.count - b.count
      }
    }
  }
}

/// Rows by key, each key once.
package struct PartTable: PartValue, Hashable, Sendable {
  package private(set) var rows: [PartRow] = []

  package init() {}

  package init(_ rows: [PartRow]) {
    for row in rows.sorted(by: { PartRow.precedes($0.key, $1.key) }) { append(row) }
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&rows)
    for (row, next) in zip(rows, rows.dropFirst()) {
      try part.check(PartRow.precedes(row.key, next.key), "rows of a table are in no order")
    }
  }

  package mutating func renumber(_ pieces: [Int]) {
    for place in rows.indices { rows[place].renumber(pieces) }
  }

  private mutating func append(_ row: PartRow) {
    if let last = rows.last, !PartRow.precedes(last.key, row.key) {
      rows[rows.count - 1].add(row)
    } else {
      rows.append(row)
    }
  }

  package static func += (table: inout PartTable, other: PartTable) {
    guard !other.rows.isEmpty else { return }
    var sum = PartTable()
    sum.rows.reserveCapacity(max(table.rows.count, other.rows.count))
    var place = 0
    for row in table.rows {
      while place < other.rows.count, PartRow.precedes(other.rows[place].key, row.key) {
        sum.append(other.rows[place])
        place += 1
      }
      sum.append(row)
    }
    for row in other.rows[place...] { sum.append(row) }
    table = sum
  }

  /// In the order in which they come in the log.
  package var inOrder: [PartRow] { rows.sorted { $0.first < $1.first } }
}

// MARK: What adds up

/// A number that adds up.
package protocol PartSum {
  var wide: Int128 { get }
  init(wide: Int128)
}

extension Int64: PartSum {
  package var wide: Int128 { Int128(self) }
  package init(wide: Int128) { self.init(truncatingIfNeeded: wide) }
}

extension Int128: PartSum {
  package var wide: Int128 { self }
  package init(wide: Int128) { self = wide }
}

extension MoneySum: PartSum {
  package var wide: Int128 { picodollars }
  package init(wide: Int128) { self.init(picodollars: wide) }
}

extension SimDuration: PartSum {
  package var wide: Int128 { Int128(microseconds) }
  package init(wide: Int128) { self.init(microseconds: Int64(truncatingIfNeeded: wide)) }
}

/// A field that adds up over the pieces of a log.
package struct SumField<Cell> {
  private let get: (Cell) -> Int128
  private let set: (inout Cell, Int128) -> Void

  package init(_ path: WritableKeyPath<Cell, some PartSum>) {
    get = { $0[keyPath: path].wide }
    set = { $0[keyPath: path] = .init(wide: $1) }
  }

  package static func sums(_ cell: Cell, _ fields: [SumField]) -> [Int128] {
    fields.map { $0.get(cell) }
  }

  package static func fill(_ cell: inout Cell, _ fields: [SumField], from sums: [Int128]) {
    for (field, sum) in zip(fields, sums) { field.set(&cell, sum) }
  }
}

extension CostCell {
  package static var sums: [SumField<CostCell>] {
    [
      SumField(\.msgs), SumField(\.calls), SumField(\.cacheHits), SumField(\.attempts),
      SumField(\.failures), SumField(\.inputTokens), SumField(\.cachedInputTokens),
      SumField(\.writtenTokens), SumField(\.writtenLongTokens), SumField(\.outputTokens),
      SumField(\.reasoningTokens), SumField(\.audio), SumField(\.inputCost),
      SumField(\.outputCost), SumField(\.otherCost),
    ]
  }
}

extension TargetPerformance {
  /// All but what is counted by the minute, and the latencies.
  package static var sums: [SumField<TargetPerformance>] {
    [
      SumField(\.calls), SumField(\.fallbackCalls), SumField(\.otherRegionCalls),
      SumField(\.breakerTrips), SumField(\.throttledCalls), SumField(\.tooLongCalls),
      SumField(\.cutAttempts), SumField(\.cutTokens), SumField(\.queuedCalls),
      SumField(\.attempts), SumField(\.failures), SumField(\.timeouts), SumField(\.tokens),
      SumField(\.cost), SumField(\.billedTokens), SumField(\.cacheHits), SumField(\.cacheMisses),
      SumField(\.offeredRequests), SumField(\.offeredTokens),
    ]
  }
}

extension PlanResult {
  /// Of a replayed log.
  package static var sums: [SumField<PlanResult>] {
    [
      SumField(\.calls), SumField(\.billedCalls), SumField(\.failedCalls), SumField(\.unaskedCalls),
      SumField(\.cacheHits), SumField(\.cacheMisses), SumField(\.cost),
    ]
  }
}
