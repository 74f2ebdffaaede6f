import CostModel
import Support

/// What can be judged of conversations only when everything is read.
package struct ConversationChecks {
  package let log: InputLog
  package let scenario: Scenario
  package let root: Fields

  /// What conversations do not take part in.
  package func run() {
    let names = Set(scenario.workloads.filter { $0.conversation != nil }.map(\.name))
    guard !names.isEmpty else { return }
    for entry in root.entries("experiments") {
      for (name, place) in texts(entry.value["workloads"])
      where names.contains(name) {
        log.add(
          place, "workload '\(name)' has conversations, which experiments do not try out yet",
          hint: "'run' both variants, and compare the reports with 'diff'")
      }
    }
    for (name, place) in texts(root["knowledge_base"]?["workloads"])
    where names.contains(name) {
      log.add(
        place, "workload '\(name)' has conversations, which the knowledge base does not answer")
    }
  }

  private func texts(_ node: YAMLNode?) -> [(text: String, place: Place)] {
    guard let node, case .sequence = node.content else { return [] }
    return log.texts(node)
  }
}

extension Scenario {
  /// Turns of conversations, from 1, with which the rules of the policy and of the budget begin to tell
  /// turns apart; the first is 1.
  package var turnStarts: [Int] {
    var conditions = policy.rules.flatMap(\.conditions)
    for action in budget?.actions ?? [] {
      conditions += action.conditions
      if case .policy(let policy) = action.effect {
        conditions += policy.rules.flatMap(\.conditions)
      }
    }
    return Set(conditions.flatMap(\.turnStarts) + [1]).sorted()
  }

  package var hasConversations: Bool { workloads.contains { $0.conversation != nil } }

  /// Whether some calls may be billed for what they leave in a provider's cache.
  package var billsCacheWrites: Bool {
    behaviours.contains { $0.promptCache?.match == .breakpoint }
      && (hasConversations || variants.contains { $0.prefixTokens > 0 })
  }

  /// Whether caching.csv is written.
  package var tellsCaching: Bool { hasConversations || billsCacheWrites }
}
