import CostModel

/// From rows of records to calls: versions of one call, what is none, and what it is called and costs.
package struct CallRules {
  private var rows: [LogRow]
  private let options: LogReadOptions
  private let files: [LogReading.File]
  private let pricer: RowPricer
  /// By the record's place among all.
  package private(set) var leftOut: [(place: Int, left: LogReading.LeftOut)] = []
  package private(set) var lonely: (rows: Int64, tokens: Int64) = (0, 0)
  private var reasons: [LogRow.Reason?]

  package init(rows: [LogRow], options: LogReadOptions, files: [LogReading.File]) {
    self.rows = rows
    self.options = options
    self.files = files
    pricer = RowPricer(options)
    reasons = Array(repeating: nil, count: rows.count)
  }

  /// - Returns: the rows that are none of `leftOut`, named and priced.
  package mutating func apply() -> [LogRow] {
    if !options.keepsDuplicates { joinVersions() }
    findCalls()
    findOtherServices()
    var kept = 0
    for place in rows.indices {
      if let reason = reasons[place] ?? rows[place].problem?.reason {
        leaveOut(place, reason)
        continue
      }
      if kept < place { rows.swapAt(kept, place) }
      pricer.name(rows[kept], files[rows[kept].file].shape.rows)
      kept += 1
    }
    rows.removeSubrange(kept...)
    defer { rows = [] }
    return rows
  }

  private mutating func leaveOut(_ place: Int, _ reason: LogRow.Reason) {
    let row = rows[place]
    leftOut.append(
      (
        place,
        LogReading.LeftOut(
          file: row.file, record: row.record, key: row.key, reason: reason,
          problem: reason.isBad ? row.problem : nil, tokens: row.tokens,
          charge: reason == .otherService ? row.charge : nil)
      ))
  }

  // MARK: Versions of one call

  private mutating func joinVersions() {
    var first: [RowIdentity: Int] = [:]
    var groups: [Int: [Int]] = [:]
    for place in rows.indices {
      guard let identity = rows[place].identity else { continue }
      guard let known = first[identity] else {
        first[identity] = place
        continue
      }
      groups[known, default: [known]].append(place)
    }
    for group in groups.values { join(group) }
  }

  private mutating func join(_ group: [Int]) {
    func rank(_ place: Int) -> [Int64] {
      [
        rows[place].newest, rows[place].count(.outputTokens), rows[place].count(.inputTokens),
        Int64(rows[place].kindsTold),
      ]
    }
    var winner = group[0]
    for place in group.dropFirst() where rank(winner).lexicographicallyPrecedes(rank(place)) {
      winner = place
    }
    let first = group.min { (rows[$0].time ?? .max, $0) < (rows[$1].time ?? .max, $1) } ?? winner
    for place in group where place != winner {
      let isEqual = LogQuantity.tokens.allSatisfy {
        rows[place].count($0) == rows[winner].count($0)
      }
      reasons[place] = isEqual ? .duplicate : .superseded
    }
    if rows[first].time != nil {
      rows[winner].time = rows[first].time
      rows[winner].session = rows[first].session ?? rows[winner].session
    }
  }

  // MARK: What is a call

  private mutating func findCalls() {
    dropTwins()
    let isAbove = placesAboveCalls
    for place in rows.indices where reasons[place] == nil {
      decide(place, hasCallBelow: isAbove.contains(place))
    }
  }

  /// What calls lie in, at any distance.
  private var placesAboveCalls: Set<Int> {
    var above: Set<Int> = []
    guard rows.contains(where: { $0.parent != nil }) else { return above }
    var places: [RowIdentity: Int] = [:]
    for place in rows.indices where reasons[place] == nil {
      if let identity = rows[place].identity { places[identity] = place }
    }
    for place in rows.indices where reasons[place] == nil && isCandidate(place) {
      var seen: Set<Int> = [place]
      var next = rows[place].parent.flatMap { places[$0] }
      while let found = next, seen.insert(found).inserted {
        above.insert(found)
        next = rows[found].parent.flatMap { places[$0] }
      }
    }
    return above
  }

  /// A call, or what is one if there is none below it.
  private func isCandidate(_ place: Int) -> Bool {
    rows[place].calling == .yes
      || (rows[place].calling == .perhaps && !rows[place].names.isEmpty
        && rows[place].quantities.contains { $0 >= 0 })
  }

  /// Events that repeat what a call says.
  private mutating func dropTwins() {
    guard rows.contains(where: \.isEvent) else { return }
    let told = Set(
      rows.indices.filter { reasons[$0] == nil && !rows[$0].isEvent && isCandidate($0) }
        .compactMap { rows[$0].twin })
    var events: Set<RowIdentity> = []
    for place in rows.indices where reasons[place] == nil && rows[place].isEvent {
      guard let twin = rows[place].twin, isCandidate(place) else { continue }
      if told.contains(twin) || !events.insert(twin).inserted { reasons[place] = .duplicate }
    }
  }

  private mutating func decide(_ place: Int, hasCallBelow: Bool) {
    switch rows[place].calling {
    case .yes:
      if hasCallBelow { reasons[place] = .outerSpan }
    case .perhaps where isCandidate(place) && !hasCallBelow: break
    default:
      let tokens = rows[place].tokens
      reasons[place] = tokens > 0 ? .aggregate : .notACall
      if tokens > 0, !hasCallBelow {
        lonely.rows += 1
        lonely.tokens += tokens
      }
    }
  }

  // MARK: Charges of other services

  private mutating func findOtherServices() {
    var products: Set<String> = []
    for place in rows.indices where reasons[place] == nil {
      guard let charge = rows[place].charge, charge.category == "usage" else { continue }
      if charge.isOfOtherService {
        reasons[place] = .otherService
      } else {
        products.insert(charge.product)
      }
    }
    for place in rows.indices where reasons[place] == nil {
      guard let charge = rows[place].charge, charge.category != "usage", !charge.product.isEmpty,
        charge.isOfOtherService || charge.category == "tax", !products.contains(charge.product)
      else { continue }
      reasons[place] = .otherService
    }
    for place in rows.indices where reasons[place] == nil && isEmptyBucket(place) {
      reasons[place] = .emptyBucket
    }
  }

  private func isEmptyBucket(_ place: Int) -> Bool {
    files[rows[place].file].shape.rows == .buckets
      && rows[place].quantities.allSatisfy { $0 < 0 }
  }
}
