import Foundation
import Testing

@testable import Support

/// An empty folder of its own for a test, removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "/costsim-test-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

private func everything(in path: String) -> [String] {
  (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).sorted()
}

private func content(_ path: String) -> String? {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}

@Test func outputAppearsOnlyWhenCommitted() throws {
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root + "/new/reports")
    try folder.write("one", to: "index.md")
    try folder.write("two", to: "a b%2F/charts/x.svg")
    #expect(!FileManager.default.fileExists(atPath: root + "/new/reports/index.md"))
    try folder.commit()
    #expect(
      everything(in: root + "/new/reports")
        == ["a b%2F", "a b%2F/charts", "a b%2F/charts/x.svg", "index.md"])
    #expect(content(root + "/new/reports/a b%2F/charts/x.svg") == "two")
  }
}

@Test func outputReplacesOlderFilesAndKeepsOthers() throws {
  try withTemporaryFolder { root in
    try "old".write(toFile: root + "/index.md", atomically: false, encoding: .utf8)
    try "mine".write(toFile: root + "/notes.txt", atomically: false, encoding: .utf8)
    let folder = try OutputFolder(path: root)
    try folder.write("new", to: "index.md")
    try folder.commit()
    #expect(content(root + "/index.md") == "new")
    #expect(everything(in: root) == ["index.md", "notes.txt"])
  }
}

@Test func outputThatIsNotCommittedLeavesNothing() throws {
  try withTemporaryFolder { root in
    try { () throws in
      let folder = try OutputFolder(path: root + "/a/b")
      try folder.write("x", to: "c/d.txt")
    }()
    #expect(everything(in: root) == [])
  }
}

/// A per-call ledger may lie among a run's reports.
@Test func outputOfTwoIntoOneNewFolderLeavesNothing() throws {
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root + "/a/b")
    try folder.write("x", to: "c.txt")
    try folder.outputs.write("y", to: root + "/a/b/d.txt")
    #expect(everything(in: root).contains("a/b"))
    folder.outputs.discard()
    #expect(everything(in: root) == [])
  }
}

@Test func outputErrorsNameTheFileAsTheUserDoes() throws {
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root)
    try FileManager.default.createDirectory(
      atPath: folder.temporaryPath(for: "calls.csv"), withIntermediateDirectories: false)
    let error = #expect(throws: OutputError.self) { _ = try folder.file("calls.csv") }
    #expect("\(try #require(error))".hasPrefix(root + "/calls.csv: "))
  }
}

@Test func outputFailingAtTheEndLeavesTheOldFiles() throws {
  try withTemporaryFolder { root in
    try FileManager.default.createDirectory(
      atPath: root + "/z/report.md", withIntermediateDirectories: true)
    try "old".write(toFile: root + "/a.md", atomically: false, encoding: .utf8)
    let folder = try OutputFolder(path: root)
    try folder.write("new", to: "a.md")
    try folder.write("new", to: "fresh/b.md")
    #expect(throws: OutputError.isAFolder(path: root + "/z/report.md")) {
      try folder.write("new", to: "z/report.md")
    }
    folder.outputs.discard()
    #expect(content(root + "/a.md") == "old")
    #expect(everything(in: root) == ["a.md", "z", "z/report.md"])
  }
}

@Test func outputPathThatIsAFileIsBadUsage() throws {
  try withTemporaryFolder { root in
    let file = root + "/reports"
    try "".write(toFile: file, atomically: false, encoding: .utf8)
    for path in [file, file + "/deeper"] {
      #expect(throws: OutputError.notAFolder(path: path)) { try OutputFolder(path: path) }
    }
    #expect(OutputError.notAFolder(path: file).exitCode == 2)
    #expect(everything(in: root) == ["reports"])
  }
}

@Test func outputFolderThatCannotBeWrittenIsBadUsage() throws {
  try withTemporaryFolder { root in
    let closed = root + "/closed"
    try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: true)
    chmod(closed, 0o555)
    defer { chmod(closed, 0o755) }
    // Permissions do not bind root, but nobody makes folders in /proc.
    let path = geteuid() == 0 ? "/proc/costsim" : closed + "/reports"
    do throws(OutputError) {
      _ = try OutputFolder(path: path)
      Issue.record("\(path) was made")
    } catch {
      guard case .notWritable = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.exitCode == 2)
      #expect(error.description.hasPrefix("\(path): error: cannot write there: "))
    }
    #expect(everything(in: root) == ["closed"])
  }
}

@Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
func outputOnAFullDiskFailsWithOne() throws {
  let file = try OutputFile(path: "/dev/full")
  #expect(throws: OutputError.diskFull(path: "/dev/full")) { try file.write([1, 2, 3]) }
  #expect(OutputError.diskFull(path: "x").exitCode == 1)
}

@Test func outputFilesLieInTheirFolder() throws {
  try withTemporaryFolder { root in
    let outputs = Outputs()
    try outputs.write("1", to: root + "/new/x.csv")
    #expect(throws: OutputError.isAFolder(path: root + "/")) { try outputs.claim(root + "/") }
    try outputs.commit()
    #expect(everything(in: root) == ["new", "new/x.csv"])
  }
}

@Test func outputIntoAPipeIsWrittenThrough() throws {
  try withTemporaryFolder { root in
    let pipe = root + "/pipe"
    #expect(mkfifo(pipe, 0o644) == 0)
    // Without a reader the commit would wait for one.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let folder = try OutputFolder(path: root)
    try folder.write("through", to: "pipe")
    try folder.commit()
    var bytes = [UInt8](repeating: 0, count: 20)
    #expect(read(reader, &bytes, 20) == 7)
    #expect(everything(in: root) == ["pipe"])
  }
}

@Test func outputInterruptedRemovesItsTemporaries() throws {
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root)
    try folder.write("x", to: "index.md")
    #expect(everything(in: root).count == 2)
    folder.outputs.discard()
    #expect(everything(in: root) == [])
  }
}

/// The system frees the lock of a process that is gone, whatever its number is now.
@Test func outputRemovesWhatAKilledRunLeft() throws {
  try withTemporaryFolder { root in
    let (dead, alive) = (".costsim-1f.tmp", ".costsim-2e.tmp")
    for name in [dead, alive, ".costsim-x.tmp"] {
      try FileManager.default.createDirectory(
        atPath: root + "/" + name, withIntermediateDirectories: false)
    }
    try "half".write(toFile: root + "/\(dead)/report.md", atomically: false, encoding: .utf8)
    let lock = open(root + "/" + alive, O_RDONLY)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    try OutputFolder(path: root).commit()
    #expect(everything(in: root) == [alive, ".costsim-x.tmp"].sorted())
  }
}

/// A second file that cannot get its name takes the first one back, in another folder, too.
@Test func outputsAppearTogetherOrNotAtAll() throws {
  try withTemporaryFolder { root in
    try "old".write(toFile: root + "/calls.csv", atomically: false, encoding: .utf8)
    let folder = try OutputFolder(path: root + "/reports")
    try folder.outputs.write("new", to: root + "/calls.csv")
    try folder.write("new", to: "index.md")
    try folder.outputs.write("new", to: root + "/other/late.csv")
    // Somebody takes the name meanwhile.
    try FileManager.default.createDirectory(
      atPath: root + "/other/late.csv", withIntermediateDirectories: true)
    #expect(throws: OutputError.isAFolder(path: root + "/other/late.csv")) { try folder.commit() }
    #expect(content(root + "/calls.csv") == "old")
    #expect(everything(in: root) == ["calls.csv", "other", "other/late.csv"])
  }
}

@Test func outputOnOnePathTwiceIsRefused() throws {
  try withTemporaryFolder { root in
    try FileManager.default.createSymbolicLink(
      atPath: root + "/link", withDestinationPath: "reports/../reports")
    let folder = try OutputFolder(path: root + "/reports")
    try folder.claim("a/b.csv")
    let again = root + "/link/./a/b.csv"
    #expect(
      throws: OutputError.isOutput(path: again, other: root + "/reports/a/b.csv")
    ) { try folder.outputs.claim(again) }
    #expect(OutputError.isOutput(path: "a", other: "b").exitCode == 2)
  }
}

