import CostModel
import Support

/// Turns the amounts of price lists into catalog prices.
package enum ImportedPrice {
  /// A list's amount times `factor` is the price of `quantity` (tokens, pieces, microseconds), which
  /// the catalog keeps in whole picodollars.
  package struct Unit {
    package var factor: Int64
    package var quantity: Int64

    package static let token = Unit(factor: 1_000_000, quantity: 1_000_000)
    package static let million = Unit(factor: 1, quantity: 1_000_000)
    package static let piece = Unit(factor: 1_000, quantity: 1_000)
    package static let thousand = Unit(factor: 1, quantity: 1_000)
    package static let second = Unit(factor: 3_600, quantity: 3_600_000_000)
    package static let hour = Unit(factor: 1, quantity: 3_600_000_000)
  }
  package struct Result {
    package var rate: Rate
    /// Whether the amount was finer than a picodollar for that quantity; half to even then.
    package var isRounded: Bool
  }

  /// nil if the amount is no number, negative, or beyond 64 bits.
  package static func rate(_ amount: DataTree, _ unit: Unit) -> Result? {
    guard let pico = amount.decimal?.shifted(by: 12), pico.digits >= 0,
      pico.digits < Int128(1) << 90, pico.places <= 24
    else { return nil }
    var denominator: UInt128 = 1
    for _ in 0..<pico.places { denominator *= 10 }
    let numerator = pico.digits.magnitude * UInt128(unit.factor)
    let whole = numerator.dividedHalfToEven(by: denominator)
    guard whole <= Int64.max,
      let rate = Quantity.rate(
        ExactDecimal(digits: Int128(whole), places: 12), per: unit.quantity)
    else { return nil }
    return Result(rate: rate, isRounded: numerator % denominator != 0)
  }
}
