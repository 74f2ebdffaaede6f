import Foundation
import Testing

@testable import Analysis
@testable import Gates
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// Experiments from the file to the report, as a user runs them.
@Suite struct ExperimentReportTests {
  private static let text = """
    period: {start: 2026-06-01, days: 30}
    plans: [40]
    catalog: catalog.yaml
    policy: {rules: [{name: all, model: small}]}
    workloads:
      chat: {volume: 10, input: 100, output: 20..200, conversion: 20%, satisfaction: 60%, task: talk}
      note: {volume: 5, input: 100, output: 100}
    experiments:
      prompt:
        workloads: [chat]
        when: {task: [talk, chat]}
        variants:
          control: {share: 50%, temperature: 0.2}
          long: {share: 30%, system_prompt: 900, conversion: 30%, temperature: 1.1}
          big: {share: 20%, model: big, output_factor: 0.5, satisfaction: 90%}
        detect: {points: 3, power: 90%, significance: 1%}
      order:
        workloads: [note]
        unit: call
        variants: {a: {share: 50%}, b: {share: 50%, system_prompt_added: 10}}
    """

  private static func folder() throws -> ScenarioFolder {
    try ScenarioFolder(["catalog.yaml": ChangeTests.catalog, "s.yaml": text])
  }

  private static func rows(_ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(path))
    let header = try #require(rows.first)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  @Test func theFileIsReadAsItSays() throws {
    let scenario = try Self.folder().read()
    let first = try #require(scenario.experiments.first)
    #expect(first.name == "prompt" && first.workloads == ["chat"] && first.unit == .user)
    #expect(first.arms.map(\.name) == ["control", "long", "big"])
    #expect(first.arms.map(\.share) == [0.5, 0.3, 0.2])
    #expect(first.arms.map(\.temperature) == [0.2, 1.1, nil])
    #expect(first.arms.map(\.systemPrompt) == [nil, 900, nil])
    #expect(first.arms[2].model == scenario.catalog.id(named: "big"))
    #expect(first.arms[2].outputFactor == 0.5)
    #expect(first.conditions.map(\.values) == [["talk", "chat"]])
    #expect(first.detect.size == .points(0.03) && first.detect.power == 0.9)
    #expect(first.detect.significance == 0.01)
    #expect(scenario.experiments[1].unit == .call)
    #expect(scenario.experiments[1].arms[1].addedPrompt == 10)
    let chat = scenario.workloads[0].stages[0].calls[0].mix[0]
    let (long, big) = (first.variant(chat, in: 1), first.variant(chat, in: 2))
    #expect(long.prefixTokens == 900 && long.conversion == 0.3 && long.satisfaction == 0.6)
    #expect(big.output == .uniform(low: 10, high: 100) && big.conversion == 0.2)
    #expect(big.pinned?.choice == .model(scenario.catalog.id(named: "big") ?? .init(99)))
    #expect(long.pinned == nil)
  }

  /// Numbers of an experiment are inputs like others; what only reports show is none.
  @Test func variantsAreInputs() throws {
    let folder = try Self.folder()
    let paths = try ScenarioReader.tree(path: folder.path("s.yaml")).tree.inputs.map {
      $0.path.joined(separator: ".")
    }
    #expect(paths.contains("experiments.prompt.variants.long.conversion"))
    #expect(paths.contains("experiments.prompt.variants.long.share"))
    #expect(!paths.contains { $0.contains("temperature") || $0.contains("detect") })
    let scaled = try folder.read(overrides: ["experiments.prompt.variants.long.share*=2"])
    let shares = scaled.experiments[0].arms.map(\.share)
    #expect((shares[1] - 0.6).magnitude < 1e-9)
    #expect((shares.reduce(0, +) - 1).magnitude < 1e-9)
    #expect((shares[0] / shares[2] - 2.5).magnitude < 1e-9)
  }

  @Test func theReportSaysWhatTheTableHolds() throws {
    let folder = try Self.folder()
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--calls",
      folder.path("calls.csv"), "--ledger",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let table = try Self.rows(folder.path("out/s/experiments.csv"))
    #expect(table.map { $0["variant"] } == ["control", "long", "big", "a", "b"])
    try checkSums(table, folder)
    let report = try String(contentsOfFile: folder.path("out/s/report.md"), encoding: .utf8)
    #expect(report.contains("## Experiments\n\n### prompt\n\nWith 40 users, variant long "))
    #expect(report.contains("Temperatures (control 0.2 and long 1.1) are recorded only"))
    #expect(report.contains("2 variants are compared with one control"))
    #expect(report.contains("(charts/experiments.svg)") && report.contains("99 % interval"))
    #expect(folder.content.contains("out/s/charts/experiments.svg"))
    let package = try String(
      contentsOfFile: folder.path("out/s/datapackage.json"), encoding: .utf8)
    #expect(package.contains("\"experiments.csv\""))
    // 20 % and 3 points more, 99.5 % each because of two comparisons, and a power of 90 %.
    let need = try #require(
      SampleSize(significance: 0.005, power: 0.9, ratio: 0.6).control(0.2, against: 0.23))
    let long = table[1]
    #expect(long["detect_difference"] == "0.030000")
    #expect((Double(long["needed_answers"] ?? "") ?? 0) >= need * 0.6 - 1)
    #expect(table[0]["needed_answers"] == "" && table[4]["needed_answers"] == "")
    #expect(table[4]["needed_users"] == "" && table[4]["conversion_rank"] == "")
    // A longer prompt costs what its tokens cost: 900 at $1 a million.
    let dearer = try #require(Double(long["cost_per_call_difference_usd"] ?? ""))
    #expect(dearer > 0.0008 && dearer < 0.001)
  }

  /// Over the variants: calls and money of the workload, by costs.csv and by calls.csv.
  private func checkSums(_ table: [[String: String]], _ folder: ScenarioFolder) throws {
    let calls = try Self.rows(folder.path("calls.csv"))
    #expect(calls.allSatisfy { ($0["experiment"] == "prompt") == ($0["use_case"] == "chat") })
    #expect(calls.contains { $0["reason"] == "experiment prompt: big" && $0["model"] == "big" })
    for variant in table {
      let own = calls.filter {
        $0["variant"] == variant["variant"] && $0["experiment"] == variant["experiment"]
      }
      #expect(variant["calls"] == String(own.count))
      #expect(variant["users"] == String(Set(own.map { $0["account_id"] }).count))
      let sum = own.reduce(0.0) { $0 + (Double($1["cost_usd"] ?? "") ?? 0) }
      #expect((sum - (Double(variant["cost_usd"] ?? "") ?? 0)).magnitude < 6e-7)
    }
    let ledger = try Program.run([
      "query", folder.path("out/s/costs.sqlite"),
      "SELECT variant, count(*) AS calls FROM calls GROUP BY experiment, variant ORDER BY 1",
    ])
    #expect(ledger.code == 0, "\(ledger.errors)")
    for variant in table {
      #expect(
        ledger.output.contains("\(variant["variant"] ?? ""),\(variant["calls"] ?? "")\r\n"))
    }
  }

  @Test func withoutExperimentsNothingIsSaidOfThem() throws {
    let folder = try Self.folder()
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--users", "3", "--override",
      "experiments=null", "--calls", folder.path("calls.csv"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(!folder.content.contains { $0.contains("experiment") })
    let header = try CSVReader.rows(bytes(folder.path("calls.csv")))[0]
    #expect(header == CallsFile.columns)
    let report = try String(contentsOfFile: folder.path("out/s/report.md"), encoding: .utf8)
    #expect(!report.lowercased().contains("experiment"))
  }

  /// `explain` tells the variant, and that its model was not the policy's choice.
  @Test func explainTellsTheVariant() throws {
    let scenario = try Self.folder().read()
    let compiled = CompiledScenario(scenario)
    let record = try LoggedRun(scenario).records.first { record in
      compiled.variant(of: compiled.kinds[Int(record.call.kind)])?.arm.name == "big"
    }
    let number = try #require(record?.number)
    let told = try Explain.explanation(ofCall: number, in: scenario, run: 1)
    let text = ExplanationText.text(told)
    #expect(text.contains("prompt, variant big (given to the user)\n"))
    #expect(text.contains("experiment prompt: big, before inline is asked\n"))
    let json = ExplanationJSON.json(told).text
    #expect(json.contains("\"variant\": \"big\"") && json.contains("\"place\": null"))
  }

  /// What another experiment does to a bill has a name.
  @Test func aDifferentExperimentIsACause() throws {
    let folder = try Self.folder()
    let (base, head) = (
      try folder.read(),
      try folder.read(overrides: ["experiments.prompt.variants.big.model=small"])
    )
    let changes = InputChanges(AlignedScenarios(base: base, head: head), users: (4, 4)).list
    #expect(changes.map(\.what) == ["experiments (prompt)"])
  }
}