/// Links are kept, and lead to the new text: to a file, to none yet, to a folder elsewhere.
@Test func outputIsWrittenThroughLinks() throws {
  try withTemporaryFolder { root in
    for name in ["there", "reports"] {
      try FileManager.default.createDirectory(
        atPath: root + "/" + name, withIntermediateDirectories: false)
    }
    try "old".write(toFile: root + "/there/a", atomically: false, encoding: .utf8)
    for (link, to) in [("a", "../there/a"), ("b", "../there/new/b"), ("c", root + "/there")] {
      try FileManager.default.createSymbolicLink(
        atPath: root + "/reports/" + link, withDestinationPath: to)
    }
    let folder = try OutputFolder(path: root + "/reports")
    for name in ["a", "b", "c/d"] { try folder.write("new", to: name) }
    try folder.commit()
    for name in ["a", "new/b", "d"] {
      #expect(content(root + "/there/" + name) == "new", "\(name)")
    }
    #expect(
      everything(in: root) == [
        "reports", "reports/a", "reports/b", "reports/c", "there", "there/a", "there/d",
        "there/new", "there/new/b",
      ])
  }
}

/// What only its owner may read stays so, also while it is being written.
@Test func outputKeepsPermissions() throws {
  func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }
  try withTemporaryFolder { root in
    try "old".write(toFile: root + "/a", atomically: false, encoding: .utf8)
    chmod(root + "/a", 0o600)
    let folder = try OutputFolder(path: root)
    for name in ["a", "b"] { try folder.write("new", to: name) }
    let staged = try folder.temporaryPath(for: "b")
    #expect(mode(staged) == 0o600)
    #expect(mode(URL(fileURLWithPath: staged).deletingLastPathComponent().path) == 0o700)
    try folder.commit()
    #expect(mode(root + "/a") == 0o600)
    #expect(mode(root + "/b") & 0o600 == 0o600 && mode(root + "/b") != 0o600)
  }
}

/// A commit that was killed after it had renamed some of its files: whatever of it had happened, the next
/// one finds all of the old files, and none of the new.
@Test(arguments: 0...3, [false, true])
func aKilledCommitIsUndone(renamed: Int, isPublic: Bool) throws {
  try withTemporaryFolder { folder in
    // Records have paths as they are without links and doubled slashes.
    guard case .file(let root) = try OutputTarget(folder + "/reports") else { return }
    let staging = root + "/.costsim-1f.tmp"
    try FileManager.default.createDirectory(
      atPath: staging, withIntermediateDirectories: true,
      attributes: [.posixPermissions: isPublic ? 0o755 : 0o700])
    let names = ["a", "b", "new"]
    for name in names {
      try "new".write(toFile: staging + "/" + name, atomically: false, encoding: .utf8)
      if name != "new" {
        try "old".write(toFile: root + "/" + name, atomically: false, encoding: .utf8)
      }
    }
    let entries = names.map { name in
      CommitRecord.Entry(
        target: root + "/" + name, temporary: staging + "/" + name, kept: staging + "/\(name).old",
        hadOld: name != "new")
    }
    // Others' files that a record names are left alone.
    try "mine".write(toFile: root + "/../costsim-other", atomically: false, encoding: .utf8)
    let foreign = CommitRecord.Entry(
      target: root + "/../costsim-other", temporary: staging + "/no", kept: staging + "/no.old",
      hadOld: false)
    try CommitRecord(stagings: [staging], entries: entries + [foreign]).write()
    for entry in entries.prefix(renamed) {
      link(entry.target, entry.kept)
      #expect(rename(staging + entry.target.dropFirst(root.count), entry.target) == 0)
    }
    #expect(OutputJournal.isHalfWritten(root))
    let folder = try OutputFolder(path: root)
    try folder.write("later", to: "c")
    try folder.commit()
    #expect(content(root + "/../costsim-other") == "mine")
    if isPublic {
      // Whoever else may write there could say anything: nothing is renamed.
      #expect(content(root + "/a") == (renamed > 0 ? "new" : "old"))
    } else {
      #expect(everything(in: root) == ["a", "b", "c"])
      #expect(["a", "b"].allSatisfy { content(root + "/" + $0) == "old" })
    }
    #expect(!OutputJournal.isHalfWritten(root))
  }
}
