import ArgumentParser
import CostModel
import Decisions
import Reports
import Scenarios
import Support

enum ConfidenceSpan: String, ExpressibleByArgument, CaseIterable {
  case month, period
}

struct SolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Finds how far an input can go within the budget, or within other limits.",
    discussion: """
      Example: costsim solve scenarios/huntaze-published.yaml --for users --budget 1000

      Writes solve.md, solve.csv and charts/solve.svg to OUT/SCENARIO. --for takes any number of the \
      scenario (workloads.fan-messages.volume, cache.classes.*.hit_rate), or a factor on several \
      (workloads.*.volume*). Without a limit the scenario's budget is kept.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(name: .customLong("for"), help: "What may change: users, or the path of any number.")
  var target = "users"

  @Option(help: "Dollars a month, in place of the scenario's budget.")
  var budget: String?

  @Option(help: "Keeps within the budget with such a chance: 95%.")
  var confidence: String?

  @Option(
    help: "What --confidence is about: a month, or the period, of which every month keeps within.")
  var confidenceOf = ConfidenceSpan.month

  @Option(help: "Keeps the 95th percentile of latency under this: 5s. Simulates.")
  var maxLatency: String?

  @Option(help: "Keeps the busiest hour of every quota under this: 80%.")
  var maxQuotaUse: String?

  @Option(help: "Where to look: 1..5000.")
  var between: String?

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var decision: DecisionOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    var options = input
    if let budget { options.overrides.append(try budgetOverride(budget)) }
    let folder = try OutputFolder(path: decision.page.out)
    let (tree, scenario) = try options.readOnePlan(self.scenario)
    try decision.page.claim("solve", of: scenario, in: folder)
    let limits = try limits(scenario)
    let simulates = limits.contains { if case .latency = $0 { true } else { false } }
    let runs = decision.runs ?? (simulates ? 1 : nil)
    let assessor = Assessor(
      tree, scenario: scenario, runs: runs,
      threads: decision.work.threads)
    let knob = try knob(in: tree)
    let answer = try SolveAnswer(
      assessor, scenario: scenario, knob: knob, limits: limits, in: try range(knob))
    let files = DecisionFiles(
      scenario: scenario, name: "solve", headline: SolveMarkdown.headline(answer),
      markdown: SolveMarkdown.text(answer), table: ReportTables.solveTable(answer),
      chart: ChartPicture { SolveChart.svg(answer, width: $0) })
    try decision.finish([files], in: folder, printing, json: files.json)
  }

  private func limits(_ scenario: Scenario) throws -> [Limit] {
    var limits: [Limit] = []
    if let confidence {
      let chance = 1 - (try share(confidence, "--confidence"))
      limits.append(confidenceOf == .month ? .overrun(chance) : .anyOverrun(chance))
    }
    if let maxLatency {
      guard let limit = try? Quantity.duration(maxLatency) else {
        throw wrong("--max-latency", maxLatency, "a duration like 5s")
      }
      limits.append(.latency(Double(limit.microseconds) / 1_000))
    }
    if let maxQuotaUse { limits.append(.quotaUse(try share(maxQuotaUse, "--max-quota-use"))) }
    let needsBudget = confidence != nil || budget != nil || limits.isEmpty
    guard needsBudget else { return limits }
    guard let amount = scenario.budget?.amount else {
      throw BadInput(
        message: "\(self.scenario): error: the scenario has no budget, expected --budget 1000")
    }
    return confidence == nil ? [.budget(amount.dollars)] + limits : limits
  }

  private func budgetOverride(_ text: String) throws -> String {
    guard let amount = try? Quantity.money(text), amount > 0 else {
      throw wrong("--budget", text, "an amount like 1000")
    }
    let dollars = "$" + MoneySum(picodollars: amount).exactDecimal
    // Thresholds in percent then follow; a budget that is a bare amount is replaced.
    let read = try ScenarioReader.tree(
      path: scenario, overrides: try input.readerOverrides(), allowOutside: input.mayLeaveFolder)
    let isMapping = read.tree.root["budget"]?["amount"] != nil
    return (isMapping ? "budget.amount=" : "budget=") + dollars
  }

  private func knob(in tree: ScenarioTree) throws -> Knob {
    if let knob = Knob(target, in: tree) {
      guard knob.isFactor || !knob.inputs.contains(where: \.isSpan) else {
        throw BadInput(
          message: "--for: error: '\(target)' is a range of values, expected \(target)* to scale it"
        )
      }
      return knob
    }
    let hint = NearestName.hint(for: target, among: tree.inputs.map(\.name))
    throw BadInput(
      message: "--for: error: no number of the scenario is called '\(target)'"
        + (hint.map { "\n" + $0 } ?? ""))
  }

  private func range(_ knob: Knob) throws -> ClosedRange<Double>? {
    guard let between else { return nil }
    guard let ends = Quantity.range(between),
      let low = InputKind.parse(ends.low, as: [knob.kind.format])?.value,
      let high = InputKind.parse(ends.high, as: [knob.kind.format])?.value, low < high
    else { throw wrong("--between", between, "LOW..HIGH like 1..5000") }
    return low...high
  }

  private func share(_ text: String, _ option: String) throws -> Double {
    guard let share = try? Quantity.share(text).double, share > 0 else {
      throw wrong(option, text, "a percentage like 95%")
    }
    return share
  }

  private func wrong(_ option: String, _ text: String, _ expected: String) -> BadInput {
    BadInput(message: "\(option): error: expected \(expected), not '\(text)'")
  }
}
