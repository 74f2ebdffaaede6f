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
    var unit: UInt64 = 1
    for _ in places..<12 { unit *= 10 }
    let amount = picodollars.magnitude
    // Most amounts fit 64 bits, which a processor divides at once.
    if let small = UInt64(exactly: amount) {
      return text(small.dividedHalfToEven(by: unit), decimals: places)
    }
    return text(amount.dividedHalfToEven(by: UInt128(unit)), decimals: places)
  }

  /// The exact amount in dollars: at least 2 and at most 12 decimals, no trailing zeros beyond.
  public var exactDecimal: String {
    let amount = picodollars.magnitude
    if let small = UInt64(exactly: amount) { return exactText(small) }
    return exactText(amount)
  }

  @inline(__always)
  private func exactText<Amount: FixedWidthInteger & UnsignedInteger>(_ amount: Amount) -> String {
    var (rest, decimals) = (amount, 12)
    while decimals > 2, rest.isMultiple(of: 10) {
      rest /= 10
      decimals -= 1
    }
    return text(rest, decimals: decimals)
  }

  /// A number of units of the last decimal with this amount's sign, written from its last digit.
  @inline(__always)
  private func text<Amount: FixedWidthInteger & UnsignedInteger>(
    _ units: Amount, decimals: Int
  ) -> String {
    // 128 bits have at most 39 digits.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
      var (rest, written, place) = (units, 0, buffer.count)
      func put(_ byte: UInt8) {
        place -= 1
        buffer[place] = byte
      }
      repeat {
        if written == decimals, decimals > 0 { put(UInt8(ascii: ".")) }
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
        rest = quotient
        written += 1
      } while rest > 0 || written <= decimals
      if picodollars < 0, units > 0 { put(UInt8(ascii: "-")) }
      return String(decoding: buffer[place...], as: UTF8.self)
    }
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
