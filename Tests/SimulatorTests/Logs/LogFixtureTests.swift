import CostModel
import Foundation
import Testing

@testable import Simulator

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
