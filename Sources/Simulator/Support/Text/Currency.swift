import CostModel

/// Another currency that the bill is shown in, beside dollars.
struct Currency: Sendable {
  /// As in ISO 4217: `EUR`.
  var code: String
  /// So many of it for a dollar.
  var rate: ExactDecimal
  /// The day of the rate.
  var date: CivilDate
}
