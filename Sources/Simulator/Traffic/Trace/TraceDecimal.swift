/// A number as logs write it (`63`, `63.0`, `1.5e-05`), exactly up to 36 digits.
package struct TraceDecimal {
  package enum Rounding { case exact, down, halfEven }
  package enum Problem: Error { case fraction, tooLarge }

  package private(set) var isNegative = false
  private var mantissa: UInt128 = 0
  /// The value is mantissa × 10^exponent.
  private var exponent = 0
  /// Whether digits other than 0 were cut off behind the mantissa.
  private var hasMore = false

  /// nil if it is not a number. `decimalComma`: `1,5` is one, as in files with semicolons.
  package init?(_ bytes: Bytes, decimalComma: Bool = false) {
    var index = 0
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      index = 1
    }
    guard let end = readDigits(bytes, from: index, decimalComma: decimalComma) else { return nil }
    if end < bytes.count {
      guard bytes[end] | 0x20 == UInt8(ascii: "e"),
        let power = Self.smallInteger(bytes, from: end + 1)
      else { return nil }
      exponent += power
    }
    if mantissa == 0, !hasMore { isNegative = false }
  }

  /// Reads the digits and the point; returns where they end.
  private mutating func readDigits(
    _ bytes: Bytes, from start: Int, decimalComma: Bool
  ) -> Int? {
    var index = start
    var digits = 0
    var isFraction = false
    while index < bytes.count {
      let byte = bytes[index]
      let digit = byte &- 0x30
      if digit < 10 {
        digits += 1
        if mantissa < 10_000_000_000_000_000_000_000_000_000_000_000_000 {
          mantissa = mantissa * 10 + UInt128(digit)
          if isFraction { exponent -= 1 }
        } else {
          if digit > 0 { hasMore = true }
          if !isFraction { exponent += 1 }
        }
      } else if !isFraction,
        byte == UInt8(ascii: ".") || (decimalComma && byte == UInt8(ascii: ","))
      {
        isFraction = true
      } else {
        break
      }
      index += 1
    }
    return digits > 0 ? index : nil
  }

  private static func smallInteger(_ bytes: Bytes, from start: Int) -> Int? {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < bytes.count, bytes.count - index <= 4 else { return nil }
    var value = 0
    while index < bytes.count {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
      index += 1
    }
    return isNegative ? -value : value
  }

  /// The value × 10^`places` as a whole number. `down` rounds towards the earlier or smaller one.
  package func scaled(by places: Int, _ rounding: Rounding) throws(Problem) -> Int64 {
    let power = exponent + places
    var magnitude = mantissa
    var isCut = hasMore
    if power >= 0 {
      for _ in 0..<min(power, 40) where magnitude > 0 {
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        if overflow { throw .tooLarge }
        magnitude = product
      }
    } else {
      (magnitude, isCut) = try divided(places: -power, rounding)
    }
    if isCut, rounding == .exact { throw .fraction }
    if isCut, rounding == .down, isNegative { magnitude += 1 }
    guard let value = Int64(exactly: magnitude) else { throw .tooLarge }
    return isNegative ? -value : value
  }

  private func divided(
    places: Int, _ rounding: Rounding
  ) throws(Problem) -> (UInt128, Bool) {
    guard places <= 38 else { return (0, mantissa > 0 || hasMore) }
    var divisor: UInt128 = 1
    for _ in 0..<places { divisor *= 10 }
    let (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: divisor)
    let isCut = rest > 0 || hasMore
    guard rounding == .halfEven, isCut else { return (quotient, isCut) }
    let missing = divisor - rest
    let isAbove = rest > missing || (rest == missing && (hasMore || quotient & 1 == 1))
    return (isAbove ? quotient + 1 : quotient, isCut)
  }
}
