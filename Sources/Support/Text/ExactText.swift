import CostModel

/// Durations, amounts and prices without rounding, as one reads them.
package enum ExactText {
  /// `1 h`, `5 min`, `1.25 s`, `800 ms`, `0 s`.
  package static func duration(_ duration: SimDuration) -> String {
    let micros = duration.microseconds
    let (sign, size) = (micros < 0 ? "−" : "", Int128(micros.magnitude))
    if size > 0, size % 3_600_000_000 == 0 { return sign + "\(size / 3_600_000_000) h" }
    if size > 0, size % 60_000_000 == 0 { return sign + "\(size / 60_000_000) min" }
    let (unit, name): (Int128, String) =
      size >= 1_000_000 || size == 0 ? (1_000_000, "s") : (1_000, "ms")
    let text = DecimalText.trimmed(DecimalText.ratio(size, unit, places: 6))
    return sign + HumanFormat.grouped(text) + " " + name
  }

  /// `$0.000456`.
  package static func usd(_ money: MoneySum) -> String {
    "$" + HumanFormat.grouped(money.exactDecimal)
  }

  package static func usd(_ money: Money) -> String { usd(MoneySum(money)) }

  /// A draw in [0, 1): `0.812346`.
  package static func draw(_ value: Double) -> String { DecimalText.real(value, places: 6) ?? "–" }

  /// A share or chance: `70 %`, `0.1 %`.
  package static func percent(_ value: Double) -> String {
    DecimalText.trimmed(DecimalText.real(value * 100, places: 4) ?? "–") + " %"
  }

  /// How prices of a dimension are stated: so many of its units, and what they are called.
  package static func unit(of dimension: BillingDimension) -> (size: Int64, name: String) {
    switch dimension {
    case .audioSeconds, .videoSeconds: (3_600_000_000, "1 h")
    case .images, .pages, .searches, .documents, .calls: (1_000, "1K")
    default: (1_000_000, "1M")
    }
  }

  /// `$1.14`, for what `unit` says; `≈` where it has more decimals than picodollars show.
  package static func price(_ component: PriceBreakdown.Component) -> String {
    let product = Int128(component.rate.picodollars) * Int128(unit(of: component.dimension).size)
    let per = Int128(component.rate.per)
    let rounded = UInt128(product).dividedHalfToEven(by: UInt128(per))
    return (product % per == 0 ? "" : "≈") + usd(MoneySum(picodollars: Int128(rounded)))
  }

  /// `30 s`, `1,500`.
  package static func quantity(_ component: PriceBreakdown.Component) -> String {
    component.dimension.isTime
      ? duration(SimDuration(microseconds: component.quantity))
      : HumanFormat.count(component.quantity)
  }
}
