import CostModel
import Scenarios

/// How often the breakers of a plan's targets are expected to open, which the closed forms of cost
/// leave out: they send every attempt.
package struct ExpectedBreakers {
  package struct Opening: Sendable {
    package var target: String
    /// Times in the period.
    package var times: Double
    /// Share of the target's attempts that it turns away.
    package var turnedAway: Double
    /// Whether it may be a good deal fewer: a rule by rate.
    package var isAtMost: Bool
  }

  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  package let loads: QuotaLoads

  /// Of the targets that have a breaker and may fail, in order of the calls.
  package func openings(of calls: [ExpectedCall]) -> [Opening] {
    var seen: Set<String> = []
    return calls.flatMap(\.chain).compactMap { target in
      guard seen.insert(target.name).inserted, target.failure > 0,
        let settings = scenario.behaviours[target.model.index].breaker
      else { return nil }
      return opening(of: target, settings, late: late(calls, at: target))
    }
  }

  /// Chance that an attempt of any of the calls takes longer than the model's timeout.
  private func late(_ calls: [ExpectedCall], at target: ExpectedCall.Target) -> Double {
    let builder = ExpectedCallBuilder(scenario: scenario, traffic: traffic)
    guard scenario.behaviours[target.model.index].latencyPerAudioSecond > .zero,
      calls.contains(where: { $0.variant.audio != .fixed(0) })
    else { return calls.first.map { builder.late($0.variant, at: target.model) } ?? 0 }
    var (sum, all) = (0.0, 0.0)
    for call in calls {
      guard let place = call.chain.firstIndex(where: { $0.name == target.name }) else { continue }
      let made =
        traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
        * call.perFlow * call.attempts[place]
      sum += made * builder.late(call.variant, at: target.model)
      all += made
    }
    return all > 0 ? sum / all : 0
  }

  private func opening(
    of target: ExpectedCall.Target, _ settings: BreakerSettings, late: Double
  ) -> Opening {
    let attempts = loads.attempts(on: target.name, model: target.model)
    var (times, turnedAway, all) = (0.0, 0.0, 0.0)
    for span in ExpectedCallBuilder(scenario: scenario, traffic: traffic).failures(
      at: target.model, region: target.region, late: late)
    {
      for (rate, time) in zip(attempts, traffic.timeClasses) {
        let share = BreakerShare(settings, attempts: rate, failing: span.failure)
        let seconds = time.seconds * span.share
        times += seconds * share.openings
        turnedAway += seconds * rate * share.turnedAway
        all += seconds * rate
      }
    }
    var isAtMost = false
    if case .rate = settings.rule { isAtMost = true }
    return Opening(
      target: target.name, times: times, turnedAway: all > 0 ? turnedAway / all : 0,
      isAtMost: isAtMost)
  }
}
