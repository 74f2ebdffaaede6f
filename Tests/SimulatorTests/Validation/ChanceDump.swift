import CostModel
import Foundation
import Testing

@testable import Simulator

@Suite struct ChanceDump {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["CHANCE_DUMP"] != nil)) func dump() throws {
    let dir = ProcessInfo.processInfo.environment["CHANCE_DUMP"]!
    let count = Int(ProcessInfo.processInfo.environment["CHANCE_N"] ?? "60")!
    for number in 0..<count {
      let path = "\(dir)/s\(number)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try ChanceScenario.catalog.write(toFile: path + "/catalog.yaml", atomically: true, encoding: .utf8)
      try ChanceScenario(number: number).text.write(toFile: path + "/s.yaml", atomically: true, encoding: .utf8)
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["CHANCE_READ"] != nil)) func read() throws {
    let dir = ProcessInfo.processInfo.environment["CHANCE_READ"]!
    // s,mean,sd,p05,p50,p95,p99
    let rows = try String(contentsOfFile: dir + "/sims.csv", encoding: .utf8).split(separator: "\n")
    for row in rows {
      let f = row.split(separator: ",").map(String.init)
      let path = "\(dir)/\(f[0])/s.yaml"
      let (tree, scenario) = try ScenarioReader.tree(path: path)
      let x = f.dropFirst().map { Double($0)! }
      let began = Date()
      var laws: [BillLaw] = []
      let draws = InputDraws(scenario)
      var approx: [String] = []
      for run in 1...(draws.isEmpty ? 1 : 200) {
        let s = draws.isEmpty ? scenario : try tree.scenario(draws.settings(run: run))
        let cost = ExpectedCost(scenario: s, plan: s.plans[0])
        laws.append(BillLaw(cost, budget: nil))
        if run == 1 { approx = Expectation(scenario: s, plan: s.plans[0]).approximations.map(\.reason) }
      }
      let m = BillMixture(laws)
      let time = Date().timeIntervalSince(began)
      let out = x.dropFirst(2).map { String(format: "%.4f", m.cdf($0)) }.joined(separator: " ")
      print(f[0], String(format: "mean %.4g sim %.4g z %.2f sd %.3g sim %.3g", m.mean, x[0], (m.mean-x[0])/x[1]*44.7, laws[0].period.deviation, x[1]), "cdf", out, String(format: "%.2fs", time), draws.isEmpty ? "" : "R", Set(approx).joined(separator: "; ")); fflush(stdout)
    }
  }
}
