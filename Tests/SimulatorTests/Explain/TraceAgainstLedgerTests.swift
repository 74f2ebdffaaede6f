import CostModel
import Testing

@testable import Simulator

/// A call's trace beside its row of calls.csv.
@Suite struct TraceAgainstLedgerTests {
  @Test func everyCallOfTheTinyScenario() throws {
    let scenario = try ExplainTests.scenario()
    let records = try LoggedRun(scenario).records
    let simulation = Simulation(scenario)
    let numbers = Array(1...40) + ExplainTests.cases.map { Int($0.call) }
    for number in numbers {
      let told = try simulation.trace(ofCall: Int64(number), of: scenario.plans[0], run: 1)
      let trace = try #require(told.trace)
      expectSame(trace, records[number - 1], "call \(number)")
    }
  }

  /// Scenarios of the test against the reference engine, three calls each.
  @Test func randomScenarios() throws {
    var seeds = TestRandom(seed: 0x57_0121E5)
    var steps = 0
    for _ in 0..<150 {
      let seed = seeds.bits()
      let random = RandomScenario(seed: seed)
      let compiled = CompiledScenario(random.scenario)
      let calls = calls(of: random, compiled)
      let plan = random.scenario.plans[0]
      let all = try LoggedRun(compiled, plan: plan, source: ListSource(batches: [calls]))
      for _ in 0..<(all.records.isEmpty ? 0 : 3) {
        let number = 1 + seeds.below(all.records.count)
        let run = try LoggedRun(
          compiled, plan: plan, source: ListSource(batches: [calls]), watched: Int64(number))
        let told = run.trace
        let trace = try #require(told, "seed \(seed), call \(number)")
        expectSame(trace, all.records[number - 1], "seed \(seed), call \(number)")
        // Watching changes nothing for the calls that it has let end.
        #expect(run.records.map(\.latency) == all.records.prefix(run.records.count).map(\.latency))
        steps += trace.steps.count
      }
    }
    #expect(steps > 800, "otherwise too little happened to be compared")
  }

  private func calls(of random: RandomScenario, _ compiled: CompiledScenario) -> [Call] {
    let translation = ReferenceTranslation(compiled, users: random.users)
    var counts: [Int: Int] = [:]
    return random.arrivals.map { arrival in
      let source = arrival.workload * random.users + arrival.user
      defer { counts[source, default: 0] += 1 }
      return translation.call(
        at: arrival.time, workload: arrival.workload, user: arrival.user,
        index: counts[source, default: 0])
    }
  }

  private func expectSame(_ trace: CallTrace, _ record: CallRecord, _ name: Comment) {
    guard let end = trace.end else {
      Issue.record("\(name) has no end")
      return
    }
    #expect(trace.arrival.number == record.number, name)
    #expect((end.at - SimTime(microseconds: record.call.time)).microseconds == record.latency, name)
    #expect(end.attempts == Int(record.attempts) && end.skipped == Int(record.skipped), name)
    #expect(end.queued.microseconds == record.queue, name)
    #expect((end.answer == .cache) == (record.cache == .hit), name)
    #expect((end.answer == .nobody) == record.isFailed, name)
    if case .target(let target) = end.answer { #expect(target == record.answeredBy, name) }
    let cost = trace.cost
    #expect(cost.input == record.inputCost && cost.output == record.outputCost, name)
    #expect(cost.other == record.otherCost, name)
    expectConsistent(trace, record, name)
  }

  /// What the steps say adds up to the row as well.
  private func expectConsistent(_ trace: CallTrace, _ record: CallRecord, _ name: Comment) {
    var (attempts, skipped, queued, cached) = (0, 0, Int64(0), Int64(0))
    var last: CallTrace.Attempt?
    for step in trace.steps {
      switch step {
      case .look(let look):
        last = look.attempt
        guard let attempt = look.attempt else {
          skipped += 1
          #expect(look.isBlocked || look.tooLong != nil || look.wait.start > look.at, name)
          continue
        }
        attempts += 1
        queued += (attempt.start - look.at).microseconds
        #expect(!look.isBlocked && attempt.start == look.wait.start, name)
      case .outcome(let outcome):
        #expect(outcome.hasFailed == last?.isFailing, name)
        guard let bill = outcome.bill else { continue }
        cached += bill.usage.cacheReadTokens
        #expect(bill.breakdown.cost == bill.cost, name)
        #expect(bill.usage.cacheReadTokens == last?.cached, name)
      case .retry: break
      }
    }
    #expect(attempts == Int(record.attempts) && skipped == Int(record.skipped), name)
    #expect(queued == record.queue && cached == record.billed.cacheReadTokens, name)
  }
}
