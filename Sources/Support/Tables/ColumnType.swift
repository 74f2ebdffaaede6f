import CostModel

/// What a column holds and how it is written.
package enum ColumnType: Hashable, Sendable {
  case text, integer, boolean, date
  /// A moment in UTC, always with six decimals of the second: `2026-01-05T00:00:00.000000Z`.
  case timestamp
  /// A moment in UTC that is a whole second: `2026-01-05T00:00:00Z`.
  case second
  /// Dollars with 6 decimals.
  case usd
  /// Dollars with 6 decimals that add up: databases also store the exact picodollars.
  case exactUSD
  /// A small number with up to 12 decimals.
  case fineDecimal
  /// Whole microdollars, for spreadsheets that take no decimals.
  case microUSD
  /// Milliseconds with up to 3 decimals.
  case milliseconds
  /// Seconds with up to 6 decimals.
  case seconds
  /// A number with 6 decimals.
  case decimal
  /// A number with all its decimals, 1 to 12 of them.
  case exactDecimal

  package var isText: Bool { self == .text }
  package var isNumber: Bool {
    switch self {
    case .text, .boolean, .date, .timestamp, .second: false
    default: true
    }
  }

  /// The value as files show it; nil where it is unknown.
  package func text(of cell: Cell) -> String? {
    switch cell {
    case .unknown: nil
    case .text(let text): text.isEmpty ? nil : text
    case .integer(let value): String(value)
    case .boolean(let value): value ? "true" : "false"
    case .date(let date): date.description
    case .timestamp(let time) where self == .second: time.description
    case .timestamp(let time): time.preciseDescription
    case .money(let money): text(of: money)
    case .ratio(_, 0): nil
    case .ratio(let numerator, let denominator) where self == .exactDecimal:
      Self.trimmed(DecimalText.ratio(numerator, denominator, places: 12))
    case .ratio(let numerator, let denominator):
      DecimalText.ratio(numerator, denominator, places: 6)
    case .real(let value) where self == .fineDecimal:
      DecimalText.real(value, places: 12).map(Self.trimmed)
    case .real(let value): DecimalText.real(value, places: 6)
    case .duration(let duration): text(of: duration)
    }
  }

  /// Decimal, without zeros at the end.
  package func text(of duration: SimDuration) -> String {
    let (per, places): (Int128, Int) = self == .milliseconds ? (1_000, 3) : (1_000_000, 6)
    return DecimalText.trimmed(
      DecimalText.ratio(Int128(duration.microseconds), per, places: places))
  }

  private func text(of money: MoneySum) -> String {
    switch self {
    case .microUSD: DecimalText.ratio(money.picodollars, 1_000_000, places: 0)
    case .exactDecimal: Self.trimmed(money.decimal(places: 12))
    default: money.decimal(places: 6)
    }
  }

  /// Without zeros at the end, but with one decimal at least.
  private static func trimmed(_ text: String) -> String {
    let short = DecimalText.trimmed(text)
    return short.contains(".") ? short : short + ".0"
  }
}
