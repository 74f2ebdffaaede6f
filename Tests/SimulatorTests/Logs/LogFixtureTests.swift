import CostModel
import Foundation
import Testing

@testable import Logs
@testable import Scenarios
@testable import Support

/// Every shape of log, by the rows, the records left out and the costs that its fixture states.
@Suite struct LogFixtureTests {
  @Test func everyFolderIsRead() { #expect(LogFixtures.names.count == 29) }

  @Test(arguments: LogFixtures.names)
  func rowsAndCosts(_ name: String) throws {
    let reading = try LogFixtures.reading(name)
    let tables = LogTables(reading: reading)
    let kind = try #require(reading.kinds.first)
    let rows = try LogFixtures.rows(tables.table(kind))
    let expected = try LogFixtures.expected(name, "expected.csv")
    #expect(rows.first == expected.first)
    for (row, wanted) in zip(rows.dropFirst(), expected.dropFirst()) {
      for (place, column) in expected[0].enumerated() {
        #expect(row[place] == wanted[place], "\(name), key \(wanted[0]), column \(column)")
      }
    }
    #expect(rows.count == expected.count)
  }

  /// Threads read a text in pieces, and where these end changes nothing.
  @Test(arguments: LogFixtures.names)
  func piecesOfAnySize(_ name: String) throws {
    func results(pieceBytes: Int) throws -> [[UInt8]] {
      var options = try LogFixtures.options(name)
      options.pieceBytes = pieceBytes
      options.threads = 3
      let reading = try LogIntake(options).read([LogFixtures.input(name)])
      let tables = LogTables(reading: reading)
      let account = ReadingAccount(
        reading: reading, catalog: options.catalog, names: options.names)
      return try [
        tables.table(#require(reading.kinds.first)), tables.leftOut(), tables.rejected(),
        tables.rejectedReasons(), Array(account.text.utf8),
      ]
    }
    let whole = try results(pieceBytes: 1 << 30)
    for size in [1, 90, 700] { #expect(try results(pieceBytes: size) == whole, "\(size) bytes") }
  }

  /// Pieces are found where records can be told apart, so that the test above tries something.
  @Test func textsAreCut() {
    func pieces(_ text: String) -> [String] {
      let text = LogText(name: "log", bytes: Array(text.utf8))
      return TextPiece.pieces(of: text, size: 4).map {
        String(decoding: text.bytes[$0.range], as: UTF8.self)
      }
    }
    #expect(
      pieces("a,b\n1,2\n\"x\ny\",3\n4,\"5\"\"\n\"\n6,7\n")
        == ["a,b\n1,2\n", "\"x\ny\",3\n", "4,\"5\"\"\n\"\n", "6,7\n"])
    #expect(
      pieces("{\"a\": 1}\n{\"b\":\n[{},\n{}]}\r\n{\"c\": 3}")
        == ["{\"a\": 1}\n", "{\"b\":\n[{},\n{}]}\r\n", "{\"c\": 3}"])
    #expect(pieces("[{},\n{},\n{}]").count == 1)
  }

  /// `price` says the same as `read`, and by component.
  @Test(arguments: LogFixtures.names)
  func pricesAreTheSame(_ name: String) throws {
    let reading = try LogFixtures.reading(name)
    let kind = try #require(reading.kinds.first)
    guard kind != .charges else { return }
    let catalog = try CatalogReader.read(path: LogFixtures.path("catalog.yaml"))
    var pricing = LogPricing(reading: reading, catalog: catalog)
    let table = try LogFixtures.rows(pricing.table(dialect: .rfc4180, isGuarded: false))
    let place = try #require(table[0].firstIndex(of: "cost_usd"))
    let expected = try LogFixtures.expected(name, "expected.csv")
    let column = try #require(
      expected[0].lastIndex(of: kind == .buckets ? "cost_high_usd" : "cost_usd"))
    let low = expected[0].lastIndex(of: "cost_low_usd") ?? column
    let billing = try #require(expected[0].firstIndex(of: "billing"))
    let costs = expected.dropFirst().filter { $0[billing] != "unpriced" }.map {
      $0[low] == $0[column] ? ExactDecimal($0[column])?.plain ?? "" : ""
    }
    #expect(table.dropFirst().map { ExactDecimal($0[place])?.plain ?? "" } == costs)
  }

  @Test(arguments: LogFixtures.names)
  func recordsLeftOut(_ name: String) throws {
    let reading = try LogFixtures.reading(name)
    let tables = LogTables(reading: reading)
    let leftOut = try LogFixtures.rows(tables.leftOut())
    #expect(leftOut == (try LogFixtures.expected(name, "left_out.csv")))
    if LogFixtures.exists(name, "rejected_reasons.csv") {
      let reasons = try LogFixtures.rows(tables.rejectedReasons())
      #expect(reasons == (try LogFixtures.expected(name, "rejected_reasons.csv")))
    } else {
      #expect(!reading.leftOut.contains { $0.reason.isBad })
    }
    // Records are rows or left out; a record's credits are rows of their own.
    let credits = reading.rows.count { $0.key.contains("#") }
    #expect(reading.records == reading.rows.count - credits + reading.leftOut.count)
  }
}
