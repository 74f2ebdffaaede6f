import CostModel

/// Another currency that the bill is shown in, beside dollars.
package struct Currency: Sendable {
  /// As in ISO 4217: `EUR`.
  package var code: String
  /// So many of it for a dollar.
  package var rate: ExactDecimal
  /// The day of the rate.
  package var date: CivilDate

  package init(code: String, rate: ExactDecimal, date: CivilDate) {
    self.code = code
    self.rate = rate
    self.date = date
  }
}
