/// What the numbers of a column count.
package enum TraceUnit: String, CaseIterable, Sendable {
  /// Times: whichever of the following they are, told by their form and magnitude.
  case auto
  /// Times with an offset.
  case rfc3339
  /// Times without one.
  case naive
  /// Seconds and parts of them: of the epoch for times, else of duration.
  case s, ms, us, ns
  /// Dollars, or parts of them.
  case usd
  case cents
  case microUSD = "micro_usd"
  case picoUSD = "pico_usd"

  package static let times: [TraceUnit] = [.auto, .rfc3339, .naive, .s, .ms, .us, .ns]
  package static let durations: [TraceUnit] = [.s, .ms, .us, .ns]
  package static let amounts: [TraceUnit] = [.usd, .cents, .microUSD, .picoUSD]

  /// Decimal places from this unit to microseconds or picodollars.
  package var places: Int {
    switch self {
    case .s: 6
    case .ms: 3
    case .us, .picoUSD: 0
    case .ns: -3
    case .usd: 12
    case .cents: 10
    case .microUSD: 6
    case .auto, .rfc3339, .naive: 0
    }
  }
}
