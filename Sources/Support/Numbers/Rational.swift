/// An exact fraction in lowest terms, so that no verdict hangs on a rounding error.
package struct Rational: Hashable, Sendable {
  /// Why an exact result cannot be given.
  package enum Problem: Error {
    case divisionByZero
    case tooManyDigits
  }

  package private(set) var numerator: Int128
  /// Positive.
  package private(set) var denominator: Int128

  package static let zero = Rational(0)
  package static let one = Rational(1)

  package init(_ whole: Int64) {
    numerator = Int128(whole)
    denominator = 1
  }

  /// Parts stay below 2^84, so that twelve decimals can always be written.
  private static let limit = Int128(1) << 84

  package init(_ numerator: Int128, over denominator: Int128) throws(Problem) {
    guard denominator != 0 else { throw .divisionByZero }
    let divisor = Self.commonDivisor(numerator, denominator)
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.numerator = sign * (numerator / divisor)
    self.denominator = sign * (denominator / divisor)
    guard self.numerator.magnitude < Self.limit.magnitude, self.denominator < Self.limit else {
      throw .tooManyDigits
    }
  }

  package init(_ decimal: ExactDecimal) throws(Problem) {
    guard decimal.places <= 24 else { throw .tooManyDigits }
    try self.init(decimal.digits, over: Self.powerOfTen(decimal.places))
  }

  /// The nearest multiple of 10^-12, which is a picodollar.
  package init(nearest value: Double) throws(Problem) {
    let scaled = (value * 1e12).rounded(.toNearestOrEven)
    guard scaled.isFinite, scaled.magnitude < 1e37 else { throw .tooManyDigits }
    try self.init(Int128(scaled), over: Self.powerOfTen(12))
  }

  package static func powerOfTen(_ power: Int) -> Int128 {
    (0..<power).reduce(Int128(1)) { product, _ in product * 10 }
  }

  private static func commonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a.magnitude, b.magnitude)
    while y != 0 { (x, y) = (y, x % y) }
    return Int128(x)
  }

  private static func product(_ a: Int128, _ b: Int128) throws(Problem) -> Int128 {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw .tooManyDigits }
    return product
  }

  package func adding(_ other: Rational) throws(Problem) -> Rational {
    let (sum, overflow) = try Self.product(numerator, other.denominator)
      .addingReportingOverflow(try Self.product(other.numerator, denominator))
    if overflow { throw .tooManyDigits }
    return try Rational(sum, over: try Self.product(denominator, other.denominator))
  }

  package func subtracting(_ other: Rational) throws(Problem) -> Rational {
    try adding(other.negated)
  }

  package func multiplied(by other: Rational) throws(Problem) -> Rational {
    try Rational(
      try Self.product(numerator, other.numerator),
      over: try Self.product(denominator, other.denominator))
  }

  package func divided(by other: Rational) throws(Problem) -> Rational {
    guard other.numerator != 0 else { throw .divisionByZero }
    return try Rational(
      try Self.product(numerator, other.denominator),
      over: try Self.product(denominator, other.numerator))
  }

  package var negated: Rational {
    var result = self
    result.numerator = -numerator
    return result
  }

  package var magnitude: Rational { numerator < 0 ? negated : self }
  package var isWhole: Bool { denominator == 1 }

  /// The nearest floating-point number, or one beside it: for text and rules of thumb only.
  package var double: Double { Double(numerator) / Double(denominator) }

  /// With up to 12 decimals, without zeros at their end.
  package var decimal: String { DecimalText.trimmed(decimal(places: 12)) }

  /// With so many decimals (at most 12), rounded half to even.
  package func decimal(places: Int) -> String {
    DecimalText.ratio(numerator, denominator, places: places)
  }
}

extension Rational: Comparable {
  package static func < (a: Rational, b: Rational) -> Bool {
    // Below 2^84 each, so the products need up to 168 bits.
    let left = a.numerator.multipliedFullWidth(by: b.denominator)
    let right = b.numerator.multipliedFullWidth(by: a.denominator)
    return (left.high, left.low) < (right.high, right.low)
  }
}
