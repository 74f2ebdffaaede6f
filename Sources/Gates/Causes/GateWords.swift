import CostModel
import Scenarios
import Support

/// Inputs as a sentence about their change says them.
package enum GateWords {
  package static func number(_ value: Double) -> String {
    HumanFormat.grouped(DecimalText.trimmed(DecimalText.real(value, places: 6) ?? "–"))
  }

  /// `70 %`, `0.1 %`.
  package static func share(_ share: Double) -> String {
    DecimalText.trimmed(DecimalText.real(share * 100, places: 6) ?? "–") + " %"
  }

  package static func list(_ names: [String]?) -> String {
    names.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") } ?? "none"
  }

  /// The first three names, and how many more there are.
  package static func few(_ names: [String]) -> String {
    names.count <= 3
      ? names.joined(separator: ", ")
      : names.prefix(2).joined(separator: ", ") + " and \(names.count - 2) more"
  }

  package static func span(_ period: Period) -> String {
    HumanFormat.span(Period.Span(start: period.start, end: period.end), in: period)
      + (period.timeZone == "UTC" ? "" : " (\(period.timeZone))")
  }

  package static func cacheClass(_ settings: CacheSettings.Class?) -> String {
    guard let settings else { return "none" }
    let rate = settings.hitRate.map { ", \(share($0)) hits" } ?? ""
    return "kept \(HumanFormat.duration(settings.ttl))" + rate
  }

  package static func prompts(_ prompts: PromptRepetition) -> String {
    switch prompts {
    case .none: "none"
    case .unique: "unique"
    case .pool(let size, let exponent, let perUser):
      "\(HumanFormat.count(Int64(size))) \(perUser ? "per user" : "for all"), zipf \(number(exponent))"
    }
  }

  /// All but the cache class, which is told by itself.
  package static func attributes(_ attributes: CallAttributes) -> String {
    Attribute.allCases.filter { $0 != .cacheClass }.compactMap { attribute in
      attributes[attribute].map { "\(attribute.name) \($0)" }
    }.joined(separator: ", ")
  }

  package static func size(_ law: Distribution) -> String {
    switch law {
    case .fixed(let value): number(value)
    case .uniform(let low, let high): "\(number(low)) to \(number(high))"
    case .lognormal(let mean, let cv, let cap):
      "\(number(mean)) on average (cv \(number(cv))"
        + (cap.map { ", at most \(number($0)))" } ?? ")")
    case .histogram: "\(number(law.mean)) on average (a histogram)"
    }
  }

  // MARK: Prices

  package static func money(_ money: Money?) -> String {
    money.map { "$" + HumanFormat.grouped(MoneySum($0).exactDecimal) } ?? "none"
  }

  package static func isSame(_ a: Rate?, _ b: Rate?) -> Bool {
    guard let a, let b else { return a == b }
    return Int128(a.picodollars) * Int128(b.per) == Int128(b.picodollars) * Int128(a.per)
  }

  /// `$10.00` and `$12.00 per 1M tokens`.
  package static func prices(
    _ from: Rate?, _ to: Rate?, _ dimension: BillingDimension
  ) -> (from: String, to: String) {
    let (quantity, unit): (Int64, String) =
      switch dimension {
      case _ where dimension.isTime: (3_600_000_000, "hour")
      case _ where dimension.isTokens: (1_000_000, "1M tokens")
      default: (1_000, "1,000 \(dimension.label)")
      }
    let text = { (rate: Rate?) in
      rate.map { rate in
        let numerator = Int128(rate.picodollars) * Int128(quantity)
        let pico = (UInt128(numerator)).dividedHalfToEven(by: UInt128(rate.per))
        return "$" + HumanFormat.grouped(MoneySum(picodollars: Int128(pico)).exactDecimal)
      } ?? "none"
    }
    return (text(from), text(to) + (to == nil ? "" : " per \(unit)"))
  }
}
