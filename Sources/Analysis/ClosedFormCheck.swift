import Scenarios
import Support

extension Scenario {
  /// Throws `BadInput` where something rests on closed forms and these tell nothing of the scenario.
  /// - Parameters:
  ///   - user: what rests on them, for people.
  ///   - advice: what to do in its place.
  package func checkClosedForms(
    _ user: String, or advice: String = "'run' simulates them, and overrides compare variants"
  ) throws {
    guard hasConversations else { return }
    throw BadInput(
      message: "\(name): error: \(user) rests on closed forms, and none tells what conversations "
        + "cost\n\(advice)")
  }
}
