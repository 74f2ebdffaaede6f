import Testing

@testable import CostModel

@Test func moneyRoundsHalfToEvenOnce() {
  #expect(MoneySum(picodollars: 2_500_000).decimal(places: 6) == "0.000002")
  #expect(MoneySum(picodollars: 3_500_000).decimal(places: 6) == "0.000004")
  #expect(MoneySum(picodollars: -1).decimal(places: 6) == "0.000000")
  #expect(MoneySum(picodollars: -1_234_500_000_000).decimal(places: 2) == "-1.23")
  #expect(MoneySum(picodollars: 62_400_000_000_000).exactDecimal == "62.40")
}

@Test(arguments: [
  (0, "0.00", "0"), (1, "0.000000000001", "0"), (-1, "-0.000000000001", "0"),
  (10_000_000_000, "0.01", "0"), (-120_000_000_000, "-0.12", "0"),
  (1_500_000_000_000, "1.50", "2"), (2_500_000_000_000, "2.50", "2"),
  (10_000_000_000_000, "10.00", "10"), (-1_000_000_000_001, "-1.000000000001", "-1"),
  (Int128(UInt64.max), "18446744.073709551615", "18446744"),
  (Int128(UInt64.max) + 1, "18446744.073709551616", "18446744"),
  (.max, "170141183460469231731687303.715884105727", "170141183460469231731687304"),
  (.min, "-170141183460469231731687303.715884105728", "-170141183460469231731687304"),
])
func moneyIsWrittenExactly(picodollars: Int128, exact: String, whole: String) {
  #expect(MoneySum(picodollars: picodollars).exactDecimal == exact)
  #expect(MoneySum(picodollars: picodollars).decimal(places: 0) == whole)
}
