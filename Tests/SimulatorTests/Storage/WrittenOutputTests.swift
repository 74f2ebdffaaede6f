import Foundation
import Glibc
import Testing

@testable import Simulator

/// Where the outputs of a command may go, as a user meets it.
@Suite struct WrittenOutputTests {
  private static let log = """
    timestamp,user,use_case,model,input_tokens,output_tokens
    2026-06-01T09:00:00Z,ann,chat,small,100,20
    2026-06-01T09:02:00Z,bob,chat,large,100,20
    2026-06-02T10:00:00Z,bob,chat,small,90,10

    """

  private static func folder() throws -> ScenarioFolder {
    let folder = try SmallCompany.folder()
    try folder.write("log.csv", log)
    try folder.write("usage.csv", "model,input_tokens,output_tokens\nsmall,1000,333\nsmall,x,1\n")
    try FileManager.default.linkItem(
      atPath: folder.path("log.csv"), toPath: folder.path("hard.csv"))
    for (link, to) in [("soft.csv", "log.csv"), ("soft.yaml", "catalog.yaml"), ("here", ".")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(link), withDestinationPath: to)
    }
    try folder.write("key", String(repeating: "k", count: 32))
    return folder
  }

  /// In `made`, what verbs would write leads to the scenario.
  private static func folderWithLinks() throws -> ScenarioFolder {
    let folder = try folder()
    func link(_ name: String, to: String) throws {
      let path = folder.path("made/" + name)
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: to)
    }
    try link("comment.md", to: "../s.yaml")
    let verbs = [
      "levers", "stress", "forecast", "select", "sensitivity", "solve", "sweep", "report",
    ]
    for path in ["audit/audit"] + verbs.map({ "s/" + $0 }) {
      try link(path + ".md", to: "../../s.yaml")
    }
    return folder
  }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  /// By name, link or hard link: whatever a command reads, it does not write.
  @Test(arguments: [
    "run s.yaml --users 5 --calls s.yaml --out o",
    "run s.yaml --users 5 --calls ./here/s.yaml --out o",
    "run s.yaml --users 5 --calls catalog.yaml --out o",
    "run s.yaml --users 5 --partial catalog.yaml",
    "run s.yaml --users 5 --calls soft.yaml --out o",
    "replay log.csv --scenario s.yaml --calls log.csv --out o",
    "replay log.csv --scenario s.yaml --calls hard.csv --out o",
    "replay soft.csv --scenario s.yaml --calls log.csv --out o",
    "calibrate log.csv --catalog catalog.yaml -o log.csv",
    "calibrate log.csv --catalog catalog.yaml -o catalog.yaml",
    "calibrate soft.csv --catalog catalog.yaml -o here/hard.csv",
    "price usage.csv --catalog catalog.yaml --skip-bad-rows 1 -o usage.csv",
    "price usage.csv --catalog catalog.yaml --skip-bad-rows 1 -o catalog.yaml",
    "baseline s.yaml -o s.yaml", "baseline s.yaml -o soft.yaml",
    "catalog refresh catalog.yaml --from usage.csv --kind litellm -o catalog.yaml",
    "catalog import litellm usage.csv -o usage.csv",
    "read log.csv --catalog catalog.yaml -o log.csv",
    "read log.csv --catalog catalog.yaml --left-out hard.csv",
    "read log.csv --catalog catalog.yaml -o key --pseudonyms key",
    "price log.csv --catalog catalog.yaml -o hard.csv",
    "check s.yaml --out made", "diff s.yaml s.yaml --out made", "audit s.yaml --out made",
    "run s.yaml --users 5 --out made", "levers s.yaml --out made", "stress s.yaml --out made",
    "forecast s.yaml --out made", "select s.yaml --out made", "sensitivity s.yaml --out made",
    "solve s.yaml --budget $5 --between 1..9 --out made",
    "sweep s.yaml --vary users=1,2 --out made",
  ])
  func inputsAreNoOutputs(command: String) throws {
    let folder = try Self.folderWithLinks()
    let before = folder.content
    let run = try Program.run(words(command), in: folder.url)
    #expect(run.code == 2)
    #expect(run.errors.contains("expected an output of its own"), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(folder.content.filter { !["err", "out"].contains($0) } == before)
    #expect(try String(contentsOfFile: folder.path("log.csv"), encoding: .utf8) == Self.log)
  }

  @Test(arguments: [
    "run s.yaml --users 5 --calls o/index.md --out o",
    "run s.yaml --users 5 --calls here/o/s/costs.csv --out o",
    "run s.yaml --users 5 --calls o/s/costs.sqlite --out o --ledger",
    "replay log.csv --scenario s.yaml --calls o/s-replay/focus.csv --out o",
    "calibrate log.csv -o here/new/catalog.yaml",
    "price usage.csv --catalog catalog.yaml --skip-bad-rows 1 -o rejected.csv",
    "calibrate log.csv --catalog catalog.yaml -o /dev/stdout --json",
    "run s.yaml --users 5 --calls /dev/fd/1 --out o --table costs",
  ])
  func outputsShareNoPath(command: String) throws {
    let folder = try Self.folder()
    let before = folder.content
    let run = try Program.run(words(command), in: folder.url)
    #expect(run.code == 2)
    #expect(run.errors.contains("is also another output"), "\(run.errors)")
    #expect(folder.content == before)
  }

  /// What is wrong with the scenario is no reason to write over it; nor are two outputs one file.
  @Test(arguments: ["check", "diff"]) func gatesAnnounceTheirFiles(verb: String) throws {
    let folder = try Self.folderWithLinks()
    try folder.write("s.yaml", "wrong: true\n")
    let scenarios = verb == "diff" ? ["s.yaml", "s.yaml"] : ["s.yaml"]
    let run = try Program.run([verb] + scenarios + ["--out", "made"], in: folder.url)
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("s.yaml: error: is to be written as well"), "\(run.errors)")
    #expect(try String(contentsOfFile: folder.path("s.yaml"), encoding: .utf8) == "wrong: true\n")

    let process = try Program.process([verb] + scenarios + ["--out", "o"], in: folder.url)
    process.environment = ["GITHUB_STEP_SUMMARY": folder.path("o/junit.xml")]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    #expect(said.contains("is also another output"), "\(said)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("o")))
  }

  /// The summary goes elsewhere where the file is the standard output.
  @Test func standardOutputIsWrittenThrough() throws {
    let folder = try Self.folder()
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
      let run = try Program.run(
        ["calibrate", "log.csv", "--catalog", "catalog.yaml", "-o", name], in: folder.url)
      #expect(run.code == 0 && run.output.hasSuffix("does not state them.\"\n"), "\(run)")
      #expect(run.errors.hasPrefix("Fitted to 3 requests."))
    }
    let calls = try Program.run(
      ["run", "s.yaml", "--users", "5", "--calls", "/dev/stderr", "--out", "o"], in: folder.url)
    #expect(calls.code == 0 && calls.errors.hasPrefix("call,timestamp,") && !calls.output.isEmpty)
  }

  /// `-` is the standard output; names that a table would change are refused where it would go unread,
  /// before anything is written; and two tables have two files.
  @Test func logsAreWrittenWhereTheyAreAskedFor() throws {
    let folder = try Self.folder()
    let before = folder.content
    let priced = try Program.run(
      ["price", "log.csv", "--catalog", "catalog.yaml", "-o", "-"], in: folder.url)
    #expect(priced.code == 0 && priced.output.contains("cost_usd"), "\(priced.errors)")
    try folder.write("al.yaml", "models: {small: large}\n")
    let text = try String(contentsOfFile: folder.path("al.yaml"), encoding: .utf8)
    for verb in [
      ["price", "usage.csv", "--catalog", "catalog.yaml"],
      ["replay", "log.csv", "--scenario", "s.yaml"],
      ["calibrate", "log.csv", "--catalog", "catalog.yaml"],
    ] {
      let out = verb[0] == "replay" ? "--calls" : "-o"
      let run = try Program.run(verb + ["--aliases", "al.yaml", out, "al.yaml"], in: folder.url)
      #expect(run.code == 2, "\(verb) \(run.output)")
      #expect(try String(contentsOfFile: folder.path("al.yaml"), encoding: .utf8) == text)
      let unread = try Program.run(verb + ["--aliases", "al.yaml", "-o", "x"], in: folder.url)
      #expect(
        verb[0] == "replay" || unread.errors.contains("--aliases: error: "), "\(unread.errors)")
      let place = verb[0] == "replay" ? ["--out", "y"] : ["-o", "y"]
      for (option, value) in [
        ("--aliases", "al.yaml"), ("--provider", "openai"), ("--rate", "EUR=1.10"),
        ("--unit", "input_tokens=1K"), ("--allow-usage", "x"), ("--skip-unpriced", "3"),
      ] {
        let run = try Program.run(verb + [option, value] + place, in: folder.url)
        #expect(run.code == 2 && run.errors.contains("\(option): error: "), "\(verb) \(run.errors)")
        #expect(run.errors.contains("'\(value)' would go unread"))
      }
    }
    // A folder is not the standard output.
    for verb in [
      ["run", "s.yaml", "--users", "5"], ["replay", "log.csv", "--scenario", "s.yaml"],
    ] {
      let run = try Program.run(verb + ["--out", "-"], in: folder.url)
      #expect(run.code == 2 && run.errors.contains("not a folder"), "\(verb) \(run.errors)")
    }
    for paths in [
      ["-o", "a.csv", "--left-out", "./a.csv"], ["-o", "r.csv", "--left-out", "rejected.csv"],
      ["-o", "od/", "--left-out", "od/requests.csv"], ["-o", "a.csv", "--left-out", "here/a.csv"],
    ] {
      let run = try Program.run(
        ["read", "log.csv", "--catalog", "catalog.yaml"] + paths, in: folder.url)
      #expect(run.code == 2 && run.errors.contains("--left-out: error: "), "\(paths) \(run.errors)")
    }
    try FileManager.default.removeItem(atPath: folder.path("al.yaml"))
    #expect(folder.content == before)
  }

  /// Calls that do not fit leave no report, whatever the order.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDeviceTakesTheReportBack() throws {
    let folder = try Self.folder()
    let before = folder.content
    let run = try Program.run(
      ["run", "s.yaml", "--users", "5", "--calls", "/dev/full", "--out", "o"], in: folder.url)
    #expect(run.code == 1 && run.errors.contains("the disk is full; nothing was written"))
    #expect(folder.content == before)
  }

  /// A program under `nohup` goes on when its terminal goes; others clean up.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func signalsLeaveNothing(signal: Int32) throws {
    // Under `nohup` the tests, and so the program, would go on for hours.
    let others = Glibc.signal(signal, SIG_DFL)
    defer { _ = Glibc.signal(signal, others) }
    let folder = try Self.folder()
    let before = folder.content
    let process = try Program.process(
      ["run", "s.yaml", "--users", "100", "--runs", "1000000", "--out", "o", "-q"], in: folder.url)
    process.standardError = FileHandle.nullDevice
    try process.run()
    while folder.content == before, process.isRunning { usleep(2_000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + signal)
    #expect(folder.content == before)
  }

  /// A file that grows beyond what the shell permits (SIGXFSZ, 2 KiB here) takes the report back.
  @Test func aLimitOnFilesLeavesNothing() throws {
    let folder = try Self.folder()
    let before = folder.content
    let limited = try Program.run(
      [
        "-c", #"ulimit -f 2; exec "$0" "$@""#, Program.url().path, "run", "s.yaml", "--users", "5",
        "--calls", "calls.csv", "--out", "o", "-q",
      ], in: folder.url, program: URL(fileURLWithPath: "/bin/bash"))
    #expect(limited.code == 1 && limited.errors.contains("File too large"), "\(limited.errors)")
    #expect(folder.content == before)
  }
}
