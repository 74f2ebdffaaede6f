import Foundation
import Testing

@testable import Scenarios
@testable import Support

/// Every file of `BadInput/` is wrong in its own way; the text beside it is what users read.
///
/// `COSTSIM_RECORD=1` rewrites the texts, and fails.
@Suite struct BadInputTests {
  static let folder = RepositoryFiles.root.appendingPathComponent("Tests/Golden/BadInput")

  static let cases: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test(arguments: cases) func saysWhatIsWrong(name: String) throws {
    var text = "no error"
    do {
      let path = Self.folder.path + "/" + name + ".yaml"
      _ = try ScenarioReader.read(path: path)
    } catch {
      text = error.description.replacing(Self.folder.path + "/", with: "") + "\n"
    }
    try RepositoryFiles.expect(text, in: "Tests/Golden/BadInput/\(name).txt")
  }

  @Test func thereAreCases() {
    #expect(Self.cases.count >= 30)
  }
}
