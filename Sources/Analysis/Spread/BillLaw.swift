import CostModel
import Foundation

/// How a plan's bill spreads by chance, inputs as given: the law with the bill's characteristic
/// function (docs/validation.md, "Cost of a month").
///
/// Months are alike, unless prices or traffic change from one to the next. What is drawn once for all
/// of them (activities, variants of users) is shared, the rest is independent.
package struct BillLaw: Sendable {
  /// Of the whole period, dollars.
  package let period: FourierLaw
  /// Chance that a month goes over the budget, and that any month of the period does; nil without a
  /// budget.
  package private(set) var monthOver: Double?
  package private(set) var anyMonthOver: Double?

  /// - Parameters:
  ///   - cost: of the whole period.
  ///   - budget: dollars a month.
  package init(_ cost: ExpectedCost, budget: Double?) {
    let months = Self.months(of: cost)
    let parts = months.map { MonthTransform($0) }
    let count = Int(cost.traffic.months)
    period = MonthTransform.law(
      parts, times: parts.count == 1 ? Double(count) : 1, mean: cost.total, fixed: cost.fixed,
      variance: cost.variance)
    guard let budget else { return }
    guard count > 1 else {
      monthOver = period.exceedance(budget)
      anyMonthOver = monthOver
      return
    }
    let laws = months.indices.map { place -> FourierLaw in
      let month = months[place]
      return MonthTransform.law(
        [parts[place]], times: 1, mean: month.month.mean,
        fixed: month.fixed / month.traffic.months, variance: month.month.variance)
    }
    let each = laws.map { $0.exceedance(budget) }
    monthOver = each.reduce(0, +) / Double(each.count)
    let power = parts.count == 1 ? count : 1
    guard parts.contains(where: \.bills.sharesLuck) else {
      anyMonthOver = 1 - each.reduce(1) { $0 * pow(1 - $1, Double(power)) }
      return
    }
    let within = SharedLuck(parts[0]).mean { factor, width in
      zip(months, parts).reduce(1.0) { product, month in
        let law = month.1.law(
          of: month.0.month.mean, fixed: month.0.fixed / month.0.traffic.months,
          when: factor, within: width)
        return product * pow(law.cdf(budget), Double(power))
      }
    }
    anyMonthOver = 1 - within
  }

  /// One mean month where all are alike, else each of them.
  package static func months(
    of cost: ExpectedCost
  ) -> [ExpectedCost] {
    let scenario = cost.scenario
    let count = scenario.period.months.count
    let differ =
      cost.hasPriceChanges || !scenario.outages.isEmpty || cost.hasFixedPriceChanges
      || scenario.workloads.contains { !$0.profile.surges.isEmpty }
      || scenario.cache.flushes.contains { scenario.period.start < $0 }
    guard count > 1, differ else { return [cost] }
    return (0..<count).map { month in
      var part = scenario
      part.period = scenario.period.month(month)
      return ExpectedCost(scenario: part, users: cost.traffic.users)
    }
  }
}

/// An integral over what all months share, as a factor on the mean bill.
package struct SharedLuck {
  private let law: FourierLaw

  private static let cells = 240

  package init(_ month: MonthTransform) { law = month.shared }

  /// - Parameter value: given a factor, in a cell that is so wide.
  package func mean(_ value: (_ factor: Double, _ width: Double) -> Double) -> Double {
    guard law.mean > 0, law.deviation > 0 else { return value(1, 0) }
    let low = max(0, law.mean - 6 * law.deviation)
    let high = law.mean + 14 * law.deviation
    let width = (high - low) / Double(Self.cells)
    var before = 0.0
    var sum = 0.0
    for cell in 1...Self.cells {
      let edge = low + width * Double(cell)
      let upTo = cell == Self.cells ? 1 : law.cdf(edge)
      if upTo - before > 1e-9 {
        sum += (upTo - before) * value((edge - width / 2) / law.mean, width / law.mean)
        before = upTo
      }
    }
    return sum
  }
}
