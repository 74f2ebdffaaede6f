import Foundation
import Testing

@testable import Catalogs
@testable import Support

/// `--xlsx` of the verbs that write tables.
@Suite(.enabled(if: (try? Workbook.requireLibrary()) != nil, "libxlsxwriter is not installed"))
struct VerbWorkbookTests {
  private static let verbs = [
    ("forecast", "--months 2", ["forecast"]), ("levers", "", ["levers", "break-even"]),
    ("stress", "", ["stress"]), ("solve", "", ["solve"]), ("sensitivity", "", ["sensitivity"]),
    ("select", "", ["select"]), ("sweep", "--vary users=1,2", ["sweep"]),
    ("audit", "", ["claims"]),
  ]

  /// Of which `audit` writes a workbook; `rent` looks like a formula, `range` is no one number.
  private static let claims = """
    title: A plan
    claims:
      rent: { subject: "=1+1", published: $10.25, unit: USD per month, at: "plan.md:1" }
      range: { subject: rents, published: $30-40, unit: USD per month, at: "plan.md:2", formula: 2 * rent }
    """

  /// Its tables are sheets whose texts are texts and that hold no formula; run again without the flag it takes
  /// its workbook away.
  @Test(arguments: verbs) func aVerbWritesItsTables(
    verb: String, options: String, tables: [String]
  ) throws {
    let folder = try SmallCompany.folder()
    try folder.write("claims.yaml", Self.claims)
    let words =
      [verb, verb == "audit" ? "claims.yaml" : "s.yaml", "--out", "out"]
      + options.split(separator: " ").map(String.init)
    let first = try Program.run(words + ["--xlsx"], in: folder.url)
    #expect(first.code == 0, "\(first.errors)")
    let name = try #require(folder.content.first { $0.hasSuffix("/\(verb).xlsx") })
    let archive = try ZipArchive([UInt8](Data(contentsOf: URL(fileURLWithPath: folder.path(name)))))
    var parts: [String: String] = [:]
    for member in archive.members {
      parts[member.name] = String(decoding: try archive.contents(of: member), as: UTF8.self)
    }
    let sheets = try #require(parts["xl/workbook.xml"]).matches(of: /<sheet name="([^"]+)"/)
      .map { String($0.output.1) }
    #expect(sheets == ["Summary"] + tables + ["Columns"])
    for (name, text) in parts where name.hasPrefix("xl/worksheets/sheet") {
      #expect(!text.contains("<f>"), "\(name) has a formula")
    }
    // The same bytes each time, also where what it is about has no date.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
    #expect(try Program.run(words + ["--xlsx"], in: folder.url).code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) == bytes)
    let second = try Program.run(words, in: folder.url)
    #expect(second.code == 0)
    #expect(!folder.content.contains { $0.hasSuffix(".xlsx") })
  }

  /// Numbers are numbers ($10.25, twice it is 20.5), ranges and texts are texts.
  @Test func anAuditsNumbersAreNumbers() throws {
    let folder = try SmallCompany.folder()
    try folder.write("claims.yaml", Self.claims)
    let ran = try Program.run(
      ["audit", "claims.yaml", "--out", "out", "--xlsx"], in: folder.url)
    #expect(ran.code == 0, "\(ran.errors)")
    let file = URL(fileURLWithPath: folder.path("out/audit/audit.xlsx"))
    let archive = try ZipArchive([UInt8](Data(contentsOf: file)))
    let member = try #require(archive.members.first { $0.name == "xl/worksheets/sheet2.xml" })
    let sheet = String(decoding: try archive.contents(of: member), as: UTF8.self)
    let numbers = sheet.matches(of: /<c r="([A-Z]+\d+)"[^>]*><v>([^<]+)<\/v>/)
      .map { "\($0.output.1) \($0.output.2)" }
    #expect(numbers.contains("E2 10.25") && numbers.contains("F3 20.5"), "\(numbers)")
    #expect(!numbers.contains { $0.hasPrefix("E3 ") })
    for text in ["C2\" t=\"inlineStr\"><is><t>=1+1<", "E3\" t=\"inlineStr\"><is><t>30..40<"] {
      #expect(sheet.contains(text), "\(sheet)")
    }
  }
}
