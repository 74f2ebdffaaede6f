import Foundation
import Testing

@testable import Decisions
@testable import Support

/// `run --shard --partial` and `merge` from end to end: the reports are those of the one run, byte for
/// byte, wherever they are merged; parts that do not belong together are errors that write nothing.
@Suite struct MergeCommandTests {
  private let folder: ScenarioFolder

  /// A company with an input of which only the range is known, a budget line, a lever that names a
  /// policy of its own, and outages, so that every part of a report is there.
  init() throws {
    folder = try SmallCompany.folder(
      """
      seed: 5
      outages: [{ model: large, from: 2026-06-03T10:00, for: 2d }]
      levers: { cheap: { title: All small, with: [policy=small.yaml] } }
      """)
    try folder.write("small.yaml", "name: small\nrules: [{ name: all, model: small }]\n")
    try folder.write(
      "t.yaml",
      SmallCompany.scenario.replacing(
        "volume: 100", with: "volume: {low: 80, likely: 100, high: 150}"
      )
      .replacing("$10\n", with: "{ amount: $3, thresholds: [50%] }\n"))
  }

  @discardableResult
  private func costsim(_ text: String, in place: URL? = nil) throws -> Program.Outcome {
    try Program.run(
      text.split(separator: " ").map(String.init) + ["-q"], in: place ?? folder.url)
  }

  private func succeed(_ text: String, in place: URL? = nil) throws {
    let outcome = try costsim(text, in: place)
    try #require(outcome.code == 0, "\(text): \(outcome.errors)")
  }

  private func files(_ name: String, in place: URL? = nil) throws -> [String: [UInt8]] {
    let root = (place ?? folder.url).appendingPathComponent(name)
    let names = try #require(FileManager.default.enumerator(atPath: root.path))
    var files: [String: [UInt8]] = [:]
    for case let file as String in names where file.contains(".") {
      files[file] = try bytes(root.path + "/" + file)
    }
    return files
  }

