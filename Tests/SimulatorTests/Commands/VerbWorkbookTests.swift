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
  ]

  /// Its tables are sheets whose texts are texts and that hold no formula; run again without the flag it takes
  /// its workbook away.
  @Test(arguments: verbs) func aVerbWritesItsTables(
    verb: String, options: String, tables: [String]
  ) throws {
    let folder = try SmallCompany.folder()
    let words = [verb, "s.yaml", "--out", "out"] + options.split(separator: " ").map(String.init)
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
    let second = try Program.run(words, in: folder.url)
    #expect(second.code == 0)
    #expect(!folder.content.contains { $0.hasSuffix(".xlsx") })
  }
}
