import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Catalogs
@testable import Reports
@testable import Scenarios
@testable import Support
@testable import costsim

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let hasLibrary = (try? Workbook.requireLibrary()) != nil

/// Workbooks, read as spreadsheets read them: the parts of the archive, their XML.
@Suite(.enabled(if: hasLibrary, "libxlsxwriter is not installed")) struct ReportWorkbookTests {
  private static let evil = ["=1+1", "00123", "@SUM(A1)", "http://example.com"]

  private static func report() -> ScenarioReport {
    var sample = SampleReport(title: "=cmd|' /C calc'!A0", users: [50, 900], alertsPerPlan: 5)
    sample.models = zip(evil, [22_666_666_667, 6_666_666_661, 3_333_333_333, 1]).map { ($0, $1) }
    return sample.report
  }

  private static func workbook(_ report: ScenarioReport) throws -> [String: Data] {
    let folder = try ScenarioFolder([:])
    let path = folder.path("report.xlsx")
    try ReportWorkbook.write(report, tables: ReportTables.all(report), to: path, shown: path)
    let archive = try ZipArchive([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    var parts: [String: Data] = [:]
    for member in archive.members { parts[member.name] = Data(try archive.contents(of: member)) }
    return parts
  }

  /// Sheets by name.
  private static func sheets(_ parts: [String: Data]) throws -> [String: SheetXML] {
    let book = String(decoding: try #require(parts["xl/workbook.xml"]), as: UTF8.self)
    let names = book.matches(of: /<sheet name="([^"]+)" sheetId="(\d+)"/)
    var sheets: [String: SheetXML] = [:]
    for name in names {
      let data = try #require(parts["xl/worksheets/sheet\(name.2).xml"])
      sheets[String(name.1)] = SheetXML(data)
    }
    return sheets
  }

  /// Every cell of every table is the CSV file's: the same number or text, of the cell's own type.
  @Test func sheetsHoldTheTablesOfTheReport() throws {
    let report = Self.report()
    let sheets = try Self.sheets(try Self.workbook(report))
    for table in ReportTables.all(report) {
      let sheet = try #require(sheets[table.name])
      var sums = CumulativeRounder(table)
      for (place, column) in table.columns.enumerated() {
        #expect(sheet.cells[Workbook.Place(0, place).name]?.text == column.name)
      }
      for (row, cells) in table.rows.enumerated() {
        for (place, cell) in sums.rounded(cells).enumerated() {
          let found = sheet.cells[Workbook.Place(row + 1, place).name]
          let type = table.columns[place].type
          guard let text = type.text(of: cell) else {
            #expect(found == nil)
            continue
          }
          switch type {
          case .text: #expect(found?.isText == true && found?.text == text)
          case .boolean: #expect(found?.text == (text == "true" ? "1" : "0"))
          case .date, .timestamp, .second: #expect(found?.isText == false)
          default: #expect(found?.isText == false && Double(found?.text ?? "") == Double(text))
          }
        }
      }
      #expect(sheet.elements.contains("autoFilter") && sheet.elements.contains("pane"))
    }
  }

  /// 2026-11-01 is day 46,327: 25,569 days from 1899-12-30 to 1970, and 20,758 to that day.
  @Test func daysAreThoseOfSpreadsheets() throws {
    let report = Self.report()
    let sheet = try #require(try Self.sheets(try Self.workbook(report))["daily"])
    let place = try #require(ReportTables.daily.columns.firstIndex { $0.name == "date" })
    #expect(sheet.cells[Workbook.Place(1, place).name]?.text == "46327")
  }

  /// No text of a scenario, a log or a model becomes a formula or a link.
  @Test func noFormulaComesFromData() throws {
    for (name, sheet) in try Self.sheets(try Self.workbook(Self.report())) {
      #expect(name == "What if" || !sheet.elements.contains("f"), "\(name)")
      #expect(name == "Summary" || !sheet.elements.contains("hyperlink"), "\(name)")
    }
  }

  @Test func theSameReportGivesTheSameBytes() throws {
    #expect(try Self.workbook(Self.report()) == Self.workbook(Self.report()))
  }

  // MARK: The what-if sheet

  /// The sheet of the last plan of a starter, and its expected bill.
  private static func whatIf(_ template: StarterTemplate) throws -> (SheetXML, Double, Int) {
    let folder = try ScenarioFolder(
      Dictionary(
        uniqueKeysWithValues: template.files(named: "new").map {
          ($0.name, String(decoding: $0.text, as: UTF8.self))
        }))
    let scenario = try folder.read("scenario.yaml")
    let plan = try #require(scenario.plans.last)
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    let path = folder.path("w.xlsx")
    let book = try Workbook(path: path, shown: path, title: "", created: SimTime(microseconds: 0))
    try WhatIfSheet.write(
      try #require(BillArithmetic(cost)), of: plan, budget: MoneySum(picodollars: 5), to: book)
    try book.finish()
    let archive = try ZipArchive([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    let member = try #require(archive.members.first { $0.name == "xl/worksheets/sheet1.xml" })
    return (SheetXML(Data(try archive.contents(of: member))), cost.total, plan.users)
  }

  /// Its formulas come to the values that stand beside them, and their sum is the expected bill; twice
  /// the volume, or twice the users and half the volume, are what they should be: every price of these
  /// is by use.
  @Test(arguments: StarterTemplate.allCases) func whatIfIsTheExpectedBill(
    template: StarterTemplate
  ) throws {
    let (sheet, expected, users) = try Self.whatIf(template)
    let row = try #require(sheet.cells.first { $0.value.text == "The bill" }?.key.dropFirst())
    let bill = "I\(row)"
    for (name, cell) in sheet.cells where cell.formula != nil {
      let value = try #require(sheet.value(name, [:]), "\(name): \(cell.formula ?? "")")
      let shown = Double(cell.text) ?? .nan
      #expect((value - shown).magnitude <= 1e-9 * (1 + shown.magnitude), "\(name)")
    }
    func check(_ inputs: [String: Double], _ scale: Double) throws {
      let value = try #require(sheet.value(bill, inputs))
      #expect((value - scale * expected).magnitude <= 1e-9 * scale * expected, "\(inputs)")
    }
    try check([:], 1)
    try check(["B5": 2], 2)
    try check(["B4": 2 * Double(users), "B5": 0.5], 1)
    try check(["B10": 0.5], 0.5)
  }

  /// A conversation of the chat sends 11,750 tokens and answers with 1,750 (docs/recipes/saas-chat.md).
  /// Were none of them read from the cache, all would be written: 1,000 users × 12 conversations ×
  /// (11,750 × $2.50 + 1,750 × $10) / 1,000,000 = $352.50 + $210.00.
  @Test func whatIsNotReadIsWritten() throws {
    let (sheet, _, users) = try Self.whatIf(.saasChat)
    try #require(users == 1_000)
    let row = try #require(sheet.cells.first { $0.value.text == "The bill" }?.key.dropFirst())
    let bill = try #require(sheet.value("I\(row)", ["B9": 0]))
    #expect((bill - 562.5).magnitude < 1e-9)
  }

  /// A table that a sheet cannot hold is not cut: the sheet says where it is.
  @Test func aTableTooLongForASheetIsLeftInItsFile() throws {
    let folder = try ScenarioFolder([:])
    let path = folder.path("long.xlsx")
    let book = try Workbook(
      path: path, shown: path, title: "", created: SimTime(microseconds: 0))
    let column = Table.Column(name: "n", type: .integer, unit: "", about: "")
    let rows = Array(repeating: [Cell.integer(1)], count: 1_048_576)
    try TableSheet.write(
      Table(name: "long", about: "", key: [], indexes: [], columns: [column], rows: rows),
      to: book)
    try book.finish()
    let archive = try ZipArchive([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    let member = try #require(archive.members.first { $0.name == "xl/worksheets/sheet1.xml" })
    let sheet = SheetXML(Data(try archive.contents(of: member)))
    #expect(sheet.cells.count == 1)
    #expect(
      sheet.cells["A1"]?.text
        == "1,048,576 rows do not fit into a sheet, which takes 1,048,575: they are in long.csv.")
  }
}

/// The cells of a sheet, and the names of its elements.
private final class SheetXML: NSObject, XMLParserDelegate {
  struct Value {
    var text: String
    var isText: Bool
    var formula: String?
  }
  private(set) var cells: [String: Value] = [:]
  private(set) var elements: Set<String> = []

  /// What a cell comes to where others hold these values; nil: it is no number.
  func value(_ name: String, _ inputs: [String: Double]) -> Double? {
    if let input = inputs[name] { return input }
    guard let cell = cells[name] else { return nil }
    return cell.formula.map { formula in
      Spreadsheet.value("=" + formula) { self.value($0, inputs) }
    } ?? Double(cell.text)
  }

  private var place = ""
  private var type = ""
  private var text = ""
  private var formula = ""
  private var element = ""

  init(_ data: Data) {
    super.init()
    let parser = XMLParser(data: data)
    parser.delegate = self
    _ = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    elements.insert(name)
    if name == "c" {
      (place, type) = (attributes["r"] ?? "", attributes["t"] ?? "n")
      (text, formula) = ("", "")
    }
    element = name
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if element == "v" || element == "t" { text += string }
    if element == "f" { formula += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    element = ""
    guard name == "c", !text.isEmpty else { return }
    cells[place] = Value(
      text: text, isText: type == "inlineStr", formula: formula.isEmpty ? nil : formula)
  }
}
