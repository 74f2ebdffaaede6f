/// A price with all its multipliers in lowest terms: picodollars for one unit.
@frozen
@usableFromInline
struct CompiledRate: Hashable, Sendable {
  @usableFromInline let numerator: Int64
  /// 0: unpriced; negative: the price does not fit.
  @usableFromInline let denominator: Int64

  static let unpriced = CompiledRate(exactly: 0, 0)
  static let outOfRange = CompiledRate(exactly: 0, -1)
  static let free = CompiledRate(exactly: 0, 1)

  private init(exactly numerator: Int64, _ denominator: Int64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// nil if it does not fit 64 bits even in lowest terms.
  init?(numerator: Int128, denominator: Int128) {
    guard denominator > 0 else { return nil }
    var (divisor, rest) = (numerator, denominator)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    guard let top = Int64(exactly: numerator / divisor),
      let bottom = Int64(exactly: denominator / divisor)
    else { return nil }
    self.init(exactly: top, bottom)
  }

  init(_ rate: Rate) {
    // In lowest terms a rate that fits still fits.
    self =
      CompiledRate(numerator: Int128(rate.picodollars), denominator: Int128(rate.per))
      ?? CompiledRate(exactly: rate.picodollars, rate.per)
  }

  /// `outOfRange` if the product does not fit 64 bits in lowest terms.
  func scaled(by factor: Factor) -> CompiledRate {
    isPriced
      ? CompiledRate(
        numerator: Int128(numerator) * Int128(factor.numerator),
        denominator: Int128(denominator) * Int128(factor.denominator)) ?? .outOfRange
      : self
  }

  @inlinable var isPriced: Bool { denominator > 0 }

  /// `quantity` × price in picodollars, rounded once, half to even; nil beyond 64 bits.
  ///
  /// The quantity is not negative and the rate is priced.
  @inlinable
  func amount(of quantity: Int64) -> Int64? {
    if denominator == 1 {
      let (product, overflow) = quantity.multipliedReportingOverflow(by: numerator)
      return overflow ? nil : product
    }
    let product = UInt128(UInt64(bitPattern: quantity)) * UInt128(UInt64(bitPattern: numerator))
    return Int64(exactly: product.dividedHalfToEven(by: UInt128(UInt64(bitPattern: denominator))))
  }
}
