import CostModel
import Support

/// What a numeric input of a scenario counts, and how it is read and written.
///
/// As a `Double` a share is a fraction, a duration seconds, money and prices dollars (a price of its
/// own unit, `per`).
package enum InputKind: Hashable, Sendable {
  case count, number, share, duration, money
  case price(per: String)

  /// What no input of the kind can lie outside of.
  package var bounds: ClosedRange<Double> {
    switch self {
    case .share: 0...1
    // 100 years, as `Quantity.duration` allows.
    case .duration: 0...3_162_240_000
    default: 0...1e15
    }
  }

  /// Whether values between two neighbours make no sense.
  package var isWhole: Bool { self == .count }

  /// For columns and labels.
  package var unit: String {
    switch self {
    case .count, .number: ""
    case .share: "share"
    case .duration: "s"
    case .money: "USD"
    case .price(let per): "USD per " + per
    }
  }

  /// The first of the kinds that the text is; nil if it is none of them.
  package static func parse(_ text: String, as kinds: [FormatKind]) -> (
    kind: InputKind, value: Double
  )? {
    for kind in kinds {
      if let found = parse(text, as: kind) { return found }
    }
    return nil
  }

  private static func parse(
    _ text: String, as kind: FormatKind
  ) -> (kind: InputKind, value: Double)? {
    do throws(Quantity.Problem) {
      switch kind {
      case .count: return (.count, try Quantity.number(text).double)
      case .number: return (.number, try Quantity.number(text).double)
      case .share: return (.share, try Quantity.share(text).double)
      case .duration: return (.duration, try Quantity.duration(text).seconds)
      case .money:
        return (.money, MoneySum(picodollars: try Quantity.money(text)).dollars)
      case .price: return try price(text)
      default: return nil
      }
    } catch {
      return nil
    }
  }

  private static func price(
    _ text: String
  ) throws(Quantity.Problem) -> (kind: InputKind, value: Double)? {
    _ = try Quantity.price(text)
    for separator in [" per ", "/"] {
      guard let at = text.firstRange(of: separator) else { continue }
      let digits = text[..<at.lowerBound].filter { $0.isNumber || ".,_eE+-".contains($0) }
      guard let amount = ExactDecimal(digits) else { return nil }
      return (.price(per: Quantity.trimmed(text[at.upperBound...])), amount.double)
    }
    return nil
  }

  /// The value as a scenario file states it: whole where the kind is, inside its bounds.
  package func text(_ value: Double) -> String {
    let value = min(max(value, bounds.lowerBound), bounds.upperBound)
    switch self {
    case .count: return String(Int64(value.rounded()))
    case .number, .share: return Self.decimal(value)
    case .duration: return String(Int64((value * 1e6).rounded())) + "us"
    case .money:
      return "$" + (DecimalText.real(value, places: 12).map(DecimalText.trimmed) ?? "0")
    case .price(let per): return "$\(Self.decimal(value)) per \(per)"
    }
  }

  /// What `text` then reads as.
  package func rounded(_ value: Double) -> Double {
    let value = min(max(value, bounds.lowerBound), bounds.upperBound)
    return isWhole ? value.rounded() : value
  }

  /// The next value on that side which reads well, the value itself if it does: four significant digits,
  /// of money cents or as many, of times what `HumanFormat.duration` shows.
  package func readable(_ value: Double, _ side: FloatingPointRoundingRule) -> Double {
    let step: Double
    switch self {
    case .count: step = 1
    case .number, .price: step = min(1, Self.step(value))
    case .share: step = Self.step(value * 100) / 100
    case .money: step = min(0.01, Self.step(value))
    case .duration:
      let micros = SimDuration(microseconds: Int64((value * 1e6).rounded()))
      step = Double(HumanFormat.step(of: micros)) / 1e6
    }
    // What differs from a whole number of steps by rounding alone is one.
    let count = value / step
    let whole = count.rounded()
    let steps = (count - whole).magnitude < 1e-9 * max(1, whole) ? whole : count.rounded(side)
    // The number that the digits are, not one beside it.
    return rounded(Double(Self.decimal(steps * step)) ?? steps * step)
  }

  /// The unit of the fourth significant digit.
  private static func step(_ value: Double) -> Double {
    var (step, limit) = (1e-3, 10.0)
    while value.magnitude >= limit {
      step *= 10
      limit *= 10
    }
    while value != 0, value.magnitude < limit / 10 {
      step /= 10
      limit /= 10
    }
    return step
  }

  /// 12 significant digits: what a price needs to stay an exact ratio.
  private static func decimal(_ value: Double) -> String {
    var places = 11
    var limit = 10.0
    while places > 0, value >= limit {
      places -= 1
      limit *= 10
    }
    limit = 1
    while places < 24, value > 0, value < limit {
      places += 1
      limit /= 10
    }
    return DecimalText.real(value, places: places).map(DecimalText.trimmed) ?? "0"
  }
}
