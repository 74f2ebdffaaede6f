/// An exact amount of US dollars: whole picodollars (1 USD = 10^12) in 64 bits.
///
/// Wide enough for one call (up to about $9.2 million); sums are `MoneySum`. Arithmetic traps on
/// overflow, because a wrapped bill would be a wrong bill.
@frozen
public struct Money: Hashable, Comparable, Sendable {
  public var picodollars: Int64

  @inlinable
  public init(picodollars: Int64) { self.picodollars = picodollars }

  @inlinable public static var zero: Money { Money(picodollars: 0) }

  /// The most that it can hold, as people read it, cut to whole dollars: `$9,223,372`.
  public static var limitText: String {
    let (thousands, ones) = (Int64.max / 1_000_000_000_000).quotientAndRemainder(dividingBy: 1_000)
    let (millions, middle) = thousands.quotientAndRemainder(dividingBy: 1_000)
    func three(_ number: Int64) -> String { String(String(number + 1_000).dropFirst()) }
    return "$\(millions),\(three(middle)),\(three(ones))"
  }

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

  @inlinable public static var zero: MoneySum { MoneySum(picodollars: 0) }
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
    return text(rounded, decimals: places, atLeast: places)
  }

  /// The exact amount in dollars: at least 2 and at most 12 decimals, no trailing zeros beyond.
  public var exactDecimal: String { text(picodollars.magnitude, decimals: 12, atLeast: 2) }

  /// `amount` in units of 10^−`decimals`, with this sum's sign unless it is zero.
  private func text(_ amount: UInt128, decimals: Int, atLeast least: Int) -> String {
    let isNegative = picodollars < 0 && amount > 0
    return UInt64(exactly: amount)?.decimalText(isNegative, decimals, atLeast: least)
      ?? amount.decimalText(isNegative, decimals, atLeast: least)
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// The number divided by 10^`decimals`, its zeros behind `least` decimals left out. Digit by digit
  /// from the end, since whole logs are written so.
  fileprivate func decimalText(
    _ isNegative: Bool, _ decimals: Int, atLeast least: Int
  ) -> String {
    // 39 digits of 128 bits, the point and the sign.
    let room = 41
    return String(unsafeUninitializedCapacity: room) { buffer in
      var (rest, place, first) = (self, 0, room)
      func put(_ byte: UInt8) {
        first -= 1
        buffer.initializeElement(at: first, to: byte)
      }
      while rest > 0 || place <= decimals {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        rest = quotient
        if place == decimals, first < room { put(UInt8(ascii: ".")) }
        if digit > 0 || first < room || place >= decimals - least {
          put(UInt8(ascii: "0") + UInt8(digit))
        }
        place += 1
      }
      if isNegative { put(UInt8(ascii: "-")) }
      return buffer.moveInitialize(fromContentsOf: buffer[first..<room])
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
