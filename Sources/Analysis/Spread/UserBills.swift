import CostModel
import Support

/// Flows of a workload, or what of them is billed, whose number and whose costs are independent.
package struct CountedCost: Sendable {
  package var workload: Int
  package var plan: Int
  /// By user: of those who have the variant, all of whose flows are in it.
  package var assignment: ExpectedAssignment
  /// Flows, or look-ups of its pool, in the mean month of a user of weight 1.
  package var perUser: Double
  /// Variance of a user's number over its mean: N with E e^{θN} = exp(m/d·(e^{dθ} − 1)), which is
  /// Poisson for d = 1, the renewal process of gaps with cv² = d for many of them, and for a cache's
  /// misses has the variance that they have.
  package var dispersion = 1.0
  /// The number is stated: drawn activities move flows between users, who are then taken as alike.
  package var isExact = false
  package var pool: PoolMisses?
  package var isOfPool: Int?
  /// What one costs, by shares of an experiment's variants.
  package var parts: [(share: Double, flow: FlowCosts)] = []
  package var moments = CostMoments()

  /// Mean and dispersion of a user's number.
  /// - Parameter group: among those of the account plan.
  package func number(weight: Double, group: Int) -> (mean: Double, dispersion: Double) {
    guard let pool else { return ((isExact ? 1 : weight) * perUser, dispersion) }
    if pool.isShared, let all = pool.misses.first {
      let mean = perUser * all.ratio * max(0, 1 + pool.elasticity * (weight - 1))
      return (mean, all.dispersion)
    }
    let own = pool.misses[group]
    return (weight * perUser * own.ratio, own.dispersion)
  }

  /// Cumulants of the cost of so many.
  package func cumulants(_ number: (mean: Double, dispersion: Double)) -> Cumulants {
    let (m, d) = number
    let mean = moments.mean
    return Cumulants(
      mean: m * mean, variance: max(0, m * (moments.variance + d * mean * mean)),
      third: m
        * (moments.third + 3 * d * mean * moments.variance + d * d * mean * mean * mean))
  }
}

/// The first three: of independent sums they add up.
package struct Cumulants: Hashable, Sendable {
  package var mean = 0.0
  package var variance = 0.0
  package var third = 0.0

  package static func + (a: Cumulants, b: Cumulants) -> Cumulants {
    Cumulants(mean: a.mean + b.mean, variance: a.variance + b.variance, third: a.third + b.third)
  }

  package func scaled(by f: Double) -> Cumulants {
    Cumulants(mean: f * mean, variance: f * variance, third: f * third)
  }
}

/// The bill of a plan's mean month, user by user: what is drawn once for all months (activity, variant
/// of an experiment) and what each month draws anew.
package struct UserBills {
  /// Users who differ in nothing but what is drawn.
  package struct Kind {
    package var users: Double
    /// Drawn activities; one, where none is drawn.
    package var cells: [(share: Double, weight: Double, group: Int)]
    /// Into `counted`: what every user makes, and by experiment and variant what its users make.
    package var always: [Int]
    package var byUser: [[(share: Double, counted: [Int])]]

    /// Group of the cell nearest to the mean activity.
    package var middle: Int {
      let mean = cells.reduce(0) { $0 + $1.share * $1.weight }
      return cells.min { ($0.weight - mean).magnitude < ($1.weight - mean).magnitude }?.group ?? 0
    }
  }

  package let counted: [CountedCost]
  package let kinds: [Kind]

  package init(_ cost: ExpectedCost) {
    counted = cost.counted
    let traffic = cost.traffic
    let drawn = Lognormal.activityPoints(cv: traffic.activityCV)
    kinds = traffic.kinds.map { kind in
      let own = cost.counted.indices.filter { cost.counted[$0].plan == kind.accountPlan }
      let places = traffic.groups.filter { $0.accountPlan == kind.accountPlan }
      let cells = drawn.map { drawn in
        (
          share: drawn.share, weight: drawn.weight * kind.weight,
          group: traffic.activityCV > 0
            ? drawn.cell : places.firstIndex { $0.weight == kind.weight } ?? 0
        )
      }
      let experiments = cost.scenario.experiments.indices.filter {
        cost.scenario.experiments[$0].unit == .user
      }
      return Kind(
        users: kind.users, cells: cells,
        always: own.filter { !cost.counted[$0].assignment.isByUser },
        byUser: experiments.map { number in
          cost.scenario.experiments[number].arms.enumerated().map { arm, settings in
            (
              settings.share,
              own.filter {
                let given = cost.counted[$0].assignment
                return given.isByUser && given.experiment == number && given.arm == arm
              }
            )
          }
        }.filter { arms in arms.contains { !$0.counted.isEmpty } })
    }
  }

  /// Whether anything is drawn once for all months.
  package var sharesLuck: Bool { kinds.contains { $0.cells.count > 1 || !$0.byUser.isEmpty } }

  /// Dollars a month of a user of that kind.
  package func mean(of kind: Kind) -> Double { moments(of: kind).mean }

  package struct Moments {
    package var mean = 0.0
    /// Of what each month draws anew, and of what all months share.
    package var callVariance = 0.0
    package var sharedVariance = 0.0
    /// E (S − E S)³.
    package var third = 0.0
  }

  /// Of a month.
  package var moments: Moments {
    kinds.reduce(into: Moments()) { sum, kind in
      let user = moments(of: kind)
      sum.mean += kind.users * user.mean
      sum.callVariance += kind.users * user.callVariance
      sum.sharedVariance += kind.users * user.sharedVariance
      sum.third += kind.users * user.third
    }
  }

  /// Of one user.
  private func moments(of kind: Kind) -> Moments {
    mixed(kind.cells.map { cell in (cell.share, moments(of: kind, cell)) })
  }

  private func moments(
    of kind: Kind, _ cell: (share: Double, weight: Double, group: Int)
  ) -> Moments {
    func sum(_ places: [Int]) -> Moments {
      let all = places.reduce(Cumulants()) { sum, place in
        let one = counted[place]
        return sum + one.cumulants(one.number(weight: cell.weight, group: cell.group))
      }
      return Moments(mean: all.mean, callVariance: all.variance, third: all.third)
    }
    return kind.byUser.reduce(sum(kind.always)) { total, arms in
      let part = mixed(arms.map { ($0.share, sum($0.counted)) })
      return Moments(
        mean: total.mean + part.mean, callVariance: total.callVariance + part.callVariance,
        sharedVariance: total.sharedVariance + part.sharedVariance,
        third: total.third + part.third)
    }
  }

  /// Of a mixture: what its parts differ by is shared.
  private func mixed(_ parts: [(share: Double, moments: Moments)]) -> Moments {
    guard parts.count > 1 else { return parts.first?.moments ?? Moments() }
    var all = Moments()
    for (share, part) in parts {
      all.mean += share * part.mean
      all.callVariance += share * part.callVariance
    }
    for (share, part) in parts {
      let away = part.mean - all.mean
      let variance = part.callVariance + part.sharedVariance
      all.sharedVariance += share * (part.sharedVariance + away * away)
      all.third += share * (part.third + 3 * away * variance + away * away * away)
    }
    return all
  }
}
