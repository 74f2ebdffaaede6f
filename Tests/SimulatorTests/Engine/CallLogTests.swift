import CostModel
import Foundation
import Synchronization
import Testing

@testable import Reports
@testable import Simulator
@testable import Support

@Suite struct CallLogTests {
  private final class Store: Sendable {
    let numbers = Mutex<[[Int64]]>([])
  }

  /// Calls end in any order; what is handed on is whole, and in order of arrival.
  @Test func recordsAreHandedOnInOrderHoweverTheyEnd() throws {
    let store = Store()
    var log = CallLog { records, _ in
      store.numbers.withLock { $0.append(records.map(\.number)) }
      #expect(records.allSatisfy { $0.hasEnded && $0.attempts == Int32($0.number % 1_000) })
    }
    let compiled = CompiledScenario(ScenarioBuilder().build())
    let names = PlanNames(compiled: compiled, routing: CompiledRouting(compiled), userNames: [])
    var random = TestRandom(seed: 77)
    var open: [Int64] = []
    func end(_ number: Int64) {
      log.update(number) {
        $0.attempts = Int32(number % 1_000)
        $0.hasEnded = true
      }
    }
    for number in 1...20_000 as ClosedRange<Int64> {
      log.begin(
        CallRecord(number: number, call: Call(time: 0, index: 0, user: 0, kind: 0), cache: .off))
      open.append(number)
      while open.count > 40 { end(open.remove(at: random.below(open.count))) }
      if number % 100 == 0 { try log.flush(all: false, names: names) }
    }
    for number in open.reversed() { end(number) }
    try log.flush(all: true, names: names)
    let batches = store.numbers.withLock { $0 }
    #expect(batches.flatMap { $0 } == Array(1...20_000))
    #expect(batches.count > 2)
  }

  /// The money of calls.csv is the plan's, to the picodollar.
  @Test func theFileAddsUpToTheBill() throws {
    var scenario = RandomScenario(seed: 4_242).scenario
    for index in scenario.workloads.indices { scenario.workloads[index].volume = 100 }
    let folder = FileManager.default.temporaryDirectory.path + "/calls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let simulation = Simulation(scenario)
    let outputs = Outputs()
    let file = try CallsFile(
      path: folder + "/calls.csv", among: outputs, population: scenario.users,
      users: scenario.plans[0].users, dialect: .rfc4180)
    let result = try simulation.result(
      of: scenario.plans[0], run: 1, log: CallLog { try file.append($0, $1) })
    try file.finish()
    try outputs.commit()
    let lines = try String(contentsOfFile: folder + "/calls.csv", encoding: .utf8)
      .split(whereSeparator: \.isNewline).dropFirst()
    #expect(lines.count == Int(result.calls))
    let place = try #require(CallsFile.columns.firstIndex(of: "cost_usd"))
    // Dollars with at most twelve decimals; no field here has a comma in it.
    let sum = lines.reduce(Int128(0)) { sum, line in
      let parts = line.split(separator: ",", omittingEmptySubsequences: false)[place]
        .split(separator: ".")
      let decimals =
        (parts.last ?? "") + String(repeating: "0", count: 12 - (parts.last?.count ?? 0))
      return sum + (Int128(parts.first ?? "") ?? 0) * MoneySum.picodollarsPerDollar
        + (Int128(decimals) ?? 0)
    }
    #expect(sum == result.cost.picodollars)
    #expect(sum > 0)
  }
}
