import CostModel

/// Numbers in plain decimal notation, rounded half to even, the same on every machine.
package enum DecimalText {
  /// An exact quotient with `places` decimals. `denominator` is positive.
  package static func ratio(_ numerator: Int128, _ denominator: Int128, places: Int) -> String {
    var scaled = numerator.magnitude
    for _ in 0..<places { scaled *= 10 }
    let rounded = scaled.dividedHalfToEven(by: denominator.magnitude)
    return withPoint(rounded, negative: numerator < 0, places: places)
  }

  /// A floating-point number with `places` decimals; nil where it is not finite.
  package static func real(_ value: Double, places: Int) -> String? {
    guard value.isFinite else { return nil }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
    guard scaled < 1e37 else { return nil }
    return withPoint(UInt128(scaled), negative: value < 0, places: places)
  }

  /// The same without zeros at the end of the decimals.
  package static func trimmed(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
    var text = Substring(text)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }

  private static func withPoint(_ units: UInt128, negative: Bool, places: Int) -> String {
    var digits = String(units)
    digits = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
    let sign = negative && units > 0 ? "-" : ""
    return places == 0
      ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
  }
}
