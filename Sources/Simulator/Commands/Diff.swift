import ArgumentParser
import CostModel

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells what changed between two bills, and why.",
    discussion: """
      Example: costsim diff main:scenarios/two-tier.yaml scenarios/two-tier.yaml

      BASE and HEAD are scenario files, or scenario files of a git revision (REVISION:PATH, with \
      everything that they extend and name in that revision).
      """)

  @Argument(help: "What it was.")
  var base: String

  @Argument(help: "What it is now.")
  var head: String

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var simulation: GateSimulationOptions
  @OptionGroup var output: GateOutputOptions

  func run() throws {
    let pricing = ScenarioPricing(
      simulateUpTo: simulation.simulateUpTo, threads: simulation.threads)
    let (old, new) = (try input.readWhole([base])[0], try input.readWhole([head])[0])
    let comparison = ScenarioComparison(
      base: try pricing.price(old.scenario).figures, head: try pricing.price(new.scenario).figures)
    try output.write(GateReport(plans: comparison.plans(onlyCommon: false)))
  }
}
