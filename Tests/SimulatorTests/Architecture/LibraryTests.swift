import CostModel
import Foundation
import Testing

@testable import Scenarios
@testable import Simulator

/// What programs use of the library, and the page that shows it.
@Suite struct LibraryTests {
  @Test func theBillIsThatOfTheEngine() throws {
    let path = RepositoryFiles.root.appendingPathComponent("scenarios/two-tier.yaml").path
    let library = try ScenarioSimulation(path: path, overrides: ["plans=[20, 50]"])
    #expect(library.users == [20, 50] && library.name == "two-tier")
    let bill = try library.bill(ofPlan: 1)
    let scenario = try ScenarioReader.read(path: path, overrides: ["plans=[20, 50]"])
    let result = try Simulation(scenario).result(of: scenario.plans[1], run: 1)
    #expect(bill.cost == result.cost && bill.calls == result.calls && bill.cost > .zero)
    #expect(bill.lines.reduce(MoneySum.zero) { $0 + $1.cost } == bill.cost)
    #expect(bill.lines.reduce(0) { $0 + $1.calls } == bill.calls)
    #expect(try library.bill(ofPlan: 1, run: 2) != bill)
  }

  @Test func mistakesHaveTheirPlaces() throws {
    let path = RepositoryFiles.root.appendingPathComponent("scenarios/two-tier.yaml").path
    let error = #expect(throws: (any Error).self) {
      try ScenarioSimulation(path: path, overrides: ["planz=[20]"])
    }
    #expect("\(try #require(error))".contains("planz"))
  }

  /// The program of the page is compiled with the tests, as its own target.
  @Test func thePageShowsTheExample() throws {
    let root = RepositoryFiles.root
    let page = try String(
      contentsOf: root.appendingPathComponent("docs/library.md"), encoding: .utf8)
    let example = try String(
      contentsOf: root.appendingPathComponent("Tests/LibraryExample/main.swift"), encoding: .utf8)
    #expect(page.contains("```swift\n\(example)```"))
  }
}
