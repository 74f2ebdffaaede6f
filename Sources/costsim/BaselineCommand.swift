import ArgumentParser
import CostModel
import Foundation
import Gates
import Scenarios
import Support

struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Writes what the bills are now, for 'check' to compare with.",
    discussion: """
      Example: costsim baseline scenarios/two-tier.yaml -o baseline.yaml

      The file has the bill of every plan and the inputs that it follows from. Scenarios that are \
      in it already and not named are left as they are.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @Option(name: .shortAndLong, help: "The baseline file to write or to update.")
  var out = "baseline.yaml"

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var simulation: GateSimulationOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let outputs = Outputs()
    try outputs.claim(out)
    let loaded = try input.readWhole(scenarios)
    var baseline = Baseline()
    if FileClaims.isRegular(out) {
      FileClaims.update(out)
      baseline = try BaselineReader.read(path: out)
    }
    let pricing = ScenarioPricing(
      simulateUpTo: simulation.simulateUpTo, threads: simulation.threads)
    let entries = try loaded.map { scenario, source in
      Baseline.Entry(
        figures: try pricing.price(scenario).figures, inputs: BaselineInputs.pruned(source))
    }
    for entry in entries { baseline.put(entry) }
    try outputs.write(BaselineText.text(baseline), to: out)
    try outputs.commit()
    let names = loaded.map { HumanFormat.visible($0.scenario.name) }
    printing.show(
      json: .object([("file", .string(out)), ("scenarios", .array(entries.map(BaselineText.json)))]
      ),
      text: "\(out): \(HumanFormat.list(names)). Now: costsim check … --baseline \(out)\n")
  }
}
