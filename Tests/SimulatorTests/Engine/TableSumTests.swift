import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// Every table of a plan is the same calls and the same money, added up in another way.
@Suite struct TableSumTests {
  static let seeds: [UInt64] = (1...40).map { 7_000 + $0 }

  /// A random scenario with a fixed price, a budget, more traffic and two months.
  private static func scenario(seed: UInt64) -> Scenario {
    var scenario = RandomScenario(seed: seed).scenario
    scenario.period = AnalysisScenario.period(months: 2)
    for index in scenario.workloads.indices { scenario.workloads[index].volume = 30 }
    scenario.tables = [.accountMonths]
    scenario.catalog[ModelID(0)].prices[0].fixedMonthly = Money(picodollars: 12_345_678_901_234)
    return scenario
  }

  @Test(arguments: seeds) func moneyAgreesToThePicodollar(seed: UInt64) throws {
    let run = try LoggedRun(Self.scenario(seed: seed))
    let result = run.result
    let fixed = result.costs.filter { $0.useCase == nil }.map(\.cost).reduce(.zero, +)
    #expect(result.costs.map(\.cost).reduce(.zero, +) == result.cost)
    #expect(result.days.map(\.cost).reduce(.zero, +) == result.cost)
    #expect(result.accounts.map(\.cost).reduce(.zero, +) == result.cost)
    #expect(result.budgetMonths.map(\.cost).reduce(.zero, +) == result.cost)
    #expect(result.accountMonths.map(\.cost).reduce(.zero, +) == result.cost)
    #expect(result.accountMonths.map(\.calls).reduce(0, +) == result.calls)
    let unowned = result.accountMonths.filter { $0.account.user == nil }.map(\.cost)
    #expect(unowned.reduce(.zero, +) == fixed)
    if !result.labelled.isEmpty {
      #expect(result.labelled.map(\.cost).reduce(.zero, +) == result.cost)
    }
    for account in result.accounts {
      let months = result.accountMonths.filter { $0.account.user == account.user }
      #expect(months.map(\.cost).reduce(.zero, +) == account.cost)
    }
    for (month, whole) in zip(result.budgetMonths.map(\.month), result.budgetMonths) {
      let own = result.accountMonths.filter { $0.month.start == month.start }
      #expect(own.map(\.cost).reduce(.zero, +) == whole.cost)
    }
    let logged = run.records.reduce(MoneySum.zero) {
      $0 + MoneySum($1.inputCost) + MoneySum($1.outputCost) + MoneySum($1.otherCost)
    }
    #expect(logged + fixed == result.cost)
  }

  @Test(arguments: seeds) func countsAgree(seed: UInt64) throws {
    let scenario = Self.scenario(seed: seed)
    let run = try LoggedRun(scenario)
    let result = run.result
    let records = run.records
    #expect(result.calls == Int64(records.count))
    // Neither a hit nor a call that found no target is billed.
    let isBilled = { (record: CallRecord) in
      scenario.billFailures == .none ? record.answeredBy != nil : record.attempts > 0
    }
    #expect(result.billedCalls == Int64(records.count(where: isBilled)))
    #expect(result.costs.map(\.calls).reduce(0, +) == result.calls)
    #expect(result.days.map(\.calls).reduce(0, +) == result.calls)
    #expect(result.accounts.map(\.calls).reduce(0, +) == result.calls)
    #expect(result.costs.map(\.cacheHits).reduce(0, +) == result.cacheHits)
    #expect(result.cacheHits == Int64(records.count { $0.cache == .hit }))
    #expect(result.cacheMisses == Int64(records.count { $0.cache == .miss }))
    #expect(result.cacheClasses.map(\.hits).reduce(0, +) == result.cacheHits)
    #expect(result.cacheClasses.map(\.misses).reduce(0, +) == result.cacheMisses)
    #expect(result.failedCalls == Int64(records.count(where: \.isFailed)))
    let attempts = records.reduce(0) { $0 + Int64($1.attempts) }
    #expect(result.costs.map(\.attempts).reduce(0, +) == attempts)
    #expect(result.performance.map(\.attempts).reduce(0, +) == attempts)
    let failures = result.performance.map(\.failures).reduce(0, +)
    #expect(result.costs.map(\.failures).reduce(0, +) == failures)
    let answered = Int64(records.count { $0.answeredBy != nil })
    #expect(result.performance.map(\.calls).reduce(0, +) == answered)
    #expect(result.latency.total == answered + result.cacheHits)
    #expect(
      result.costs.map(\.inputTokens).reduce(0, +)
        == records.map(\.billed.inputTokens).reduce(0, +))
    #expect(
      result.costs.map(\.audio.microseconds).reduce(0, +)
        == records.map(\.billed.audioMicroseconds).reduce(0, +))
  }

  /// Calls lie at who answered them (hits and failed ones at who should have), attempts at who made
  /// them.
  @Test(arguments: seeds) func everyModelHasItsOwn(seed: UInt64) throws {
    let scenario = Self.scenario(seed: seed)
    let compiled = CompiledScenario(scenario)
    let run = try LoggedRun(scenario)
    let cells = Dictionary(grouping: run.result.costs.filter { $0.useCase != nil }, by: \.model)
    for target in run.result.performance {
      let own = cells[target.model] ?? []
      #expect(own.map(\.attempts).reduce(0, +) == target.attempts)
      #expect(own.map(\.failures).reduce(0, +) == target.failures)
    }
    let calls = Dictionary(grouping: run.records) { record in
      let regions = compiled.targetsOfModel[Int(record.call.routed)]
      let routed =
        regions.count == 1
        ? compiled.targets[regions.lowerBound].name
        : scenario.catalog[ModelID(record.call.routed)].name
      return record.answeredBy.map { compiled.targets[$0].name } ?? routed
    }
    #expect(
      cells.mapValues { $0.reduce(0) { $0 + $1.calls } }.filter { $0.value > 0 }
        == calls.mapValues { Int64($0.count) })
  }
}
