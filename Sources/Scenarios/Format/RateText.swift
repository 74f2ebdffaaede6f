import CostModel
import Support

/// Prices as catalogs state them, exactly.
package enum RateText {
  /// `$1.14 per 1M tokens`.
  package static func text(_ rate: Rate, _ kind: Quantity.PriceUnit.Kind) -> String {
    let (size, name) = unit(of: kind)
    // What of `per` has no finite decimals goes into the quantity: `$1 per 3M tokens`.
    var rest = rate.per / greatestCommonDivisor(rate.per, size)
    for prime in [2, 5] as [Int64] { while rest % prime == 0 { rest /= prime } }
    let numerator = Int128(rate.picodollars) * Int128(size) * Int128(rest)
    // Enough: `per` is at most 2^63, of which only twos and fives are left.
    var (dollars, places) = (numerator, 12)
    while dollars % Int128(rate.per) != 0 {
      dollars *= 10
      places += 1
    }
    let amount = decimal(dollars / Int128(rate.per), places: places)
    return "$\(amount) per " + quantity(rest, name)
  }

  /// The keys of a sheet's prices with their prices, in the order of the format.
  package static func entries(_ rates: Rates) -> [(key: String, price: String)] {
    CatalogFormat.rates.compactMap { key, dimension, kind in
      rates[dimension].map { (key, text($0, kind)) }
        ?? rates.share(of: dimension).map { (key, share($0, of: dimension)) }
    }
  }

  /// `25% of input`.
  package static func share(_ share: Factor, of dimension: BillingDimension) -> String {
    let percent = DecimalText.trimmed(
      DecimalText.ratio(Int128(share.numerator) * 100, Int128(share.denominator), places: 9))
    return "\(percent)% of \(dimension.parent?.key ?? "input")"
  }

  private static func unit(of kind: Quantity.PriceUnit.Kind) -> (Int64, String) {
    switch kind {
    case .tokens: (1_000_000, "M tokens")
    case .characters: (1_000_000, "M characters")
    case .time: (3_600_000_000, "hour")
    case .calls: (1_000, "K calls")
    case .images: (1_000, "K images")
    case .pages: (1_000, "K pages")
    case .searches: (1_000, "K searches")
    case .documents: (1_000, "K documents")
    }
  }

  private static func quantity(_ count: Int64, _ name: String) -> String {
    if name == "hour" { return count == 1 ? name : "\(count) hours" }
    return String(count) + name
  }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }

  /// At least two decimals where there are any.
  private static func decimal(_ digits: Int128, places: Int) -> String {
    var text = String(digits)
    text = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
    var fraction = text.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = String(text.dropLast(places))
    if fraction.isEmpty { return whole }
    return whole + "." + fraction + (fraction.count == 1 ? "0" : "")
  }
}
