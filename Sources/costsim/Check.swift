import ArgumentParser
import CostModel
import Decisions
import Gates
import Reports
import Scenarios
import Simulator
import Support

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fails (exit code 99) if a bill has grown too much, or breaks a threshold.",
    discussion: """
      Example: costsim check scenarios/two-tier.yaml --baseline baseline.yaml --max-increase 5%

      Says for every plan what changed and why. Chance fails no check: bills are compared under \
      the same seed, and a simulated one counts only as far as chance cannot explain it. A plan \
      is simulated if its baseline was. With --baseline main:baseline.yaml a change that renews \
      its own baseline is still compared with the old one. See docs/ci.md.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @Option(
    help: ArgumentHelp(
      "What the bills were, as 'costsim baseline' wrote it: a file, or one in a git revision "
        + "(main:baseline.yaml). Without it only thresholds are checked.", valueName: "file"))
  var baseline: String?

  @Option(help: "How much a bill may grow: 5%.")
  var maxIncrease: String?

  @Option(name: .customLong("max-increase-usd"), help: "How many dollars a bill may grow: 50.")
  var maxIncreaseUSD: String?

  @Option(name: .customLong("ignore-below-usd"), help: "A smaller change is none.")
  var ignoreBelowUSD = "0.01"

  @Flag(help: "Also fails where a plan or scenario is not in the baseline: new, or renamed.")
  var failOnNew = false

  @Flag(
    help: "Also fails where anything could not be judged: new, gone, nothing to count, no limit.")
  var strict = false

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var simulation: GateSimulationOptions
  @OptionGroup var output: GateOutputOptions

  func run() throws {
    let files = try output.announced()
    let report: GateReport
    do {
      report = try judged()
    } catch {
      // A pull request that breaks a scenario has to be told so, too.
      try? files.write(GateReport(error: "\(error)"))
      throw error
    }
    try output.write(report, to: files)
    if !report.passed { throw GateFailure() }
  }

  private func judged() throws -> GateReport {
    let limits = try limits()
    if baseline == nil, maxIncrease != nil || maxIncreaseUSD != nil {
      throw BadInput(message: "error: a bill cannot be seen to grow without --baseline FILE")
    }
    let loaded = try input.read(scenarios)
    let before = try baseline.map(RecordedBaseline.read)
    try checkTags(loaded)
    var report = GateReport(limits: limits, plans: [], isCompared: before != nil)
    report.isJudged = true
    report.notes = [before?.note].compactMap { $0 }
    for (scenario, path) in zip(loaded, scenarios) {
      report.notes += [try rangesNote(scenario, path)].compactMap(\.self)
      try judge(scenario, before?.baseline.entry(named: scenario.name)?.figures, into: &report)
    }
    for entry in before?.baseline.entries ?? [] {
      let name = entry.figures.scenario.name
      if loaded.contains(where: { $0.name == name }) { continue }
      report.checks.append(
        GateCheck(
          scenario: name, plan: "", name: "compared with the baseline",
          outcome: limits.outcome(.gone), gap: .gone,
          message: "\(name) is in the baseline and was not checked"))
    }
    return report
  }

  /// Bills are compared at the likely values of inputs; nil where none has a range.
  private func rangesNote(_ scenario: Scenario, _ path: String) throws -> String? {
    guard !scenario.ranges.isEmpty else { return nil }
    let over = try Assessor.overRanges(
      input.tree(path), scenario, threads: simulation.threads)
    return RangesNote.sentence(
      ranges: scenario.ranges.count, over: over,
      bills: "the bills of \(HumanFormat.visible(scenario.name)) are compared")
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
    let troubles = zip(outcome.figures.plans, outcome.results).map { plan, result in
      (
        whose: " of \(scenario.name) with \(HumanFormat.plural(Int64(plan.spec.users), "user"))",
        trouble: result.map { CallTrouble($0) }
      )
    }
    report.notes += [
      CallTrouble.sentence(troubles, emphasis: "", things: ("other plan", "other plans"))
    ].compactMap(\.self)
    let comparison = ScenarioComparison(
      base: base ?? ScenarioFigures(scenario: scenario, plans: []), head: outcome.figures)
    let plans = comparison.plans(onlyCommon: input.users != nil)
    report.plans += plans
    if report.isCompared {
      let growth = IncreaseJudge(
        limits: report.limits, comparison: comparison, threads: simulation.threads)
      for plan in plans { report.checks += try growth.checks(plan) }
    }
    let thresholds = ThresholdJudge(
      scenario: scenario, limits: report.limits, threads: simulation.threads)
    for (plan, result) in zip(outcome.figures.plans, outcome.results) {
      let found = try thresholds.checks(plan.spec, plan.figures, result)
      report.checks += found
      if found.isEmpty, !report.limits.limitsGrowth {
        report.checks.append(unlimited(scenario, plan.spec, report.limits))
      }
    }
    report.checks += thresholds.unmet()
  }

  private func unlimited(
    _ scenario: Scenario, _ plan: PlanSpec, _ limits: GateLimits
  ) -> GateCheck {
    GateCheck(
      scenario: scenario.name, plan: plan.name, name: "held to a limit",
      outcome: limits.outcome(.noLimit), gap: .noLimit,
      message: "no limit is given for \(scenario.name) at \(plan.name): --max-increase, "
        + "--max-increase-usd or a threshold")
  }

  // MARK: Options

  private func limits() throws -> GateLimits {
    var limits = GateLimits()
    limits.failsNew = failOnNew
    limits.isStrict = strict
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
