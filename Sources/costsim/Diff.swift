import ArgumentParser
import CostModel
import Gates
import Support

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells what changed between two bills, and why.",
    discussion: """
      Example: costsim diff main:scenarios/two-tier.yaml scenarios/two-tier.yaml

      BASE and HEAD are scenario files or reports (folders that 'costsim run' wrote), either of \
      them also in a git revision (REVISION:PATH): a scenario then takes all that it extends and \
      names from that revision.
      """)

  @Argument(help: "What it was.")
  var base: String

  @Argument(help: "What it is now.")
  var head: String

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var simulation: GateSimulationOptions
  @OptionGroup var output: GateOutputOptions

  func run() throws {
    let isScenario = [base, head].map { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    guard isScenario[0] == isScenario[1] else {
      throw BadInput(message: "error: expected two scenario files or two folders of reports")
    }
    let files = try output.announced()
    let plans = isScenario[0] ? try scenarios() : try reports()
    try output.write(GateReport(plans: plans, isObserved: !isScenario[0]), to: files)
  }

  private func reports() throws -> [PlanComparison] {
    guard input.allOverrides.isEmpty else {
      throw BadInput(message: "error: a report cannot be changed, only a scenario can")
    }
    return ReportFolder.compare(try ReportFolder.read(base), try ReportFolder.read(head))
  }

  private func scenarios() throws -> [PlanComparison] {
    let pricing = ScenarioPricing(
      simulateUpTo: simulation.simulateUpTo, threads: simulation.threads)
    let (old, new) = (try input.readWhole([base])[0], try input.readWhole([head])[0])
    let comparison = ScenarioComparison(
      base: try pricing.price(old.scenario).figures, head: try pricing.price(new.scenario).figures)
    return comparison.plans(onlyCommon: false)
  }
}
