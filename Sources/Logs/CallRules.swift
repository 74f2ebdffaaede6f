import CostModel

/// From rows of records to calls: versions of one call, what is none, and what it is called and costs.
package struct CallRules {
  private var rows: [LogRow]
  private let options: LogReadOptions
  private let files: [LogReading.File]
  package private(set) var kept: [LogRow] = []
  /// By the record's place among all.
  package private(set) var leftOut: [(place: Int, left: LogReading.LeftOut)] = []
  package private(set) var lonely: (rows: Int64, tokens: Int64) = (0, 0)
  private var reasons: [LogRow.Reason?]

  package init(rows: [LogRow], options: LogReadOptions, files: [LogReading.File]) {
    self.rows = rows
    self.options = options
    self.files = files
    reasons = Array(repeating: nil, count: rows.count)
  }

  package mutating func apply() {
    if !options.keepsDuplicates { joinVersions() }
    findCalls()
    findOtherServices()
    for place in rows.indices {
      if reasons[place] == nil { reasons[place] = rows[place].problem?.reason }
      if let reason = reasons[place] {
        let row = rows[place]
        leftOut.append(
          (
            place,
            LogReading.LeftOut(
              file: row.file, record: row.record, key: row.key, reason: reason,
              problem: reason.isBad ? row.problem : nil, tokens: row.tokens,
              charge: reason == .otherService ? row.charge : nil)
          ))
      } else {
        // Priced apart: a row that is changed where it lies would have all of them copied.
        var row = rows[place]
        price(&row)
        kept.append(row)
      }
    }
  }

  // MARK: Versions of one call

  private mutating func joinVersions() {
    var groups: [String: [Int]] = [:]
    for (place, row) in rows.enumerated() {
      if let identity = row.identity { groups[identity, default: []].append(place) }
    }
    for group in groups.values where group.count > 1 { join(group) }
  }

  private mutating func join(_ group: [Int]) {
    func rank(_ place: Int) -> [Int64] {
      let row = rows[place]
      return [
        row.newest, row.count(.outputTokens), row.count(.inputTokens), Int64(row.kindsTold),
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
    var places: [String: Int] = [:]
    for (place, row) in rows.enumerated() where reasons[place] == nil {
      if let identity = row.identity { places[identity] = place }
    }
    dropTwins()
    var isAbove = Array(repeating: false, count: rows.count)
    for place in rows.indices where reasons[place] == nil && isCandidate(rows[place]) {
      var seen: Set<Int> = [place]
      var next = rows[place].parent.flatMap { places[$0] }
      while let above = next, seen.insert(above).inserted {
        isAbove[above] = true
        next = rows[above].parent.flatMap { places[$0] }
      }
    }
    for place in rows.indices where reasons[place] == nil {
      decide(place, hasCallBelow: isAbove[place])
    }
  }

  /// A call, or what is one if there is none below it.
  private func isCandidate(_ row: LogRow) -> Bool {
    row.calling == .yes
      || (row.calling == .perhaps && !row.names.isEmpty && row.quantities.contains { $0 >= 0 })
  }

  /// Events that repeat what a call says.
  private mutating func dropTwins() {
    let told = Set(
      rows.indices.filter { reasons[$0] == nil && !rows[$0].isEvent && isCandidate(rows[$0]) }
        .compactMap { rows[$0].twin })
    var events: Set<String> = []
    for place in rows.indices where reasons[place] == nil && rows[place].isEvent {
      guard let twin = rows[place].twin, isCandidate(rows[place]) else { continue }
      if told.contains(twin) || !events.insert(twin).inserted { reasons[place] = .duplicate }
    }
  }

  private mutating func decide(_ place: Int, hasCallBelow: Bool) {
    let row = rows[place]
    switch row.calling {
    case .yes:
      if hasCallBelow { reasons[place] = .outerSpan }
    case .perhaps where isCandidate(row) && !hasCallBelow: break
    default:
      reasons[place] = row.tokens > 0 ? .aggregate : .notACall
      if row.tokens > 0, !hasCallBelow {
        lonely.rows += 1
        lonely.tokens += row.tokens
      }
    }
  }

  // MARK: Charges of other services

  private mutating func findOtherServices() {
    var products: Set<String> = []
    for (place, row) in rows.enumerated() where reasons[place] == nil {
      guard let charge = row.charge, charge.category == "usage" else { continue }
      if charge.isOfOtherService {
        reasons[place] = .otherService
      } else {
        products.insert(charge.product)
      }
    }
    for (place, row) in rows.enumerated() where reasons[place] == nil {
      guard let charge = row.charge, charge.category != "usage", !charge.product.isEmpty,
        charge.isOfOtherService || charge.category == "tax", !products.contains(charge.product)
      else { continue }
      reasons[place] = .otherService
    }
    for place in rows.indices where reasons[place] == nil && isEmptyBucket(rows[place]) {
      reasons[place] = .emptyBucket
    }
  }

  private func isEmptyBucket(_ row: LogRow) -> Bool {
    files[row.file].shape.rows == .buckets && row.quantities.allSatisfy { $0 < 0 }
  }

  // MARK: Names and costs

  private func price(_ row: inout LogRow) {
    let kind = files[row.file].shape.rows
    if row.model == nil {
      let answer = try? options.names.resolve(row.names, asked: row.asked, seller: row.seller)
      row.model = answer?.model
      row.modelName =
        kind == .charges && answer?.model == nil ? "" : answer?.name ?? row.names.first ?? ""
      row.provider = kind == .charges ? row.seller : answer?.provider ?? row.seller
    } else if let model = row.model, let catalog = options.catalog {
      row.modelName = catalog[model].name
      row.provider = row.seller
    }
    guard kind != .charges else { return }
    RowPricer(options).price(&row, isBucket: kind == .buckets)
  }
}
