import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// Budgets that act, by calls of $0.00025 each at chosen times, answered after a second.
@Suite struct EnforcementTests {
  static let price: Int128 = 250_000_000
  static let day = SimDuration.day.microseconds
  static let second = SimDuration.second.microseconds

  /// A line at so many calls, and what it does.
  private struct Line {
    var calls: Double
    var effect: BudgetAction.Effect
    var conditions: [Policy.Condition] = []
  }

  private static func budget(_ lines: [Line]) -> Budget {
    var budget = Budget(amount: MoneySum(picodollars: 1_000 * price), thresholds: [])
    for (number, line) in lines.enumerated() {
      budget.thresholds.append(
        Budget.Threshold(
          name: "line-\(number)", kind: .actual,
          amount: MoneySum(picodollars: Int128(line.calls * Double(price))), severity: .high,
          message: ""))
      budget.actions.append(
        BudgetAction(line: number, effect: line.effect, conditions: line.conditions))
    }
    return budget
  }

  /// Two kinds of calls, of priority low (kind 0) and high (kind 1), of the dear first model; the
  /// economy tier has the second one, which costs a tenth.
  private func run(
    _ calls: [(time: Int64, user: UInt32, kind: UInt16)], _ lines: [Line], months: Int = 1,
    change: (inout Budget) -> Void = { _ in }
  ) throws -> LoggedRun {
    var builder = ScenarioBuilder()
    builder.models = [
      ScenarioBuilder.model("dear"), ScenarioBuilder.model("cheap", input: 0.1, output: 0.3),
    ]
    builder.chains = ["economy": [ModelID(1)]]
    builder.period = AnalysisScenario.period(months: months)
    builder.workloads = [
      ScenarioBuilder.workload(
        "w", volume: 100,
        mix: ["low", "high"].map { priority in
          var variant = ScenarioBuilder.variant(input: 100, output: 50, share: 0.5)
          variant.attributes[.priority] = priority
          return variant
        })
    ]
    var scenario = builder.build()
    var budget = Self.budget(lines)
    change(&budget)
    scenario.budget = budget
    let batch = calls.enumerated().map { index, place in
      var call = Call(
        time: ScenarioBuilder.at(place.time).microseconds, index: UInt32(index), user: place.user,
        kind: place.kind)
      (call.input, call.output) = (100, 50)
      return call
    }
    return try LoggedRun(
      CompiledScenario(scenario), plan: scenario.plans[0], source: ListSource(batches: [batch]))
  }

  private func calls(_ times: [Int64]) -> [(time: Int64, user: UInt32, kind: UInt16)] {
    times.map { ($0, 0, 0) }
  }

  private func refused(_ run: LoggedRun) -> [Bool] { run.records.map(\.isFailed) }

  @Test func aBlockRefusesFromTheOutcomeThatCrosses() throws {
    // The third call crosses when it is answered, at 3 s + 1 s.
    let times = [1, 2, 3].map { $0 * Self.second } + [4 * Self.second - 1, 4 * Self.second]
    let run = try run(calls(times + [9 * Self.second]), [Line(calls: 2, effect: .block)])
    #expect(refused(run) == [false, false, false, false, true, true])
    #expect(run.result.cost.picodollars == 4 * Self.price)
    #expect(run.result.failedCalls == 2)
    #expect(run.result.calls == 6)
    #expect(run.result.costs.map(\.calls) == [6])
    #expect(run.records[4].attempts == 0)
    #expect(run.records[4].latency == 0)
    let cell = try #require(run.result.enforcements.first)
    #expect(run.result.enforcements.count == 1)
    #expect(cell.refused == 2)
    #expect(cell.moved == 0)
    #expect(cell.since == ScenarioBuilder.at(4 * Self.second))
    #expect(cell.accounts == [0: 2])
  }

