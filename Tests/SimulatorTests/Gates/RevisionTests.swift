import Foundation
import Testing

@testable import Decisions
@testable import Gates

/// `--baseline REV:PATH`: a change that renews its own baseline is compared with the old one.
@Suite struct RevisionTests {
  /// A repository whose branch `main` has a scenario and its baseline.
  private static func repository() throws -> GateFolder {
    let folder = try GateFolder()
    try folder.baseline()
    try DiffTests.git(folder, "init", "-q", "-b", "main")
    try DiffTests.git(folder, "add", ".")
    try DiffTests.git(folder, "commit", "-q", "-m", "base")
    return folder
  }

  private static func check(
    _ folder: GateFolder, _ baseline: String, in place: String = "", _ options: String...
  ) throws -> Program.Outcome {
    try Program.run(
      [
        "check", folder.files.path("s.yaml"), "--baseline", baseline, "--max-increase", "5%",
        "--out", folder.files.path("out"),
      ] + options,
      in: folder.files.url.appendingPathComponent(place))
  }

  /// A pull request makes the scenario ten times as large and renews the baseline with it.
  private static func tenfold() throws -> GateFolder {
    let folder = try repository()
    try folder.files.write("s.yaml", GateFolder.scenario(volume: 1_000))
    try folder.baseline()
    try DiffTests.git(folder, "checkout", "-q", "-b", "change")
    try DiffTests.git(folder, "add", ".")
    try DiffTests.git(folder, "commit", "-q", "-m", "ten times")
    return folder
  }

