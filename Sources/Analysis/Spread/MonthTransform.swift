import Foundation

extension CountedCost {
  fileprivate func isOfConversations(_ cost: ExpectedCost) -> Bool {
    cost.scenario.workloads[workload].conversation != nil
  }
}

/// The logarithm of a mean month's characteristic function, user by user.
package struct MonthTransform {
  package let bills: UserBills
  private let cost: ExpectedCost
  /// Of `bills.counted`, those whose number is so small, or whose costs so skewed, that three moments
  /// do not tell their law.
  private let transforms: [CountedTransform?]
  /// By kind of users.
  private let users: [User]

  /// What a user makes of one counted cost.
  private struct Part {
    var place: Int
    /// Of their number.
    var mean: Double
    var dispersion: Double
    var moments: Cumulants
  }
  /// Users of one activity.
  private struct Cell {
    var share: Double
    var always: [Part]
    /// By experiment, then variant.
    var byUser: [[(share: Double, parts: [Part])]]
  }
  private struct User {
    var cells: [Cell]
    /// Dollars a month.
    var mean: Double
  }

  /// Terms of the expansion in cumulants beyond the third are then below 1/1,000.
  private static let plainSkewness = 0.03

  package init(_ cost: ExpectedCost) {
    self.cost = cost
    let bills = UserBills(cost)
    self.bills = bills
    users = bills.kinds.map { kind in
      User(cells: kind.cells.map { Self.cell($0, of: kind, cost) }, mean: bills.mean(of: kind))
    }
    transforms = zip(cost.counted, Self.arePlain(cost, bills)).map { one, isPlain in
      // Of conversations nothing but moments is known.
      isPlain || one.isOfConversations(cost) ? nil : CountedTransform(one, of: cost)
    }
  }

  /// Of what is counted, whether three moments tell its part of the bill's law.
  private static func arePlain(_ cost: ExpectedCost, _ bills: UserBills) -> [Bool] {
    let variance = cost.month.variance
    let limit = plainSkewness * variance * variance.squareRoot()
    var thirds = Array(repeating: 0.0, count: cost.counted.count)
    for kind in bills.kinds {
      for place in kind.always + kind.byUser.flatMap({ $0.flatMap(\.counted) }) {
        let one = cost.counted[place]
        let number = one.number(
          weight: kind.cells.reduce(0) { $0 + $1.share * $1.weight }, group: kind.cells[0].group)
        thirds[place] += kind.users * one.cumulants(number).third.magnitude
      }
    }
    return thirds.map { $0 <= limit }
  }

  /// Whether so much else varies, or there are so many conversations, that three moments of their costs tell
  /// the bill's law.
  package static func momentsTellConversations(_ cost: ExpectedCost) -> Bool {
    zip(cost.counted, arePlain(cost, UserBills(cost))).allSatisfy { one, isPlain in
      isPlain || !one.isOfConversations(cost)
    }
  }

  private static func cell(
    _ cell: (share: Double, weight: Double, group: Int), of kind: UserBills.Kind,
    _ cost: ExpectedCost
  ) -> Cell {
    func parts(_ places: [Int]) -> [Part] {
      places.map { place in
        let one = cost.counted[place]
        let number = one.number(weight: cell.weight, group: cell.group)
        return Part(
          place: place, mean: number.mean, dispersion: number.dispersion,
          moments: one.cumulants(number))
      }
    }
    return Cell(
      share: cell.share, always: parts(kind.always),
      byUser: kind.byUser.map { arms in arms.map { ($0.share, parts($0.counted)) } })
  }

  /// What one counted cost is at one t.
  private struct Value {
    /// log E e^{itC}, followed from t = 0; nil: three moments stand for it.
    var logarithm: Complex?
    /// Of so many times its mean number, where it spreads like this.
    var dispersion = 0.0
    var compound = Complex.zero
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
    let users = kinds.indices.map { kind in parts.map { $0.users[kind] } }
    let followed = Phases(0, kinds.count)
    return FourierLaw(mean: mean, variance: variance, floor: fixed) { t in
      let values = zip(parts, phases).map { $0.values(t, $1) }
      return kinds.indices.reduce(Complex.zero) { sum, kind in
        sum
          + user(users[kind], values, times, t, &followed.users[kind])
          .scaled(by: kinds[kind].users)
      }
    }
  }

  /// log E e^{it(S − E S)} of one user.
  /// - Parameter months: the same user in each of them.
  private static func user(
    _ months: [User], _ values: [[Value]], _ times: Double, _ t: Double, _ phase: inout Double
  ) -> Complex {
    let cells = months[0].cells
    let mean = months.reduce(0) { $0 + times * $1.mean }
    var total = Complex.zero
    for cell in cells.indices {
      var exponent = Complex.zero
      for month in months.indices {
        exponent += sum(months[month].cells[cell].always, values[month], t).scaled(by: times)
      }
      for number in cells[cell].byUser.indices {
        exponent += mixture(of: number, in: cell, months, values, times, t).logarithm(near: 0)
      }
      if cells.count == 1, cells[cell].byUser.isEmpty {
        return exponent - Complex(real: 0, imaginary: t * mean)
      }
      total += exponent.exponential.scaled(by: cells[cell].share)
    }
    let logarithm = total.logarithm(near: phase)
    phase = logarithm.imaginary
    return logarithm - Complex(real: 0, imaginary: t * mean)
  }

  /// Of a user who has one of an experiment's variants in all months.
  private static func mixture(
    of number: Int, in cell: Int, _ months: [User], _ values: [[Value]], _ times: Double,
    _ t: Double
  ) -> Complex {
    let arms = months[0].cells[cell].byUser[number]
    return arms.indices.reduce(Complex.zero) { mixture, arm in
      let own = months.indices.reduce(Complex.zero) {
        $0 + sum(months[$1].cells[cell].byUser[number][arm].parts, values[$1], t)
      }.scaled(by: times)
      return mixture + own.exponential.scaled(by: arms[arm].share)
    }
  }

  private func values(_ t: Double, _ phases: Phases) -> [Value] {
    transforms.indices.map { place in
      guard let transform = transforms[place] else { return Value() }
      let value = (Complex.one + transform.value(t)).logarithm(near: phases.costs[place])
      phases.costs[place] = value.imaginary
      let dispersion = cost.counted[place].dispersion
      return Value(
        logarithm: value, dispersion: dispersion, compound: Self.compound(value, dispersion))
    }
  }

  /// log E e^{itS} of a user's counted costs.
  private static func sum(_ parts: [Part], _ values: [Value], _ t: Double) -> Complex {
    var sum = Complex.zero
    for part in parts {
      let value = values[part.place]
      guard let logarithm = value.logarithm else {
        let k = part.moments
        sum += Complex(
          real: -t * t * k.variance / 2, imaginary: t * k.mean - t * t * t * k.third / 6)
        continue
      }
      let one =
        part.dispersion == value.dispersion
        ? value.compound : compound(logarithm, part.dispersion)
      sum += one.scaled(by: part.mean)
    }
    return sum
  }

  /// (φ^d − 1)/d, or log φ for a number that is certain: as often as the mean number says.
  private static func compound(_ logarithm: Complex, _ dispersion: Double) -> Complex {
    guard dispersion > 1e-6 else { return logarithm }
    return (logarithm.scaled(by: dispersion).exponential - .one).scaled(by: 1 / dispersion)
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
    let conditionalMean = conditionalMean
    let middles = bills.kinds.map { kind in
      let weight = kind.cells.reduce(0) { $0 + $1.share * $1.weight }
      return Self.cell((share: 1, weight: weight, group: kind.middle), of: kind, cost)
    }
    return FourierLaw(mean: usual, variance: variance, floor: fixed) { t in
      let values = values(t, phases)
      let all = middles.indices.reduce(Complex.zero) { total, kind in
        let middle = middles[kind]
        let arms = middle.byUser.joined().map {
          Self.sum($0.parts, values, t).scaled(by: $0.share)
        }
        let own = arms.reduce(Self.sum(middle.always, values, t), +)
        return total + own.scaled(by: bills.kinds[kind].users)
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
    let phases = Phases(0, users.count)
    func mean(_ parts: [Part]) -> Double { parts.reduce(0) { $0 + $1.moments.mean } }
    let means = users.map { user in
      user.cells.map { cell in
        (
          share: cell.share, always: mean(cell.always),
          byUser: cell.byUser.map { arms in arms.map { (share: $0.share, mean: mean($0.parts)) } }
        )
      }
    }
    return FourierLaw(mean: moments.mean, variance: moments.sharedVariance) { t in
      users.indices.reduce(Complex.zero) { sum, place in
        var total = Complex.zero
        for cell in means[place] {
          var value = Complex.turn(t * cell.always)
          for arms in cell.byUser {
            value =
              value
              * arms.reduce(Complex.zero) {
                $0 + Complex.turn(t * $1.mean).scaled(by: $1.share)
              }
          }
          total += value.scaled(by: cell.share)
        }
        let logarithm = total.logarithm(near: phases.users[place])
        phases.users[place] = logarithm.imaginary
        let mean = Complex(real: 0, imaginary: t * users[place].mean)
        return sum + (logarithm - mean).scaled(by: bills.kinds[place].users)
      }
    }
  }
}
