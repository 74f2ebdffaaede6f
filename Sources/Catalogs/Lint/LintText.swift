import CostModel
import Support

/// What `catalog lint` found, for people and for programs.
package enum LintText {
  package static func text(_ path: String, _ catalog: Catalog, _ findings: [LintFinding]) -> String
  {
    let models = HumanFormat.plural(Int64(catalog.models.count), "model")
    guard !findings.isEmpty else { return "\(path): nothing suspicious in \(models)\n" }
    var text = ""
    for finding in findings {
      text += "\(path): \(HumanFormat.visible(finding.model)): \(finding.rule.rawValue): "
      text += "\(finding.message)\n"
    }
    let counts = LintFinding.Rule.allCases.compactMap { rule -> String? in
      let count = findings.count { $0.rule == rule }
      return count > 0 ? "\(HumanFormat.count(Int64(count))) \(rule.rawValue)" : nil
    }
    let total = HumanFormat.plural(Int64(findings.count), "finding")
    return text + "\(path): \(total) in \(models): \(counts.joined(separator: ", "))\n"
  }

  package static func json(_ path: String, _ catalog: Catalog, _ findings: [LintFinding])
    -> JSONValue
  {
    .object([
      ("file", .string(path)), ("models", .integer(Int64(catalog.models.count))),
      (
        "findings",
        .array(
          findings.map {
            .object([
              ("model", .string($0.model)), ("rule", .string($0.rule.rawValue)),
              ("message", .string($0.message)),
            ])
          })
      ),
    ])
  }
}
