import Analysis
import ArgumentParser
import CostModel
import Decisions
import Scenarios
import Support

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks scenario files, and everything that they name, without simulating.",
    discussion: """
      Example: costsim validate scenarios/*.yaml

      Tells every error of every file with its line and column; the exit code is then 2. Warns of \
      sizes that caps cut well below the mean that is stated, of models that the catalog says are \
      switched off before the period ends, of providers whose names are written in two ways, and of \
      what assumptions say instead and cannot be.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let loaded = try input.read(scenarios)
    let problems = loaded.compactMap { $0.forecast?.problem(of: $0) }
    guard problems.isEmpty else { throw InputErrors(problems) }
    let warnings = try zip(scenarios, loaded).map { path, scenario in
      try Self.warnings(scenario)
        + AssumedBills.impossible(scenario) { try input.tree(path) }.map {
          "what \($0.title) would make of the bill is not known: \($0.reason)"
        }
    }
    let files = zip(zip(scenarios, loaded), warnings).map { ($0.0, $0.1, $1) }
    printing.show(
      json: .array(
        files.map { path, scenario, warnings in
          .object([
            ("file", .string(path)), ("scenario", .string(scenario.name)), ("valid", .bool(true)),
            ("not_billed", UnbilledPrices.json(scenario.unbilled)),
            ("never_asked", .array(Self.unasked(scenario).map { .string($0) })),
            ("warnings", .array(warnings.map { .string($0) })),
          ])
        }), text: files.map { Self.text($0, $1, $2) }.joined())
  }

  private static func unasked(_ scenario: Scenario) -> [String] {
    scenario.unaskedFallbacks.map { item in
      item.text { HumanFormat.list($0.map(HumanFormat.visible)) }
    }
  }

  /// What is no error, and may still not be what was meant.
  private static func warnings(_ scenario: Scenario) -> [String] {
    scenario.cutSizes.map(warning)
      + scenario.retiredModels.map {
        "\($0.name) is switched off \($0.words(catalog: "the scenario's own catalog"))"
      }
      + scenario.catalog.providersAlike.map {
        "the providers \(HumanFormat.list($0)) are taken for \($0.count): an outage of one leaves the "
          + "models of the others alone"
      }
  }

  private static func warning(_ size: CutSize) -> String {
    "\(size.name) \(size.isOfSeveral ? "have" : "has") \(HumanFormat.number(size.stated)) \(size.unit) on average as stated, but "
      + "\(HumanFormat.number(size.drawn)) (\(HumanFormat.percent(size.drawn / size.stated - 1))) "
      + "once \(size.by) has cut \(size.isOfSeveral ? "them" : "it")"
  }

  private static func text(_ path: String, _ scenario: Scenario, _ warnings: [String]) -> String {
    let users = scenario.plans.map { HumanFormat.count(Int64($0.users)) }
    let last = scenario.plans.last?.users ?? 0
    let counts = [
      HumanFormat.plural(Int64(scenario.workloads.count), "workload"),
      HumanFormat.plural(Int64(scenario.catalog.models.count), "model"),
      "\(users.count == 1 ? "a plan" : "plans") of \(HumanFormat.list(users)) "
        + (users.count == 1 && last == 1 ? "user" : "users"),
    ]
    let unbilled = scenario.unbilled.map { "  not billed here: \($0.text)\n" }.joined()
    let unasked = unasked(scenario).map { "  never asked: \($0)\n" }.joined()
    let warnings = warnings.map { "  warning: \(HumanFormat.visible($0))\n" }.joined()
    return "\(path): fine (\(counts.joined(separator: ", ")))\n" + unbilled + unasked + warnings
  }
}
