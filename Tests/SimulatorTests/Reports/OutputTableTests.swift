import CostModel
import Testing

@testable import Support

private let table = OutputTable(
  columns: ["plan", "cost_usd", "over"],
  rows: [
    [.text("b"), .number("9.5"), .boolean(true)],
    [.text("a"), .unknown, .unknown],
    [.text("=c"), .number("10.25"), .boolean(false)],
  ])

@Test func tablesAreSortedByValueWithTheUnknownLast() throws {
  func names(_ key: String) throws -> [String] {
    try table.sorted(by: key).rows.map { $0[0].text }
  }
  #expect(try names("cost_usd") == ["b", "=c", "a"])
  #expect(try names("-cost_usd") == ["=c", "b", "a"])
  #expect(try names("plan") == ["=c", "a", "b"])
  #expect(try table.sorted(by: "-cost_usd").prefix(1).rows.count == 1)
}

@Test func anUnknownColumnIsToldWithTheNearest() {
  #expect(throws: OutputTable.UnknownColumn.self) { try table.selecting(["plan", "cost_us"]) }
  do {
    _ = try table.selecting(["cost_us"])
  } catch {
    #expect(
      error.description
        == "unknown column 'cost_us', expected plan, cost_usd, over\ndid you mean 'cost_usd'?")
  }
}

@Test func tablesForEyesAreAlignedAndThoseTooWideAreRecords() throws {
  #expect(
    table.aligned(width: 80, styled: false) == """
      plan  cost_usd  over
      b          9.5  true
      a
      =c       10.25  false

      """)
  #expect(
    table.aligned(width: 80, styled: true).hasPrefix(TextStyle.bold("plan  cost_usd  over") + "\n"))
  #expect(
    try table.selecting(["plan", "cost_usd"]).prefix(1).aligned(width: 5, styled: false) == """
      plan      b
      cost_usd  9.5

      """)
}

@Test func tablesForProgramsAreCSVAndJSON() {
  #expect(
    String(decoding: table.csv(.rfc4180), as: UTF8.self)
      == "plan,cost_usd,over\r\nb,9.5,true\r\na,,\r\n=c,10.25,false\r\n")
  #expect(
    String(decoding: table.csv(.excelFr).dropFirst(3), as: UTF8.self)
      == "plan;cost_usd;over\r\nb;9,5;true\r\na;;\r\n=c;10,25;false\r\n")
  let text = table.json.text
  #expect(text.contains("\"cost_usd\": \"9.5\"") && text.contains("\"over\": null"))
}

@Test func queriedNumbersHaveFifteenDigitsAndNoExponent() {
  func text(_ value: SQLiteValue) -> String {
    OutputTable(columns: ["x"], values: [[value]]).rows[0][0].text
  }
  #expect(text(.real(0.1 + 0.2)) == "0.3")
  #expect(text(.real(1_234_567.875)) == "1234567.875")
  #expect(text(.real(-0.00000125)) == "-0.00000125")
  #expect(text(.real(0)) == "0")
  #expect(text(.real(3e15)) == "3000000000000000")
  #expect(text(.integer(.min)) == "-9223372036854775808")
  #expect(text(.blob([1, 255])) == "0x01ff")
  #expect(text(.null) == "")
}
