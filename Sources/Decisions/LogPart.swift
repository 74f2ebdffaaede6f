import CostModel
import Scenarios
import Simulator
import Support

/// One case of a replay, as it is read: overrides as the reader takes them.
package struct ReplayCase: PartValue, Hashable, Sendable {
  /// Empty: that of its policy.
  package var name = ""
  package var overrides: [String] = []
  /// Whether each row keeps its own model.
  package var isLogged = false

  package init() {}

  package init(name: String = "", overrides: [String], isLogged: Bool) {
    (self.name, self.overrides, self.isLogged) = (name, overrides, isLogged)
  }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&name)
    try part.code(&overrides)
    try part.code(&isLogged)
  }

  package func variant(
    path: String, allowOutside: Bool, source: FileSource = .disk
  ) throws(InputErrors) -> Replay.Variant {
    var scenario = try ScenarioReader.read(
      path: path, overrides: overrides, allowOutside: allowOutside, forReplay: true,
      source: source)
    if isLogged {
      scenario.policy = Policy(
        name: Self.logged,
        rules: [Policy.Rule(name: Self.logged, conditions: [], choice: .logged)])
    }
    return Replay.Variant(name: name.isEmpty ? scenario.policy.name : name, scenario: scenario)
  }

  /// The policy of that name keeps the models of the log.
  package static let logged = "logged"
}

/// How the user has asked for a log to be replayed.
package struct ReplayRequest: PartValue, Hashable, Sendable {
  /// Each as it was given.
  package var overrides: [String] = []
  package var policies: [String] = []
  package var against: [String] = []
  package var format: String?
  /// Of a format of the user's own: hash of its file.
  package var formatHash: UInt64?
  package var timeZone = ""
  package var columns: [String] = []
  package var set: [String] = []
  package var skipBadRows: Int64 = 0

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&overrides)
    try part.code(&policies)
    try part.code(&against)
    try part.code(&format)
    try part.code(&formatHash)
    try part.code(&timeZone)
    try part.code(&columns)
    try part.code(&set)
    try part.code(&skipBadRows)
  }

  /// In words that follow "its"; nil: nothing differs.
  package func difference(from other: ReplayRequest) -> String? {
    func listed(_ list: [String]) -> String {
      list.isEmpty ? "none" : list.joined(separator: "; ")
    }
    let lists: [(String, [String], [String])] = [
      ("changes on the command line are", overrides, other.overrides),
      ("policies are", policies, other.policies), ("other cases are", against, other.against),
      ("format is", format.map { [$0] } ?? [], other.format.map { [$0] } ?? []),
      ("--timezone is", [timeZone], [other.timeZone]), ("--columns are", columns, other.columns),
      ("--set is", set, other.set),
      ("--skip-bad-rows is", ["\(skipBadRows)"], ["\(other.skipBadRows)"]),
    ]
    for (what, here, there) in lists where here != there {
      return "\(what) \(listed(here)), there \(listed(there))"
    }
    return formatHash == other.formatHash ? nil : "file of the format has another text"
  }
}

