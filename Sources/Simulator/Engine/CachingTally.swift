import CostModel
import Support

/// What billed attempts have read from providers' caches and written to them, by workload, kind of call
/// and model (caching.csv).
package struct CachingTally: Sendable {
  package struct Cell: Sendable {
    /// Answered here.
    package var calls: Int64 = 0
    package var input: Int64 = 0
    package var read: Int64 = 0
    package var short: Int64 = 0
    package var long: Int64 = 0
    /// Written, though the target had been sent it before.
    package var lost: Int64 = 0
    /// What somebody had sent before, anywhere.
    package var achievable: Int64 = 0
    /// What writes cost more than plain input.
    package var premium = MoneySum.zero
    /// What the tokens that were lost cost more than reading them.
    package var lostCost = MoneySum.zero
    /// What all input would cost more without any cache.
    package var saved = MoneySum.zero

    package init() {}

    package static func += (sum: inout Cell, other: Cell) {
      sum.calls += other.calls
      sum.input += other.input
      sum.read += other.read
      sum.short += other.short
      sum.long += other.long
      sum.lost += other.lost
      sum.achievable += other.achievable
      sum.premium += other.premium
      sum.lostCost += other.lostCost
      sum.saved += other.saved
    }
  }

  /// Kinds of calls of a workload: a conversation's, and any other.
  package static let kinds = ConversationCall.allCases.count + 1

  private let rows: Int
  private var cells: [Cell]
  /// Prefixes that have been sent: to a target, and anywhere.
  private var sentTo: Set<UInt64> = []
  private var sent: Set<UInt64> = []

  package init(_ compiled: CompiledScenario, rows: Int) {
    self.rows = rows
    cells = Array(repeating: Cell(), count: compiled.workloads.count * Self.kinds * rows)
  }

  package static func place(of kind: ConversationCall?) -> Int {
    kind.map { Int($0.rawValue) } ?? ConversationCall.allCases.count
  }

  package mutating func add(
    workload: Int, kind: ConversationCall?, row: Int, _ change: (inout Cell) -> Void
  ) {
    change(&cells[(workload * Self.kinds + Self.place(of: kind)) * rows + row])
  }

  /// Whether that prefix has been sent to the target, and whether it has been sent at all; it has been
  /// from now on.
  package mutating func send(prefix boundary: UInt64, to target: Int) -> (
    here: Bool, anywhere: Bool
  ) {
    let place = SplitMix.mixed(boundary ^ SplitMix.mixed(UInt64(target)))
    return (!sentTo.insert(place).inserted, !sent.insert(boundary).inserted)
  }

  /// Those that are not empty.
  package func result(_ compiled: CompiledScenario, rowNames: [String]) -> [CachingCell] {
    var result: [CachingCell] = []
    for (place, cell) in cells.enumerated() where cell.calls > 0 || cell.input > 0 {
      let (first, row) = place.quotientAndRemainder(dividingBy: rows)
      let (workload, kind) = first.quotientAndRemainder(dividingBy: Self.kinds)
      let name =
        kind < ConversationCall.allCases.count ? ConversationCall.allCases[kind].name : "call"
      result.append(
        CachingCell(
          workload: compiled.workloads[workload].name, kind: name, model: rowNames[row],
          counts: cell))
    }
    return result
  }
}

/// One row of caching.csv.
package struct CachingCell: Sendable {
  package var workload: String
  /// `answer`, `tool`, `compaction`, or `call` of no conversation.
  package var kind: String
  /// Model, or `model@region`.
  package var model: String
  package var counts: CachingTally.Cell

  package var fresh: Int64 { counts.input - counts.read - counts.short - counts.long }
}
