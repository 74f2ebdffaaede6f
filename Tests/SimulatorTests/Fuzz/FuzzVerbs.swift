import CostModel
import Foundation
import Synchronization

@testable import Analysis
@testable import Catalogs
@testable import Decisions
@testable import Gates
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Whole verbs on files that can be read: what they compute, and every page and picture of it.
enum FuzzVerbs {
  /// Plans and months beyond this take too long to be tried a million times.
  private static let calls = 100.0

  private static func isSmall(_ scenario: Scenario) -> Bool {
    Simulation(scenario).expectedArrivals(runs: 1) < calls && scenario.period.days.count < 400
  }

  private static let companions = Mutex<[String: any Sendable]>([:])

  /// Reads a file that is the same for every input, once.
  static func companion<Value: Sendable>(
    _ path: String, _ read: (String) throws -> Value
  ) throws -> Value {
    if let known = companions.withLock({ $0[path] }) as? Value { return known }
    let value = try read(path)
    companions.withLock { $0[path] = value }
    return value
  }

  // MARK: Reports

  static func report(_ path: String) throws {
    var scenario = try ScenarioReader.read(path: path)
    scenario.plans = Array(scenario.plans.prefix(2))
    guard isSmall(scenario) else { return }
    let analysis = ExperimentAnalysis(scenario: scenario, standard: try StandardFiles.detect())
    let results = try Simulation(scenario).results(runs: 1, threads: 1).map { $0[0] }
    let plans = results.map { result in
      var plan = PlanReport(
        result: result, expectation: Expectation(scenario: scenario, plan: result.plan))
      plan.experiments = analysis.findings(result, plan.expectation)
      return plan
    }
    let comparison = scenario.budget?.acts == true ? nil : CatalogComparison(scenario)
    try pages(ScenarioReport(scenario: scenario, plans: plans, comparison: comparison))
  }

  /// A log, sent through the companion scenario.
  static func replay(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let scenario = try companion(folder + "/scenario.yaml") {
      try ScenarioReader.read(path: $0, forReplay: true)
    }
    let replay = Replay(path: path) { _ in options }
    let outcomes = try replay.outcomes(
      of: [Replay.Variant(name: "policy", scenario: scenario)], threads: 1)
    guard outcomes[0].scenario.period.days.count < 400 else { return }
    try pages(ScenarioReport(replayed: outcomes, of: path, name: "replay"))
  }

  /// What is fitted to a log can be run.
  static func calibrate(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let catalog = try companion(folder + "/catalog.yaml") { try CatalogReader.read(path: $0) }
    let fit = try Calibrator(
      path: path, options: { _ in options }, timeZone: "UTC", catalog: catalog, hasPolicy: false
    ).calibrate()
    let text = CalibrationText.text(
      fit, catalog: catalog,
      names: CalibrationText.Names(scenario: "fitted", log: "log.csv", catalog: "catalog.yaml"))
    let fitted = folder + "/fitted.yaml"
    try text.write(toFile: fitted, atomically: false, encoding: .utf8)
    do {
      _ = try ScenarioReader.read(path: fitted)
    } catch  where "\(error)".contains("which has no price") {
      // Models for speech and for text under one name: the verb says so.
      throw error
    } catch {
      throw FuzzFinding(what: "cannot be read again:\n\(text)\n\(error)")
    }
  }

  private static var options: TraceOptions {
    var options = TraceOptions()
    options.skipBadRows = 12
    return options
  }

  private static func pages(_ report: ScenarioReport) throws {
    let markdown = ReportMarkdown.text(report)
    let html = ReportHTML.text(markdown, charts: ReportChart.all(report))
    for table in ReportTables.all(report) + [FocusCharges.table(report)] {
      try expectHarmless(csv: table.csv(.rfc4180))
    }
    try expectHarmless(pages: [markdown, html, TerminalSummary.text([report], styled: false)])
  }

  // MARK: Decisions

