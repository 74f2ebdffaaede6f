import ArgumentParser
import Catalogs
import CostModel
import Foundation
import Scenarios

struct CatalogDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Tells what changed between two catalogs, and what it does to a bill.",
    discussion: """
      Example: costsim catalog diff scenarios/catalogs/documents.yaml \\
        scenarios/catalogs/market.yaml --scenario scenarios/huntaze-published.yaml --users 1000

      The bills are expected values, computed without simulating. Each change is priced alone, with \
      all other prices as in the first catalog.
      """)

  @Argument(help: "The catalog before.")
  var before: String

  @Argument(help: "The catalog after.")
  var after: String

  @Option(help: "Scenario whose bill is computed with both.")
  var scenario: String?

  @Option(help: "Numbers of users, in place of the scenario's plans: 50,100,500.")
  var users: String?

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let changes = CatalogDiff.changes(
      from: try CatalogReader.read(path: before), to: try CatalogReader.read(path: after))
    let comparison = try scenario.map(comparison)
    printing.show(
      json: CatalogDiffText.json(changes, comparison),
      text: CatalogDiffText.text(changes, comparison))
  }

  private func comparison(_ scenario: String) throws -> CatalogComparison {
    var overrides = [
      "catalog=\(try ScenarioOptions.absolute(before))",
      "compare_catalog=\(try ScenarioOptions.absolute(after))",
    ]
    if let users { overrides.append("plans=[\(users)]") }
    let read = try ScenarioReader.read(path: scenario, overrides: overrides, allowOutside: true)
    guard let comparison = CatalogComparison(read) else {
      preconditionFailure("the scenario was read with a catalog to compare with")
    }
    return comparison
  }
}