  @Test func whatIsKnownLateActsLate() throws {
    let hour = SimDuration.hour.microseconds
    let times = [1, 2, 3, 7, 12, 13].map { $0 * hour }
    // Crossed after 2 h; with figures 5 h old and a look every 6 h, known at 12 h.
    let run = try run(calls(times), [Line(calls: 1, effect: .block)]) {
      $0.evaluateEvery = SimDuration(microseconds: 6 * hour)
      $0.dataLag = SimDuration(microseconds: 5 * hour)
    }
    #expect(refused(run) == [false, false, false, false, true, true])
  }

  @Test func itEndsWithTheBudgetMonth() throws {
    let month = 30 * Self.day
    let times = [1, 2, 3].map { $0 * Self.day } + [month - 1, month, month + Self.day]
    let run = try run(calls(times), [Line(calls: 1, effect: .block)], months: 2)
    #expect(refused(run) == [false, false, true, true, false, false])
    #expect(run.result.enforcements.map(\.refused) == [2])
  }

  @Test func onlyTheCallsItNamesAreShed() throws {
    let second = Self.second
    let run = try run(
      [(1 * second, 0, 0), (5 * second, 0, 1), (9 * second, 0, 0), (13 * second, 1, 1)],
      [Line(calls: 0, effect: .shed, conditions: [Policy.Condition(.priority, in: ["low"])])])
    #expect(refused(run) == [false, false, true, false])
  }

  @Test func aCapIsAnAccountsOwnAndADaysOwn() throws {
    let hour = SimDuration.hour.microseconds
    let first = [(1, 0), (2, 0), (3, 1), (4, 0), (5, 1), (6, 1)]
    let next = [(25, 0), (26, 0), (27, 0)]
    let run = try run(
      (first + next).map { (Int64($0.0) * hour, UInt32($0.1), 0) },
      [Line(calls: 0, effect: .cap(calls: 2, amount: nil))])
    // The first call, which has made the line known, counts as well.
    #expect(
      refused(run) == [false, false, false, true, false, true, false, false, true])
    #expect(run.result.enforcements.map(\.accounts) == [[0: 2, 1: 1]])
  }

  @Test func anAmountCapsWhatIsKnownToBeSpent() throws {
    let second = Self.second
    // At 1.5 s nothing has been billed; at 9 s two calls have.
    let run = try run(
      calls([second, 3 * second / 2, 9 * second]),
      [Line(calls: 0, effect: .cap(calls: nil, amount: MoneySum(picodollars: 2 * Self.price)))])
    #expect(refused(run) == [false, false, true])
  }

  @Test func theEconomyTierTakesOver() throws {
    let times = [1, 5, 9].map { $0 * Self.second }
    let run = try run(calls(times), [Line(calls: 1, effect: .tier("economy"))])
    #expect(run.result.cost.picodollars == 2 * Self.price + Self.price / 10)
    let cell = try #require(run.result.costs.first { $0.tier == "economy" })
    #expect(cell.model == "cheap")
    #expect(cell.calls == 1)
    #expect(run.result.enforcements.map(\.moved) == [1])
    #expect(run.result.failedCalls == 0)
  }

  /// A refusal comes before a move, whatever their order; of two moves the later one holds.
  @Test func actionsInForceTogether() throws {
    let cheap = Policy(
      name: "cheap", rules: [Policy.Rule(name: "all", conditions: [], choice: .model(ModelID(1)))])
    let dear = Policy(
      name: "dear", rules: [Policy.Rule(name: "all", conditions: [], choice: .model(ModelID(0)))])
    let times = [1, 5, 9].map { $0 * Self.second }
    let both = try run(
      calls(times), [Line(calls: 0, effect: .policy(cheap)), Line(calls: 1, effect: .block)])
    // A call and a tenth have crossed the second line.
    #expect(refused(both) == [false, false, true])
    #expect(both.result.enforcements.map(\.moved) == [1, 0])
    #expect(both.result.enforcements.map(\.refused) == [0, 1])
    let back = try run(
      calls(times), [Line(calls: 0, effect: .policy(cheap)), Line(calls: 0, effect: .policy(dear))])
    #expect(back.result.cost.picodollars == 3 * Self.price)
    #expect(back.result.enforcements.isEmpty)
  }
}
