import Foundation
import Testing

@testable import costsim

/// `costsim audit` as a user runs it.
@Suite struct AuditCommandTests {
  private static let plan = """
    title: A plan
    claims:
      a: { subject: rent, published: $10, unit: USD per month, at: "plan.md:1" }
      b: { subject: two rents, published: $30, unit: USD per month, at: "plan.md:2", formula: 2 * a }
    """

  @Test func itWritesTheAuditAndItsLink() throws {
    let folder = try ClaimsFolder(Self.plan).folder
    try folder.write("out/index.md", "# Reports\n\n## [Mine](mine/report.md)\n\ntext\n\n")
    let outcome = try Program.run([
      "audit", folder.path("claims.yaml"), "--out", folder.path("out"),
    ])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(
      outcome.output
        == "Of 2 published claims, 1 is wrong, 0 are doubtful, 1 cannot be checked and "
        + "0 are confirmed by recomputing. No monthly cost is published too low.\n"
        + "Audit: \(folder.path("out"))/audit/audit.md\n")
    #expect(
      folder.content.filter { $0.hasPrefix("out/audit/") } == [
        "out/audit/audit.html", "out/audit/audit.md", "out/audit/claims.csv",
      ])
    let index = try String(contentsOfFile: folder.path("out/index.md"), encoding: .utf8)
    #expect(index.hasPrefix("# Reports\n\n## [Mine](mine/report.md)\n\ntext\n\n## [A plan]("))
  }

  @Test func jsonIsPrintedAndWritten() throws {
    let folder = try ClaimsFolder(Self.plan).folder
    let out = folder.path("out")
    let outcome = try Program.run(["audit", folder.path("claims.yaml"), "--out", out, "--json"])
    let file = try String(contentsOfFile: out + "/audit/claims.json", encoding: .utf8)
    #expect(outcome.code == 0 && outcome.output == file)
    #expect(try JSONSerialization.jsonObject(with: Data(file.utf8)) is [String: Any])
    let quiet = try Program.run(["audit", folder.path("claims.yaml"), "--out", out, "--quiet"])
    #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
  }

  @Test func badInputExitsWith2AndWritesNothing() throws {
    let folder = try ClaimsFolder(Self.plan.replacing("2 * a", with: "2 * rent")).folder
    let before = folder.content
    let outcome = try Program.run([
      "audit", folder.path("claims.yaml"), "--out", folder.path("out"),
    ])
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("claims.yaml:4:95: error: unknown name 'rent'"))
    #expect(folder.content == before)
    #expect(try Program.run(["audit", folder.path("none.yaml")]).code == 2)
  }
}
