import Foundation
import Testing

@testable import Scenarios
@testable import costsim

/// Every file in `scenarios/` is one that can be run.
@Suite struct ShippedScenarioTests {
  static let folder = RepositoryFiles.root.appendingPathComponent("scenarios").path

  static func names(_ folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") && $0 != "claims.yaml" }.sorted()
  }

  @Test(arguments: names(folder)) func isRead(name: String) throws {
    let scenario = try ScenarioReader.read(path: Self.folder + "/" + name)
    #expect(scenario.name + ".yaml" == name)
    #expect(!scenario.title.isEmpty)
    #expect(!scenario.assumptions.isEmpty)
    #expect(scenario.behaviours.count == scenario.catalog.models.count)
  }

  @Test func theStarterIsRead() throws {
    let folder = try ScenarioFolder(
      Dictionary(
        uniqueKeysWithValues: StarterTemplate.calls.files(named: "new").map {
          ($0.name, String(decoding: $0.text, as: UTF8.self))
        }))
    let scenario = try folder.read("scenario.yaml")
    #expect(scenario.workloads.map(\.name) == ["chat", "report"])
  }

  @Test func catalogsAndPoliciesAreRead() throws {
    let catalogs = Self.names(Self.folder + "/catalogs")
    #expect(catalogs.contains("documents.yaml"))
    for name in catalogs { _ = try CatalogReader.read(path: Self.folder + "/catalogs/" + name) }
    let catalog = try CatalogReader.read(path: Self.folder + "/catalogs/documents.yaml")
    let policies = Self.names(Self.folder + "/policies")
    #expect(policies.count >= 5)
    for name in policies {
      let path = Self.folder + "/policies/" + name
      #expect(try !PolicyReader.read(path: path, catalog: catalog).rules.isEmpty)
    }
  }
}