  private func expectSame(_ one: [String: [UInt8]], _ other: [String: [UInt8]]) {
    #expect(one.count > 10 && Set(one.keys) == Set(other.keys))
    for (name, content) in one { #expect(other[name] == content, "\(name) differs") }
  }

  private static let options = "--runs 7 --users 3,12 --override cache.mode=off"

  @Test func mergedReportsAreThoseOfTheOneRun() throws {
    let run = "run s.yaml t.yaml \(Self.options)"
    try succeed("\(run) --out whole --threads 2 --xlsx")
    for shard in 1...3 {
      try succeed("\(run) --shard \(shard)/3 --partial \(shard).bin --threads \(shard)")
    }
    // Somewhere else, where the scenarios are not, in another order, in two steps.
    let elsewhere = try ScenarioFolder()
    for shard in 1...3 {
      try elsewhere.write("\(shard).bin", data: Data(try bytes(folder.path("\(shard).bin"))))
    }
    try succeed("merge 3.bin 1.bin --partial 31.bin", in: elsewhere.url)
    try succeed("merge 31.bin 2.bin --out merged --threads 1 --xlsx", in: elsewhere.url)
    expectSame(try files("whole"), try files("merged", in: elsewhere.url))
  }

  /// A scenario and a catalog that are named from where the user is; more shards than months.
  @Test func filesElsewhereGoAlong() throws {
    try folder.write("below/lists/mine.yaml", SmallCompany.catalog.replacing("$20", with: "$25"))
    let place = folder.url.appendingPathComponent("below")
    let run = "run ../s.yaml --catalog lists/mine.yaml --runs 2 --seed 9"
    try succeed("\(run) --out whole", in: place)
    for shard in 1...3 {
      try succeed("\(run) --shard \(shard)/3 --partial \(shard).bin", in: place)
    }
    let text = try String(contentsOfFile: folder.path("below/whole/s/run.json"), encoding: .utf8)
    #expect(text.contains("\"lists/mine.yaml\"") && text.contains("\"../s.yaml\""))
    try FileManager.default.removeItem(atPath: folder.path("s.yaml"))
    try FileManager.default.removeItem(atPath: folder.path("below/lists/mine.yaml"))
    try succeed("merge 3.bin 2.bin 1.bin --out merged", in: place)
    expectSame(try files("whole", in: place), try files("merged", in: place))
  }

  /// Whatever the order and the grouping: the same part.
  @Test func partsOfPartsAreTheSame() throws {
    for shard in 1...4 {
      try succeed("run s.yaml --runs 5 --shard \(shard)/4 --partial \(shard).bin")
    }
    try succeed("run s.yaml --runs 5 --partial whole.bin")
    try succeed("merge 4.bin 2.bin --partial a.bin")
    try succeed("merge 1.bin 3.bin --partial b.bin")
    try succeed("merge a.bin b.bin --partial ab.bin")
    try succeed("merge 3.bin 4.bin 2.bin 1.bin --partial c.bin")
    let whole = try bytes(folder.path("whole.bin"))
    #expect(try bytes(folder.path("ab.bin")) == whole)
    #expect(try bytes(folder.path("c.bin")) == whole)
  }

  /// What is done to get parts, how they are merged, and what is said of it.
  struct Refusal: CustomTestStringConvertible, Sendable {
    var runs: [String]
    var merge: String
    var says: String

    init(_ runs: String..., merge: String, says: String) {
      (self.runs, self.merge, self.says) = (runs, merge, says)
    }

    var testDescription: String { says }
  }

  private static let first = "run s.yaml --runs 4 --shard 1/2 --partial 1.bin"

  @Test(arguments: [
    Refusal(
      first, merge: "1.bin",
      says: "merge: error: months 3 to 4 of 4 are in none of the parts, expected all of them, or "
        + "'--partial FILE' to merge the rest later"),
    Refusal(
      first, merge: "1.bin 1.bin",
      says:
        "1.bin: error: has months 1 to 2, which are given a second time, expected every month in one part"
    ),
    Refusal(
      first, "run s.yaml --runs 4 --shard 1/3 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: has month 1, which is in 1.bin as well, expected every month in one part"
    ),
    Refusal(
      first, "run s.yaml --runs 5 --shard 2/2 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: is part of another run than 1.bin: its --runs is 5, there 4"),
    Refusal(
      first, "run s.yaml --runs 4 --shard 2/2 --seed 6 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: is part of another run than 1.bin: its seed is 6, there 5"),
    Refusal(
      first, "run s.yaml --runs 4 --shard 2/2 --users 3 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: is part of another run than 1.bin: its changes on the command line are "
        + "plans=[3], there none"),
    Refusal(
      first, "run t.yaml --runs 4 --shard 2/2 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: is part of another run than 1.bin: its scenarios are t, there s"),
    Refusal(
      first, merge: "1.bin s.yaml",
      says: "s.yaml: error: is no part of a result, expected a file that --partial has written"),
    Refusal(first, merge: "1.bin none.bin", says: "none.bin: error: no such file"),
    Refusal(
      first, merge: "1.bin --partial 1.bin",
      says: "1.bin: error: is to be written as well, as '1.bin', expected an output of its own"),
  ])
  func whatDoesNotBelongTogetherIsRefused(_ refusal: Refusal) throws {
    for run in refusal.runs { try succeed(run) }
    let before = folder.content
    let target = refusal.merge.contains("--partial") ? "" : " --out merged"
    let outcome = try costsim("merge \(refusal.merge)\(target)")
    #expect(outcome.code == 2)
    #expect(outcome.errors == refusal.says + "\n")
    #expect(folder.content == before, "something was written")
  }

  @Test func aChangedFileIsNamed() throws {
    try succeed(Self.first)
    try folder.write("catalog.yaml", SmallCompany.catalog.replacing("$20", with: "$21"))
    try succeed("run s.yaml --runs 4 --shard 2/2 --partial 2.bin")
    let outcome = try costsim("merge 2.bin 1.bin --out merged")
    #expect(outcome.code == 2)
    #expect(
      outcome.errors
        == "1.bin: error: is part of another run than 2.bin: its catalog.yaml has another text\n")
  }

  @Test func aDamagedPartWritesNothing() throws {
    try succeed(Self.first)
    let part = try bytes(folder.path("1.bin"))
    for (length, says) in [(0, "is empty, expected a part"), (part.count - 1, "is cut off")] {
      try folder.write("cut.bin", data: Data(part[..<length]))
      let outcome = try costsim("merge cut.bin --out merged")
      #expect(outcome.code == 2 && outcome.errors.hasPrefix("cut.bin: error: \(says)"))
    }
    #expect(!folder.content.contains { $0.hasPrefix("merged") })
  }

  @Test(arguments: [
    ("--shard 1/2", "--shard needs --partial FILE"),
    ("--shard 3/2 --partial p.bin", "The value '3/2' is invalid for '--shard <K/M>'"),
    ("--shard 0/2 --partial p.bin", "The value '0/2' is invalid for '--shard <K/M>'"),
    ("--partial p.bin --out o", "--partial writes no reports: --out belongs to merge"),
    ("--partial p.bin --xlsx", "--partial writes no reports: --xlsx belongs to merge"),
    ("--partial p.bin --table costs", "--partial writes no reports: --table belongs to merge"),
    ("--partial p.bin --calls c.csv", "--partial writes no calls: --calls is for a run of its own"),
  ]) func optionsThatDoNothingAreRefused(_ options: String, _ says: String) throws {
    let outcome = try costsim("run s.yaml \(options)")
    #expect(outcome.code == 2 && outcome.errors.contains(says), "\(outcome.errors)")
    #expect(!folder.content.contains("p.bin"))
  }
}
