import CostModel
import DocumentRules
import Testing

/// Every rule set, as a policy made by hand, against the documents' own code.
struct PolicyTruthTableTests {
  private let policies = DocumentPolicies()

  @Test func handMadePoliciesDoWhatTheDocumentsCodeDoes() {
    let catalog = policies.catalog
    let tables = [
      (TruthTable.strategy(policies.strategy, catalog), 45),
      (TruthTable.majordome(policies.majordome, catalog), 45),
      (TruthTable.decide(policies.decide, catalog), 1_125),
      (TruthTable.mix(policies.mix, catalog), 54),
      (TruthTable.twoTier(policies.twoTier, catalog), 16),
    ]
    for (table, rows) in tables {
      #expect(table.differences == [])
      #expect(table.rows == rows)
    }
  }

  /// The tables see a wrong model, a wrong share, a wrong estimate and a missing default.
  @Test func aWrongPolicyIsSeen() {
    let catalog = policies.catalog
    // The two documents disagree on audio and transcription (2 × 5 rows), and on high complexity
    // for the tasks that are neither these nor vision nor reasoning (5 rows).
    #expect(TruthTable.strategy(policies.majordome, catalog).differences.count == 15)
    var mix = policies.mix
    mix.rules[0] = policies.mixed(
      "fan messages", [("deepseek-v3", 0.6), ("phi4-mini", 0.4)], [.useCase: ["fan messages"]])
    #expect(TruthTable.mix(mix, catalog).differences.count == 9)
    var decide = policies.decide
    decide.rules[1].estimatedLatency = µs(1)
    #expect(TruthTable.decide(decide, catalog).differences.count == 125)
    var open = policies.twoTier
    open.rules.removeLast()
    #expect(TruthTable.twoTier(open, catalog).differences.count == 2)
  }
}
