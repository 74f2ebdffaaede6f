import Foundation
import Testing

@testable import Audit
@testable import Scenarios
@testable import Support
@testable import costsim

/// The schemas for editors, and the reference page, say what the reader does.
@Suite struct SchemaTests {
  @Test(arguments: Schemas.all.map(\.name)) func shippedSchemaIsCurrent(name: String) throws {
    let text = try #require(Schemas.all.first { $0.name == name }?.text)
    try RepositoryFiles.expect(text, in: "scenarios/schema/\(name)")
  }

  @Test(arguments: [
    ("scenario", ScenarioFormat.file), ("claims", ClaimsFormat.file),
    ("policy", FileFormat(title: "", objects: [PolicyFormat.conditions])),
  ])
  func referencePageIsCurrent(name: String, format: FileFormat) throws {
    let path = "docs/\(name)-format.md"
    let marker =
      "<!-- Written from the tables of keys; COSTSIM_RECORD=1 rewrites what follows. -->\n"
    let page = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent(path), encoding: .utf8)
    let head = try #require(page.range(of: marker))
    let tables = ReferenceWriter(format: format).text()
    try RepositoryFiles.expect(page[..<head.upperBound] + "\n" + tables, in: path)
  }

  /// Every mapping of the schema has the keys of the table that the reader uses, no others.
  @Test func keysAreTheReaders() throws {
    for (name, format) in [
      ("scenario", ScenarioFormat.file), ("catalog", CatalogFormat.file),
      ("policy", PolicyFormat.file), ("claims", ClaimsFormat.file),
    ] {
      let schema = try SchemaJudge(file: "scenarios/schema/\(name).schema.json")
      for object in format.objects {
        #expect(
          schema.keys(of: object.name == format.root.name ? nil : object.name)
            == Set(object.keys), "\(name): \(object.name)")
      }
    }
  }

  @Test(arguments: ShippedScenarioTests.names(ShippedScenarioTests.folder))
  func shippedScenariosAreValid(name: String) throws {
    let schema = try SchemaJudge(file: "scenarios/schema/scenario.schema.json")
    let node = try node(of: ShippedScenarioTests.folder + "/" + name)
    #expect(schema.judge(node) == [])
  }

  @Test func shippedCatalogsAndPoliciesAreValid() throws {
    for (kind, folder) in [("catalog", "catalogs"), ("policy", "policies")] {
      let schema = try SchemaJudge(file: "scenarios/schema/\(kind).schema.json")
      let path = ShippedScenarioTests.folder + "/" + folder
      for name in ShippedScenarioTests.names(path) {
        #expect(schema.judge(try node(of: path + "/" + name)) == [], "\(name)")
      }
    }
  }

  @Test func shippedClaimsAreValid() throws {
    let schema = try SchemaJudge(file: "scenarios/schema/claims.schema.json")
    #expect(schema.judge(try node(of: ShippedScenarioTests.folder + "/claims.yaml")) == [])
  }

  /// Wrong in a way that a schema can see: both refuse them. Right: both take them.
  @Test(arguments: [
    ("seed: 1", true), ("seed: x", false), ("seed: -1", false), ("plans: [1K]", true),
    ("plans: [{users: 5}]", true), ("plans: [{user: 5}]", false), ("plans: 5", false),
    ("teir: x", false), ("cache: off", true), ("cache: {mode: keyd}", false),
    ("cache: {mode: rate, classes: {a: {hit_rate: 80%}}}", true),
    ("cache: {mode: rate, classes: {a: {hit_rate: 180%}}}", false),
    ("cache: {mode: rate, classes: {a: {hit_rate: 1.5}}}", false),
    ("cache: {mode: keyed, default: {ttl: 1h}, flush: [2025-11-03T09:00]}", true),
    ("cache: {mode: keyed, default: {ttl: 1h}, flush: [noon]}", false),
    ("breaker: none", true), ("breaker: {window: 5min}", true), ("breaker: {window: 5}", false),
    ("breaker: {window: 5 parsecs}", false), ("budget: $1,000", true), ("budget: -$5", false),
    ("budget: {amount: 1000 USD, thresholds: [75%, $900]}", true), ("budget: {}", false),
    ("users: {activity: {cv: 2}}", true), ("users: {activity: {cv: two}}", false),
    ("traffic: {arrivals: exact}", true), ("traffic: {arrivals: sometimes}", false),
    ("workloads: {a: {volume: 5, mix: [{share: 100%, task: x, input: 5}]}}", true),
    ("workloads: {a: {volume: 5, mix: [{share: 100%, tsk: x}]}}", false),
    ("workloads: {a: {input: 5}}", false), ("prices: {m: {input: $1 per 1M tokens}}", true),
    ("prices: {m: {input: one}}", false), ("bill_failures: input", true),
    ("bill_failures: some", false), ("title: null", true), ("retry: {max: 2, base: 1s}", true),
    ("alerts: {a: {window: 1h}}", false),
    ("outages: [{model: m, from: 2025-11-01T09:00, for: 1h}]", true),
    ("outages: [{model: m, from: yesterday, for: 1h}]", false),
    ("experiments: {e: {workloads: [w], variants: {a: {share: 50%}, b: {share: 50%}}}}", true),
    ("experiments: {e: {workloads: [w], variants: {a: {share: 50%}, b: {shar: 50%}}}}", false),
    ("experiments: {e: {unit: day, workloads: [w], variants: {a: {share: 100%}}}}", false),
  ])
  func readerAndSchemaAgree(text: String, isValid: Bool) throws {
    let schema = try SchemaJudge(file: "scenarios/schema/scenario.schema.json")
    let log = InputLog()
    let file = SourceFile(path: "x", order: 0, text: text)
    let node = try #require(YAMLDocument.parse(file, log: log))
    #expect(schema.judge(node).isEmpty == isValid)

    let base = """
      period: 2025-11
      plans: [5]
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: m}]}
      workloads: {w: {volume: 5, input: 5}}
      """
    let folder = try ScenarioFolder([
      "base.yaml": base, "s.yaml": "extends: base.yaml\n" + text,
      "catalog.yaml":
        "models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens}}",
    ])
    #expect((folder.errors() == "no error") == isValid, "\(folder.errors())")
  }

  private func node(of path: String) throws -> YAMLNode {
    let log = InputLog()
    let file = try SourceFile.read(path: path, order: 0)
    return try #require(YAMLDocument.parse(file, log: log))
  }
}
