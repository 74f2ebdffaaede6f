import Audit
import Support

/// A row of claims.csv.
package struct ClaimRow: Sendable {
  package var finding: Finding
  /// Why the verdict is what it is.
  package var explanation: String
}

extension ReportTables {
  /// Its numbers are in the row's unit; a range is written `low..high`.
  package static let claims = TableDefinition<ClaimRow>(
    name: "claims", about: "Each published number beside what it comes to, and the verdict.",
    key: ["claim"],
    columns: [
      Column("claim", .text, "Name of the claim in the claims file") { .text($0.finding.claim.id) },
      Column("source", .text, "Where it is published") { .text($0.finding.claim.source) },
      Column("subject", .text, "What it is a number of") { .text($0.finding.claim.subject) },
      Column("unit", .text, "Of the numbers of this row") { .text($0.finding.claim.unit.text) },
      Column("published", .exactDecimal, "As it is published; a range is low..high") {
        .text($0.finding.claim.published.decimal)
      },
      Column("recomputed", .exactDecimal, "What it comes to; a range is low..high") {
        .optional($0.finding.recomputed) { .text($0.decimal) }
      },
      Column("difference", .exactDecimal, "Recomputed less published, at the nearest ends") {
        .optional($0.finding.difference) { .text($0.decimal) }
      },
      Column("ratio", .exactDecimal, "Recomputed over published, at the nearest ends") {
        .optional($0.finding.ratio) { .text($0.decimal) }
      },
      Column("verdict", .text, "What the audit says of it") {
        .text($0.finding.verdict.rawValue)
      },
      Column("explanation", .text, "Why") { .text($0.explanation) },
    ])

  package static func claimsTable(_ result: AuditResult) -> Table {
    let text = AuditText(workings: result.workings)
    return claims.table(
      result.findings.map { ClaimRow(finding: $0, explanation: text.explanation($0)) })
  }
}
