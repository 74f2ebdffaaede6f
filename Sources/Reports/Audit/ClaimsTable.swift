import Audit
import Support

/// claims.csv: one row a claim (columns: docs/interface.md). Numbers are in the row's unit; a range
/// is written `low..high`.
package enum ClaimsTable {
  package static let columns = [
    "claim", "source", "subject", "unit", "published", "recomputed", "difference", "ratio",
    "verdict", "explanation",
  ]

  package static func csv(_ result: AuditResult, dialect: CSVDialect) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect)
    for column in columns { writer.text(column) }
    writer.endRow()
    let text = AuditText(workings: result.workings)
    for finding in result.findings {
      let claim = finding.claim
      for name in [claim.id, claim.source, claim.subject, claim.unit.text] { writer.text(name) }
      writer.number(claim.published.decimal)
      optional(finding.recomputed?.decimal, &writer)
      optional(finding.difference?.decimal, &writer)
      optional(finding.ratio?.decimal, &writer)
      writer.text(finding.verdict.rawValue)
      writer.text(text.explanation(finding))
      writer.endRow()
    }
    return writer.bytes
  }

  private static func optional(_ number: String?, _ writer: inout CSVWriter) {
    if let number { writer.number(number) } else { writer.unknown() }
  }
}
