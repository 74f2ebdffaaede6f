import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What parts of a replayed log hold, and how it adds up: the same for any split, order and grouping.
@Suite struct LogPartTests {
  // MARK: Nothing is left out

  private static func place(_ piece: Int, _ number: Int64) -> PartPlace {
    var place = PartPlace(number)
    place.piece = piece
    return place
  }

  private static func table() -> PartTable {
    var row = PartRow(["a", nil], [1, -2], first: 3, label: "gold")
    row.told = place(0, 4)
    return PartTable([row])
  }

  private static func costs() -> PartCosts {
    var met = PartMet()
    (met.moment, met.place, met.cost) = (.arrival(7), place(0, 8), 9)
    var costs = PartCosts()
    (costs.model, costs.buckets, costs.calls) = ("m", [4], [5])
    (costs.firsts, costs.sample, costs.dearest) = ([met], [met], [met])
    return costs
  }

  private static func casePart() -> CasePart {
    var histogram = LatencyHistogram()
    histogram.add(5_000, count: 2)
    var difference = PartDifference()
    (difference.moment, difference.place) = (.outcome(3), place(0, 4))
    (difference.target, difference.logged, difference.computed) = (1, 2, 3)
    var part = CasePart()
    (part.name, part.sums, part.untroubled) = ("logged", [1, 2], MoneySum(picodollars: 3))
    (part.latency, part.isLabelled, part.used) = (histogram, true, [5])
    (part.queues, part.latencies, part.firstTokens) = ([histogram], [histogram], [nil, histogram])
    (part.costs, part.labelled, part.estimates) = (table(), table(), table())
    (part.days, part.accounts, part.accountMonths) = (table(), table(), table())
    (part.quality, part.performance, part.cacheClasses) = (table(), table(), table())
    part.meters = table()
    (part.checks, part.empty, part.told, part.logged) = (table(), table(), table(), table())
    part.starts = [PartMinutes(owner: 1, [PartMinute(7, 1, 2, 3), PartMinute(9, 4, 5, 6)])]
    part.spent = [PartMinutes(owner: 2, [PartMinute(-1, 1)])]
    (part.simulatedCosts, part.loggedCosts, part.differences) = ([costs()], [costs()], [difference])
    return part
  }

  private static func piece() -> LogPiece {
    var facts = TraceFacts()
    (facts.format, facts.accepted, facts.rejected, facts.filtered) = ("canonical", 1, 2, 3)
    facts.firstRejected = [TraceError.Row(number: 2, column: "c", problem: "p", others: 1)]
    (facts.inputTokens, facts.cachedInputTokens, facts.outputTokens) = (4, 5, 6)
    (facts.loggedCost, facts.failed) = (MoneySum(picodollars: 7), 8)
    facts.unknownStatuses = ["odd": 9]
    (facts.first, facts.last) = (SimTime(microseconds: 1), SimTime(microseconds: 2))
    (facts.absent, facts.unknown, facts.unused) = ([.user], [.status: 3], ["z"])
    (facts.tellsQuality, facts.isRelative, facts.usedTimeZone) = (true, true, true)
    facts.wasSorted = false
    facts.metered = [.searches]
    var piece = LogPiece()
    (piece.path, piece.share, piece.shares) = ("a.csv", 2, 3)
    (piece.from, piece.to, piece.xxh64, piece.bytes, piece.hash) = (1, 2, 3, 4, 5)
    (piece.isQuoted, piece.callsBefore, piece.drawsByRank, piece.facts) = (true, 6, true, facts)
    (piece.columns, piece.isJSON) = (["x"], true)
    piece.rejected = [
      RejectedRow(row: facts.firstRejected[0], fields: [[1, 255], []])
    ]
    piece.readAs = [NameReading(name: "n", model: "m", provider: "p")]
    return piece
  }

