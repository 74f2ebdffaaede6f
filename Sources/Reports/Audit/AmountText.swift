import Audit
import Support

/// Recomputed numbers as a founder reads them.
package enum AmountText {
  /// As printed, with its unit.
  package static func published(_ claim: Claim) -> String {
    let unit = claim.unit
    let text = claim.published.text
    if unit.isMoney {
      return (text.contains("$") ? text : "$" + text) + unit.text.dropFirst(ClaimUnit.dollar.count)
    }
    if unit.isPercent { return text.contains("%") ? text : text + "%" }
    if unit.isFactor { return text.contains("x") ? text : text + "x" }
    return unit.text == "1" ? text : text + " " + unit.text
  }

  /// `$1,248.00 per month`, `66.3%`, `200–500 ms`. A part of an amount is not `per` anything.
  package static func text(_ value: Interval, in unit: ClaimUnit, isPart: Bool = false) -> String {
    let number = text(value, number: unit)
    if unit.isMoney {
      return isPart ? number : number + unit.text.dropFirst(ClaimUnit.dollar.count)
    }
    if unit.isPercent { return isPart ? number + " points" : number + "%" }
    if unit.isFactor { return number + "x" }
    return unit.text == "1" ? number : number + " " + unit.text
  }

  package static func text(_ value: Rational, in unit: ClaimUnit, isPart: Bool = false) -> String {
    text(Interval(value), in: unit, isPart: isPart)
  }

  /// Without the unit, but for a dollar sign.
  package static func text(_ value: Interval, number unit: ClaimUnit) -> String {
    range(value, isMoney: unit.isMoney)
  }

  /// In base units, where the author gave no unit.
  package static func text(_ value: Interval, ofKind kind: ClaimUnit.Kind) -> String {
    let isMoney = kind.counted == [ClaimUnit.dollar: 1]
    let number = range(value, isMoney: isMoney)
    if kind == .number { return number }
    return isMoney
      ? number + kind.words.dropFirst(ClaimUnit.dollar.count) : number + " " + kind.words
  }

  /// `10.3`, `971`.
  package static func factor(_ value: Double) -> String {
    let text = DecimalText.real(value, places: value < 99.95 ? 1 : 0) ?? "–"
    return HumanFormat.grouped(DecimalText.trimmed(text))
  }

  private static func range(_ value: Interval, isMoney: Bool) -> String {
    let low = number(value.low, isMoney: isMoney)
    return value.isPoint ? low : low + "–" + number(value.high, isMoney: isMoney)
  }

  /// Enough digits to tell it from its neighbours: `$1,248.00`, `300,000`, `0.000113`.
  private static func number(_ value: Rational, isMoney: Bool) -> String {
    let size = value.magnitude.double
    var text = value.magnitude.decimal(places: places(size, isMoney: isMoney))
    if !isMoney {
      text = DecimalText.trimmed(text)
    } else {
      // Cents are written out: $0.50.
      while text.hasSuffix("0"), text.count > "0.00".count, size < 1 { text.removeLast() }
    }
    let sign = value < .zero ? "−" : ""
    return sign + (isMoney ? "$" : "") + HumanFormat.grouped(text)
  }

  private static func places(_ size: Double, isMoney: Bool) -> Int {
    if isMoney && size >= 1 || size == 0 { return 2 }
    if size >= 1_000 { return 0 }
    if size >= 100 { return 1 }
    if size >= 1 { return 2 }
    // Four digits that count.
    var places = 4
    var limit = 0.1
    while places < 12, size < limit {
      places += 1
      limit /= 10
    }
    return places
  }
}
