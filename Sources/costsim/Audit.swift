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

  @Flag(help: "Lets the claims file name files outside its own folder.")
  var allowOutside = false

  @OptionGroup var printing: PrintOptions

  func run() throws {
    let folder = try OutputFolder(path: out)
    let files = ReportPage.files("audit") + ["claims.csv"] + (printing.json ? ["claims.json"] : [])
    for file in files { try folder.claim("audit/\(file)") }
    try ReportIndex.claim(in: folder)
    let result = try Auditor.audit(
      try ClaimsReader.read(path: claims, allowOutside: allowOutside))
    let page = ReportPage(name: "audit", markdown: AuditMarkdown.text(result))
    try page.write(to: "audit", in: folder)
    try folder.write(ClaimsTable.csv(result, dialect: csvDialect), to: "audit/claims.csv")
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
