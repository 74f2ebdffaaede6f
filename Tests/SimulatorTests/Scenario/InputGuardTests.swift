import Foundation
import Testing

@testable import Simulator

/// Files that are no scenarios at all.
@Suite struct InputGuardTests {
  @Test func missingFile() throws {
    #expect(try ScenarioFolder().errors() == "s.yaml: error: no such file")
  }

  @Test func folderForAFile() throws {
    let folder = try ScenarioFolder(["s.yaml/x": ""])
    #expect(folder.errors() == "s.yaml: error: is a folder, expected a YAML file")
  }

  @Test(arguments: ["", "\n\n", "\u{FEFF}  \n"])
  func emptyFile(text: String) throws {
    #expect(try ScenarioFolder(["s.yaml": text]).errors() == "s.yaml: error: the file is empty")
  }

  /// Its report would lie beside or above the folder of the reports.
  @Test(arguments: ["..yaml", "...yaml", ".yaml"])
  func fileNamesThatLeadElsewhere(name: String) throws {
    let folder = try SmallCompany.folder()
    try folder.write(name, SmallCompany.scenario)
    #expect(folder.errors(name).contains("error: a report's folder cannot be called '"))
    try folder.write(name, "name: fine\n" + SmallCompany.scenario)
    #expect(folder.errors(name) == "no error")
  }

  @Test func onlyComments() throws {
    let folder = try ScenarioFolder(["s.yaml": "# nothing\n"])
    #expect(folder.errors() == "s.yaml: error: the file holds no YAML value")
  }

