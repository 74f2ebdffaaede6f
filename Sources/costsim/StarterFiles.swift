import ArgumentParser
import Foundation
import Gates
import Support

/// A kind of company that `init` writes a scenario for. The files are embedded, so that the installed
/// program needs no folder of its own.
enum StarterTemplate: String, CaseIterable, ExpressibleByArgument {
  /// Single calls at example prices, which show most keys: what is written unless something is asked for.
  case calls
  case saasChat = "saas-chat"
  case supportBot = "support-bot"
  case codingAgent = "coding-agent"
  case voice, documents

  private var texts: (scenario: [UInt8], catalog: [UInt8], policy: [UInt8]) {
    typealias Files = PackageResources
    return switch self {
    case .calls: (Files.calls_scenario_yaml, Files.calls_catalog_yaml, Files.calls_policy_yaml)
    case .saasChat:
      (
        Files.saas_chat_scenario_yaml, Files.saas_chat_catalog_yaml, Files.saas_chat_policy_yaml
      )
    case .supportBot:
      (
        Files.support_bot_scenario_yaml, Files.support_bot_catalog_yaml,
        Files.support_bot_policy_yaml
      )
    case .codingAgent:
      (
        Files.coding_agent_scenario_yaml, Files.coding_agent_catalog_yaml,
        Files.coding_agent_policy_yaml
      )
    case .voice: (Files.voice_scenario_yaml, Files.voice_catalog_yaml, Files.voice_policy_yaml)
    case .documents:
      (
        Files.documents_scenario_yaml, Files.documents_catalog_yaml, Files.documents_policy_yaml
      )
    }
  }

  var catalog: [UInt8] { texts.catalog }

  /// The scenario's text, in which `<<users:1000>>` is a number that may be another one.
  var scenario: String { String(decoding: texts.scenario, as: UTF8.self) }

  /// The files of a scenario in that folder, after which it is named.
  func files(
    named folder: String, _ numbers: StarterNumbers = StarterNumbers()
  ) throws -> [(name: String, text: [UInt8])] {
    var text = try numbers.filled(scenario, like: self)
    if let name = Self.name(folder) {
      let line =
        "name: \(NodeText.scalar(name))   # the folder of its reports; a copy needs another one\n"
      text = text.replacing("title:", with: line + "title:", maxReplacements: 1)
    }
    return [
      ("scenario.yaml", Array(text.utf8)), ("catalog.yaml", texts.catalog),
      ("policy.yaml", texts.policy),
    ]
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
