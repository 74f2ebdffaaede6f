import Audit
import Support

/// The same as claims.csv, with what it leaves out, for programs.
package enum AuditJSON {
  package static func json(_ result: AuditResult) -> JSONValue {
    .object([
      ("title", .string(result.title)),
      ("headline", .string(AuditHeadline.text(result))),
      (
        "verdicts",
        .object(
          Verdict.allCases.map { verdict in
            (verdict.rawValue, .integer(Int64(result.findings(verdict).count)))
          })
      ),
      ("claims", .array(result.findings.map { claim($0, AuditText(workings: result.workings)) })),
    ])
  }

  private static func claim(_ finding: Finding, _ text: AuditText) -> JSONValue {
    let claim = finding.claim
    return .object([
      ("claim", .string(claim.id)),
      ("quantity", .string(claim.quantity)),
      ("source", .string(claim.source)),
      ("subject", .string(claim.subject)),
      ("unit", .string(claim.unit.text)),
      ("published_text", .string(claim.published.text)),
      ("published", .string(claim.published.decimal)),
      ("recomputed", .optional(finding.recomputed) { .string($0.decimal) }),
      ("difference", .optional(finding.difference) { .string($0.decimal) }),
      ("ratio", .optional(finding.ratio) { .string($0.decimal) }),
      ("verdict", .string(finding.verdict.rawValue)),
      ("wrong_inputs", .array(finding.wrongInputs.map { .string($0.id) })),
      ("from_recomputed", .optional(finding.fromRecomputed) { .string($0.decimal) }),
      ("unit_slip_factor", .optional(finding.slip) { .integer($0.factor) }),
      ("assumptions", .array(finding.assumptions.map { .string($0) })),
      ("contradicted_by", .array(finding.contradictions.map { .string($0.id) })),
      ("explanation", .string(text.explanation(finding))),
    ])
  }
}