  @Test func aRenewedBaselineHidesNothing() throws {
    let folder = try Self.tenfold()
    #expect(try Self.check(folder, "baseline.yaml").output.hasPrefix("Passed. No bill changed."))
    for base in ["main:baseline.yaml", "HEAD~1:./baseline.yaml", "HEAD^{/base}:baseline.yaml"] {
      let outcome = try Self.check(folder, base)
      #expect(outcome.code == 99, "\(outcome)")
      #expect(outcome.output.contains("+$3.75, +900.0 %), more than 5 %: volume +$3.75."))
      #expect(
        outcome.output.contains(
          "The bills are compared with \(base); "
            + "\(base.hasSuffix("./baseline.yaml") ? "./" : "")baseline.yaml differs from it here "
            + "and does not count.\n"))
    }
    let notes = try folder.json("out/check.json")["notes"]?.items.map(\.string)
    #expect(notes?.count == 1)
    // A merge of the base branch into it, detached, as CI servers check out.
    try DiffTests.git(folder, "checkout", "-q", "--detach")
    #expect(try Self.check(folder, "main:baseline.yaml").code == 99)
  }

  @Test func theSameBaselineIsNotRemarkedOn() throws {
    let folder = try Self.repository()
    try folder.files.write(
      "baseline.yaml", try folder.text("baseline.yaml").replacing("\n", with: "\r\n"))
    let outcome = try Self.check(folder, "HEAD:baseline.yaml")
    #expect(outcome.code == 0 && outcome.output.hasPrefix("Passed. No bill changed.\n"))
    try FileManager.default.removeItem(atPath: folder.files.path("baseline.yaml"))
    #expect(
      try Self.check(folder, "HEAD:baseline.yaml").output.contains(
        "The bills are compared with HEAD:baseline.yaml, which is gone here."))
  }

  /// Paths count from the root, or from the working folder with `./` and `../`.
  @Test func subfolders() throws {
    let folder = try Self.tenfold()
    try folder.files.write("sub/x", "")
    for base in ["main:baseline.yaml", "main:../baseline.yaml"] {
      let outcome = try Self.check(folder, base, in: "sub")
      #expect(outcome.code == 99, "\(outcome)")
      #expect(outcome.output.contains("../baseline.yaml differs from it here"))
    }
    try folder.files.write("sub/b.yaml", try folder.text("baseline.yaml"))
    try DiffTests.git(folder, "add", ".")
    try DiffTests.git(folder, "commit", "-q", "-m", "sub")
    let wrong = try Self.check(folder, "HEAD:b.yaml", in: "sub")
    #expect(wrong.code == 2)
    #expect(
      wrong.errors
        == "HEAD:b.yaml: error: no such file in that revision, did you mean 'HEAD:./b.yaml'?\n")
  }

  /// A baseline that the base branch has not got yet: all is new; one that nobody has: a mistake.
  @Test func aNewBaseline() throws {
    let folder = try Self.repository()
    try folder.files.write("new.yaml", try folder.text("baseline.yaml"))
    let outcome = try Self.check(folder, "HEAD:new.yaml")
    #expect(outcome.code == 0)
    #expect(
      outcome.output.hasPrefix(
        "Nothing was judged. No bill changed that has a baseline. Not in the baseline: s. "
          + "HEAD has no new.yaml yet, so every bill is new.\n"))
    #expect(try Self.check(folder, "HEAD:new.yaml", "--fail-on-new").code == 99)
    let missing = try Self.check(folder, "HEAD:none.yaml")
    #expect(missing.code == 2)
    #expect(missing.errors == "HEAD:none.yaml: error: no such file in that revision\n")
  }

  /// What git does not know is an error, not an empty baseline.
  @Test func unknownRevisions() throws {
    let folder = try Self.repository()
    let unknown = try Self.check(folder, "nope:baseline.yaml")
    #expect(unknown.code == 2)
    #expect(unknown.errors == "nope:baseline.yaml: error: git knows no revision 'nope'\n")
    #expect(try Self.check(folder, "-x:baseline.yaml").code == 2)

    try DiffTests.git(folder, "commit", "-q", "--allow-empty", "-m", "second")
    try DiffTests.git(folder, "branch", "release")
    let (here, clone) = (folder.files.path(""), folder.files.path("clone"))
    try DiffTests.git(folder, "clone", "-q", "--depth", "1", "file://\(here)", clone)
    let shallow = try Self.check(folder, "HEAD~1:baseline.yaml", in: "clone")
    #expect(shallow.code == 2)
    #expect(shallow.errors.contains("this clone is shallow, 'git fetch --unshallow'"))
    try DiffTests.git(
      folder, "-C", clone, "fetch", "-q", "origin", "release:refs/remotes/origin/release")
    let remote = try Self.check(folder, "release:baseline.yaml", in: "clone")
    #expect(remote.errors.contains("did you mean 'origin/release'?"), "\(remote.errors)")
    #expect(try Self.check(folder, "origin/release:baseline.yaml", in: "clone").code == 0)
  }

  @Test(arguments: [
    ("main:a/b.yaml", "main", "a/b.yaml"), ("origin/main:b.yaml", "origin/main", "b.yaml"),
    ("main@{2026-01-01 09:00:00}:b.yaml", "main@{2026-01-01 09:00:00}", "b.yaml"),
    ("HEAD^{/fix: x}:b:c", "HEAD^{/fix: x}", "b:c"),
  ])
  func addresses(text: String, revision: String, path: String) throws {
    let split = try #require(GitFiles.split(text))
    #expect(split.revision == revision && split.path == path)
  }

  @Test(arguments: [":b.yaml", "b.yaml", "HEAD^{/a:b}"]) func notAddresses(text: String) {
    #expect(GitFiles.split(text) == nil)
  }

  /// Files beside a scenario at the root, under a revision with a slash in its name.
  @Test func aScenarioAtTheRootBringsItsFiles() throws {
    let folder = try Self.tenfold()
    try DiffTests.git(folder, "branch", "feature/x", "main")
    for base in ["feature/x:s.yaml", "main:./s.yaml"] {
      let outcome = try Program.run(["diff", base, "s.yaml"], in: folder.files.url)
      #expect(outcome.code == 0 && outcome.output.contains("volume +$3.75"), "\(outcome)")
    }
  }
}
