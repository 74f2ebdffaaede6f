import CostModel
import Scenarios
import Support

/// The calls that conversations are expected to make, with what they read and write, and what stands
/// against it: the one place that knows for which conversations closed forms hold (docs/validation.md,
/// "Conversations").
package struct ExpectedConversations {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  /// By workload; empty where something stands against it, or it has no conversations.
  package private(set) var calls: [[ExpectedCall]]
  /// What stands against closed forms: the key, and why.
  package private(set) var obstacles: [Expectation.Approximation] = []
  package private(set) var doubts: [ConversationDoubt] = []
  private var assemblies: [Int: ConversationAssembly] = [:]

  package init(scenario: Scenario, traffic: ExpectedTraffic) {
    (self.scenario, self.traffic) = (scenario, traffic)
    calls = scenario.workloads.map { _ in [] }
    guard scenario.hasConversations else { return }
    let builder = ExpectedCallBuilder(scenario: scenario, traffic: traffic)
    for number in scenario.workloads.indices {
      guard let spec = scenario.workloads[number].conversation else { continue }
      var one = ConversationAssembly(builder, workload: number, spec)
      one.assemble()
      obstacles += one.obstacles
      doubts += one.doubts
      assemblies[number] = one
      calls[number] = one.obstacles.isEmpty ? one.calls : []
    }
    obstacles = Expectation.union([obstacles])
  }

  /// Workloads whose calls are told here.
  package var covered: Set<Int> { Set(calls.indices.filter { !calls[$0].isEmpty }) }

  /// Seconds from a conversation's first message to its last answer, of users of an account plan; nil: no
  /// closed form tells.
  package func seconds(workload: Int, plan: Int) -> Double? {
    guard !calls[workload].isEmpty, let one = assemblies[workload] else { return nil }
    let own = one.places.filter { $0.plan == plan && $0.level == 0 }
    return own.reduce(0.0) { $0 + $1.weight * $1.form.workingTime } / 1e6
  }

  /// What a conversation of a workload costs, in dollars, of users of an account plan; nil: no closed form
  /// tells.
  package func moments(
    workload: Int, plan: Int, over eras: [PriceEras.Era]
  ) -> CostMoments? {
    guard !calls[workload].isEmpty, let one = assemblies[workload] else { return nil }
    return eras.reduce(CostMoments()) {
      $0 + one.moments(plan: plan, at: $1.time).scaled(by: $1.share)
    }
  }
}

/// Something that a formula of conversations only approximates.
package struct ConversationDoubt: Hashable, Sendable {
  package var workload: Int
  package var part: String
  package var reason: String
  /// Dollars of the period by which it may be off.
  package var stake: Double
}

extension Scenario {
  /// What stands against closed forms of this scenario, by the keys that do; empty: they hold.
  package var closedFormObstacles: [Expectation.Approximation] {
    guard hasConversations else { return [] }
    let traffic = ExpectedTraffic(scenario: self, users: plans.map(\.users).max() ?? 1)
    return ExpectedConversations(scenario: self, traffic: traffic).obstacles
  }
}
