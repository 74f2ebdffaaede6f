import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Support

/// Parts of a run are a commutative monoid: any order, any grouping, parts without months as identity.
@Suite struct RunPartTests {
  private static let runs = 40

  private static func part(_ months: Range<Int>) -> RunPart {
    var part = RunPart()
    part.runs = runs
    var scenario = ScenarioBills()
    scenario.name = "s"
    for plan in 1...2 {
      var bills = PlanBills()
      bills.likely = months.map { month in
        var bill = RunBill()
        bill.bill = MoneySum(picodollars: Int128(1_000 * plan + month))
        bill.overrun = month.isMultiple(of: 3) ? 1 : 0
        return bill
      }
      if plan == 2 { bills.drawn = bills.likely.reversed() }
      scenario.plans.append(bills)
    }
    part.scenarios = [scenario]
    if !months.isEmpty { part.spans = [MonthSpan(months)] }
    return part
  }

  /// Of all months in order.
  private static func sum(_ parts: [RunPart]) throws -> RunPart {
    var merge = try RunMerge(parts[0], name: "0")
    for (place, part) in parts.enumerated().dropFirst() { try merge.add(part, name: "\(place)") }
    return merge.part
  }

  private static func split(_ cuts: [Int]) -> [RunPart] {
    zip([1] + cuts, cuts + [runs + 1]).map { part($0..<$1) }
  }

