import CostModel
import Support

/// Reads how often the same prompt comes back.
package struct PromptsReader {
  private enum Sharing: String, CaseIterable { case user, all }

  package let log: InputLog

  package func read(_ node: YAMLNode) -> PromptRepetition? {
    switch node.content {
    case .scalar("none", _): return PromptRepetition.none
    case .scalar("unique", _): return .unique
    case .scalar(let text, _):
      log.add(
        node.place, "expected none, unique or {pool: 200, zipf: 1}, not '\(text)'",
        hint: NearestName.hint(for: text, among: ["none", "unique"]))
      return nil
    default: break
    }
    guard let fields = Fields(node, as: ScenarioFormat.prompts, log: log),
      let size = fields.count("pool", in: 1...10_000_000)
    else { return nil }
    let exponent = fields.number("zipf", in: 0...10) ?? 1
    let perUser = fields.choice("per", of: Sharing.self) != .all
    return .pool(size: Int(size), exponent: exponent, perUser: perUser)
  }
}
