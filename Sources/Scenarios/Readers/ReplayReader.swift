import CostModel
import Support

/// Reads what stands for things that a log does not tell.
package struct ReplayReader {
  private enum Stand: String, CaseIterable { case none, shared, request, session }

  package let log: InputLog

  package func read(_ node: YAMLNode) -> ReplaySettings {
    var settings = ReplaySettings()
    guard let fields = Fields(node, as: ScenarioFormat.replay, log: log) else { return settings }
    settings.users = fields["users"].flatMap(users) ?? settings.users
    settings.sessions =
      fields.choice("sessions", of: ReplaySettings.Sessions.self) ?? settings.sessions
    settings.prompts = fields["prompts"].flatMap(PromptsReader(log: log).read) ?? settings.prompts
    settings.sessionBlock = fields.count("session_block", in: 1...1_000_000)
    settings.sessionReset = fields.share("session_reset")
    settings.prefix = fields.count("prefix", in: 0...100_000_000) ?? 0
    if settings.sessionBlock == nil, let place = fields["session_reset"]?.place {
      log.add(place, "'session_reset' needs 'session_block': it says where sessions begin anew")
    }
    return settings
  }

  private func users(_ node: YAMLNode) -> ReplaySettings.Users? {
    if case .scalar(let text, _) = node.content, text.first?.isLetter == true {
      switch log.choice(node, of: Stand.self) {
      case .some(.none): return ReplaySettings.Users.none
      case .shared: return .shared
      case .request: return .request
      case .session: return .session
      case nil: return nil
      }
    }
    return log.count(node, in: 1...10_000_000).map { .dealt(Int($0)) }
  }
}
