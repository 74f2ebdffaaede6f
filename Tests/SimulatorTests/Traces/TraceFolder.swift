import CostModel
import Foundation

@testable import Simulator

/// Logs that tests read: shipped fixtures, or texts written into a folder of the test's own.
final class TraceFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "costsim-trace-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to name: String = "log.csv") throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ text: String, to name: String = "log.csv") throws -> String {
    try write(Array(text.utf8), to: name)
  }

  static func fixture(_ name: String) -> String {
    RepositoryFiles.root.appendingPathComponent("Tests/Golden/traces/" + name).path
  }
}

/// A log read to its end.
struct ReadTrace {
  var rows: [TraceRecord] = []
  var blocks: [[UInt64]] = []
  var facts = TraceFacts()
  var symbols = TraceSymbols()

  init(_ path: String, format: String? = nil, options: TraceOptions = TraceOptions()) throws {
    var source = try TraceSource(path: path, format: format, options: options)
    var batch = TraceBatch()
    while try source.next(into: &batch) {
      rows += batch.records
      blocks += batch.records.map { Array(batch.blocks(of: $0)) }
    }
    facts = source.facts
    symbols = source.symbols
  }

  func model(_ index: Int) -> String? {
    rows[index].model == TraceRow.none ? nil : symbols.models.name(rows[index].model)
  }

  func user(_ index: Int) -> String? {
    rows[index].user == TraceRow.none ? nil : symbols.users.name(rows[index].user)
  }

  func times() -> [String] { rows.map { SimTime(microseconds: $0.time).description } }
}
