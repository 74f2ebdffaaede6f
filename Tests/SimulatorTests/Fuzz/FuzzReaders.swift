import CostModel
import Foundation

@testable import Analysis
@testable import Audit
@testable import Catalogs
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// What is done with a file of each kind, once or in several ways that must agree.
enum FuzzReaders {
  /// What can be read is also computed, and simulated where it is small.
  static func scenario(_ path: String) throws {
    try compute(ScenarioReader.read(path: path))
  }

  private static func compute(_ scenario: Scenario) throws {
    var scenario = scenario
    guard let smallest = scenario.plans.min(by: { $0.users < $1.users }), smallest.users <= 100
    else { return }
    scenario.plans = [smallest]
    _ = Expectation(scenario: scenario, plan: smallest)
    let simulation = Simulation(scenario)
    guard simulation.expectedArrivals(runs: 1) < 300 else { return }
    let result = try simulation.result(of: smallest, run: 1)
    try expect(result.costs.map(\.cost), result)
    try expect(result.days.map(\.cost), result)
    try expect(result.accounts.map(\.cost), result)
  }

  private static func expect(_ parts: [MoneySum], _ result: PlanResult) throws {
    var sum = MoneySum.zero
    for part in parts { sum += part }
    if sum != result.cost {
      throw FuzzFinding(what: "\(result.cost) is not the sum of \(parts)")
    }
  }

  static func overrides(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .isoLatin1)
    let overrides = text.split(separator: "\n").prefix(3).map(String.init)
    let scenario = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/scenario.yaml"
    try compute(ScenarioReader.read(path: scenario, overrides: overrides))
  }

  /// A catalog that can be read can be written, and comes out the same again.
  static func catalog(_ path: String) throws {
    let catalog = try CatalogReader.read(path: path)
    let date = CivilDate(year: 2026, month: 10, day: 21)
    let lint = CatalogLint(catalog, limits: try LintLimits.shipped(), date: date)
    let changes = CatalogDiff.changes(from: Catalog(), to: catalog)
    try FuzzVerbs.expectHarmless(pages: [
      LintText.text(path, catalog, lint.findings(catalog)), CatalogDiffText.text(changes, nil),
    ])
    try writeAndRead(catalog, path)
  }

  private static func writeAndRead(_ catalog: Catalog, _ path: String) throws {
    let text = CatalogText.text(catalog)
    let copy = path + ".copy.yaml"
    try text.write(toFile: copy, atomically: false, encoding: .utf8)
    do {
      let again = CatalogText.text(try CatalogReader.read(path: copy))
      if again != text { throw FuzzFinding(what: "written anew:\n\(text)\nthen:\n\(again)") }
    } catch let errors as InputErrors {
      throw FuzzFinding(what: "cannot be read again:\n\(text)\n\(errors)")
    }
  }

  static func policy(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try compute(ScenarioReader.read(path: folder.path + "/scenario.yaml"))
  }

  static func claims(_ path: String) throws {
    let file = try ClaimsReader.read(path: path)
    let ways = file.claims.compactMap(\.way) + file.values.map(\.way)
    // Plans of any size are simulated elsewhere; here it is the arithmetic that counts.
    let isQuick = ways.allSatisfy { way in
      if case .plan(let query, _) = way { query.users < 10 } else { true }
    }
    if isQuick { _ = AuditMarkdown.text(try Auditor.audit(file)) }
  }

  static func prices(_ path: String, _ kind: PriceListKind) throws {
    let checked = CivilDate(year: 2026, month: 10, day: 21)
    let result = try PriceListSource(kind: kind, path: path)
      .read(filter: CatalogFilter(), checked: checked)
    if result.imported > 0 { try writeAndRead(result.catalog, path) }
  }

  static func usage(_ path: String) throws {
    var options = UsageOptions()
    options.skipBadRows = 2
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var pricer = UsagePricer(
      try FuzzVerbs.companion(folder.path + "/catalog.yaml") { try CatalogReader.read(path: $0) })
    var table = PricedUsageTable(dialect: .rfc4180, isGuarded: true)
    try UsageReader(path: path, options: options).read { row in
      table.append(row, try pricer.price(row))
    }
    try FuzzVerbs.expectHarmless(csv: table.takeBytes())
  }

  static func traceFormat(_ path: String) throws {
    let log = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/log.csv"
    _ = try ReadTrace(log, format: path)
  }

  /// In one block, in blocks of a few lines and, where it is CSV, all of it through libcsv.
  static func trace(_ path: String) throws {
    let whole = TraceReading(path, block: 1 << 16)
    let pieces = TraceReading(path, block: 64)
    if !pieces.agrees(with: whole) {
      throw FuzzFinding(what: "\(whole)\nin pieces:\n\(pieces)")
    }
    // What begins like a file of another kind is refused as such, unless a quote comes first.
    let isOther = whole.failure.hasPrefix(": error: this is ")
    if !path.hasSuffix(".jsonl"), !isOther, let quoted = quoted(path) {
      let copy = path + ".quoted.csv"
      try Data(quoted).write(to: URL(fileURLWithPath: copy))
      let slow = TraceReading(copy, block: 1 << 16)
      if !slow.agrees(with: whole) {
        throw FuzzFinding(what: "\(whole)\nthrough libcsv:\n\(slow)")
      }
    }
    if !whole.failure.isEmpty { throw BadInput(message: whole.failure) }
  }

  /// The same rows with every field in quotes, which only libcsv reads; nil if they are none.
  private static func quoted(_ path: String) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: path), !data.contains(0) else {
      return nil
    }
    let quote = UInt8(ascii: "\"")
    var rows: [[[UInt8]]] = []
    let reader = CSVReader { row in
      rows.append((0..<row.count).map { index in row.withBytes(index) { Array($0) } })
    }
    do {
      try reader.feed(data)
      try reader.finish()
    } catch {
      return nil
    }
    // Whether there may be decimal commas depends on what separates the fields.
    let separator = reader.delimiter ?? UInt8(ascii: ",")
    if [quote, 0x0A, 0x0D].contains(separator) { return nil }
    let lines = rows.map { row in
      Array(
        row.map { field in
          [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
        }.joined(separator: [separator]))
    }
    return Array("sep=".utf8) + [separator, 0x0A] + lines.flatMap { $0 + [0x0A] }
  }
}
