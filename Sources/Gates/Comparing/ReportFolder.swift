import CostModel
import Foundation
import Scenarios
import Support

/// What `run` wrote of a scenario, as far as two reports can be compared by it.
package struct ReportFolder: Sendable {
  package struct Plan: Sendable {
    package var name: String
    package var figures: PlanFigures
    package var bill: ObservedBill
  }

  package var scenario: String
  package var plans: [Plan]

  /// A report, or every report in a folder of them. `path` may lie in a git revision.
  package static func read(_ path: String) throws -> [ReportFolder] {
    let source = GitFiles.isRevision(path) ? GitFiles.source : .disk
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    for place in [folder, folder + "/.."] where OutputJournal.isHalfWritten(place) {
      throw BadInput(
        message:
          "\(path): error: a run was killed while it wrote here, so that some files may be old "
          + "and some new; the next 'costsim run' into the same folder puts that right")
    }
    let inside = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard !inside.isEmpty, !inside.contains("run.json") else {
      return [try ReportFolder(folder, source)]
    }
    let reports = inside.sorted().filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/run.json")
    }
    guard !reports.isEmpty else {
      throw BadInput(
        message: "\(path): error: no report in this folder, expected what 'costsim run' wrote")
    }
    return try reports.map { try ReportFolder("\(folder)/\($0)", source) }
  }

  private init(_ folder: String, _ source: FileSource) throws {
    let log = InputLog()
    let record = folder + "/run.json"
    let files = ScenarioFiles(scenario: record, allowOutside: true, log: log, source: source)
    let root = files.load(record)
    try log.throwIfAny()
    scenario = root?["scenario"].flatMap(log.text) ?? folder
    let bills = try ObservedBill.read(folder + "/costs.csv", source)
    var plans: [Plan] = []
    for node in root?["plans"].flatMap(log.list) ?? [] {
      guard let name = node["plan"].flatMap(log.text),
        let users = node["users"].flatMap({ log.count($0, in: 0...UserReader.maximumUsers) }),
        let cost = node["cost_usd"].flatMap(log.money)
      else { continue }
      let expected = node["expected_cost_usd"].flatMap { $0.isNull ? nil : log.money($0) }
      let figures = PlanFigures(users: Int(users), simulated: cost, expected: expected)
      plans.append(Plan(name: name, figures: figures, bill: bills[name] ?? ObservedBill()))
    }
    try log.throwIfAny()
    self.plans = plans
    guard !plans.isEmpty else {
      throw BadInput(message: "\(record): error: no plans, expected a report of 'costsim run'")
    }
  }

  /// Every plan of one side or the other, with what can be seen of the causes.
  package static func compare(_ base: [ReportFolder], _ head: [ReportFolder]) -> [PlanComparison] {
    var result: [PlanComparison] = []
    for report in head {
      let old =
        base.count == 1 && head.count == 1
        ? base.first : base.first { $0.scenario == report.scenario }
      for plan in report.plans {
        let before = old?.plans.first { $0.name == plan.name }
        var comparison = PlanComparison(
          scenario: report.scenario, plan: plan.name, base: before?.figures, head: plan.figures)
        if let before {
          comparison.causes = ObservedBill.causes(
            from: before.bill, before.figures.bill, to: plan.bill, plan.figures.bill)
        }
        result.append(comparison)
      }
      for plan in old?.plans ?? [] where !report.plans.contains(where: { $0.name == plan.name }) {
        result.append(
          PlanComparison(
            scenario: report.scenario, plan: plan.name, base: plan.figures, head: nil))
      }
    }
    return result
  }
}
