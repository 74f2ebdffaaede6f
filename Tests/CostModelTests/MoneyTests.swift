import Testing

@testable import CostModel

@Test func moneyRoundsHalfToEvenOnce() {
  #expect(MoneySum(picodollars: 2_500_000).decimal(places: 6) == "0.000002")
  #expect(MoneySum(picodollars: 3_500_000).decimal(places: 6) == "0.000004")
  #expect(MoneySum(picodollars: -1).decimal(places: 6) == "0.000000")
  #expect(MoneySum(picodollars: -1_234_500_000_000).decimal(places: 2) == "-1.23")
  #expect(MoneySum(picodollars: 62_400_000_000_000).exactDecimal == "62.40")
}
