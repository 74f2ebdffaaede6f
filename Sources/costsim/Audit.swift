import ArgumentParser
import Audit
import Foundation
import Reports
import Support

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recomputes every published number of a claims file, and judges it.",
    discussion: """
      Example: costsim audit scenarios/claims.yaml

      Writes OUT/audit/audit.md and claims.csv, and links them from OUT/index.md. A claims file \
      needs no scenario (docs/claims-format.md). Wrong claims are a result, not an error: the \
      exit code is 0.
      """)

  @Argument(help: "Claims file.")
  var claims: String

  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @Flag(help: "Also writes the claims as a workbook, for spreadsheets: OUT/audit/audit.xlsx.")
  var xlsx = false

  @Flag(help: "Lets the claims file name files outside its own folder.")
  var allowOutside = false

  @OptionGroup var printing: PrintOptions

  func run() throws {
    if xlsx { try Workbook.requireLibrary() }
    let folder = try OutputFolder(path: out)
    let files =
      ReportPage.files("audit") + ["claims.csv"] + (printing.json ? ["claims.json"] : [])
      + (xlsx ? [ReportWorkbook.fileName(of: "audit")] : [])
    for file in files { try folder.claim("audit/\(file)") }
    try ReportIndex.claim(in: folder)
    let result = try Auditor.audit(
      try ClaimsReader.read(path: claims, allowOutside: allowOutside))
    let page = ReportPage(name: "audit", markdown: AuditMarkdown.text(result))
    try page.write(to: "audit", in: folder)
    let table = ReportTables.claimsTable(result)
    try folder.write(table.csv(csvDialect), to: "audit/claims.csv")
    try ReportWorkbook.write(
      xlsx, "audit", in: "audit", title: result.title, created: nil,
      answer: AuditHeadline.text(result), tables: [table], of: folder)
    let json = AuditJSON.json(result)
    if printing.json { try folder.write(json.text, to: "audit/claims.json") }
    let section = IndexSection(
      title: Markdown.escape(result.title), link: "audit/audit.md",
      text: AuditMarkdown.headline(result))
    try ReportIndex.add([section], in: folder)
    try folder.commit()
    printing.show(
      json: json,
      text: HumanFormat.visible(AuditHeadline.text(result)) + "\nAudit: \(out)/audit/audit.md\n")
  }
}
