import Foundation
import Testing

@testable import Simulator

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

/// A per-call ledger may lie among a run's reports: whichever is given up last takes the new folder.
@Test(arguments: [true, false]) func outputOfTwoIntoOneNewFolderLeavesNothing(
  makerFirst: Bool
) throws {
  try withTemporaryFolder { root in
    let maker = try OutputFolder(path: root + "/a/b")
    let other = try OutputFolder(path: root + "/a/b")
    for folder in makerFirst ? [maker, other] : [other, maker] {
      try folder.write("x", to: "c.txt")
      #expect(everything(in: root).contains("a/b"))
      folder.discard()
    }
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
    try folder.write("new", to: "z/report.md")
    #expect(throws: OutputError.isAFolder(path: root + "/z/report.md")) { try folder.commit() }
    #expect(content(root + "/a.md") == "old")
    #expect(everything(in: root) == ["a.md", "z", "z/report.md"])
  }
}

@Test func outputPathThatIsAFileIsBadUsage() throws {
  try withTemporaryFolder { root in
    let file = root + "/reports"
    try "".write(toFile: file, atomically: false, encoding: .utf8)
    for path in [file, file + "/deeper"] {
      #expect(throws: OutputError.notAFolder(path: file)) { try OutputFolder(path: path) }
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
    let (folder, name) = try OutputFolder.forFile(root + "/new/x.csv")
    #expect(folder.path == root + "/new" && name == "x.csv")
    #expect(throws: OutputError.isAFolder(path: root + "/")) {
      _ = try OutputFolder.forFile(root + "/")
    }
  }
}

@Test func outputDoesNotReplaceWhatIsNoFile() throws {
  try withTemporaryFolder { root in
    let pipe = root + "/pipe"
    #expect(mkfifo(pipe, 0o644) == 0)
    let folder = try OutputFolder(path: root)
    try folder.write("x", to: "pipe")
    #expect(throws: OutputError.notWritable(path: pipe, reason: "it is not a regular file")) {
      try folder.commit()
    }
    #expect(everything(in: root) == ["pipe"])
  }
}

@Test func outputInterruptedRemovesItsTemporaries() throws {
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root)
    try folder.write("x", to: "index.md")
    #expect(everything(in: root).count == 2)
    OutputFolder.discard(stagingsUnder: root)
    #expect(everything(in: root) == [])
  }
}

@Test func outputRemovesWhatAKilledRunLeft() throws {
  try withTemporaryFolder { root in
    // No process has the largest number; this one is alive.
    let (dead, alive) = (".costsim-\(Int32.max)-1.tmp", ".costsim-\(getpid())-1.tmp")
    for name in [dead, alive, ".costsim-x.tmp"] {
      try FileManager.default.createDirectory(
        atPath: root + "/" + name, withIntermediateDirectories: false)
    }
    try "half".write(toFile: root + "/\(dead)/report.md", atomically: false, encoding: .utf8)
    try OutputFolder(path: root).commit()
    #expect(everything(in: root) == [alive, ".costsim-x.tmp"].sorted())
  }
}
