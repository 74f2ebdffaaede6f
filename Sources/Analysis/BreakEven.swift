import CostModel
import Scenarios

/// From how many users on capacity at a fixed price is cheaper than paying by use.
///
/// Users are taken to be alike, so that load and bill grow in proportion to them. Load is that of the
/// hours of the profile; bursts within an hour, which spill over too, are not seen. What does not fit
/// is billed as ever.
package struct BreakEven: Sendable {
  package let capacity: Capacity
  /// What the capacity's models cost a user and month, paid by use.
  package let costPerUser: Double
  /// Capacity tokens a user and month.
  package let tokensPerUser: Double
  /// Whether the policy sends calls to one of its models, not only the fallback chains.
  package let applies: Bool
  /// What the closed form of the bill leaves out.
  package let leftOut: [Expectation.Approximation]
  /// By hours of the profile alike in load: capacity tokens a minute of a user, and minutes a month.
  private let loads: [(perUser: Double, minutes: Double)]

  package init(_ capacity: Capacity, scenario: Scenario, plan: PlanSpec) {
    self.capacity = capacity
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    leftOut = Expectation.leftOut(of: cost)
    let traffic = cost.traffic
    let users = Double(plan.users)
    let models = Set(capacity.models.compactMap { scenario.catalog.id(named: $0) })
    applies = cost.calls.contains { models.contains($0.routed) && $0.perFlow > 0 }
    costPerUser =
      cost.byModel.filter { row in
        let name = row.key.split(separator: "@").first.map(String.init) ?? row.key
        return scenario.catalog.id(named: name).map(models.contains) ?? false
      }.reduce(0) { $0 + $1.value.cost } / users / traffic.months
    // Capacity tokens of a flow, by workload and account plan.
    var perFlow = traffic.flows.map { $0.map { _ in 0.0 } }
    for call in cost.calls {
      for (place, attempts) in call.attempts.enumerated()
      where models.contains(call.chain[place].model) {
        let (input, output) = (call.passage(place).input, call.passage(place).output)
        perFlow[call.workload][call.accountPlan] +=
          call.perFlow * attempts * (input + capacity.outputWeight * output)
      }
    }
    let tokens = zip(perFlow, traffic.flows).map { sizes, flows in
      zip(sizes, flows).reduce(0) { $0 + $1.0 * $1.1 } / users
    }
    loads = traffic.timeClasses.map { time in
      let perSecond = zip(tokens, time.pace).reduce(0) { $0 + $1.0 * $1.1 }
      return (perSecond * 60, time.seconds / 60 / traffic.months)
    }
    tokensPerUser = loads.reduce(0) { $0 + $1.perUser * $1.minutes }
  }

  /// Capacity tokens a month that so many units take in.
  package func served(users: Double, units: Int) -> Double {
    let limit = Double(units) * Double(capacity.tokensPerMinute)
    return loads.reduce(0) { $0 + min($1.perUser * users, limit) * $1.minutes }
  }

  /// Share of the units' tokens that is used.
  package func utilisation(users: Double, units: Int) -> Double {
    let minutes = loads.reduce(0) { $0 + $1.minutes }
    let all = Double(units) * Double(capacity.tokensPerMinute) * minutes
    return served(users: users, units: units) / all
  }

  /// Dollars a month with so many units: their price and what spills over.
  package func cost(users: Double, units: Int) -> Double {
    let spilled = 1 - served(users: users, units: units) / (tokensPerUser * users)
    return Double(units) * capacity.unitPrice.dollars + spilled * costPerUser * users
  }

  /// The fewest users at which the minimum of units is not dearer than paying by use; nil: never,
  /// since even units that are always full take in less than they cost.
  package var users: Double? {
    let units = capacity.minimumUnits
    let price = Double(units) * capacity.unitPrice.dollars
    func saves(_ users: Double) -> Bool { cost(users: users, units: units) <= costPerUser * users }
    guard costPerUser > 0, tokensPerUser > 0, worthOfAUnit * Double(units) > price else {
      return nil
    }
    var high = max(1, price / costPerUser)
    while !saves(high) {
      high *= 2
      // Worth its price to the last digit only.
      guard high < 1e15 else { return nil }
    }
    var low = 0.0
    while high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if saves(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// What the tokens of a unit cost a month, paid by use, that is full in all hours with traffic.
  package var worthOfAUnit: Double {
    let minutes = loads.reduce(0) { $0 + ($1.perUser > 0 ? $1.minutes : 0) }
    return Double(capacity.tokensPerMinute) * minutes * costPerUser / tokensPerUser
  }

  /// The number of units with the lowest bill; 0: paying by use is cheapest.
  package func bestUnits(users: Double) -> Int {
    var best = (units: 0, cost: costPerUser * users)
    let peak = (loads.map(\.perUser).max() ?? 0) * users / Double(capacity.tokensPerMinute)
    let most = min(Double(capacity.minimumUnits) + peak.rounded(.up), 1e5)
    // Convex in the number of units: the first that is dearer than the one before ends it.
    var before = Double.infinity
    for units in capacity.minimumUnits...max(capacity.minimumUnits, Int(most)) {
      let cost = cost(users: users, units: units)
      if cost < best.cost { best = (units, cost) }
      if cost > before { break }
      before = cost
    }
    return best.units
  }
}
