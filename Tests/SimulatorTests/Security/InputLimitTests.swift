import Foundation
import Testing

@testable import Simulator
@testable import Support

/// Inputs that are larger than `Limits/input.yaml` lets them be are refused by the limit's name.
@Suite struct InputLimitTests {
  /// A file of zeros that takes no room on a disk.
  private func sparse(_ path: String, bytes: Int) throws {
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: UInt64(bytes))
    try file.close()
  }

  /// 64 MiB may be packed however well; more only to a 250th.
  @Test func whatUnpacksToTooMuchIsRefused() {
    let most = 67_108_864
    #expect(InputLimit.problem(unpacked: most, packed: 1) == nil)
    #expect(
      InputLimit.problem(unpacked: most + 1, packed: 268_434)
        == "it unpacks to more than 250 times its size (limit 'unpacked_ratio')")
    #expect(InputLimit.problem(unpacked: most + 1, packed: 268_436) == nil)
    #expect(
      InputLimit.problem(unpacked: 17_179_869_185, packed: 17_179_869_184)?
        .contains("limit 'log_bytes'") == true)
  }

  /// Zeros are no log, however many there are.
  @Test(arguments: ["read", "price", "calibrate"])
  func zerosAreNoText(verb: String) throws {
    let folder = try ScenarioFolder(["catalog.yaml": ChangeTests.catalog])
    try sparse(folder.path("zeros.csv"), bytes: 1 << 34)
    for file in ["zeros.csv", "/dev/zero"] {
      let run = try Program.run(
        [verb, file, "--catalog", "catalog.yaml", "-o", "out.csv"], in: folder.url)
      #expect(run.code == 2, "\(file) \(run.errors)")
    }
  }

  /// One column more than 16,384.
  @Test(arguments: [
    ["price", "wide.csv", "--catalog", "catalog.yaml"],
    ["replay", "wide.csv", "--scenario", "s.yaml"],
    ["calibrate", "wide.csv", "--catalog", "catalog.yaml", "-o", "new.yaml"],
  ])
  func columns(arguments: [String]) throws {
    let folder = try SmallCompany.folder()
    let names =
      ["timestamp", "model", "input_tokens", "output_tokens"] + (0..<16_381).map { "c\($0)" }
    try folder.write("wide.csv", names.joined(separator: ",") + "\n")
    let outcome = try Program.run(arguments, in: folder.url)
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("more than 16,384 columns (limit 'columns')"), "\(outcome.errors)")
  }

  /// A record of JSON, a line and a row that are one byte and more longer than 16 MiB, for every reader.
  @Test(arguments: [
    ("long.jsonl", ["read"], "line 2: the record has"), ("long.csv", ["read"], "row 2 has"),
    ("usage.csv", ["price"], "row 2 has"),
    ("replay.csv", ["replay"], "row 2 has"),
  ])
  func records(file: String, verb: [String], message: String) throws {
    let folder = try SmallCompany.folder()
    let long = String(repeating: "x", count: 18 << 20)
    let text =
      switch file {
      case "long.jsonl":
        #"{"model": "small", "input_tokens": 1}"# + "\n{\"model\": \"\(long)\"}\n"
      case "long.csv":
        "startTime,model,prompt_tokens,completion_tokens\n2026-01-01,small,1,1\n\"\(long)\""
      case "usage.csv": "model,input_tokens,output_tokens\nsmall,1,1\n\"\(long)\""
      default: "timestamp,model,input_tokens,output_tokens\n2026-01-01,small,1,1\n\"\(long)\""
      }
    try folder.write(file, text)
    let rest =
      verb == ["replay"]
      ? ["--scenario", "s.yaml", "--out", "out"] : ["--catalog", "catalog.yaml", "-o", "out.csv"]
    let outcome = try Program.run(verb + [file] + rest, in: folder.url)
    #expect(outcome.code == 2, "\(outcome.output.prefix(300))")
    #expect(
      outcome.errors.contains("\(message) more than 16,777,216 bytes (limit 'record_bytes')"),
      "\(outcome.errors.prefix(300))")
  }

  @Test(arguments: [
    (16_777_217, "more than 16,777,216 bytes (limit 'price_list_bytes')"),
    (67_108_865, "more than 67,108,864 bytes (limit 'archive_bytes')"),
  ])
  func priceLists(bytes: Int, message: String) throws {
    let folder = try ScenarioFolder()
    try sparse(folder.path("list.json"), bytes: bytes)
    let outcome = try Program.run(["catalog", "import", "litellm", "list.json"], in: folder.url)
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
  }

  /// A list of a million and one values.
  @Test func valuesOfPriceLists() throws {
    let folder = try ScenarioFolder([
      "list.json": "{\"a\": [" + String(repeating: "1,", count: 1_000_000) + "1]}"
    ])
    let outcome = try Program.run(["catalog", "import", "litellm", "list.json"], in: folder.url)
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("more than 1,000,000 values (limit 'price_list_values')"),
      "\(outcome.errors)")
  }

  /// What git hands on is read no further than a file would be.
  @Test func filesOfRevisions() throws {
    let folder = try GateFolder()
    try sparse(folder.files.path("big.yaml"), bytes: 16_777_217)
    try DiffTests.git(folder, "init", "-q", "-b", "main")
    try DiffTests.git(folder, "add", ".")
    try DiffTests.git(folder, "commit", "-q", "-m", "base")
    let outcome = try Program.run(
      ["check", "s.yaml", "--baseline", "main:big.yaml"], in: folder.files.url)
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("more than 16,777,216 bytes (limit 'file_bytes')"),
      "\(outcome.errors)")
  }

  /// Doubling the users ends at two million, however far the budget is.
  @Test func doublingOfUsers() throws {
    let folder = try SmallCompany.folder()
    let outcome = try Program.run(
      ["solve", "s.yaml", "--for", "users", "--budget", "1000000000000", "--out", "out"],
      in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    // 10 × 2¹⁸: the answer says how far it was looked.
    #expect(
      outcome.output.contains("Every number of users from 1 user to 2,621,440 users keeps"),
      "\(outcome.output)")
  }
}
