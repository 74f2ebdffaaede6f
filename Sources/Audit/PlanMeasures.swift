import Analysis
import CostModel
import Simulator
import Support

/// Figures of scenarios' plans, in closed form or simulated; each plan is computed once.
package final class PlanMeasures {
  /// A figure that a plan does not have.
  package struct Problem: Error {
    package var message: String
  }
  private struct Key: Hashable {
    var scenario: String
    var users: Int
  }

  private var expected: [Key: ExpectedCost] = [:]
  private var simulated: [Key: PlanResult] = [:]

  package func measure(_ query: PlanQuery) throws(Problem) -> Measure {
    let value =
      query.isSimulated ? try simulatedFigure(query) : try expectedFigure(query)
    guard let value, value.isFinite else {
      throw Problem(message: "this plan has no such figure: nothing to divide by")
    }
    do {
      var result = Measure(interval: Interval(try Rational(nearest: value)), kind: query.kind)
      if !query.scenario.assumptions.isEmpty {
        result.assume(["the call sizes and habits that scenario \(query.scenario.name) assumes"])
      }
      if !query.isSimulated { result.assume(leftOut(of: query)) }
      return result
    } catch {
      throw Problem(message: "the figure has too many digits to be exact")
    }
  }

  // MARK: Closed forms

  /// What the formula of a bill leaves out, in words; a hit rate or a number of users that a quota
  /// allows leaves out nothing.
  private func leftOut(of query: PlanQuery) -> [String] {
    switch query.figure {
    case .cost, .calls, .costPerCall, .errorRate, .usersWithinBudget: break
    default: return []
    }
    let form = expected[Key(scenario: query.scenario.name, users: query.users)]
    return (form.map(Expectation.leftOut) ?? []).map {
      "a formula that leaves out the \($0.part) (\($0.reason))"
    }
  }

  private func expectedFigure(_ query: PlanQuery) throws(Problem) -> Double? {
    let key = Key(scenario: query.scenario.name, users: query.users)
    let form = expected[key] ?? ExpectedCost(scenario: query.scenario, plan: query.plan)
    expected[key] = form
    let figures = ExpectedFigures(form: form, query: query)
    switch query.figure {
    case .cost: return try figures.cost()
    case .calls: return try figures.calls()
    case .costPerCall: return try figures.cost() / figures.calls()
    case .hitRate: return figures.share(of: { $0.lookup != nil }, weighing: \.hitRate)
    case .errorRate: return figures.share(of: { _ in true }, weighing: \.failure)
    case .attainableHitRate: return figures.attainableHitRate
    case .usersWithinBudget: return figures.usersWithinBudget
    case .usersWithinQuota: return figures.usersWithinQuota
    case .latencyP50, .latencyP95, .latencyP99: return nil
    }
  }

  // MARK: Simulations

  private func simulatedFigure(_ query: PlanQuery) throws(Problem) -> Double? {
    let key = Key(scenario: query.scenario.name, users: query.users)
    let result: PlanResult
    if let known = simulated[key] {
      result = known
    } else {
      guard let made = try? Simulation(query.scenario).result(of: query.plan, run: 1) else {
        throw Problem(message: "the plan cannot be simulated")
      }
      result = made
      simulated[key] = made
    }
    let figures = SimulatedFigures(result: result, query: query)
    switch query.figure {
    case .cost: return figures.cost
    case .calls: return figures.calls
    case .costPerCall: return figures.cost / figures.calls
    case .hitRate: return try figures.hitRate()
    case .errorRate: return try figures.errorRate()
    case .latencyP50: return try figures.latency(50)
    case .latencyP95: return try figures.latency(95)
    case .latencyP99: return try figures.latency(99)
    case .attainableHitRate, .usersWithinBudget, .usersWithinQuota: return nil
    }
  }
}

extension PlanQuery {
  /// What the figure is a number of; amounts and calls are a month's.
  fileprivate var kind: ClaimUnit.Kind {
    let call = ClaimUnit.Kind("call")
    let month = ClaimUnit.Kind(ClaimUnit.month)
    switch figure {
    case .cost: return ClaimUnit.Kind(ClaimUnit.dollar).times(month, power: -1)
    case .calls: return call.times(month, power: -1)
    case .costPerCall: return ClaimUnit.Kind(ClaimUnit.dollar).times(call, power: -1)
    case .hitRate, .errorRate, .attainableHitRate: return .number
    case .usersWithinBudget, .usersWithinQuota: return ClaimUnit.Kind("user")
    case .latencyP50, .latencyP95, .latencyP99: return ClaimUnit.Kind(ClaimUnit.second)
    }
  }

  /// A row of the reports is a model or `model@region`.
  package func isModel(_ row: String) -> Bool {
    model.map { row == $0 || row.hasPrefix($0 + "@") } ?? true
  }
}