  /// A field that is added and not handed over is left as it was, and is named here.
  @Test func noFieldIsForgotten() throws {
    var found = ReplayCase()
    (found.name, found.overrides, found.isLogged) = ("c", ["a=1"], true)
    var request = ReplayRequest()
    (request.overrides, request.policies, request.against) = (["o"], ["p"], ["a"])
    (request.format, request.formatHash, request.timeZone) = ("f", 1, "UTC")
    (request.columns, request.set, request.skipBadRows) = (["c"], ["s"], 5)
    var text = ScenarioText()
    text.path = "s.yaml"
    var numbers = LogNumbers()
    numbers.add(3)
    numbers.paths = ["a.csv"]
    var piece = Self.piece()
    piece.numbers = numbers
    var part = LogPart()
    (part.timeZoneData, part.text, part.name, part.request) = ("2026a", text, "s", request)
    (part.cases, part.pieces, part.found) = ([found], [piece], [Self.casePart()])
    try RunPartTests.expectKept(found)
    try RunPartTests.expectKept(request)
    try RunPartTests.expectKept(piece)
    try RunPartTests.expectKept(numbers)
    try RunPartTests.expectKept(Self.piece().facts)
    try RunPartTests.expectKept(Self.piece().rejected[0])
    try RunPartTests.expectKept(Self.piece().readAs[0])
    try RunPartTests.expectKept(Self.casePart())
    try RunPartTests.expectKept(Self.table().rows[0])
    try RunPartTests.expectKept(Self.costs())
    try RunPartTests.expectKept(Self.costs().sample[0])
    try RunPartTests.expectKept(Self.casePart().differences[0])
    try RunPartTests.expectKept(Self.casePart().starts[0])
    try RunPartTests.expectKept(part)
  }

