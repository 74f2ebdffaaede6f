import Foundation

@testable import Scenarios

/// A folder of input files that lives as long as a test.
final class ScenarioFolder {
  let url: URL

  init(_ files: [String: String] = [:]) throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("costsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.path + "/" + name }

  func write(_ name: String, _ text: String) throws {
    try write(name, data: Data(text.utf8))
  }

  func write(_ name: String, data: Data) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  func read(
    _ name: String = "s.yaml", overrides: [String] = [], allowOutside: Bool = false
  ) throws -> Scenario {
    try ScenarioReader.read(path: path(name), overrides: overrides, allowOutside: allowOutside)
  }

  /// The text of the errors, with the folder's name taken out.
  func errors(
    _ name: String = "s.yaml", overrides: [String] = [], allowOutside: Bool = false
  ) -> String {
    do {
      _ = try read(name, overrides: overrides, allowOutside: allowOutside)
      return "no error"
    } catch {
      return "\(error)".replacing(url.path + "/", with: "")
    }
  }
}
