import CostModel
import Scenarios
import Simulator
import Support

/// One charge of a bill as FOCUS sees it: so much of one thing that a model sells, at one price.
package struct FocusCharge: Sendable {
  /// What is counted: its names, the quantity as an exact quotient, and what one of it costs.
  package struct Meter: Sendable {
    package var name: String
    /// nil for a fixed price, which consumes nothing.
    package var consumedUnit: String?
    /// Consumed units.
    package var consumed: (count: Int128, per: Int128)
    package var pricingUnit: String
    /// Pricing units.
    package var priced: (count: Int128, per: Int128)
    package var unitPrice: MoneySum
    package var cost: MoneySum
  }

  package var plan: PlanSpec
  package var period: Period
  package var cell: CostCell
  package var meter: Meter

  /// A fixed price belongs to no use case.
  package var isFixed: Bool { cell.useCase == nil }
}

extension FocusCharge {
  /// The meters of a cell of the bill. Where list prices explain its cost to the picodollar, one
  /// for each price; else one for all input, output or the rest, at the mean price paid.
  package static func meters(of cell: CostCell, sheet: PriceSheet?, months: Int) -> [Meter] {
    if cell.useCase == nil {
      let count = (Int128(months), Int128(1))
      return [
        Meter(
          name: "Fixed Price", consumedUnit: nil, consumed: count, pricingUnit: "Months",
          priced: count, unitPrice: mean(cell.otherCost, count), cost: cell.otherCost)
      ]
    }
    let rates = sheet?.rates
    let input = rates?[.inputTokens]
    let output = rates?[.outputTokens]
    let short = rates?[.cacheWriteTokens] ?? input
    return tokens(
      [
        Part(
          name: "Input Tokens",
          count: cell.inputTokens - cell.cachedInputTokens - cell.writtenTokens
            - cell.writtenLongTokens, rate: input),
        Part(
          name: "Cached Input Tokens", count: cell.cachedInputTokens,
          rate: rates?[.cacheReadTokens] ?? input),
        Part(name: "Cache Write Tokens", count: cell.writtenTokens, rate: short),
        Part(
          name: "Cache Write 1h Tokens", count: cell.writtenLongTokens,
          rate: rates?[.cacheWriteLongTokens] ?? short),
      ], cost: cell.inputCost)
      + tokens(
        [
          Part(
            name: "Output Tokens", count: cell.outputTokens - cell.reasoningTokens, rate: output),
          Part(
            name: "Reasoning Tokens", count: cell.reasoningTokens,
            rate: rates?[.reasoningTokens] ?? output),
        ], cost: cell.outputCost)
      + other(cell)
  }

  /// Tokens of one kind at one list price.
  private struct Part {
    var name: String
    var count: Int64
    var rate: Rate?
  }

  /// Kinds of tokens that one cost is known of.
  private static func tokens(_ parts: [Part], cost: MoneySum) -> [Meter] {
    let costs = parts.map { price(of: $0.count, $0.rate) }
    if costs.allSatisfy({ $0 != nil }), costs.reduce(.zero, { $0 + ($1 ?? .zero) }) == cost {
      return zip(parts, costs).compactMap { part, cost in
        tokens(part.name, part.count, cost ?? .zero, part.rate)
      }
    }
    return [tokens(parts[0].name, parts.reduce(0) { $0 + $1.count }, cost, nil)].compactMap(\.self)
  }

  /// nil where there is nothing to charge.
  private static func tokens(
    _ name: String, _ count: Int64, _ cost: MoneySum, _ rate: Rate?
  ) -> Meter? {
    guard count > 0 || cost != .zero else { return nil }
    // Cost without tokens would have no unit price: it is then one unit of its own.
    let priced = count > 0 ? (Int128(count), Int128(1_000_000)) : (1, 1)
    let listed = rate.flatMap { price(of: 1_000_000, $0) }
    return Meter(
      name: name, consumedUnit: "Tokens", consumed: (Int128(count), 1),
      pricingUnit: count > 0 ? "1000000 Tokens" : "Units", priced: priced,
      unitPrice: listed ?? mean(cost, priced), cost: cost)
  }

  /// Audio by the hour where there is any, else calls.
  private static func other(_ cell: CostCell) -> [Meter] {
    let cost = cell.otherCost
    if cell.audio > .zero {
      let length = Int128(cell.audio.microseconds)
      let hours = (length, Int128(3_600_000_000))
      return [
        Meter(
          name: "Audio", consumedUnit: "Seconds", consumed: (length, 1_000_000),
          pricingUnit: "Hours", priced: hours, unitPrice: mean(cost, hours), cost: cost)
      ]
    }
    guard cost != .zero else { return [] }
    let requests = (Int128(max(1, cell.attempts)), Int128(1))
    return [
      Meter(
        name: "Requests", consumedUnit: "Requests", consumed: requests, pricingUnit: "Requests",
        priced: requests, unitPrice: mean(cost, requests), cost: cost)
    ]
  }

  /// nil without a price, or where it does not divide exactly.
  private static func price(of count: Int64, _ rate: Rate?) -> MoneySum? {
    if count == 0 { return .zero }
    guard let rate else { return nil }
    let (amount, rest) = (Int128(count) * Int128(rate.picodollars)).quotientAndRemainder(
      dividingBy: Int128(rate.per))
    return rest == 0 ? MoneySum(picodollars: amount) : nil
  }

  /// To the picodollar.
  private static func mean(_ cost: MoneySum, _ quantity: (count: Int128, per: Int128)) -> MoneySum {
    let rounded = (cost.picodollars.magnitude * quantity.per.magnitude)
      .dividedHalfToEven(by: quantity.count.magnitude)
    return MoneySum(picodollars: cost < .zero ? -Int128(rounded) : Int128(rounded))
  }
}