  /// Every number of a cell adds up, or is named here as found in another way.
  private static func expectSummed<Cell>(
    _ cell: Cell, _ fields: [SumField<Cell>], but others: Set<String>
  ) {
    var filled = cell
    SumField.fill(&filled, fields, from: fields.indices.map { Int128($0 + 1) })
    let values = zip(Mirror(reflecting: cell).children, Mirror(reflecting: filled).children)
    for (empty, full) in values where !others.contains(empty.label ?? "") {
      #expect(
        "\(empty.value)" != "\(full.value)", "\(Cell.self).\(empty.label ?? "") does not add up")
    }
    #expect(SumField.sums(filled, fields) == fields.indices.map { Int128($0 + 1) })
  }

  @Test func everyNumberAddsUp() {
    Self.expectSummed(
      CostCell(useCase: "u", model: "m", provider: "p", tier: "t"), CostCell.sums,
      but: ["useCase", "model", "provider", "tier", "action", "segment"])
    Self.expectSummed(CostCheck.Row(), CostCheck.Row.sums, but: [])
    Self.expectSummed(
      TargetPerformance(model: "m"), TargetPerformance.sums,
      but: [
        "model",
        // By the minute.
        "requestsPerMinutePeak", "tokensPerMinutePeak", "hours",
        // Of sums.
        "requestsPerMinuteMean", "tokensPerMinuteMean",
        // Of histograms.
        "queue", "latency", "firstToken",
        // Of quotas, which couple.
        "quotaUtilisationPeak", "saturated",
      ])
    Self.expectSummed(
      PlanResult(plan: PlanSpec(name: "p", users: 1), run: 1), PlanResult.sums,
      but: [
        "plan", "run",
        // Cells by name, histograms and the budget's minutes.
        "latency", "costs", "labelled", "accountMonths", "quality", "estimates", "days", "accounts",
        "performance", "alerts", "budgetMonths", "cacheClasses", "meters",
        // A log has none of these, or they couple its pieces.
        "knownCalls", "knownConversions", "misroutedCalls", "queueMax", "hours", "enforcements",
        "experiments", "flows", "caching", "conversations", "returns",
      ])
  }

  // MARK: Laws

  /// Costs that were met in one course, and in pieces of it: the same exceptions.
  @Test func costsInPiecesFindTheSame() {
    var random = TestRandom(seed: 0x0_71E5)
    var exceptions = 0
    for round in 0..<60 {
      let count = 20 + Int(random.bits() % 900)
      let costs = (0..<count).map { _ -> Int64 in
        let isFar = random.bits() % 97 == 0
        return Int64(random.bits() % 50 + 10) * (isFar ? 100_000 : 100)
      }
      var whole = OutlierFinder()
      for (place, cost) in costs.enumerated() {
        whole.add(model: 1, number: Int64(place + 1), cost: cost, at: .arrival(Int64(place / 3)))
      }
      let inner = (0..<Int(random.bits() % 6)).map { _ in Int(random.bits() % UInt64(count)) }
      let cuts = [0] + inner.sorted() + [count]
      var parts: [[PartCosts]] = []
      for (piece, (from, to)) in zip(cuts, cuts.dropFirst()).enumerated() {
        var finder = OutlierFinder()
        for place in from..<to {
          finder.add(
            model: 1, number: Int64(place - from + 1), cost: costs[place],
            at: .arrival(Int64(place / 3)))
        }
        var all = finder.groups.filter { !$0.buckets.isEmpty }.map {
          PartCosts(model: "m", $0, before: 0)
        }
        for index in all.indices { all[index].renumber(Array(repeating: piece, count: 1)) }
        parts.append(all)
      }
      while parts.count > 1 {
        let first = parts.remove(at: Int(random.bits() % UInt64(parts.count)))
        let second = parts.remove(at: Int(random.bits() % UInt64(parts.count)))
        parts.append(PartCosts.sum(first, second))
      }
      let merged = OutlierFinder(
        source: .simulated,
        groups: [OutlierFinder.Group(), OutlierFinder.Group()]
          + parts[0].map { $0.group { Int64(cuts[$0.piece]) + $0.number } })
      func shown(_ found: [Outlier]) -> [[Int128]] {
        found.map { [Int128($0.number), $0.cost.picodollars, $0.usual.picodollars] }
      }
      let (one, other) = (shown(whole.found { "\($0)" }), shown(merged.found { "\($0)" }))
      #expect(one == other, "round \(round)")
      exceptions += one.count
    }
    #expect(exceptions > 50)
  }

  /// By hand: 1 + 4 in minute 7, 2 in minute 8, 8 in minute 9, whatever comes first.
  @Test func minutesAddUp() {
    let a = [PartMinutes(owner: 1, [PartMinute(7, 1), PartMinute(8, 2)])]
    let b = [PartMinutes(owner: 1, [PartMinute(7, 4), PartMinute(9, 8)])]
    let sum = [PartMinutes(owner: 1, [PartMinute(7, 5), PartMinute(8, 2), PartMinute(9, 8)])]
    #expect(PartMinutes.sum(a, b) == sum && PartMinutes.sum(b, a) == sum)
    #expect(PartMinutes.sum(a, []) == a && PartMinutes.sum([], a) == a)
  }

  /// By hand: the accounts of two pieces, of which the second names ann again and tells her plan last.
  @Test func rowsComeInTheOrderOfTheLog() {
    var first = PartTable([
      PartRow(["zoe"], [1], first: 0), PartRow(["ann"], [2], first: 1, label: "free"),
    ])
    var second = PartTable([
      PartRow(["bob"], [3], first: 0), PartRow(["ann"], [4], first: 1, label: "gold"),
    ])
    first.renumber([0])
    second.renumber([1])
    var (sum, other) = (first, second)
    sum += second
    other += first
    #expect(sum == other)
    #expect(sum.inOrder.map(\.key) == [["zoe"], ["ann"], ["bob"]])
    #expect(sum.inOrder.map(\.sums) == [[1], [6], [3]])
    #expect(sum.inOrder[1].label == "gold")
  }

  /// Content that nobody has written is an error, or a part like any other; never a crash.
  @Test func anyContentIsAnErrorOrAPart() {
    var random = TestRandom(seed: 9)
    var part = LogPart()
    (part.cases, part.pieces, part.found) = ([ReplayCase()], [Self.piece()], [Self.casePart()])
    let whole = PartCoder.bytes(of: part)
    var damaged = 0
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0...random.bits() % 3 {
        bytes[Int(random.bits() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.bits())
      }
      do {
        var read = try PartCoder.value(bytes, as: LogPart.self)
        _ = PartCoder.bytes(of: read)
        try read.add(part, name: "b", to: "a")
        try read.checkWhole()
      } catch is PartDamage {
        damaged += 1
      } catch {
        // Its pieces do not belong together.
      }
    }
    #expect(damaged > 100)
  }
}
