import ArgumentParser
import CostModel

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks scenario files, and everything that they name, without simulating.",
    discussion: """
      Example: costsim validate scenarios/*.yaml

      Tells every error of every file with its line and column; the exit code is then 2.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let loaded = try input.read(scenarios)
    let problems = loaded.compactMap { $0.forecast?.problem(of: $0) }
    guard problems.isEmpty else { throw InputErrors(problems) }
    let files = zip(scenarios, loaded)
    printing.show(
      json: .array(
        files.map { path, scenario in
          .object([
            ("file", .string(path)), ("scenario", .string(scenario.name)), ("valid", .bool(true)),
            ("not_billed", UnbilledPrices.json(scenario.unbilled)),
          ])
        }), text: files.map(Self.text).joined())
  }

  private static func text(_ path: String, _ scenario: Scenario) -> String {
    let users = scenario.plans.map { PlainEnglish.count(Int64($0.users)) }
    let last = scenario.plans.last?.users ?? 0
    let counts = [
      PlainEnglish.plural(Int64(scenario.workloads.count), "workload"),
      PlainEnglish.plural(Int64(scenario.catalog.models.count), "model"),
      "\(users.count == 1 ? "a plan" : "plans") of \(PlainEnglish.list(users)) "
        + (users.count == 1 && last == 1 ? "user" : "users"),
    ]
    let unbilled = scenario.unbilled.map { "  not billed here: \($0.text)\n" }.joined()
    return "\(path): fine (\(counts.joined(separator: ", ")))\n" + unbilled
  }
}
