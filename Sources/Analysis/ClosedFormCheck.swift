import Scenarios
import Support

extension Scenario {
  /// Throws `BadInput` where closed forms do not tell what the scenario costs, with what stands against
  /// them (`closedFormObstacles`).
  /// - Parameter advice: what to do in its place.
  package func needClosedForms(
    or advice: String = "'run' simulates them, and overrides compare variants"
  ) throws {
    try needClosedForms(obstacles: closedFormObstacles, or: advice)
  }

  /// The same where it is known what stands against them.
  package func needClosedForms(
    obstacles: [Expectation.Approximation], or advice: String
  ) throws {
    guard !obstacles.isEmpty else { return }
    let list = obstacles.map { "\n  \($0.part): \($0.reason)" }.joined()
    throw BadInput(
      message: "\(name): error: no closed form tells what its conversations cost\(list)\n\(advice)")
  }
}
