import Foundation
import Testing

@testable import Logs

/// A cell that counts, and is changed, changes what is read or what is told.
@Suite struct LogMutationTests {
  private let folder: ScenarioFolder

  init() throws { folder = try ScenarioFolder() }

  /// Of formats whose records are all calls, charges or buckets of their own.
  private static let names = [
    "anthropic-console", "anthropic-cost-api", "anthropic-usage-api", "aws-cur", "azure-cost",
    "focus", "gcp-billing", "helicone", "invoice", "langfuse-blob", "litellm-csv",
    "portkey",
    "openai-costs-api", "openai-usage-api", "openai-usage-csv", "openrouter", "raw-responses",
    "vertex-log",
  ]

  private func told(_ options: LogReadOptions, _ path: String) -> String {
    do {
      let reading = try LogIntake(options).read([path])
      let tables = LogTables(reading: reading)
      let account = ReadingAccount(reading: reading, catalog: options.catalog).text
      let bytes = reading.kinds.flatMap(tables.table) + tables.leftOut() + tables.rejectedReasons()
      return String(decoding: bytes, as: UTF8.self) + account.replacing(path, with: "")
    } catch {
      return "\(error)".replacing(path, with: "")
    }
  }

  /// The columns whose numbers decide of quantities and money.
  private func columns(_ shape: LogShape) -> Set<String> {
    let columns =
      LogQuantity.allCases.compactMap { LogColumn(rawValue: $0.rawValue) }
      + [.amount, .calls]
    let paths = columns.flatMap { shape.columns[$0].map { $0.from + $0.plus } ?? [] }
    return Set(paths.map { $0.name })
  }

  /// Numbers behind such a column's name or under it, each with its last digit raised by one, and with
  /// another digit behind it.
  private func mutants(_ name: String, _ shape: LogShape, _ text: String) -> [String] {
    let columns = columns(shape)
    let places =
      LogFixtures.input(name).hasSuffix("csv")
      ? cells(text, columns)
      : numbers(text, Set(columns.compactMap { $0.split(separator: "/").last.map(String.init) }))
    return places.flatMap { place in
      let digit = text[place].wholeNumberValue ?? 0
      return [String((digit + 1) % 10), "\(digit)7"].map { digits in
        var mutant = text
        mutant.replaceSubrange(place...place, with: digits)
        return mutant
      }
    }
  }

  private func numbers(_ text: String, _ keys: Set<String>) -> [String.Index] {
    text.matches(of: /"([A-Za-z0-9_.]+)": ?"?[0-9]*\.?[0-9]*([0-9])"?[,}\]]/).filter {
      keys.contains(String($0.output.1))
    }.map { $0.output.2.startIndex }
  }

  private func cells(_ text: String, _ columns: Set<String>) -> [String.Index] {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let head = lines.first else { return [] }
    let mark: Character = head.contains(";") ? ";" : ","
    let names = head.split(separator: mark, omittingEmptySubsequences: false)
      .map { $0.replacing("\u{FEFF}", with: "") }
    return lines.dropFirst().filter { !$0.contains("\"") }.flatMap { line -> [String.Index] in
      let cells = line.split(separator: mark, omittingEmptySubsequences: false)
      return zip(names, cells).compactMap { name, cell in
        guard columns.contains(String(name)), let last = cell.last, last.isNumber else {
          return nil
        }
        return cell.index(before: cell.endIndex)
      }
    }
  }

  @Test func twoHundredOfThemAreNoticed() throws {
    var tried = 0
    for name in Self.names {
      let path = folder.path("input")
      let text = try String(contentsOfFile: LogFixtures.input(name), encoding: .utf8)
      try folder.write("input", text)
      var options = try LogFixtures.options(name)
      options.skipBadRows = .max
      let original = told(options, path)
      let shape = try #require(try LogFixtures.reading(name).files.first?.shape)
      for mutant in mutants(name, shape, text) {
        tried += 1
        try folder.write("input", mutant)
        if told(options, path) == original {
          let changed = zip(text.split(separator: "\n"), mutant.split(separator: "\n")).first {
            $0 != $1
          }
          Issue.record("\(name): not noticed: \(changed?.1 ?? "")")
        }
      }
    }
    #expect(tried >= 200, "\(tried)")
  }
}
