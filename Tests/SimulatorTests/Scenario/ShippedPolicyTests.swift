import CostModel
import DocumentRules
import Testing

@testable import Scenarios

/// The shipped rule sets, read as a run reads them, against the documents' own code.
@Suite struct ShippedPolicyTests {
  private typealias Comparison = @Sendable (Policy, Catalog) -> TruthTable

  private static let comparisons: [String: (compare: Comparison, rows: Int)] = [
    "strategy": (TruthTable.strategy, 45), "majordome": (TruthTable.majordome, 45),
    "decide": (TruthTable.decide, 1_125), "mix": (TruthTable.mix, 54),
    "two-tier": (TruthTable.twoTier, 16),
  ]

  @Test(arguments: ShippedScenarioTests.names(ShippedScenarioTests.folder + "/policies"))
  func isTheDocumentsCode(file: String) throws {
    let folder = ShippedScenarioTests.folder
    let catalog = try CatalogReader.read(path: folder + "/catalogs/documents.yaml")
    let policy = try PolicyReader.read(path: folder + "/policies/" + file, catalog: catalog)
    #expect(policy.name + ".yaml" == file)
    let comparison = try #require(Self.comparisons[policy.name], "no truth table for \(file)")
    let table = comparison.compare(policy, catalog)
    #expect(table.differences == [])
    #expect(table.rows == comparison.rows)
  }

  @Test func allFiveRuleSetsAreShipped() {
    let files = ShippedScenarioTests.names(ShippedScenarioTests.folder + "/policies")
    #expect(Set(files) == Set(Self.comparisons.keys.map { $0 + ".yaml" }))
  }

  /// complete-guide.md:1522 and 1596, as shares.
  @Test func theMixHasThePublishedShares() throws {
    let folder = ShippedScenarioTests.folder
    let catalog = try CatalogReader.read(path: folder + "/catalogs/documents.yaml")
    let policy = try PolicyReader.read(path: folder + "/policies/mix.yaml", catalog: catalog)
    let expected = [
      "fan messages": ["deepseek-v3": 0.7, "phi4-mini": 0.3],
      "marketing and campaigns": ["deepseek-v3": 0.8, "mistral": 0.2],
      "segmentation": ["deepseek-r1": 1],
    ]
    for (useCase, shares) in expected {
      var attributes = CallAttributes()
      attributes[.useCase] = useCase
      let table = try #require(RoutingTable(policy, kinds: [attributes]))
      #expect(table.shares(kind: 0).count == shares.count)
      for (model, share) in table.shares(kind: 0) {
        // Differences of running sums, so to the last bit of a double.
        #expect((share - (shares[catalog[model].name] ?? 0)).magnitude < 1e-15)
      }
    }
  }
}
