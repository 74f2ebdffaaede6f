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
    guard !printing.quiet else { return }
    if printing.json {
      let list = zip(scenarios, loaded).map { path, scenario in
        JSONValue.object([
          ("file", .string(path)), ("scenario", .string(scenario.name)), ("valid", .bool(true)),
        ])
      }
      print(JSONValue.array(list).text, terminator: "")
      return
    }
    for (path, scenario) in zip(scenarios, loaded) {
      let plans = scenario.plans.map { String($0.users) }.joined(separator: ", ")
      print(
        "\(path): fine (\(scenario.workloads.count) workloads, \(scenario.catalog.models.count) "
          + "models, plans of \(plans) users)")
    }
  }
}
