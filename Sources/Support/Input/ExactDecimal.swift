/// A non-negative or negative decimal number, exactly: `digits` × 10^−`places`.
package struct ExactDecimal: Hashable, Sendable {
  package var digits: Int128
  package var places: Int

  /// Reads `1,000.50`, `-3`, `1e-6`, `1_000`; nil if it is not a number or has over 30 digits.
  package init?(_ source: some StringProtocol) {
    let text = String(source)
    var rest = text[...]
    var negative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      negative = sign == "-"
      rest.removeFirst()
    }
    var exponent = 0
    if let e = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      guard let value = Int(rest[rest.index(after: e)...]), abs(value) <= 30 else { return nil }
      exponent = value
      rest = rest[..<e]
    }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap(Self.ungrouped) else { return nil }
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let all = whole + fraction
    guard !all.isEmpty, all.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      !(parts.count > 1 && fraction.isEmpty)
    else { return nil }
    let significant = all.drop { $0 == "0" }
    guard significant.count <= 30 else { return nil }
    digits = (Int128(significant) ?? 0) * (negative ? -1 : 1)
    places = fraction.utf8.count - exponent
    normalise()
  }

  package init(digits: Int128, places: Int) {
    self.digits = digits
    self.places = places
    normalise()
  }

  /// `1,000` and `1_000` without their marks; nil where groups are not of three.
  private static func ungrouped(_ text: Substring) -> String? {
    for mark in [",", "_"] as [Character] where text.contains(mark) {
      let groups = text.split(separator: mark, omittingEmptySubsequences: false)
      guard let first = groups.first, (1...3).contains(first.count),
        groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { return nil }
      return groups.joined()
    }
    return String(text)
  }

  private mutating func normalise() {
    if digits == 0 { places = 0 }
    while places > 0, digits % 10 == 0 {
      digits /= 10
      places -= 1
    }
    while places < 0 {
      let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
      // Anything this large fails every range check.
      if overflow {
        digits = digits < 0 ? .min / 2 : .max / 2
        places = 0
        return
      }
      digits = product
      places += 1
    }
  }

  /// This × 10^`power`.
  package func shifted(by power: Int) -> ExactDecimal {
    ExactDecimal(digits: digits, places: places - power)
  }

  /// nil if there is a fraction or it does not fit.
  package var wholeNumber: Int64? { places == 0 ? Int64(exactly: digits) : nil }

  /// The nearest floating-point number, or one beside it.
  package var double: Double {
    var divisor = 1.0
    for _ in 0..<places { divisor *= 10 }
    return Double(digits) / divisor
  }
}