  /// All verbs that study one plan of a scenario.
  static func decisions(_ path: String) throws {
    let (tree, whole) = try ScenarioReader.tree(path: path)
    var scenario = whole
    scenario.plans = [whole.plans[0]]
    guard isSmall(scenario), scenario.plans[0].users < 100 else { return }
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 1)
    let sensitivity = try Sensitivity(assessor, scenario: scenario, share: 0.2)
    var texts = [SensitivityMarkdown.text(sensitivity), TornadoChart.svg(sensitivity)]
    let rules = try scenario.selection ?? SelectionReader.standard(for: scenario.catalog)
    let selection = SelectionStudy(scenario, rules: rules)
    texts += [SelectionMarkdown(study: selection).text(hasPicture: false)]
    texts += [FrontierChart.svg(selection) ?? ""]
    try expectHarmless(csv: ReportTables.selectionTable(selection).csv(.rfc4180))
    if let knob = Knob("users", in: tree), let budget = scenario.budget?.amount {
      let answer = try SolveAnswer(
        assessor, scenario: scenario, knob: knob, limits: [.budget(budget.dollars)], in: 1...50)
      texts += [SolveMarkdown.text(answer), SolveChart.svg(answer)]
    }
    texts += try forecast(scenario) + simulated(tree, scenario)
    try expectHarmless(pages: texts)
  }

  private static func forecast(_ scenario: Scenario) throws -> [String] {
    var spec = scenario.forecast ?? ForecastSpec()
    spec.months = scenario.period.months.count
    let isPossible =
      spec.problem(of: scenario) == nil
      && spec.users(of: scenario).allSatisfy { $0 < 1_000 }
    guard isPossible else { return [] }
    let forecast = try Forecast(scenario, spec)
    return [ForecastMarkdown.text(forecast), ForecastChart.svg(forecast)]
  }

  /// The standard levers and shocks: a file's own may ask for any number of calls.
  private static func simulated(_ tree: ScenarioTree, _ scenario: Scenario) throws -> [String] {
    let levers = try LeverStudy(
      tree, scenario, levers: StandardFiles.levers(),
      capacities: scenario.capacities, threads: 1)
    let stress = try StressStudy(
      tree, scenario, shocks: StandardFiles.shocks(),
      rules: SelectionReader.rules(of: scenario), threads: 1)
    return [LeverMarkdown.text(levers), StressMarkdown.text(stress)]
  }

  /// Axes of a sweep over the companion scenario, a line each.
  static func vary(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .isoLatin1)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let (tree, scenario) = try companion(folder + "/scenario.yaml") {
      try ScenarioReader.tree(path: $0)
    }
    let axes = try text.split(separator: "\n").prefix(2).enumerated().map { index, line in
      try SweepAxis(String(line), number: index + 1, tree: tree)
    }
    guard axes.reduce(1, { $0 * min($1.values.count, 100) }) < 20 else { return }
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 1)
    let sweep = try Sweep(assessor, scenario: scenario, axes: axes)
    try expectHarmless(csv: ReportTables.sweepTable(sweep).csv(.rfc4180))
    try expectHarmless(pages: [SweepMarkdown.text(sweep), SweepChart.svg(sweep) ?? ""])
  }

  // MARK: Gates

  /// A damaged report against one that is not.
  static func reportFolder(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let report = try ReportFolder.read(folder)
    let other = try companion(folder + "/before", ReportFolder.read)
    for plans in [ReportFolder.compare(other, report), ReportFolder.compare(report, other)] {
      try gate(GateReport(plans: plans, isObserved: true))
    }
  }

  /// What a baseline says against the companion scenario, and written anew.
  static func baseline(_ path: String) throws {
    let baseline = try BaselineReader.read(path: path)
    let text = BaselineText.text(baseline)
    let copy = path + ".copy.yaml"
    try text.write(toFile: copy, atomically: false, encoding: .utf8)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let head = try companion(folder + "/scenario.yaml") {
      try ScenarioPricing(simulateUpTo: 0, threads: 1).price(ScenarioReader.read(path: $0)).figures
    }
    for entry in baseline.entries where entry.figures.plans.allSatisfy({ $0.spec.users < 100 }) {
      let comparison = ScenarioComparison(base: entry.figures, head: head)
      let plans = comparison.plans(onlyCommon: false)
      var report = GateReport(plans: plans)
      report.limits.maxIncrease = 0.05
      let judge = IncreaseJudge(limits: report.limits, comparison: comparison, threads: 1)
      report.checks = try plans.flatMap(judge.checks)
      try gate(report)
    }
    do {
      if try BaselineText.text(BaselineReader.read(path: copy)) == text { return }
    } catch {
      throw FuzzFinding(what: "cannot be read again:\n\(text)\n\(error)")
    }
    throw FuzzFinding(what: "read and written anew it differs:\n\(text)")
  }

  private static func gate(_ report: GateReport) throws {
    try expectHarmless(pages: [
      GateText.text(report), GateMarkdown.text(report), JUnitXML.text(report),
    ])
    _ = GateJSON.json(report).text + GateJSON.bench(report).text
  }

  // MARK: Harmless texts

  static func expectHarmless(pages: [String]) throws {
    for page in pages {
      let steers = page.unicodeScalars.contains { scalar in
        (scalar.properties.generalCategory == .control && !["\n", "\t"].contains(scalar))
          || scalar.properties.isBidiControl
      }
      if steers || WrittenPage.withoutOwnScript(page).contains("<script") {
        throw FuzzFinding(what: "a browser or terminal would obey it:\n\(page)")
      }
    }
  }

  static func expectHarmless(csv: [UInt8]) throws {
    for field in try CSVReader.rows(csv).joined() {
      guard let first = field.unicodeScalars.first else { continue }
      // Numbers may be negative.
      if "=@\t\r\n".unicodeScalars.contains(first)
        || "+-".unicodeScalars.contains(first) && !isNumber(field)
      {
        throw FuzzFinding(what: "a spreadsheet would compute it: \(field)")
      }
    }
  }

  private static func isNumber(_ field: String) -> Bool {
    field.dropFirst().allSatisfy { $0 == "." || $0.isNumber }
  }
}
