/// How much of an input is read before it is refused (`Limits/input.yaml`).
package enum InputLimit: String, CaseIterable, Sendable {
  case fileBytes = "file_bytes"
  case scenarioBytes = "scenario_bytes"
  case extendsDepth = "extends_depth"
  case aliasBytes = "alias_bytes"
  case users
  case archiveBytes = "archive_bytes"
  case priceListBytes = "price_list_bytes"
  case priceListValues = "price_list_values"
  case columns
  case recordBytes = "record_bytes"
  case logBytes = "log_bytes"
  case unpackedRatio = "unpacked_ratio"
  case queryRows = "query_rows"
  case queryBytes = "query_bytes"
  case queryValueBytes = "query_value_bytes"
  case querySteps = "query_steps"
  case queryMemory = "query_memory"

  package var value: Int { Self.values[self] ?? 0 }

  /// What is wrong with data that unpack to so much; nil: nothing. A kilobyte can unpack to a megabyte.
  package static func problem(unpacked: Int, packed: Int) -> String? {
    if unpacked > logBytes.value { return "it unpacks to " + logBytes.exceeded(by: "bytes") }
    guard unpacked > archiveBytes.value, unpacked / unpackedRatio.value > packed else { return nil }
    return "it unpacks to " + unpackedRatio.exceeded(by: "times its size")
  }

  /// What is told of an input that is larger: `more than 32 files extend each other (…)`.
  package func exceeded(by what: String, limit: Int? = nil) -> String {
    "more than \(InputLog.grouped(Int64(limit ?? value))) \(what) (limit '\(rawValue)')"
  }

  /// The shipped limits; that their file is right is for the tests to say.
  private static let values = {
    let format = FormatObject(
      name: "limits", summary: "Limits of inputs.",
      fields: allCases.map { FormatField($0.rawValue, .count, "At most.", required: true) })
    let log = InputLog()
    let file = SourceFile(
      path: "input.yaml", order: 0,
      text: String(decoding: PackageResources.input_yaml, as: UTF8.self))
    let fields = YAMLDocument.parse(file, log: log).flatMap { Fields($0, as: format, log: log) }
    let values = allCases.compactMap { limit in
      fields?.count(limit.rawValue, in: 1...(.max)).map { (limit, Int($0)) }
    }
    precondition(log.count == 0, "\(log.diagnostics)")
    return Dictionary(uniqueKeysWithValues: values)
  }()
}
