import CostModel
import Testing

@testable import Decisions
@testable import Support

private func money(_ pico: Int128) -> MoneySum { MoneySum(picodollars: pico) }

@Test func moneyForPeople() {
  #expect(HumanFormat.usd(money(1_248_000_000_000_000)) == "$1,248.00")
  #expect(HumanFormat.usd(money(-248_104_967_000_000)) == "−$248.10")
  #expect(HumanFormat.usd(money(0)) == "$0.00")
  #expect(HumanFormat.usd(money(1_000_000_000_000_000_000)) == "$1,000,000.00")
  #expect(HumanFormat.usd(money(113_000_000)) == "$0.000113")
  #expect(HumanFormat.usd(money(-4_000_000_000)) == "−$0.0040")
  #expect(HumanFormat.smallUSD(money(34_000_000_000_000), per: 300_000) == "$0.0001133")
  // 1,000 requests at $0.00325 are $3.25, and $0.50 is not $0.5.
  #expect(HumanFormat.usd(money(3_250_000_000)) == "$0.00325")
  #expect(HumanFormat.usd(money(500_000_000_000)) == "$0.50")
  #expect(HumanFormat.usd(money(123_456_000_000)) == "$0.1235")
  #expect(HumanFormat.usd(0.99996) == "$1.00")
  #expect(HumanFormat.usd(1.23456) == "$1.23")
  #expect(HumanFormat.smallUSD(money(1), per: 0) == "–")
  #expect(HumanFormat.usd(money(1_000)) == "<$0.000001")
}

@Test func durationsForPeople() {
  func text(_ microseconds: Int64) -> String {
    HumanFormat.duration(SimDuration(microseconds: microseconds))
  }
  #expect(text(999) == "999 µs")
  #expect(text(812_500) == "812 ms")
  #expect(text(3_000_000) == "3 s")
  #expect(text(90_000_000) == "1.5 min")
  #expect(text(3_600_000_000) == "1 h")
  #expect(text(86_400_000_000) == "24 h")
  #expect(text(10 * 86_400_000_000) == "10 days")
}

@Test func numbersForPeople() {
  #expect(HumanFormat.count(-1_234_567) == "−1,234,567")
  #expect(HumanFormat.number(1_234.5) == "1,234")
  #expect(HumanFormat.number(0.0625) == "0.062")
  #expect(HumanFormat.number(.infinity) == "–")
  #expect(HumanFormat.percent(1, of: 0) == "–")
  #expect(HumanFormat.percent(0.248) == "24.8 %")
  #expect(HumanFormat.list(["a", "b", "c"]) == "a, b and c")
  #expect(HumanFormat.plural(1, "user") == "1 user")
}

@Test func momentsAreLocal() {
  let period = SampleReport.november
  #expect(HumanFormat.moment(period.start, in: period) == "1 November 2026, 00:00")
  #expect(HumanFormat.during(period.months[0], in: period) == "in November 2026")
  let week = Period.Span(start: period.days[2].start, end: period.days[9].start)
  #expect(HumanFormat.during(week, in: period) == "from 3 to 9 November 2026")
  let day = Period.Span(start: period.days[2].start, end: period.days[3].start)
  #expect(HumanFormat.during(day, in: period) == "on 3 November 2026")
}

@Test func decimalsRoundHalfToEven() {
  #expect(DecimalText.ratio(25, 1_000, places: 2) == "0.02")
  #expect(DecimalText.ratio(-35, 1_000, places: 2) == "-0.04")
  #expect(DecimalText.ratio(-1, 1_000, places: 2) == "0.00")
  #expect(DecimalText.real(0.125, places: 2) == "0.12")
  #expect(DecimalText.real(1e30, places: 6)?.count == 38)
  #expect(DecimalText.real(.nan, places: 2) == nil)
  #expect(DecimalText.real(1e36, places: 6) == nil)
  #expect(DecimalText.trimmed("10.500") == "10.5")
  #expect(DecimalText.trimmed("100") == "100")
}

@Test func percentilesOfRunsAreNearestRank() {
  let runs = RunsSummary(
    costs: (1...40).reversed().map { money($0) }, overruns: (1...40).map { $0 > 30 ? 1 : 0 })
  #expect([runs.p05, runs.p50, runs.p95] == [money(2), money(20), money(38)])
  #expect(runs.overBudgetProbability == 0.25)
  let one = RunsSummary(costs: [money(1)], overruns: [1])
  #expect(one.p50 == nil && one.overBudgetProbability == nil)
}

/// One rule for exact and expected amounts: never zero where there is something, never a sign on zero.
@Test(
  arguments: [
    (0.0, "$0.00"), (-0.0, "$0.00"), (1e-14, "$0.00"), (-1e-14, "$0.00"), (4e-7, "<$0.000001"),
    (0.000002, "$0.0000020"), (0.002, "$0.0020"), (-0.002, "−$0.0020"), (0.00999, "$0.00999"),
    (0.05, "$0.05"), (0.0123, "$0.0123"), (0.0123456, "$0.01235"), (0.62, "$0.62"),
    (1.005, "$1.00"), (1_248, "$1,248.00"),
    (-248.105, "−$248.10"),
  ] as [(Double, String)])
func amountsAreNeverZeroWhereTheyAreNot(dollars: Double, text: String) {
  #expect(HumanFormat.usd(dollars) == text)
  let exact = MoneySum(picodollars: Int128((dollars * 1e12).rounded()))
  #expect(HumanFormat.usd(exact) == text)
}

@Test func wholeDollarsKeepWhatTheyAre() {
  #expect(HumanFormat.wholeUSD(1_000) == "$1,000")
  #expect(HumanFormat.wholeUSD(150.75) == "$151")
  #expect(HumanFormat.wholeUSD(0.67) == "$0.67")
  #expect(HumanFormat.wholeUSD(12.5) == "$12.50")
  #expect(HumanFormat.wholeUSD(0.0019) == "$0.0019")
  #expect(HumanFormat.usd(.infinity) == "–")
}

/// 100 requests a minute are 144,000 a day, the whole use of 14,400 users with 10 each: a quotient of
/// doubles may come to a little more.
@Test func wholeUsersAreTheFirstThatFill() {
  #expect(HumanFormat.wholeUsers(364.2) == "365")
  #expect(HumanFormat.wholeUsers(364) == "364")
  #expect(HumanFormat.wholeUsers(Double(14_400).nextUp) == "14,400")
  #expect(HumanFormat.wholeUsers(14_400.001) == "14,401")
}
