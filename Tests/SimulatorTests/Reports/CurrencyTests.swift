import CostModel
import Testing

@testable import Reports
@testable import Support

/// Bills beside dollars in another currency.
@Suite struct CurrencyTests {
  private func scenario(_ currency: String) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": SmallCompany.catalog,
      "s.yaml": SmallCompany.scenario + "\ncurrency: \(currency)\n",
    ])
  }

  @Test func theRateIsReadExactly() throws {
    let read = try scenario("{ code: EUR, rate: 0.92, date: 2025-11-03 }").read()
    let currency = try #require(read.currency)
    let dollars = MoneySum(picodollars: 1_248 * MoneySum.picodollarsPerDollar)
    #expect(HumanFormat.amount(dollars, in: currency) == "1,148.16 EUR")
    #expect(HumanFormat.amount(.zero - dollars, in: currency) == "−1,148.16 EUR")
    #expect(HumanFormat.rate(currency) == "0.92")
    // What cents do not say has two digits: $0.25 at 0.02 is 0.005.
    let even = try scenario("{ code: EUR, rate: 0.02, date: 2025-11-03 }").read()
    let quarter = MoneySum(picodollars: MoneySum.picodollarsPerDollar / 4)
    #expect(even.currency.map { HumanFormat.amount(quarter, in: $0) } == "0.0050 EUR")
    let thrice = quarter + quarter + quarter
    #expect(even.currency.map { HumanFormat.amount(thrice, in: $0) } == "0.015 EUR")
  }

  @Test func whatIsNoCurrencyIsRefused() throws {
    let errors = try scenario("{ code: euro, rate: 0, date: yesterday }").errors()
    #expect(errors.contains("three letters of another currency"))
    #expect(errors.contains("how many of it a dollar buys"))
    #expect(errors.contains("expected a date like 2025-11-01"))
  }

  @Test func theReportSaysBoth() {
    var report = SampleReport().report
    let plain = ReportMarkdown.text(report)
    #expect(!plain.contains("EUR"))
    report.scenario.currency = Currency(
      code: "EUR", rate: ExactDecimal(digits: 2, places: 0),
      date: CivilDate(year: 2025, month: 11, day: 3))
    let text = ReportMarkdown.text(report)
    for plan in report.plans {
      let both = plan.result.cost + plan.result.cost
      #expect(
        text.contains(
          HumanFormat.amount(
            both,
            in: Currency(
              code: "EUR", rate: ExactDecimal(digits: 1, places: 0),
              date: CivilDate(year: 2025, month: 11, day: 3)))))
    }
    #expect(text.contains("take 2 EUR for a dollar"))
    #expect(text.contains("3 November 2025"))
  }
}
