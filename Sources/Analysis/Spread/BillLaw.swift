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
    let laws = months.indices.map { place -> FourierLaw in
      let month = months[place]
      return MonthTransform.law(
        [parts[place]], times: 1, mean: month.month.mean,
        fixed: month.fixed / month.traffic.months, variance: month.month.variance)
    }
    let each = laws.map { $0.exceedance(budget) }
    monthOver = each.reduce(0, +) / Double(each.count)
    guard count > 1 else {
      anyMonthOver = monthOver
      return
    }
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
  private static func months(
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

/// The logarithm of a mean month's characteristic function, user by user.
package struct MonthTransform {
  package let bills: UserBills
  private let cost: ExpectedCost
  /// Of `bills.counted`, those whose number is so small, or whose costs so skewed, that three moments
  /// do not tell their law.
  private let transforms: [CountedTransform?]

  /// Terms of the expansion in cumulants beyond the third are then below 1/1,000.
  private static let plainSkewness = 0.03

  package init(_ cost: ExpectedCost) {
    self.cost = cost
    bills = UserBills(cost)
    let variance = cost.month.variance
    let limit = Self.plainSkewness * variance * variance.squareRoot()
    var thirds = Array(repeating: 0.0, count: cost.counted.count)
    for kind in bills.kinds {
      for place in kind.always + kind.byUser.flatMap({ $0.flatMap(\.counted) }) {
        let one = cost.counted[place]
        let number = one.number(
          weight: kind.cells.reduce(0) { $0 + $1.share * $1.weight }, group: kind.cells[0].group)
        thirds[place] += kind.users * one.cumulants(number).third.magnitude
      }
    }
    transforms = cost.counted.indices.map { place in
      let one = cost.counted[place]
      return thirds[place] > limit && one.dispersion >= 0 ? CountedTransform(one, of: cost) : nil
    }
  }

  /// What one counted cost is at one t.
  private enum Value {
    /// log E e^{itC}, followed from t = 0.
    case logarithm(Complex)
    case moments
  }

  /// Follows phases from t to t.
  private final class Phases {
    var costs: [Double]
    var users: [Double]

    init(_ costs: Int, _ users: Int) {
      self.costs = Array(repeating: 0, count: costs)
      self.users = Array(repeating: 0, count: users)
    }
  }

  /// The law of the sum of independent months that share their users' luck.
  package static func law(
    _ parts: [MonthTransform], times: Double, mean: Double, fixed: Double, variance: Double
  ) -> FourierLaw {
    let phases = parts.map { Phases($0.cost.counted.count, $0.bills.kinds.count) }
    let kinds = parts[0].bills.kinds
    let users = Phases(0, kinds.count)
    return FourierLaw(mean: mean, variance: variance, floor: fixed) { t in
      let values = zip(parts, phases).map { $0.values(t, $1) }
      return kinds.indices.reduce(Complex.zero) { sum, kind in
        sum
          + user(kind, of: kinds[kind], parts, values, times, t, &users.users[kind])
          .scaled(by: kinds[kind].users)
      }
    }
  }

  /// log E e^{it(S − E S)} of one user.
  private static func user(
    _ place: Int, of kind: UserBills.Kind, _ parts: [MonthTransform], _ values: [[Value]],
    _ times: Double, _ t: Double, _ phase: inout Double
  ) -> Complex {
    func sum(_ counted: KeyPath<UserBills.Kind, [Int]>, _ cell: Int) -> Complex {
      zip(parts, values).reduce(Complex.zero) { sum, part in
        part.0.sum(part.0.bills.kinds[place][keyPath: counted], kind.cells[cell], part.1, t) + sum
      }.scaled(by: times)
    }
    var mean = 0.0
    var total = Complex.zero
    let isPlain = kind.cells.count == 1 && kind.byUser.isEmpty
    for cell in kind.cells.indices {
      var exponent = sum(\.always, cell)
      for number in kind.byUser.indices {
        var mixture = Complex.zero
        for arm in kind.byUser[number].indices {
          let own = zip(parts, values).reduce(Complex.zero) { sum, part in
            let counted = part.0.bills.kinds[place].byUser[number][arm].counted
            return sum + part.0.sum(counted, kind.cells[cell], part.1, t)
          }.scaled(by: times)
          mixture += own.exponential.scaled(by: kind.byUser[number][arm].share)
        }
        exponent += mixture.logarithm(near: 0)
      }
      if isPlain {
        total = exponent
      } else {
        total += exponent.exponential.scaled(by: kind.cells[cell].share)
      }
    }
    for part in parts { mean += times * part.meanOfUser[place] }
    guard !isPlain else { return total - Complex(real: 0, imaginary: t * mean) }
    let logarithm = total.logarithm(near: phase)
    phase = logarithm.imaginary
    return logarithm - Complex(real: 0, imaginary: t * mean)
  }

  /// By kind of users, dollars a month.
  private var meanOfUser: [Double] { bills.kinds.map { bills.mean(of: $0) } }

  private func values(_ t: Double, _ phases: Phases) -> [Value] {
    transforms.enumerated().map { place, transform in
      guard let transform else { return .moments }
      let value = (Complex.one + transform.value(t)).logarithm(near: phases.costs[place])
      phases.costs[place] = value.imaginary
      return .logarithm(value)
    }
  }

  /// log E e^{itS} of a user's counted costs of one activity.
  private func sum(
    _ places: [Int], _ cell: (share: Double, weight: Double, group: Int), _ values: [Value],
    _ t: Double
  ) -> Complex {
    places.reduce(Complex.zero) { sum, place in
      let one = cost.counted[place]
      let number = one.number(weight: cell.weight, group: cell.group)
      switch values[place] {
      case .logarithm(let value):
        return sum + Self.compound(value, number)
      case .moments:
        let k = one.cumulants(number)
        return sum
          + Complex(
            real: -t * t * k.variance / 2, imaginary: t * k.mean - t * t * t * k.third / 6)
      }
    }
  }

  /// m/d·(φ^d − 1), or m·log φ for a number that is certain.
  private static func compound(
    _ logarithm: Complex, _ number: (mean: Double, dispersion: Double)
  ) -> Complex {
    let d = number.dispersion
    guard d > 1e-6 else { return logarithm.scaled(by: number.mean) }
    return (logarithm.scaled(by: d).exponential - .one).scaled(by: number.mean / d)
  }

  // MARK: Given what months share

  /// A month's law where what is shared makes it `factor` times as large as it is in the mean.
  /// - Parameter width: of the cell of factors.
  package func law(
    of mean: Double, fixed: Double, when factor: Double, within width: Double
  ) -> FourierLaw {
    let moments = bills.moments
    let phases = Phases(cost.counted.count, 0)
    let cell = moments.mean * width
    let variance = factor * moments.callVariance + cell * cell / 12
    let usual = fixed + moments.mean * factor
    return FourierLaw(mean: usual, variance: variance, floor: fixed) { t in
      let values = values(t, phases)
      let all = bills.kinds.reduce(Complex.zero) { total, kind in
        let weight = kind.cells.reduce(0) { $0 + $1.share * $1.weight }
        let middle = (share: 1.0, weight: weight, group: kind.middle)
        let arms = kind.byUser.flatMap { arms in
          arms.map { sum($0.counted, middle, values, t).scaled(by: $0.share) }
        }
        let own = arms.reduce(sum(kind.always, middle, values, t), +)
        return total + own.scaled(by: kind.users)
      }
      let mean = Complex(real: 0, imaginary: t * conditionalMean)
      return (all - mean).scaled(by: factor)
        + Complex(real: -t * t * cell * cell / 24, imaginary: 0)
    }
  }

  /// Of users who are all as active as the mean.
  private var conditionalMean: Double {
    bills.kinds.reduce(0) { sum, kind in
      let weight = kind.cells.reduce(0) { $0 + $1.share * $1.weight }
      func mean(_ places: [Int]) -> Double {
        places.reduce(0) {
          let one = cost.counted[$1]
          return $0 + one.cumulants(one.number(weight: weight, group: kind.middle)).mean
        }
      }
      let arms = kind.byUser.flatMap { $0 }.reduce(0) { $0 + $1.share * mean($1.counted) }
      return sum + kind.users * (mean(kind.always) + arms)
    }
  }

  /// The law of the bill's mean given what is shared.
  package var shared: FourierLaw {
    let moments = bills.moments
    let phases = Phases(0, bills.kinds.count)
    return FourierLaw(mean: moments.mean, variance: moments.sharedVariance) { t in
      bills.kinds.indices.reduce(Complex.zero) { sum, place in
        let kind = bills.kinds[place]
        var total = Complex.zero
        for cell in kind.cells {
          var value = Complex.turn(t * bills.mean(kind.always, cell))
          for arms in kind.byUser {
            value =
              value
              * arms.reduce(Complex.zero) {
                $0 + Complex.turn(t * bills.mean($1.counted, cell)).scaled(by: $1.share)
              }
          }
          total += value.scaled(by: cell.share)
        }
        let logarithm = total.logarithm(near: phases.users[place])
        phases.users[place] = logarithm.imaginary
        let mean = Complex(real: 0, imaginary: t * bills.mean(of: kind))
        return sum + (logarithm - mean).scaled(by: kind.users)
      }
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
