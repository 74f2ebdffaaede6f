import Testing

@testable import Audit
@testable import Support
@testable import costsim

/// Exact numbers, units and the ways in which documents print both.
@Suite struct NumberTests {
  private func fraction(_ a: Int64, _ b: Int64) throws -> Rational {
    try Rational(Int128(a), over: Int128(b))
  }

  @Test func fractionsAreExact() throws {
    let third = try fraction(2, -6)
    #expect(third == (try fraction(-1, 3)))
    #expect(try third.adding(fraction(1, 3)) == .zero)
    #expect(try third.multiplied(by: Rational(3)) == Rational(-1))
    #expect(try Rational(1).divided(by: third) == Rational(-3))
    #expect(third.decimal == "-0.333333333333")
    #expect(try fraction(1, 3) < fraction(34, 100))
    #expect(third.magnitude == (try fraction(1, 3)))
    #expect(try Rational(nearest: 0.1) == fraction(1, 10))
  }

  @Test func theLargestFractionsAreComparedRight() throws {
    let large = (Int128(1) << 84) - 1
    let a = try Rational(large, over: large - 1)
    let b = try Rational(large - 1, over: large - 2)
    #expect(a < b && !(b < a))
    #expect(a.negated > b.negated)
    #expect(throws: Rational.Problem.self) { try Rational(large + 1, over: 1) }
    #expect(throws: Rational.Problem.self) { try a.multiplied(by: b) }
    #expect(throws: Rational.Problem.self) { try Rational(1).divided(by: .zero) }
  }

  /// Randomly chosen intervals: whatever lies in the operands, the result holds.
  @Test func intervalsHoldEveryResult() throws {
    var random = TestRandom(seed: 20_261_121)
    for _ in 0..<2_000 {
      let ends = try (0..<4).map { _ in
        try Rational(Int128(random.below(41) - 20), over: Int128(1 + random.below(5)))
      }
      let (x, y) = (Interval(ends[0], ends[1]), Interval(ends[2], ends[3]))
      let corners = [(x.low, y.low), (x.low, y.high), (x.high, y.low), (x.high, y.high)]
      for (a, b) in corners {
        #expect(try x.adding(y).contains(Interval(a.adding(b))))
        #expect(try x.subtracting(y).contains(Interval(a.subtracting(b))))
        #expect(try x.multiplied(by: y).contains(Interval(a.multiplied(by: b))))
        guard y.low > .zero || y.high < .zero else { continue }
        #expect(try x.divided(by: y).contains(Interval(a.divided(by: b))))
      }
      if y.low <= .zero, y.high >= .zero {
        #expect(throws: Rational.Problem.self) { try x.divided(by: y) }
      }
    }
  }

  @Test(arguments: [
    ("$0.18", "0.18", "0.005"), ("$34.00", "34", "0.005"), ("~$62", "62", "0.5"),
    ("~$900", "900", "50"), ("~488K", "488000", "500"), ("300K", "300000", "500"),
    ("4.88M", "4880000", "5000"), ("1,600", "1600", "0.5"), ("6%", "6", "0.5"),
    ("20x", "20", "0.5"), ("$0.00114", "0.00114", "0.000005"), ("~$2.40", "2.4", "0.05"),
    ("60–70%", "60..70", "0.5"), ("$25-100", "25..100", "0.5"), ("1,000+", "1000..", "0.5"),
    ("−$200", "-200", "0.5"), ("-$1.5K", "-1500", "50"), ("$-20.40", "-20.4", "0.005"),
    ("($200)", "-200", "0.5"), ("(3%)", "-3", "0.5"), ("~-$900", "-900", "50"),
    ("-5–-3", "-5..-3", "0.5"),
    ("<500", "..500", "0.5"), (">80%", "80..", "0.5"), ("0", "0", "0.5"), ("~0", "0", "0.5"),
  ])
  func printingTellsThePrecision(text: String, value: String, tolerance: String) throws {
    let number = try PublishedNumber(text)
    #expect(number.decimal == value)
    #expect(number.tolerance.decimal == tolerance)
  }

  @Test(arguments: [
    "", "$", "about 5", "5 apples", "1-2-3", "1,00", "--5", "-$-5", "(-5)", "(5", "~",
  ])
  func otherTextIsNoNumber(text: String) {
    #expect(throws: Quantity.Problem.self) { try PublishedNumber(text) }
  }

  @Test func aNumberAcceptsWhatRoundsToIt() throws {
    let accepts = { (text: String, value: String) in
      let decimal = try #require(ExactDecimal(value))
      return try PublishedNumber(text).accepts(Interval(try Rational(decimal)))
    }
    #expect(try accepts("$1.25", "1.248") && !accepts("$1.25", "1.2449"))
    #expect(try accepts("~$900", "949") && !accepts("~$900", "951"))
    #expect(try accepts("60–70%", "59.5") && !accepts("60–70%", "59.4"))
    #expect(try accepts("1,000+", "5000") && !accepts("1,000+", "801"))
    #expect(try accepts("<500", "3") && !accepts("<500", "501"))
    let range = Interval(Rational(500), Rational(1_000))
    #expect(try PublishedNumber("800").accepts(range))
    #expect(try !PublishedNumber("700–900").accepts(range))
  }

  @Test func unitsAreOfAKindOrNot() throws {
    let aliases = ["message": "call", "analyses": "call"]
    func unit(_ text: String) throws -> ClaimUnit { try ClaimUnit(text, aliases: aliases) }
    #expect(try unit("USD per 1000 calls").kind == unit("USD/message").kind)
    #expect(try unit("USD per 1000 calls").scale == fraction(1, 1_000))
    #expect(try unit("ms").kind == unit("hours").kind)
    #expect(try unit("calls per user per month").kind.words == "call per month per user")
    #expect(try unit("analyses").kind == unit("calls").kind)
    #expect(try unit("%").kind == unit("x").kind && unit("%").scale == fraction(1, 100))
    #expect(try unit("USD per token").kind != unit("USD per call").kind)
    for text in ["", " per call", "USD per", "call calls", "1000", "per"] {
      #expect(throws: Quantity.Problem.self, "\(text)") { try unit(text) }
    }
  }

  @Test(arguments: [
    (0.11, 0.000113, "USD per call", 1_000, true),
    (0.18, 180_000, "USD per call", 1_000_000, false),
    (80, 0.8, "%", 100, true), (1.2, 120, "USD", 100, false),
    (10, 300, "calls per month", 30, false),
    (744, 62, "USD per month", 12, true), (120, 2, "hours", 60, true),
  ])
  func slipsAreNamedByTheirFactor(
    published: Double, recomputed: Double, unit: String, factor: Int64, isTooMuch: Bool
  ) throws {
    let slip = try #require(
      UnitSlip(
        published: published, recomputed: recomputed, unit: ClaimUnit(unit, aliases: [:]),
        tolerance: 0.05))
    #expect(slip.factor == factor && slip.isTooMuch == isTooMuch)
  }

  @Test func otherErrorsAreNoSlips() throws {
    for (published, unit) in [(10.6, "USD per month"), (80, "USD per call"), (12, "ms"), (30, "%")]
    {
      let unit = try ClaimUnit(unit, aliases: [:])
      #expect(UnitSlip(published: published, recomputed: 1, unit: unit, tolerance: 0.05) == nil)
    }
  }
}
