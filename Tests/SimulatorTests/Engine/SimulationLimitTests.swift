import Foundation
import Testing

@testable import Simulator

/// What would run for years, or into all memory, is refused before anything is simulated.
@Suite struct SimulationLimitTests {
  private func message(
    users: Int, volume: Double, _ change: (inout ScenarioBuilder) -> Void = { _ in }
  ) -> String {
    let scenario = ValidationScenario.make(volume: volume, users: users, seed: 1, change)
    do {
      _ = try Simulation(scenario).results(runs: 1, threads: 1)
      return "simulated"
    } catch {
      return "\(error)"
    }
  }

  @Test func tooManyCalls() {
    let refused = message(users: 41, volume: 1e8)
    #expect(refused.contains("error: plan 'users-41' has 4,100,000,000 calls, expected at most"))
    #expect(message(users: 2, volume: 30) == "simulated")
  }

  /// Estimated before anything is allocated, for all plans together.
  @Test func tooMuchMemory() {
    let limit = " bytes of memory in a simulation, expected at most 2,000,000,000 (limit 'memory')"
    #expect(
      message(users: 2_700_000, volume: 0.001).contains(
        "error: 2,700,000 users need 2,062,800,000" + limit))
    let together = message(users: 1_000_000, volume: 0.001) { builder in
      builder.workloads = (0..<6).map { number in
        ScenarioBuilder.workload(
          "w\(number)", volume: 0.001, mix: [ScenarioBuilder.variant(input: 1, output: 0)])
      }
      builder.plans += builder.plans
    }
    #expect(together.contains("error: 2,000,000 users need 2,168,000,000" + limit))
  }

  @Test func theShippedLimitsAreRead() throws {
    let limits = try SimulationLimits.shipped.get()
    // Calls of one user are numbered by 32 bits.
    #expect(limits.calls >= 1_000_000_000 && limits.calls < Int64(UInt32.max))
  }
}