/// Some pieces of a log that was replayed, which merge with the others into the whole (docs/scale.md).
package struct LogPart: PartValue, Sendable {
  package var timeZoneData: String?
  package var text = ScenarioText()
  /// Of the scenario.
  package var name = ""
  package var request = ReplayRequest()
  package var cases: [ReplayCase] = []
  /// In the order of the log.
  package var pieces: [LogPiece] = []
  /// By case.
  package var found: [CasePart] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&timeZoneData)
    try part.code(&text)
    try part.code(&name)
    try part.code(&request)
    try part.code(&cases)
    try part.code(&pieces)
    try part.code(&found)
    let count = pieces.count
    try part.check(
      count > 0 && !cases.isEmpty && found.count == cases.count
        && found.allSatisfy { $0.pieces <= count }, "its pieces of the log are not all there")
  }

  /// Why two parts are of different replays, in words that follow "its"; nil: they are not.
  package func difference(from other: LogPart) -> String? {
    if timeZoneData != other.timeZoneData {
      return "time zone data is \(timeZoneData ?? "unknown"), there "
        + (other.timeZoneData ?? "unknown")
    }
    if let difference = text.difference(from: other.text) { return difference }
    if let difference = request.difference(from: other.request) { return difference }
    if name != other.name || found.map(\.name) != other.found.map(\.name) {
      return "cases are \(found.map(\.name).joined(separator: ", ")), there "
        + other.found.map(\.name).joined(separator: ", ")
    }
    return nil
  }

  // MARK: Together

  /// With the pieces of another part. Throws `BadInput` where that is of another replay, or a piece is
  /// there twice.
  /// - Parameters:
  ///   - name: of this part, for messages.
  ///   - other: with its name.
  package mutating func add(_ other: LogPart, name: String, to first: String) throws(BadInput) {
    if let difference = other.difference(from: self) {
      throw BadInput(
        message: "\(name): error: is part of another replay than \(first): its \(difference)")
    }
    if pieces[0].numbers != nil || other.pieces[0].numbers != nil {
      return try add(numbered: other, name: name, to: first)
    }
    for new in other.pieces {
      if let twice = pieces.first(where: { Self.isSame($0, new) }) {
        throw BadInput(
          message: twice.path == new.path
            ? "\(name): error: has \(new.name), which is there already, expected every piece of the "
              + "log once"
            : "\(name): error: \(new.name) has the content of \(twice.name), which is there already, "
              + "expected every piece of the log once")
      }
    }
    let all = (pieces.map { ($0, true) } + other.pieces.map { ($0, false) }).enumerated().sorted {
      LogPiece.precedes($0.element.0, $1.element.0)
    }
    var places = (
      Array(repeating: 0, count: pieces.count), [Int](repeating: 0, count: other.pieces.count)
    )
    for (place, piece) in all.enumerated() {
      if piece.element.1 {
        places.0[piece.offset] = place
      } else {
        places.1[piece.offset - pieces.count] = place
      }
    }
    pieces = all.map(\.element.0)
    for place in found.indices {
      found[place].renumber(places.0)
      var new = other.found[place]
      new.renumber(places.1)
      found[place] += new
    }
    if other.text.precedes(text) { (text, cases) = (other.text, other.cases) }
  }

  /// Requests of any time, which tell their numbers; accounts are whole.
  private mutating func add(
    numbered other: LogPart, name: String, to first: String
  ) throws(BadInput) {
    guard pieces[0].numbers != nil, other.pieces[0].numbers != nil else {
      throw BadInput(
        message: "\(name): error: of \(first) and it only one has numbered requests (--numbers), "
          + "expected pieces of one kind")
    }
    let (here, there) = (pieces[0].facts, other.pieces[0].facts)
    if here.accepted > 0, there.accepted > 0,
      let difference = there.difference(from: here)
        ?? (pieces[0].columns != other.pieces[0].columns && !pieces[0].isJSON
          ? "has other columns" : nil)
    {
      throw BadInput(
        message: "\(name): error: \(difference) than \(first), expected pieces of one log")
    }
    for (mine, theirs) in zip(found, other.found) {
      let known = Set(mine.accounts.rows.compactMap { $0.key[0] })
      if let account = theirs.accounts.rows.lazy.compactMap({ $0.key[0] }).first(
        where: known.contains)
      {
        throw BadInput(
          message: "\(name): error: has requests of the account '\(account)', as \(first) has, "
            + "expected pieces that hold all requests of their accounts, each once")
      }
    }
    pieces[0].add(numbered: other.pieces[0])
    for place in found.indices { found[place] += other.found[place] }
    if other.text.precedes(text) { (text, cases) = (other.text, other.cases) }
  }

  private static func isSame(_ a: LogPiece, _ b: LogPiece) -> Bool {
    if a.path == b.path { return a.shares != b.shares || a.share == b.share }
    return a.shares == 1 && b.shares == 1 && a.bytes == b.bytes && a.xxh64 == b.xxh64
  }

  /// Throws `BadInput` where the pieces are not a log, one after the other.
  package func checkWhole() throws(BadInput) {
    for (place, piece) in pieces.enumerated()
    where !pieces[..<place].contains(where: { $0.path == piece.path }) {
      try checkShares(of: piece.path)
    }
    let first = pieces[0]
    if let numbers = first.numbers, first.facts.accepted > 0, !numbers.areWhole {
      throw Self.error(
        "the parts have \(HumanFormat.plural(numbers.count, "request")), numbered up to "
          + "\(InputLog.grouped(numbers.last)), expected each number from 1 on once (malformed rows and such "
          + "as are no requests have none)")
    }
    var last: LogPiece?
    for piece in pieces where piece.facts.accepted > 0 {
      if let difference = piece.facts.difference(from: first.facts)
        ?? (piece.columns != first.columns && !piece.isJSON ? "has other columns" : nil)
      {
        throw Self.error(
          "\(piece.name) \(difference) than \(first.name), expected pieces of one log")
      }
      if let last, piece.facts.first < last.facts.last {
        throw Self.error(
          "\(piece.name) begins at \(piece.facts.first), before \(last.name) ends at "
            + "\(last.facts.last), expected pieces that follow each other (sort the log by time first)"
        )
      }
      last = piece
    }
    guard last != nil else { throw Self.error("the log has no requests, expected at least one") }
    try checkCounts()
  }

  private func checkCounts() throws(BadInput) {
    var calls: Int64 = 0
    var rejected: Int64 = 0
    for piece in pieces {
      if piece.drawsByRank, piece.callsBefore != calls {
        throw Self.error(
          "\(piece.name) was drawn as if \(InputLog.grouped(piece.callsBefore)) requests lay before "
            + "it, where \(InputLog.grouped(calls)) do, expected it anew with '--first-request "
            + "\(calls + 1)'")
      }
      calls += piece.facts.accepted
      rejected += piece.facts.rejected
    }
    guard rejected <= request.skipBadRows else {
      throw Self.error(
        "\(InputLog.grouped(rejected)) malformed rows in all pieces, expected at most "
          + "\(InputLog.grouped(request.skipBadRows)) (--skip-bad-rows, of the whole log)")
    }
  }

  private func checkShares(of path: String) throws(BadInput) {
    let shares = pieces.filter { $0.path == path }
    guard let first = shares.first, first.shares > 1 else { return }
    for number in 1...first.shares where !shares.contains(where: { $0.share == number }) {
      throw Self.error(
        "share \(number)/\(first.shares) of \(path) is in none of the parts, expected all of them, or "
          + "'--partial FILE' to merge the rest later")
    }
    for (share, next) in zip(shares, shares.dropFirst())
    where share.bytes != LogPiece.unknownBytes
      && (share.to != next.from || share.bytes != next.bytes)
    {
      throw Self.error("\(next.name) is of another file than \(share.name), expected one log")
    }
    if let share = shares.first(where: \.isQuoted) {
      throw Self.error(
        "\(share.name) ends within a quoted field, expected another number of shares")
    }
  }

  private static func error(_ text: String) -> BadInput {
    BadInput(message: "merge: error: \(text)")
  }

  // MARK: The whole

  /// As messages and reports name the log.
  package var path: String {
    if let numbers = pieces[0].numbers { return numbers.paths.joined(separator: ", ") }
    var paths: [String] = []
    for piece in pieces where !paths.contains(piece.path) { paths.append(piece.path) }
    return paths.joined(separator: ", ")
  }

  /// Of the log, if it is one file.
  package var hash: FileHash? {
    guard let first = pieces.first, pieces.allSatisfy({ $0.path == first.path }),
      let hash = first.hash
    else { return nil }
    return FileHash(bytes: first.bytes, xxh64: hash)
  }

  /// The scenario of every case.
  package func variants() throws(InputErrors) -> [Replay.Variant] {
    var variants: [Replay.Variant] = []
    for found in cases {
      variants.append(
        try found.variant(path: text.path, allowOutside: true, source: text.source))
    }
    return variants
  }
}
