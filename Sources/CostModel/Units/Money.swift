/// An exact amount of US dollars: whole picodollars (1 USD = 10^12) in 64 bits.
///
/// Wide enough for one call (up to about $9.2 million); sums are `MoneySum`. Arithmetic traps on
/// overflow, because a wrapped bill would be a wrong bill.
@frozen
public struct Money: Hashable, Comparable, Sendable {
  public var picodollars: Int64

  @inlinable
  public init(picodollars: Int64) { self.picodollars = picodollars }

  public static let zero = Money(picodollars: 0)

  @inlinable
  public static func + (a: Money, b: Money) -> Money {
    Money(picodollars: a.picodollars + b.picodollars)
  }
  @inlinable
  public static func < (a: Money, b: Money) -> Bool { a.picodollars < b.picodollars }
}

/// An exact sum of `Money`: whole picodollars in 128 bits.
@frozen
public struct MoneySum: Hashable, Comparable, Sendable {
  public var picodollars: Int128

  @inlinable
  public init(picodollars: Int128) { self.picodollars = picodollars }

  @inlinable
  public init(_ money: Money) { picodollars = Int128(money.picodollars) }

  public static let zero = MoneySum(picodollars: 0)
  public static let picodollarsPerDollar: Int128 = 1_000_000_000_000

  /// Dollars as a floating-point number, for charts, ratios and statistics only.
  public var dollars: Double { Double(picodollars) / 1e12 }

  @inlinable
  public static func + (a: MoneySum, b: MoneySum) -> MoneySum {
    MoneySum(picodollars: a.picodollars + b.picodollars)
  }
  @inlinable
  public static func - (a: MoneySum, b: MoneySum) -> MoneySum {
    MoneySum(picodollars: a.picodollars - b.picodollars)
  }
  @inlinable
  public static func += (a: inout MoneySum, b: MoneySum) { a.picodollars += b.picodollars }
  @inlinable
  public static func += (a: inout MoneySum, b: Money) { a.picodollars += Int128(b.picodollars) }
  @inlinable
  public static func < (a: MoneySum, b: MoneySum) -> Bool { a.picodollars < b.picodollars }
}

extension MoneySum {
  /// The amount in dollars with exactly `places` decimals, rounded half to even, once.
  ///
  /// `places` is 0 to 12; no sign on a zero.
  public func decimal(places: Int) -> String {
    precondition((0...12).contains(places), "places must be 0 to 12")
    var unit: UInt128 = 1
    for _ in places..<12 { unit *= 10 }
    let rounded = picodollars.magnitude.dividedHalfToEven(by: unit)
    var digits = String(rounded)
    digits = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = picodollars < 0 && rounded > 0 ? "-" : ""
    return places == 0
      ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
  }

  /// The exact amount in dollars: at least 2 and at most 12 decimals, no trailing zeros beyond.
  public var exactDecimal: String {
    var text = Substring(decimal(places: 12))
    var spare = 10
    while spare > 0, text.last == "0" {
      text.removeLast()
      spare -= 1
    }
    return String(text)
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// The quotient rounded to the nearest whole number, ties to the even one.
  @inlinable
  public func dividedHalfToEven(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    let rest = divisor - remainder
    return remainder > rest || (remainder == rest && quotient & 1 == 1) ? quotient + 1 : quotient
  }
}
