import CostModel
import Foundation
import Testing

@testable import Simulator

/// `extends` and `--override`.
@Suite struct MergeTests {
  private static let files = [
    "catalog.yaml": """
    models:
      m-1.5:
        provider: acme
        latency: 1s
        input: $1 per 1M tokens
        output: $2 per 1M tokens
    """,
    "base.yaml": """
    name: base
    title: the base
    period: 2025-11
    plans: [50, 100]
    catalog: catalog.yaml
    policy: {rules: [{name: all, model: m-1.5}]}
    cache: {mode: keyed, classes: {a: {ttl: 1h}, b: {ttl: 2h}}}
    models: {m-1.5: {timeout: 30s, failure_rate: 1%}}
    workloads:
      chat: {volume: 100, input: 500, output: {mean: 50, cv: 1}}
      talk: {volume: 10, input: 5, output: 5}
    """,
    "s.yaml": """
    extends: base.yaml
    plans: [7]
    cache: {scope: global, classes: {b: {ttl: 3h}}}
    workloads:
      chat: {volume: 200}
      talk: null
    """,
  ]

  @Test func mappingsAreMergedListsReplaced() throws {
    let scenario = try ScenarioFolder(Self.files).read()
    #expect(scenario.name == "s")
    #expect(scenario.title == "the base")
    #expect(scenario.plans.map(\.users) == [7])
    #expect(scenario.cache.scope == .global)
    #expect(scenario.cache.classes["a"]?.ttl == .hour)
    #expect(scenario.cache.classes["b"]?.ttl == SimDuration(microseconds: 10_800_000_000))
    #expect(scenario.workloads.map(\.name) == ["chat"])
    #expect(scenario.workloads.first?.volume == 200)
    #expect(
      scenario.inputs.map { String($0.path.split(separator: "/").last ?? "") }
        == ["s.yaml", "base.yaml", "catalog.yaml"])
  }

  @Test func overridesComeLast() throws {
    let scenario = try ScenarioFolder(Self.files).read(overrides: [
      "cache.scope=user", "users.activity.cv=2", "models.m-1.5.timeout=5s", "plans=[1, 2]",
      "plans.1=3", "workloads.chat.output.mean=70", "prices.\"m-1.5\".input=$3 per 1M tokens",
    ])
    #expect(scenario.cache.scope == .user)
    #expect(scenario.users.activity == .lognormal(cv: 2))
    #expect(scenario.behaviours[0].timeout == SimDuration(microseconds: 5_000_000))
    #expect(scenario.behaviours[0].failureRate == 0.01)
    #expect(scenario.plans.map(\.users) == [1, 3])
    let call = scenario.workloads.first?.stages.first?.calls.first?.mix.first
    #expect(call?.output == .lognormal(mean: 70, cv: 1, cap: nil))
    #expect(scenario.catalog.models[0].prices[0].rates[.inputTokens]?.picodollars == 3_000_000)
    #expect(scenario.catalog.models[0].prices[0].rates[.outputTokens]?.picodollars == 2_000_000)
  }

  @Test func overrideErrorsHaveAPlace() throws {
    let errors = try ScenarioFolder(Self.files).errors(overrides: [
      "cache.scope=globl", "cache.scop=user", "seed", "plans.5=3", "a..b=1", "title=[",
    ])
    #expect(
      errors == """
        --override:1:13: error: expected user or global, not 'globl'
        cache.scope=globl
                    ^
        did you mean 'global'?
        --override:2:1: error: unknown key 'scop' in cache
        cache.scop=user
        ^
        did you mean 'scope'?
        --override:3:1: error: expected path=value, for example cache.scope=global
        seed
        ^
        --override:4:1: error: '5' is not an index of a list of 1, from 0
        plans.5=3
        ^
        --override:5:1: error: expected a dotted path like users.activity.cv before '='
        a..b=1
        ^
        --override:6:8: error: YAML syntax: while parsing a flow node did not find expected node content
        title=[
               ^
        """)
  }

  @Test func outsideFilesNeedPermission() throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("inner/s.yaml", "extends: ../base.yaml\n")
    #expect(
      folder.errors("inner/s.yaml") == """
        inner/s.yaml:1:10: error: '../base.yaml' lies outside the scenario's folder, expected a file in it
        extends: ../base.yaml
                 ^
        --allow-outside permits it
        """)
    #expect(try folder.read("inner/s.yaml", allowOutside: true).title == "the base")
  }

  /// The system follows a link before `..`, and reads a name up to a NUL.
  @Test(arguments: [
    "link/../base.yaml", "self/../base.yaml", "file.yaml", "sub/../../base.yaml",
    #"../base.yaml\0/../../inner/s.yaml"#, "missing/../../base.yaml",
  ])
  func outsideFilesStayOutside(name: String) throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("inner/s.yaml", "extends: \"\(name)\"\n")
    try folder.write("deep/er/x", "")
    try folder.write("inner/sub/x", "")
    for (link, target) in [
      ("link", "../deep"), ("self", "../inner"), ("file.yaml", "../base.yaml"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("inner/" + link), withDestinationPath: target)
    }
    let errors = folder.errors("inner/s.yaml")
    #expect(errors.contains("lies outside") || errors.contains("no such file"), "\(errors)")
  }

  @Test func linksWithinTheFolderAreFine() throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("s.yaml", "extends: link/../base.yaml\n")
    try folder.write("deep/er/x", "")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "deep")
    #expect(try folder.read("s.yaml").title == "the base")
    #expect(try folder.read("deep/../s.yaml").title == "the base")
  }
}