  @Test func invalidUTF8() throws {
    let folder = try ScenarioFolder()
    try folder.write("s.yaml", data: Data("name: x\ntitle: é".utf8) + [0xC3, 0x28, 0xA0])
    #expect(
      folder.errors()
        == "s.yaml:2: error: invalid UTF-8 at byte 17, expected UTF-8 text")
  }

  @Test func controlCharacter() throws {
    let folder = try ScenarioFolder(["s.yaml": "name: x\ntitle: a\u{1}b\n"])
    #expect(
      folder.errors() == """
        s.yaml:2:9: error: control characters are not allowed U+1
        title: a\u{1}b
                ^
        """)
  }

  /// A sparse file of 1 GB: refused before it is read whole.
  @Test func hugeFile() throws {
    let folder = try ScenarioFolder(["s.yaml": "["])
    let handle = try #require(FileHandle(forWritingAtPath: folder.path("s.yaml")))
    try handle.truncate(atOffset: 1 << 30)
    try handle.close()
    #expect(
      folder.errors() == "s.yaml: error: more than 16,777,216 bytes (limit 'file_bytes')")
  }

  @Test(arguments: ["[", "{", "- ", "{a: [", "? "])
  func deepNesting(opening: String) throws {
    let folder = try ScenarioFolder([
      "s.yaml": String(repeating: opening, count: 400_000)
    ])
    let text = folder.errors()
    #expect(text.hasPrefix("s.yaml:1:"))
    #expect(text.contains("nested more than 64 levels deep"))
    #expect(text.utf8.count < 2_000)
  }

  @Test func nestingBeyondTheLimit() throws {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let folder = try ScenarioFolder(["s.yaml": "name: \(deep)\n"])
    #expect(folder.errors().hasPrefix("s.yaml:1:71: error: nested more than 64 levels deep\n"))
  }

  @Test func aliasBomb() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let inner = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(inner)]\n"
    }
    let errors = try ScenarioFolder(["s.yaml": text]).errors()
    #expect(errors.contains("error: aliases add more than 500,000 bytes (limit 'alias_bytes')"))
  }

  /// 19 KB that name 9 KB a thousand times.
  @Test func aliasOfALongText() throws {
    let text =
      "title: &a \(String(repeating: "x", count: 9_000))\nassumptions: ["
      + Array(repeating: "*a", count: 1_000).joined(separator: ", ") + "]\n"
    #expect(
      try ScenarioFolder(["s.yaml": text]).errors().hasPrefix(
        "s.yaml:1:8: error: aliases add more than 500,000 bytes (limit 'alias_bytes')"))
    let few = text.replacing(", *a", with: "", maxReplacements: 970)
    #expect(!(try ScenarioFolder(["s.yaml": few]).errors().contains("alias")))
  }

  @Test func longChainOfExtends() throws {
    var files = ["s.yaml": "extends: 1.yaml\n"]
    for number in 1...40 { files["\(number).yaml"] = "extends: \(number + 1).yaml\n" }
    #expect(
      try ScenarioFolder(files).errors().contains(
        "32.yaml:1:10: error: more than 32 files extend each other (limit 'extends_depth')")
        || ScenarioFolder(files).errors().contains(
          "31.yaml:1:10: error: more than 32 files extend each other (limit 'extends_depth')")
    )
    for number in 1...40 {
      files["\(number).yaml"] = "models: {}\nextends: \(number + 1).yaml\n"
    }
    files["s.yaml"] = "catalog: 1.yaml\n"
    #expect(
      try ScenarioFolder(files).errors().contains(
        "error: more than 32 files extend each other (limit 'extends_depth')"))
  }

  /// Three files of 15 MB: each is an input, all of them are not.
  @Test func manyBytesInAllFiles() throws {
    let folder = try ScenarioFolder(["s.yaml": "extends: a.yaml\n"])
    let filler = "# " + String(repeating: "x", count: 15_000_000) + "\n"
    for (name, next) in [("a", "b"), ("b", "c"), ("c", "s")] {
      try folder.write("\(name).yaml", filler + "extends: \(next).yaml\n")
    }
    #expect(
      folder.errors().contains(
        "'\(folder.path("c.yaml"))'".replacing(folder.url.path + "/", with: "")
          + ": more than 33,554,432 bytes in all files together (limit 'scenario_bytes')"))
  }

  @Test func aliasBombInAKey() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let inner = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(inner)]\n"
    }
    let errors = try ScenarioFolder(["s.yaml": text + "? *a30\n: 1\n"]).errors()
    #expect(
      errors == """
        s.yaml:32:1: error: a list, mapping or alias cannot be a key, expected a name
        ? *a30
        ^
        """)
  }

  @Test func twoDocuments() throws {
    let folder = try ScenarioFolder(["s.yaml": "name: x\n---\nname: y\n"])
    #expect(folder.errors().contains("s.yaml:2:1: error: YAML syntax:"))
  }

  @Test func manyErrorsAreCountedOnly() throws {
    let keys = (1...150).map { "zzzzzz\($0): 1" }.joined(separator: "\n")
    let errors = try ScenarioFolder(["s.yaml": keys]).errors()
    #expect(errors.hasSuffix("\n… and 55 more errors"))
  }

  @Test func longLinesAreShownInPart() throws {
    let folder = try ScenarioFolder([
      "s.yaml": "title: '\(String(repeating: "a", count: 300))'\nseed: x\n"
    ])
    let line = String(repeating: " ", count: 300)
    try folder.write("s.yaml", "{title: '\(line)', zzz: 1}\n")
    // The keys that a scenario has are a list that grows; the file's own line must not.
    let shown = folder.errors().split(separator: "\n").filter { !$0.hasPrefix("known keys: ") }
    #expect(shown.count >= 3 && shown.allSatisfy { $0.count <= 330 })
  }

  /// More than are kept are still counted; each of them is about the one line of a megabyte, of
  /// which a copy for every error took all memory there is.
  @Test func moreErrorsThanAreKept() throws {
    let long = String(repeating: "é", count: 6_000)
    let plans = (1...3_000).map { "x\($0)" }.joined(separator: ",")
    let folder = try ScenarioFolder(["s.yaml": "title: a\nplans: [\(plans), \(long)]\n"])
    let errors = folder.errors()
    #expect(errors.contains("s.yaml:2:9: error: expected a number like 300, 1,000 or 300K, not "))
    #expect(errors.contains("\nplans: [x1,x2,"))
    // 3,001 plans and four missing keys.
    #expect(errors.hasSuffix("\n… and 2905 more errors"))
    #expect(errors.utf8.count < 60_000)
  }

  /// The caret stands below the value, columns counting scalars, in the middle of a long line.
  @Test func veryLongLinesAreShownAroundTheError() throws {
    let long = String(repeating: "é", count: 6_000)
    let folder = try ScenarioFolder(["s.yaml": "{title: '\(long)', zzz: 1, name: '\(long)'}\n"])
    let lines = folder.errors().split(separator: "\n")
    let place = try #require(lines.firstIndex { $0.contains("unknown key 'zzz'") })
    #expect(lines[place].hasPrefix("s.yaml:1:6013: error:"))
    #expect(lines[place + 1].hasPrefix("…éééé") && lines[place + 1].hasSuffix("éééé…"))
    let caret = try #require(lines[place + 2].firstIndex(of: "^"))
    let column = lines[place + 2].distance(from: lines[place + 2].startIndex, to: caret)
    #expect(lines[place + 1].dropFirst(column).hasPrefix("zzz: 1"))
  }

  /// Looking each of them up again took minutes for a megabyte of them.
  @Test func manyKeysWithoutAValue() throws {
    let keys = (1...1_500).map { "? zzzzzz\($0)" }.joined(separator: "\n")
    let errors = try ScenarioFolder(["s.yaml": keys]).errors()
    #expect(errors.contains("s.yaml:1:3: error: 'zzzzzz1' has no value"))
    #expect(errors.hasSuffix(" more errors"))
  }
}
