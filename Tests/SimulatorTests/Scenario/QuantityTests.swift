import CostModel
import Testing

@testable import Support

@Suite struct QuantityTests {
  @Test(arguments: [
    ("300", 300.0), ("1,000", 1_000), ("300K", 300_000), ("3M", 3_000_000), ("1_000_000", 1e6),
    ("2.5", 2.5), ("1e6", 1e6), ("1.5M", 1_500_000), ("-2", -2), ("0", 0), ("2B", 2e9),
  ])
  func numbers(text: String, value: Double) throws {
    #expect(try Quantity.number(text).double == value)
  }

  @Test(arguments: [
    "", "x", "1,00", "1.", ".5.", "--3", "NaN", "inf", "0x10", "1e99", "٣", "1 000",
    "99999999999999999999999999999999",
  ])
  func notNumbers(text: String) {
    #expect(throws: Quantity.Problem.self) { try Quantity.number(text) }
  }

  @Test(arguments: [
    ("75%", 0.75), ("0.75", 0.75), ("0", 0), ("100%", 1), ("1", 1), ("33.33%", 0.3333),
    ("0.1 %", 0.001),
  ])
  func shares(text: String, value: Double) throws {
    #expect(try Quantity.share(text).double == value)
  }

  @Test(arguments: ["101%", "1.01", "-1%", "75", "%", "half"])
  func notShares(text: String) {
    #expect(throws: Quantity.Problem.self) { try Quantity.share(text) }
  }

  @Test(
    arguments: [
      ("0", 0), ("800ms", 800_000), ("60s", 60_000_000), ("5min", 300_000_000),
      ("1h", 3_600_000_000), ("1h30min", 5_400_000_000), ("1.5 h", 5_400_000_000),
      ("2d", 172_800_000_000), ("7us", 7), ("0.5ms", 500), ("1,000ms", 1_000_000),
    ] as [(String, Int64)])
  func durations(text: String, microseconds: Int64) throws {
    #expect(try Quantity.duration(text).microseconds == microseconds)
  }

  @Test(arguments: ["5", "5m", "-1s", "h", "1h 3", "0.5us", "101 years", "40000d", ""])
  func notDurations(text: String) {
    #expect(throws: Quantity.Problem.self) { try Quantity.duration(text) }
  }

  @Test(arguments: [
    ("$1,000", "1000.00"), ("1000 USD", "1000.00"), ("USD 5", "5.00"), ("62.40", "62.40"),
    ("$0.000000000001", "0.000000000001"), ("$1.5K", "1500.00"), ("$ 3", "3.00"), ("$0", "0.00"),
  ])
  func money(text: String, dollars: String) throws {
    #expect(try MoneySum(picodollars: Quantity.money(text)).exactDecimal == dollars)
  }

  @Test(arguments: ["-$5", "$-5", "5€", "$", "$0.0000000000001", "$1,00", "$2,000,000,000,000"])
  func notMoney(text: String) {
    #expect(throws: Quantity.Problem.self) { try Quantity.money(text) }
  }

  /// The price of one quantity, exactly.
  @Test(
    arguments: [
      ("$1.14 per 1M tokens", 1_140_000, 1), ("$0.18 per hour", 50, 1),
      ("$2.50 per hour", 6_250, 9), ("$0.25 per 1000 calls", 250_000_000, 1),
      ("$0.33/1K calls", 330_000_000, 1), ("$0.33/1k calls", 330_000_000, 1),
      ("0.15 USD per 1M tokens", 150_000, 1),
      ("$0.0000000075 per token", 7_500, 1), ("$0.0000000000015 per token", 3, 2),
      ("$0 per 1M tokens", 0, 1), ("$0.006 per minute", 100, 1),
      ("$4 per 1M characters", 4_000_000, 1),
    ] as [(String, Int64, Int64)])
  func prices(text: String, picodollars: Int64, per: Int64) throws {
    let rate = try Quantity.price(text).rate
    #expect(rate.picodollars == picodollars && rate.per == per)
  }

  @Test(arguments: [
    "$1.14", "$1 per", "$1 per parsec", "-$1 per hour", "$10,001 per 1M tokens", "$1 per 0 tokens",
    "$1 per 1.5 tokens", "$1e-30 per token", "$11 per 1K tokens",
  ])
  func notPrices(text: String) {
    #expect(throws: Quantity.Problem.self) { try Quantity.price(text) }
  }

  /// Money is counted in picodollars of 64 bits: 2⁶³ of them are $9,223,372.
  @Test(arguments: [
    ("$9223372 per call", true), ("$9223373 per call", false), ("$9300000 per call", false),
  ])
  func theLargestPriceIsNamed(text: String, isPrice: Bool) throws {
    do {
      _ = try Quantity.price(text)
      #expect(isPrice)
    } catch {
      #expect(!isPrice)
      #expect(error.message == "'\(text)' is more than the most that one unit can cost, $9,223,372")
    }
  }

  @Test(arguments: [
    ("tier", "teir", true), ("volume", "volumee", true), ("cache", "c", false),
    ("deepseek-v3", "deepseek-v4", true), ("gpt-4o", "claude", false), ("Input", "inptu", true),
  ])
  func nearestNames(known: String, typed: String, isNear: Bool) {
    #expect((NearestName.nearest(to: typed, among: [known, "zzzzzzzz"]) == known) == isNear)
  }
}
