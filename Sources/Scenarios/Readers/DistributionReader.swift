import CostModel
import Support

/// Reads `300`, `100..300`, `{mean: 500, cv: 1.2, cap: 4000}`, `{histogram: {0..10: 3}}`.
package struct DistributionReader {
  package enum Unit { case count, seconds, microseconds }

  /// More than any model's context window, or a year of audio, is a slip of the pen.
  private static let largestCount = 100_000_000.0
  private static let largestDuration = SimDuration(microseconds: 366 * 86_400_000_000)

  package let log: InputLog
  package let unit: Unit

  package func read(_ node: YAMLNode) -> Distribution? {
    switch node.content {
    case .scalar: return scalar(node)
    case .mapping: return mapping(node)
    case .sequence:
      log.add(
        node.place, "expected one value, LOW..HIGH, or a mapping with mean and cv, not a list")
      return nil
    }
  }

  private func scalar(_ node: YAMLNode) -> Distribution? {
    guard let text = log.scalar(node, expectation) else { return nil }
    guard let ends = span(text, node.place) else { return nil }
    return ends.low == ends.high
      ? .fixed(ends.low) : .uniform(low: ends.low, high: ends.high)
  }

  private var expectation: String {
    unit == .count ? "a number, LOW..HIGH, or a mapping" : "a duration, LOW..HIGH, or a mapping"
  }

  /// `5`, or `5..10`.
  private func span(_ text: String, _ place: Place) -> (low: Double, high: Double)? {
    guard let ends = Quantity.range(text) else {
      return value(text, place).map { ($0, $0) }
    }
    guard let low = value(ends.low, place), let high = value(ends.high, place) else { return nil }
    if low > high {
      log.add(place, "the range '\(text)' ends before it begins")
      return nil
    }
    return (low, high)
  }

  private func value(_ text: String, _ place: Place) -> Double? {
    do throws(Quantity.Problem) {
      guard unit == .count else {
        let duration = try Quantity.duration(text)
        guard duration <= Self.largestDuration else {
          throw Quantity.Problem("'\(text)' is longer than a year")
        }
        return unit == .seconds ? duration.seconds : Double(duration.microseconds)
      }
      let number = try Quantity.number(text).double
      if number < 0 { throw Quantity.Problem("cannot be negative: '\(text)'") }
      if number > Self.largestCount {
        throw Quantity.Problem("'\(text)' is more than 100,000,000")
      }
      return number
    } catch {
      log.add(place, error.message, hint: error.hint)
      return nil
    }
  }

  private func mapping(_ node: YAMLNode) -> Distribution? {
    guard let fields = Fields(node, as: ScenarioFormat.distribution, log: log) else { return nil }
    if fields.has("histogram") {
      for key in ["mean", "cv", "cap"] {
        if let other = fields[key] {
          log.add(other.place, "'\(key)' and 'histogram' exclude each other")
        }
      }
      return histogram(fields)
    }
    if let factor = fields["factor"] {
      log.add(factor.place, "'factor' needs 'histogram'")
      return nil
    }
    guard let mean = fields["mean"].flatMap(single), let cvNode = fields["cv"] else {
      for key in ["mean", "cv"] where !fields.has(key) {
        log.add(node.place, "'\(key)' is missing in this distribution")
      }
      return nil
    }
    guard let cv = log.number(cvNode, in: 0...100) else { return nil }
    let cap = fields["cap"].flatMap(single)
    if let cap, cap <= 0, let place = fields["cap"]?.place {
      log.add(place, "'cap' must be more than 0")
      return nil
    }
    if mean == 0 || cv == 0 { return .fixed(min(mean, cap ?? mean)) }
    return .lognormal(mean: mean, cv: cv, cap: cap)
  }

  private func single(_ node: YAMLNode) -> Double? {
    log.scalar(node, unit == .count ? "a number" : "a duration").flatMap { value($0, node.place) }
  }

  private func histogram(_ fields: Fields) -> Distribution? {
    var bins: [Distribution.Bin] = []
    for entry in fields.entries("histogram") {
      guard let ends = span(entry.key, entry.keyPlace),
        let weight = log.number(entry.value, in: 0...1e15)
      else { continue }
      bins.append(Distribution.Bin(low: ends.low, high: ends.high, weight: weight))
    }
    guard bins.contains(where: { $0.weight > 0 }) else {
      log.add(fields.place, "a histogram needs a value with a weight above 0")
      return nil
    }
    let factor = fields.number("factor", in: 0...1_000_000) ?? 1
    let law = Distribution.histogram(bins.map { $0.scaled(by: factor, isWhole: unit == .count) })
    if unit == .count, law.largestValue > Self.largestCount, let place = fields["factor"]?.place {
      log.add(place, "values become more than 100,000,000")
      return nil
    }
    return law
  }
}

extension Distribution.Bin {
  /// All values times so much.
  /// - Parameter isWhole: whether draws are rounded: they are then spread half a unit to both sides, so
  ///   that their mean is times so much, too.
  package func scaled(by factor: Double, isWhole: Bool) -> Distribution.Bin {
    let spread = isWhole && factor != 1 && high > 0 ? 0.5 : 0
    return Distribution.Bin(
      low: low * factor - spread, high: high * factor + spread, weight: weight)
  }
}

extension Distribution {
  /// This plus a constant; a lognormal keeps its spread, not its coefficient of variation.
  package func shifted(by amount: Double) -> Distribution {
    switch self {
    case .fixed(let value):
      return .fixed(value + amount)
    case .uniform(let low, let high):
      return .uniform(low: low + amount, high: high + amount)
    case .lognormal(let mean, let cv, let cap):
      return .lognormal(
        mean: mean + amount, cv: cv * mean / (mean + amount), cap: cap.map { $0 + amount })
    case .histogram(let bins):
      return .histogram(
        bins.map { Bin(low: $0.low + amount, high: $0.high + amount, weight: $0.weight) })
    }
  }
}
