import Foundation

@testable import Logs
@testable import Scenarios
@testable import Support

/// Logs of every shape with what they must give (`Tests/Golden/logs`).
enum LogFixtures {
  static let root = RepositoryFiles.root.appendingPathComponent("Tests/Golden/logs")

  /// Folders with an input and the rows that it gives.
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).filter {
      exists($0, "left_out.csv")
    }.sorted()

  static func exists(_ folder: String, _ file: String) -> Bool {
    FileManager.default.fileExists(atPath: path(folder, file))
  }

  static func path(_ parts: String...) -> String { root.path + "/" + parts.joined(separator: "/") }

  static func input(_ name: String) -> String {
    ["csv", "json", "jsonl"].map { path(name, "input." + $0) }.first {
      FileManager.default.fileExists(atPath: $0)
    } ?? ""
  }

  static func options(_ name: String = "") throws -> LogReadOptions {
    var options = LogReadOptions()
    let catalog = try CatalogReader.read(path: path("catalog.yaml"))
    let tables = try NameTables(
      paths: [path("aliases.yaml"), path("meters.yaml")], catalog: catalog)
    options.names = NameResolver(catalog: catalog, tables: tables)
    switch name {
    case "azure-cost": try options.addRate("EUR=1.10")
    case "portkey": try options.addUnit("logged_cost_usd=cents")
    case "langfuse-api", "langfuse-blob": options.skipBadRows = 1
    case "times": options.skipBadRows = 3
    case "invoice":
      options.format = try LogShapes.named("invoice")
      try options.addColumns(
        "period_start=Period start,period_end=Period end,meter=Description,quantity=Quantity,"
          + "unit=Unit,amount=Amount,currency=Currency")
    default: break
    }
    return options
  }

  static func reading(_ name: String) throws -> LogReading {
    try LogIntake(options(name)).read([input(name)])
  }

  static func rows(_ bytes: [UInt8]) throws -> [[String]] { try CSVReader.rows(bytes) }

  static func expected(_ name: String, _ file: String) throws -> [[String]] {
    try rows(Array(Data(contentsOf: URL(fileURLWithPath: path(name, file)))))
  }
}
