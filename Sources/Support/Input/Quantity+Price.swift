import CostModel

extension Quantity {
  /// What a price is for: how many billed units, of which dimension's kind.
  package struct PriceUnit: Hashable, Sendable {
    package enum Kind: String, Sendable {
      case tokens, time, calls, characters, images, pages, searches, documents
    }

    package var kind: Kind
    /// Tokens, calls, … or microseconds.
    package var quantity: Int64
  }

  /// Above this, a price per million tokens is taken for a slip of the unit.
  package static let absurdDollarsPerMillionTokens: Int128 = 10_000

  /// `$1.14 per 1M tokens`, `$0.18 per hour`, `$0.25 per 1000 calls`, `$0.006/min`.
  ///
  /// Exact: in picodollars a unit where that is whole, else for as many units as it takes.
  package static func price(_ text: String) throws(Problem) -> (rate: Rate, unit: PriceUnit) {
    let (amountText, unitText) = try split(text)
    let amount = try moneyNumberForPrice(amountText)
    let unit = try priceUnit(unitText)
    guard let rate = rate(amount, per: unit.quantity) else {
      throw Problem(
        amount.double * 1e12 / Double(unit.quantity) >= Double(Int64.max)
          ? "'\(text)' is more than the most that one unit can cost, $9,223,372"
          : "'\(text)' has too many digits for an exact price")
    }
    if unit.kind == .tokens, isAbsurd(rate) {
      throw Problem(
        "'\(text)' is more than $10,000 per 1M tokens; is the unit right (tokens, 1K, 1M)?")
    }
    return (rate, unit)
  }

  /// Whether a price for tokens can only be a slip of the unit.
  package static func isAbsurd(_ rate: Rate) -> Bool {
    Int128(rate.picodollars) * 1_000_000
      > absurdDollarsPerMillionTokens * MoneySum.picodollarsPerDollar * Int128(rate.per)
  }

  /// `0.5`, `50%`, `1.1`: exact, from 0 to 100, with at most 9 decimals.
  package static func factor(_ text: String) -> Factor? {
    let isPercent = text.hasSuffix("%")
    let digits = isPercent ? trimmed(text.dropLast()) : text
    guard let number = ExactDecimal(digits)?.shifted(by: isPercent ? -2 : 0), number.digits >= 0,
      number.double <= 100, number.places <= 9
    else { return nil }
    var divisor: Int64 = 1
    for _ in 0..<number.places { divisor *= 10 }
    return Int64(exactly: number.digits).map { Factor($0, divisor) }
  }

  private static func split(_ text: String) throws(Problem) -> (String, String) {
    for separator in [" per ", "/"] {
      if let at = text.firstRange(of: separator) {
        return (trimmed(text[..<at.lowerBound]), trimmed(text[at.upperBound...]))
      }
    }
    throw Problem("expected a price like '$1.14 per 1M tokens' or '$0.18 per hour', not '\(text)'")
  }

  private static func moneyNumberForPrice(_ text: String) throws(Problem) -> ExactDecimal {
    var digits = text[...]
    if digits.first == "$" { digits.removeFirst() }
    if digits.hasSuffix("USD") { digits = digits.dropLast(3) }
    guard let amount = ExactDecimal(trimmed(digits)) else {
      throw Problem("expected an amount like $1.14, not '\(text)'")
    }
    if amount.digits < 0 || text.hasPrefix("-") {
      throw Problem("a price cannot be negative: '\(text)'")
    }
    return amount
  }

  private static let unitsByName: [String: (PriceUnit.Kind, Int64)] = [
    "token": (.tokens, 1), "tokens": (.tokens, 1),
    "second": (.time, 1_000_000), "seconds": (.time, 1_000_000), "s": (.time, 1_000_000),
    "minute": (.time, 60_000_000), "minutes": (.time, 60_000_000), "min": (.time, 60_000_000),
    "hour": (.time, 3_600_000_000), "hours": (.time, 3_600_000_000), "h": (.time, 3_600_000_000),
    "call": (.calls, 1), "calls": (.calls, 1), "request": (.calls, 1), "requests": (.calls, 1),
    "character": (.characters, 1), "characters": (.characters, 1),
    "image": (.images, 1), "images": (.images, 1), "page": (.pages, 1), "pages": (.pages, 1),
    "search": (.searches, 1), "searches": (.searches, 1),
    "document": (.documents, 1), "documents": (.documents, 1),
  ]

  private static func priceUnit(_ text: String) throws(Problem) -> PriceUnit {
    let number = text.prefix { $0.isNumber || ".,_".contains($0) }
    var name = text.dropFirst(number.count).drop { $0 == " " }
    var count = number.isEmpty ? ExactDecimal(digits: 1, places: 0) : ExactDecimal(number)
    for (suffix, power) in [("K", 3), ("k", 3), ("M", 6)] as [(Character, Int)]
    where name.first == suffix && !(name.dropFirst().first?.isLetter ?? false) {
      count = count?.shifted(by: power)
      name = name.dropFirst().drop { $0 == " " }
    }
    guard let (kind, size) = unitsByName[String(name)] else {
      throw Problem(
        "unknown unit '\(name)' of a price, expected tokens, hour, minute, second, calls, …",
        hint: NearestName.hint(for: String(name), among: Array(unitsByName.keys)))
    }
    guard let whole = count?.wholeNumber, (1...1_000_000_000).contains(whole) else {
      throw Problem("expected a whole quantity like 1M or 1000, not '\(text)'")
    }
    return PriceUnit(kind: kind, quantity: whole * size)
  }

  /// So many dollars for so many units, in lowest terms; nil if that takes more than 64 bits.
  package static func rate(_ dollars: ExactDecimal, per quantity: Int64) -> Rate? {
    let pico = dollars.shifted(by: 12)
    guard pico.places < 16, pico.digits < Int128(1) << 90 else { return nil }
    var units = Int128(quantity)
    for _ in 0..<pico.places { units *= 10 }
    let divisor = greatestCommonDivisor(pico.digits, units)
    guard let picodollars = Int64(exactly: pico.digits / divisor),
      let per = Int64(exactly: units / divisor)
    else { return nil }
    return Rate(picodollars: picodollars, per: per)
  }

  private static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }
}
