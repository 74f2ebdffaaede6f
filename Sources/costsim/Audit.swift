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
    let files =
      ["audit/audit.md", "audit/claims.csv"] + (printing.json ? ["audit/claims.json"] : [])
    for file in files + ["index.md"] { try folder.claim(file) }
    let result = try Auditor.audit(
      try ClaimsReader.read(path: claims, allowOutside: allowOutside))
    try folder.write(AuditMarkdown.text(result), to: "audit/audit.md")
    try folder.write(ClaimsTable.csv(result, dialect: csvDialect), to: "audit/claims.csv")
    let json = AuditJSON.json(result)
    if printing.json { try folder.write(json.text, to: "audit/claims.json") }
    try folder.write(index(result), to: "index.md")
    try folder.commit()
    printing.show(
      json: json,
      text: PlainEnglish.visible(AuditHeadline.text(result)) + "\nAudit: \(out)/audit/audit.md\n")
  }

  private func index(_ result: AuditResult) -> String {
    let path = out + "/index.md"
    let known = FileManager.default.fileExists(atPath: path)
    return IndexSection(
      title: result.title, link: "audit/audit.md", text: AuditMarkdown.headline(result)
    ).added(to: known ? try? String(contentsOfFile: path, encoding: .utf8) : nil)
  }
}
