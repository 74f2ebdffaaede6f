import CostModel

/// What was read from a piece of a log: rows numbered from 1, with names of their own.
package struct TracePiece: Sendable {
  package var batch = TraceBatch()
  package var symbols = TraceSymbols()
  /// Rows of all sorts.
  package var count: Int64 = 0
  /// Rows that the format leaves out.
  package var filtered: Int64 = 0
  /// Rows that are malformed, with their fields where somebody wants them.
  package var rejected: [RejectedRow] = []
  /// Rows that do not tell a column, by its place among all.
  package var unknown: [Int64] = Array(repeating: 0, count: TraceColumn.allCases.count)
  /// Some times had no offset.
  package var usedZone = false

  package var inputTokens: Int128 = 0
  package var cachedInputTokens: Int128 = 0
  package var outputTokens: Int128 = 0
  package var cost: Int128 = 0
  package var failed: Int64 = 0
  /// Of the failed rows, those whose status is a word that is not known.
  package private(set) var unknownStatuses: [String: Int64] = [:]
  package var first = Int64.max
  package var last = Int64.min

  private static let mostStatuses = 1_000

  /// Counts rows with a status that is not known; of very many such words, the rest together.
  package mutating func addStatus(_ word: String, rows: Int64) {
    let isListed = unknownStatuses[word] != nil || unknownStatuses.count < Self.mostStatuses
    unknownStatuses[isListed ? word : "…", default: 0] += rows
  }

  /// Takes a row into the sums.
  @inline(__always)
  package mutating func count(_ row: TraceRecord) {
    if row.input > 0 { inputTokens &+= Int128(row.input) }
    if row.output > 0 { outputTokens &+= Int128(row.output) }
    if row.cached > 0 { cachedInputTokens &+= Int128(row.cached) }
    if row.cost > 0 { cost &+= Int128(row.cost) }
    if row.status.isFailure { failed &+= 1 }
    if row.time < first { first = row.time }
    if row.time < last { batch.isOrdered = false } else { last = row.time }
  }

  package mutating func removeAll() {
    batch.removeAll()
    symbols.removeAll()
    rejected.removeAll()
    unknownStatuses.removeAll()
    for column in unknown.indices { unknown[column] = 0 }
    (count, filtered, failed, usedZone) = (0, 0, 0, false)
    (inputTokens, cachedInputTokens, outputTokens, cost) = (0, 0, 0, 0)
    (first, last) = (.max, .min)
  }

  /// Numbers its rows and names as in the whole log, of which `rows` came before.
  /// - Parameter tellsNumbers: the rows have numbers of their own.
  package mutating func renumber(
    _ numbers: TraceSymbols.Numbers, rows: Int64, tellsNumbers: Bool = false
  ) {
    let hasOwnUsers = !numbers.users.isEmpty
    batch.rows.withUnsafeMutableBufferPointer { all in
      numbers.kinds.withUnsafeBufferPointer { kinds in
        numbers.models.withUnsafeBufferPointer { models in
          for index in all.indices {
            if !tellsNumbers { all[index].number &+= rows }
            all[index].kind = kinds[Int(all[index].kind)]
            if all[index].model != TraceRow.none {
              all[index].model = models[Int(all[index].model)]
            }
          }
        }
      }
      guard hasOwnUsers else { return }
      for index in all.indices where all[index].user != TraceRow.none {
        let user = all[index].user
        if user >= TraceSymbols.isOwn {
          all[index].user = numbers.users[Int(user & ~TraceSymbols.isOwn)]
        }
      }
    }
    for index in rejected.indices { rejected[index].row.number += rows }
  }
}
