import ArgumentParser
import CostModel

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fails (exit code 99) if a bill has grown too much, or breaks a threshold.",
    discussion: """
      Example: costsim check scenarios/two-tier.yaml --baseline baseline.yaml --max-increase 5%

      Says for every plan what changed and why. Chance fails no check: bills are compared under \
      the same seed, and a simulated one counts only as far as chance cannot explain it. A plan \
      is simulated if its baseline was. See docs/ci.md.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @Option(
    help:
      "What the bills were, as 'costsim baseline' wrote it; without it only thresholds are checked."
  )
  var baseline: String?

  @Option(help: "How much a bill may grow: 5%.")
  var maxIncrease: String?

  @Option(name: .customLong("max-increase-usd"), help: "How many dollars a bill may grow: 50.")
  var maxIncreaseUSD: String?

  @Option(name: .customLong("ignore-below-usd"), help: "A smaller change is none.")
  var ignoreBelowUSD = "0.01"

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var simulation: GateSimulationOptions
  @OptionGroup var output: GateOutputOptions

  func run() throws {
    let limits = try limits()
    if baseline == nil, maxIncrease != nil || maxIncreaseUSD != nil {
      throw BadInput(message: "error: a bill cannot be seen to grow without --baseline FILE")
    }
    let loaded = try input.read(scenarios)
    let before = try baseline.map { path throws(InputErrors) in try BaselineReader.read(path: path)
    }
    try checkTags(loaded)
    var report = GateReport(limits: limits, plans: [], isCompared: before != nil)
    for scenario in loaded {
      try judge(scenario, before?.entry(named: scenario.name)?.figures, into: &report)
    }
    try output.write(report)
    if !report.passed { throw GateFailure() }
  }

  private func judge(
    _ scenario: Scenario, _ base: ScenarioFigures?, into report: inout GateReport
  ) throws {
    let known = base?.plans ?? []
    let pricing = ScenarioPricing(
      simulateUpTo: simulation.simulateUpTo ?? (base == nil ? nil : 0), threads: simulation.threads)
    let outcome = try pricing.price(scenario) { plan in
      known.first { $0.spec.name == plan.name }.map { $0.figures.simulated != nil } ?? false
        || scenario.thresholds.contains {
          ThresholdJudge.needsSimulation($0) && ThresholdJudge.concerns($0, plan)
        }
    }
    let comparison = ScenarioComparison(
      base: base ?? ScenarioFigures(scenario: scenario, plans: []), head: outcome.figures)
    let plans = comparison.plans(onlyCommon: input.users != nil)
    report.plans += plans
    report.checks += plans.flatMap(IncreaseJudge(limits: report.limits).checks)
    let thresholds = ThresholdJudge(scenario: scenario)
    for (plan, result) in zip(outcome.figures.plans, outcome.results) {
      report.checks += thresholds.checks(plan.spec, plan.figures, result)
    }
  }

  // MARK: Options

  private func limits() throws -> GateLimits {
    var limits = GateLimits()
    if let maxIncrease {
      guard
        let value = ExactDecimal(maxIncrease.hasSuffix("%") ? String(maxIncrease.dropLast()) : ""),
        value.digits >= 0
      else {
        throw BadInput(
          message: "--max-increase: error: expected a percentage like 5%, not '\(maxIncrease)'")
      }
      limits.maxIncrease = value.double / 100
    }
    limits.maxIncreaseUSD = try maxIncreaseUSD.map { try money($0, "--max-increase-usd") }
    limits.ignoreBelow = try money(ignoreBelowUSD, "--ignore-below-usd")
    return limits
  }

  private func money(_ text: String, _ option: String) throws -> MoneySum {
    do {
      return MoneySum(picodollars: try Quantity.money(text))
    } catch {
      throw BadInput(message: "\(option): error: \(error.message)")
    }
  }

  /// A threshold for something that does not exist would never fail.
  private func checkTags(_ scenarios: [Scenario]) throws {
    let log = InputLog()
    for scenario in scenarios {
      for threshold in scenario.thresholds {
        for (tag, value) in threshold.selector {
          // Fewer plans than the scenario has may have been asked for.
          guard let known = scenario.values(of: tag), tag != .plan || input.users == nil else {
            continue
          }
          if !known.contains(value) {
            log.unknown(
              tag == .useCase ? "use case" : tag.rawValue, value, at: threshold.place,
              among: known.sorted())
          }
        }
      }
    }
    try log.throwIfAny()
  }
}

extension Scenario {
  /// What a tag of a threshold may be; nil: the reader has checked it.
  fileprivate func values(of tag: Threshold.Tag) -> Set<String>? {
    switch tag {
    case .plan: return Set(plans.map(\.name))
    case .useCase: return Set(workloads.map(\.useCase))
    case .model: return nil
    case .tier:
      return Set(variants.map { $0.attributes[.tier] ?? "standard" })
    }
  }
}
