import CostModel
import Support

/// Figures that a catalog or a routing policy states.
package enum CatalogFigures {
  package static func measure(_ query: CatalogQuery) throws(PlanMeasures.Problem) -> Measure {
    let sheet = query.model.prices.first ?? PriceSheet()
    do throws(Rational.Problem) {
      let found: Measure?
      switch query.figure {
      case .input: found = try price(sheet.rates[.inputTokens], per: "token")
      case .output: found = try price(sheet.rates[.outputTokens], per: "token")
      case .cacheRead: found = try price(sheet.statedRate(.cacheReadTokens), per: "token")
      case .calls: found = try price(sheet.rates[.calls], per: "call")
      // Rates of audio are per microsecond.
      case .audio:
        found = try price(sheet.rates[.audioSeconds], per: ClaimUnit.second, size: 1_000_000)
      case .fixedMonthly:
        found = try price(
          sheet.fixedMonthly.map { Rate(picodollars: $0.picodollars, per: 1) }, per: ClaimUnit.month
        )
      case .contextWindow: found = tokens(query.model.contextWindow)
      case .maxOutputTokens: found = tokens(query.model.maxOutputTokens)
      case .latency:
        found = try query.model.latency.map { range throws(Rational.Problem) in
          Measure(
            interval: Interval(try seconds(range.lowerBound), try seconds(range.upperBound)),
            kind: ClaimUnit.Kind(ClaimUnit.second))
        }
      }
      if let found { return found }
    } catch {
      throw PlanMeasures.Problem(message: "the figure has too many digits to be exact")
    }
    throw PlanMeasures.Problem(
      message: "the catalog gives no '\(query.figure.rawValue)' for '\(query.model.name)'")
  }

  package static func measure(_ query: RouteQuery) throws(PlanMeasures.Problem) -> Measure {
    let rule = query.policy.firstMatch(query.attributes)
    do throws(Rational.Problem) {
      switch query.figure {
      case .cost:
        if let cost = rule?.estimatedCost {
          let dollars = try Rational(Int128(cost.picodollars), over: Rational.powerOfTen(12))
          return Measure(
            interval: Interval(dollars),
            kind: ClaimUnit.Kind(ClaimUnit.dollar).times(ClaimUnit.Kind("call"), power: -1))
        }
      case .latency:
        if let latency = rule?.estimatedLatency {
          return Measure(
            interval: Interval(try seconds(latency)), kind: ClaimUnit.Kind(ClaimUnit.second))
        }
      }
    } catch {
      throw PlanMeasures.Problem(message: "the estimate has too many digits to be exact")
    }
    throw PlanMeasures.Problem(
      message: "rule '\(rule?.name ?? "")' of policy '\(query.policy.name)' estimates no "
        + query.figure.rawValue)
  }

  private static func price(
    _ rate: Rate?, per base: String, size: Int64 = 1
  ) throws(Rational.Problem) -> Measure? {
    guard let rate else { return nil }
    let one = try Rational(Int128(rate.picodollars), over: Rational.powerOfTen(12))
    let price = try one.multiplied(by: Rational(size)).divided(by: Rational(rate.per))
    return Measure(
      interval: Interval(price),
      kind: ClaimUnit.Kind(ClaimUnit.dollar).times(ClaimUnit.Kind(base), power: -1))
  }

  private static func tokens(_ count: Int64?) -> Measure? {
    count.map { Measure(interval: Interval(Rational($0)), kind: ClaimUnit.Kind("token")) }
  }

  private static func seconds(_ duration: SimDuration) throws(Rational.Problem) -> Rational {
    try Rational(Int128(duration.microseconds), over: 1_000_000)
  }
}