  @Test func anyOrderAndGroupingIsTheSame() throws {
    var random = TestRandom(seed: 22)
    for round in 1...60 {
      let cuts = (0..<Int(random.bits() % 7)).map { _ in 1 + Int(random.bits() % 40) }.sorted()
      let parts = Self.split(cuts)
      let whole = PartCoder.bytes(of: try Self.sum(parts))
      var left = parts
      // Two of those that are left, whichever, become one, until one is left.
      while left.count > 1 {
        let first = left.remove(at: Int(random.bits() % UInt64(left.count)))
        let second = left.remove(at: Int(random.bits() % UInt64(left.count)))
        left.append(try Self.sum(random.bits() % 2 == 0 ? [first, second] : [second, first]))
      }
      #expect(PartCoder.bytes(of: left[0]) == whole, "round \(round), cuts \(cuts)")
      #expect(left[0].spans == [MonthSpan(1..<Self.runs + 1)])
      // By hand: plan 1's month m costs 1,000 + m.
      #expect(
        left[0].scenarios[0].plans[0].likely.map(\.bill.picodollars)
          == (1...Self.runs).map { 1_000 + Int128($0) })
    }
  }

  @Test func partsWithoutMonthsChangeNothing() throws {
    let part = Self.part(5..<9)
    let nothing = Self.part(1..<1)
    let bytes = PartCoder.bytes(of: part)
    #expect(PartCoder.bytes(of: try Self.sum([part, nothing])) == bytes)
    #expect(PartCoder.bytes(of: try Self.sum([nothing, part, nothing])) == bytes)
  }

  /// Shares are as even as can be, in order, and leave nothing out; there may be more of them than months.
  @Test func shardsAreEvenAndComplete() {
    for (runs, count) in [(1, 1), (10, 3), (3, 10), (1_000, 997), (64, 64)] {
      var next = 1
      for number in 1...count {
        let months = RunPart.months(ofShard: number, of: count, runs: runs)
        #expect(months.lowerBound == next)
        #expect(months.count == runs / count || months.count == runs / count + 1)
        next = months.upperBound
      }
      #expect(next == runs + 1)
    }
  }

  private static func error(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatIsTwiceOrMissingIsNamed() throws {
    #expect(
      Self.error { _ = try Self.sum([Self.part(1..<6), Self.part(5..<9)]) }
        == "1: error: has month 5, which is in 0 as well, expected every month in one part")
    #expect(
      Self.error { _ = try Self.sum([Self.part(3..<6), Self.part(1..<9)]) }
        == "1: error: has months 3 to 5, which are in 0 as well, expected every month in one part")
    let merge = try RunMerge(try Self.sum([Self.part(1..<6), Self.part(7..<20)]), name: "a")
    #expect(
      Self.error { try merge.checkWhole() }
        == "merge: error: month 6 (and 1 more such gap) of 40 is in none of the parts, expected all of "
        + "them, or '--partial FILE' to merge the rest later")
    #expect(Self.error { try RunMerge(Self.part(1..<41), name: "a").checkWhole() } == "no error")
  }

  @Test func whatDiffersIsNamed() throws {
    func difference(_ change: (inout RunPart) -> Void) -> String? {
      var other = Self.part(1..<3)
      change(&other)
      return other.difference(from: Self.part(3..<5))
    }
    #expect(difference { _ in } == nil)
    #expect(difference { $0.timeZoneData = "2026a" } == "time zone data is 2026a, there unknown")
    #expect(difference { $0.runs = 41 } == "--runs is 41, there 40")
    #expect(difference { $0.scenarios[0].seed = 7 } == "seed is 7, there 0")
    #expect(difference { $0.scenarios[0].name = "t" } == "scenarios are t, there s")
    #expect(difference { $0.scenarios[0].plans.removeLast() } == "plans are [1], there [2]")
    #expect(
      difference { $0.overrides = ["a=1"] }
        == "changes on the command line are a=1, there none")
    #expect(
      difference { $0.scenarios[0].text.files = [ScenarioText.File(path: "c.yaml", text: "x")] }
        == "scenario names c.yaml")
  }

  /// A field that is added and not handed over is left as it was, and is named here.
  @Test func noFieldIsForgotten() throws {
    var bill = RunBill()
    (bill.bill, bill.overrun) = (MoneySum(picodollars: 5), 0.5)
    var plan = PlanBills()
    (plan.likely, plan.drawn) = ([bill], [bill])
    var text = ScenarioText()
    (text.path, text.workingFolder, text.overrides) = ("s.yaml", "/w", ["a=1"])
    text.files = [ScenarioText.File(path: "s.yaml", text: "x")]
    var scenario = ScenarioBills()
    (scenario.text, scenario.name, scenario.seed, scenario.plans) = (text, "s", 3, [plan])
    var part = RunPart()
    (part.timeZoneData, part.runs) = ("2026a", 2)
    (part.overrides, part.scenarios, part.spans) = (["a=1"], [scenario], [MonthSpan(2..<3)])
    try Self.expectKept(bill)
    try Self.expectKept(plan)
    try Self.expectKept(text)
    try Self.expectKept(text.files[0])
    try Self.expectKept(part.spans[0])
    try Self.expectKept(scenario)
    try Self.expectKept(part)
  }

  static func expectKept<Value: PartValue>(_ value: Value) throws {
    let read = try PartCoder.value(PartCoder.bytes(of: value), as: Value.self)
    let fields = zip(
      Mirror(reflecting: Value()).children,
      zip(Mirror(reflecting: value).children, Mirror(reflecting: read).children))
    for (empty, (written, read)) in fields {
      let name = "\(Value.self).\(written.label ?? "")"
      #expect("\(empty.value)" != "\(written.value)", "\(name) has no value in this test")
      #expect("\(written.value)" == "\(read.value)", "\(name) is not handed over")
    }
  }

  /// Content that nobody has written is an error, or a part like any other; never a crash.
  @Test func anyContentIsAnErrorOrAPart() throws {
    var random = TestRandom(seed: 7)
    let whole = PartCoder.bytes(of: try Self.sum([Self.part(1..<6), Self.part(9..<20)]))
    var damaged = 0
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0...random.bits() % 3 {
        bytes[Int(random.bits() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.bits())
      }
      if random.bits() % 4 == 0 { bytes.removeLast(Int(random.bits() % 20)) }
      do {
        let part = try PartCoder.value(bytes, as: RunPart.self)
        let merge = try RunMerge(part, name: "p")
        _ = PartCoder.bytes(of: merge.part)
        try merge.checkWhole()
      } catch is PartDamage {
        damaged += 1
      } catch {
        // Its months are not all there.
      }
    }
    #expect(damaged > 100)
  }
}
