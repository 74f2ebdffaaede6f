import Foundation
import Gates

/// The files that `init` writes, embedded so that the installed program needs no folder of its own.
enum StarterFiles {
  static let all: [(name: String, text: [UInt8])] = [
    ("scenario.yaml", PackageResources.scenario_yaml),
    ("catalog.yaml", PackageResources.catalog_yaml),
    ("policy.yaml", PackageResources.policy_yaml),
  ]

  /// Those of a scenario in that folder, which is named after it.
  static func named(after folder: String) -> [(name: String, text: [UInt8])] {
    guard let name = name(folder) else { return all }
    return all.map { file, text in
      guard file == "scenario.yaml" else { return (file, text) }
      let line =
        "name: \(NodeText.scalar(name))   # the folder of its reports; a copy needs another one\n"
      let whole = String(decoding: text, as: UTF8.self)
        .replacing("title:", with: line + "title:", maxReplacements: 1)
      return (file, Array(whole.utf8))
    }
  }

  /// The folder's own name in the characters that names of scenarios may have; nil: none is left.
  private static func name(_ folder: String) -> String? {
    let start = folder.hasPrefix("/") ? "" : FileManager.default.currentDirectoryPath + "/"
    let last = URL(fileURLWithPath: start + folder).standardizedFileURL.lastPathComponent
    let plain = last.applyingTransform(.toLatin, reverse: false) ?? last
    let folded = plain.folding(options: .diacriticInsensitive, locale: nil)
    let words = folded.split { character in
      guard character.isASCII else { return true }
      return !(character.isLetter || character.isNumber || "._-".contains(character))
    }
    let name = words.joined(separator: "-").drop { $0 == "." || $0 == "-" }.prefix(100)
    return name.isEmpty ? nil : String(name)
  }
}
