import Foundation
import Testing

/// The shipped reports, and fresh ones made by the program.
enum ShippedReports {
  static let scenarios = ["huntaze-published", "huntaze-engineering", "two-tier"]
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let shipped = root.appendingPathComponent("reports")

  static var binary: String? { ProcessInfo.processInfo.environment["COSTSIM_BINARY"] }

  /// Everything that `make report` writes, by two threads, into a temporary folder; made once.
  static let fresh = Result { try made(threads: 2, simulating: scenarios) }

  /// Runs the shipped scenarios, then the audit, into a temporary folder, as `make report` does.
  /// - Parameter simulated: scenarios whose levers and shocks are simulated as well, for every plan.
  static func made(threads: Int, simulating simulated: [String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("costsim-shipped-\(threads)-\(UUID().uuidString)")
    let plans = scenarios.map { "scenarios/\($0).yaml" }
    let options = ["--out", folder.path, "--threads", "\(threads)", "--quiet"]
    try run(["sensitivity"] + plans + ["--users", "1000"] + options)
    for (scenario, plan) in zip(scenarios, plans) {
      try run(["solve", plan, "--users", "1000"] + options)
      let verbs = ["forecast"] + (simulated.contains(scenario) ? ["levers", "stress"] : [])
      for verb in verbs { try run([verb, plan] + options) }
    }
    try run(["run"] + plans + options)
    try run(["audit", "scenarios/claims.yaml", "--out", folder.path, "--quiet"])
    return folder
  }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(binary))
    process.currentDirectoryURL = root
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// Paths in a report folder, sorted; databases are not shipped, and `make validate` writes
  /// validation.md.
  static func files(in folder: URL, databases: Bool = false) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
      let values = try? folder.appendingPathComponent(path).resourceValues(
        forKeys: [.isRegularFileKey])
      return values?.isRegularFile == true && (databases || !path.hasSuffix(".sqlite"))
        && path != "validation.md"
    }.sorted()
  }

  /// The same bytes, but for the version of this machine's time-zone data.
  static func expectSame(_ file: String, _ a: URL, _ b: URL) throws {
    let (left, right) = (try content(a, file), try content(b, file))
    #expect(left == right, "\(file) differs: `make report` rewrites the shipped ones")
  }

  private static func content(_ folder: URL, _ file: String) throws -> Data {
    let data = try Data(contentsOf: folder.appendingPathComponent(file))
    guard file.hasSuffix("run.json") else { return data }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return Data(lines.filter { !$0.contains("time_zone_data") }.joined(separator: "\n").utf8)
  }
}
