import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Simulator

/// Inputs that carry a range: what is read, what is drawn, and what the draws do to a bill.
@Suite struct RangeTests {
  private func scenario(_ volume: String, seed: Int = 1) throws -> (Scenario, ScenarioTree) {
    let folder = try SmallCompany.folder("seed: \(seed)")
    let read = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["workloads.chat.volume=\(volume)"])
    return (read.scenario, read.tree)
  }

  @Test(arguments: [
    ("{low: 50, likely: 80, high: 200}", 80.0),
    ("{low: 50, high: 200}", 125), ("{normal: {mean: 120, sd: 10}}", 120),
    ("{lognormal: {mean: 120, cv: 0.5}}", 120), ("{low: 0.1K, high: 0.3K}", 200),
  ])
  func theLikelyValueStandsInForARange(range: String, likely: Double) throws {
    let (scenario, _) = try scenario(range)
    #expect(scenario.workloads[0].volume == likely)
    #expect(scenario.ranges.map(\.name) == ["workloads.chat.volume"])
  }

  /// A scenario with ranges is, run by run, the one that states the likely values.
  @Test func withoutDrawsRangesChangeNothing() throws {
    let (ranged, _) = try scenario("{low: 50, likely: 80, high: 200}")
    let (plain, _) = try scenario("80")
    let bills = try [ranged, plain].map {
      try Simulation($0).result(of: $0.plans[0], run: 1).cost
    }
    #expect(bills[0] == bills[1] && bills[0] > .zero)
  }

  @Test(arguments: [
    ("{low: 5, likely: 8}", "'high' is missing in this range"),
    ("{low: 9, likely: 8, high: 10}", "expected low, likely and high in ascending order, not 9, 8"),
    ("{low: 5, likely: x, high: 10}", "expected a number, not 'x'"),
    ("{low: -5, high: 10}", "expected a number, not '-5'"),
    ("{normal: {mean: 5}}", "'sd' is missing in this normal"),
    ("{lognormal: {mean: 5, cv: -1}}", "out of range"),
    ("{low: 1, high: 2, mode: 3}", "unknown key 'mode' in range"),
    ("{low: 1, high: 200000000}", "out of range, expected 0 to 100,000,000"),
  ])
  func badRangesAreToldWithTheirPlace(range: String, message: String) throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": SmallCompany.catalog,
      "s.yaml": SmallCompany.scenario.replacing("volume: 100", with: "volume: \(range)"),
    ])
    if let (tree, scenario) = try? ScenarioReader.tree(path: folder.path("s.yaml")) {
      // Only some draws are wrong: they are told where the range stands.
      let draws = InputDraws(scenario)
      let errors = (1...20).compactMap { run -> String? in
        do {
          _ = try tree.scenario(draws.settings(run: run))
          return nil
        } catch { return "\(error)" }
      }
      #expect(errors.contains { $0.contains("s.yaml:9:13: error: ") && $0.contains(message) })
    } else {
      let errors = folder.errors()
      #expect(
        errors.contains("s.yaml:9:") && errors.contains(message), "\(errors)")
    }
  }

  /// Stating a range for another input, or drawing for another plan, changes no draw.
  @Test func everyInputHasItsOwnStream() throws {
    let folder = try SmallCompany.folder()
    let volume = "workloads.chat.volume={low: 50, likely: 80, high: 200}"
    let price = "prices.small.input={normal: {mean: $1 per 1M tokens, sd: $0.1 per 1M tokens}}"
    func draws(_ overrides: [String]) throws -> InputDraws {
      InputDraws(try folder.read(overrides: overrides))
    }
    let one = try draws([volume])
    let two = try draws([price, volume])
    for run in 1...50 {
      let alone = one.settings(run: run).map(\.value)
      let both = two.settings(run: run)
      #expect(both.map(\.input.name) == ["workloads.chat.volume", "prices.small.input"])
      #expect(alone == [both[0].value])
      #expect(both[1].value > 0)
    }
    #expect(Set((1...50).map { one.settings(run: $0)[0].value }).count == 50)
  }

  /// A law's own 5 % and 95 % hold nine draws in ten. 2,000 draws: 1,800 ± 13.4; five standard
  /// deviations are missed once in 1.7 million. And its quantiles are ordered and inside its ends.
  @Test(arguments: [
    InputLaw.triangular(low: 10, likely: 12, high: 30), .uniform(low: 3, high: 5),
    .normal(mean: 100, sd: 8), .lognormal(mean: 50, cv: 0.8),
  ])
  func intervalsOfALawHaveCoverage(law: InputLaw) {
    let draws = (1...2_000).map { run in
      let block = Draws(seed: 7, run: run).block(.input, call: 0, user: 0, workload: 1)
      return law.quantile(block.0.openUnit)
    }
    let (low, high) = (law.quantile(0.05), law.quantile(0.95))
    let inside = draws.count { $0 >= low && $0 <= high }
    #expect((1_733...1_867).contains(inside))
    let grid = (1...99).map { law.quantile(Double($0) / 100) }
    #expect(grid == grid.sorted())
    #expect((law.quantile(0.5) - law.scaled(by: 2).quantile(0.5) / 2).magnitude < 1e-9)
  }

  /// The mean and the variance of a triangle are (a + m + b)/3 and
  /// (a² + m² + b² − am − ab − mb)/18: of 4,000 stratified quantiles to three digits.
  @Test func triangleHasItsMoments() {
    let (a, m, b) = (2.0, 3.0, 10.0)
    let law = InputLaw.triangular(low: a, likely: m, high: b)
    let values = (0..<4_000).map { law.quantile((Double($0) + 0.5) / 4_000) }
    let mean = values.reduce(0, +) / 4_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4_000
    #expect((mean - (a + m + b) / 3).magnitude < 1e-3)
    let expected = (a * a + m * m + b * b - a * m - a * b - m * b) / 18
    #expect((variance / expected - 1).magnitude < 1e-3)
  }

  /// The law of total variance on months that are simulated in pairs: exact arrivals leave no chance,
  /// equal inputs leave no input part, and the parts add up.
  @Test func spreadIsSplitByItsCause() throws {
    let (ranged, tree) = try scenario("{low: 50, likely: 100, high: 200}")
    let runs = 20
    let drawn = try Assessor(tree, scenario: ranged, runs: runs, threads: 2)
      .assess([Assessor.Variant()])[0][0].runs
    let likely = try Outcomes.simulated([ranged], runs: 1...runs, threads: 2)[0][0]
    let spread = CostSpread(likely: likely, drawn: drawn)
    #expect(spread.inputs.variance > 10 * spread.chance.variance)
    let share = try #require(spread.inputShare)
    #expect(share > 0.9 && share < 1)
    // The same luck: what is left of a month's difference is the volume's, month by month.
    let volumes = (1...runs).map { InputDraws(ranged).settings(run: $0)[0].value }
    for (run, volume) in volumes.enumerated() where (volume - 100).magnitude > 40 {
      #expect((drawn[run].cost > likely[run].cost) == (volume > 100))
    }
    let same = CostSpread(likely: likely, drawn: likely)
    #expect(same.inputs.variance < 1e-24 && same.inputShare ?? 1 < 1e-12)
    #expect(same.both.p95 == same.chance.p95)
  }

  /// The closed form's interval holds nine in ten months: of 250 of them 225 ± 4.7, where only luck
  /// varies. Five standard deviations, and 2 % for the skewness of so small a bill, are 29. Where inputs are drawn as well, the interval rests on 100 sets of them and may itself hold
  /// 90 % ± 3.1 %: together 4.9 standard deviations are 44. Either is missed less than once in a
  /// million.
  @Test(arguments: [("20", 29), ("{low: 10, likely: 20, high: 45}", 44)])
  func intervalsOfABillHaveCoverage(volume: String, slack: Int) throws {
    let small = [Assessor.Variant(overrides: ["plans=[1]", "workloads.report.volume=1"])]
    let (scenario, tree) = try scenario(volume)
    let expected = try Assessor(tree, scenario: scenario, runs: nil, threads: 2).assess(small)[0][0]
    let (other, otherTree) = try self.scenario(volume, seed: 99)
    let months = try Assessor(otherTree, scenario: other, runs: 250, threads: 2)
      .assess(small)[0][0].runs
    let low = try #require(expected.quantile(0.05))
    let high = try #require(expected.quantile(0.95))
    let inside = months.count { $0.cost >= low && $0.cost <= high }
    #expect((225 - slack...min(250, 225 + slack)).contains(inside))
  }
}
