import CostModel

@testable import Audit
@testable import costsim

/// Claims files made up by tests.
struct ClaimsFolder {
  let folder: ScenarioFolder

  init(_ claims: String, _ files: [String: String] = [:]) throws {
    folder = try ScenarioFolder(files)
    try folder.write("claims.yaml", claims)
  }

  var path: String { folder.path("claims.yaml") }

  func audit() throws -> AuditResult { try Auditor.audit(try ClaimsReader.read(path: path)) }

  /// The text of the errors, with the folder's name taken out.
  var errors: String {
    do {
      _ = try audit()
      return "no error"
    } catch {
      return "\(error)".replacing(folder.url.path + "/", with: "")
    }
  }
}

extension AuditResult {
  subscript(id: String) -> Finding? { findings.first { $0.claim.id == id } }

  var verdicts: [String: Verdict] {
    Dictionary(uniqueKeysWithValues: findings.map { ($0.claim.id, $0.verdict) })
  }
}
