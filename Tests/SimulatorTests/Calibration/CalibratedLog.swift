import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// A known scenario, simulated; its log; the scenario fitted to the log.
struct CalibratedLog {
  static let catalog = """
    models:
      small: {provider: test, input: $1 per 1M tokens, output: $4 per 1M tokens}
      large: {provider: test, input: $5 per 1M tokens, output: $20 per 1M tokens}
    """

  let folder: ScenarioFolder
  let log: LoggedRun
  let fit: Calibration
  let fitted: Scenario
  let text: String

  /// - Parameter scenario: YAML; `catalog.yaml` is `catalog`.
  init(_ scenario: String) throws {
    folder = try ScenarioFolder(["catalog.yaml": Self.catalog, "known.yaml": scenario])
    let known = try folder.read("known.yaml")
    log = try LoggedRun(known)
    try folder.write("log.csv", Self.csv(log.records, CompiledScenario(known)))
    (fit, text) = try Self.calibrate(folder, log: "log.csv")
    try folder.write("fitted.yaml", text)
    fitted = try folder.read("fitted.yaml")
  }

  static func calibrate(
    _ folder: ScenarioFolder, log: String, timeZone: String = "UTC"
  ) throws -> (Calibration, String) {
    let catalog = try CatalogReader.read(path: folder.path("catalog.yaml"))
    let fit = try Calibrator(
      path: folder.path(log), format: nil, options: { _ in TraceOptions() }, timeZone: timeZone,
      catalog: catalog, hasPolicy: false
    ).calibrate()
    let text = CalibrationText.text(
      fit, catalog: catalog,
      names: CalibrationText.Names(
        scenario: "fitted", log: log, catalog: "catalog.yaml", policy: nil))
    return (fit, text)
  }

  func workload(_ name: String) -> Calibration.Workload? {
    fit.workloads.first { $0.name == name }
  }

  private static func csv(_ records: [CallRecord], _ compiled: CompiledScenario) -> String {
    var lines = [
      "timestamp,user,use_case,task,model,status,input_tokens,output_tokens,latency_ms,prompt"
    ]
    for record in records {
      let kind = Int(record.call.kind)
      let fields: [String] = [
        "\(record.call.time)", "u\(record.call.user)",
        compiled.useCases[Int(compiled.kinds[kind].useCase)],
        compiled.attributes[kind][.task] ?? "",
        compiled.scenario.catalog[ModelID(record.call.routed)].name,
        record.isFailed ? "failed" : "ok", "\(record.call.input)", "\(record.call.output)",
        "\(Double(record.latency) / 1000)",
        record.call.prompt == 0 ? "" : "p\(record.call.prompt)",
      ]
      lines.append(fields.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Sums and spread of what calls are billed for.
struct BilledTotals {
  var calls = 0.0
  private var sums: [Double] = [0, 0, 0]
  private var squares: [Double] = [0, 0, 0]

  static let names = ["input tokens", "output tokens", "picodollars"]

  init(_ records: [CallRecord]) {
    for record in records {
      calls += 1
      let cost =
        record.inputCost.picodollars + record.outputCost.picodollars + record.otherCost.picodollars
      let values = [
        Double(record.billed.inputTokens), Double(record.billed.outputTokens), Double(cost),
      ]
      for index in 0..<3 {
        sums[index] += values[index]
        squares[index] += values[index] * values[index]
      }
    }
  }

  func sum(_ index: Int) -> Double { sums[index] }
  func mean(_ index: Int) -> Double { sums[index] / calls }
  func variance(_ index: Int) -> Double {
    max(0, squares[index] / calls - mean(index) * mean(index))
  }
}
