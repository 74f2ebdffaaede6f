import Foundation
import Testing

@testable import Support

/// What one run writes of several scenarios or plans is what runs of each of them write.
@Suite struct TogetherAndAloneTests {
  private let folder: ScenarioFolder

  init() throws { folder = try DebugAgainstReleaseTests.seeds() }

  private func run(_ command: String) throws {
    let outcome = try Program.run(
      ["run", "--quiet"] + command.split(separator: " ").map(String.init), in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  /// Every file, databases too.
  @Test func scenarios() throws {
    let names = ["mix", "flow", "actions"]
    try run(names.map { "\($0).yaml" }.joined(separator: " ") + " --out together")
    for name in names {
      try run("\(name).yaml --out alone")
      let (together, alone) = (
        folder.url.appendingPathComponent("together/\(name)"),
        folder.url.appendingPathComponent("alone/\(name)")
      )
      let files = try ShippedReports.files(in: alone, databases: true)
      #expect(files.count > 10)
      #expect(try ShippedReports.files(in: together, databases: true) == files)
      for file in files { try ShippedReports.expectSame(file, together, alone) }
    }
  }

  /// The rows of every table.
  @Test func plans() throws {
    try run("mix.yaml --users 3,1,2 --out together")
    let tables = try ShippedReports.files(in: folder.url.appendingPathComponent("together/mix"))
      .filter { $0.hasSuffix(".csv") }
    #expect(tables.count >= 6)
    for users in [3, 1, 2] {
      try run("mix.yaml --users \(users) --out alone")
      for table in tables {
        let all = try CSVReader.rows(bytes(folder.path("together/mix/\(table)")))
        let own = try CSVReader.rows(bytes(folder.path("alone/mix/\(table)")))
        let place = try #require(own[0].firstIndex { ["plan", "x_Plan"].contains($0) })
        let plan = "users-\(users)"
        #expect(all.filter { $0 == all[0] || $0[place] == plan } == own, "\(table), \(plan)")
      }
    }
  }
}
