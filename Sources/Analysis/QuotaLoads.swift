import CostModel
import Scenarios
import Simulator

/// What a plan's calls ask of every limit, in the mean and in the busiest hour (docs/semantics.md,
/// "Tables"): the one place that finds that hour.
package struct QuotaLoads {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  package let calls: [ExpectedCall]
  /// By target, in order of the calls.
  private let uses: [String: [Use]]

  /// A target's place in the chain of a kind of calls.
  private struct Use {
    var call: Int
    var place: Int
    /// Expected on this target, of a call that is made.
    var attempts: Double
  }

  private struct Load {
    var target: String
    var model: ModelID
    /// Of the attempts, in each time class, a second.
    var attempts: [Double]
    var tokens: [Double]
    var audioSeconds: [Double]
    /// Seconds that audio adds to those from start to outcome, a second.
    var spokenSeconds: [Double]
    /// Audio seconds of each UTC day.
    var audioDays: [Double]
  }

  package init(scenario: Scenario, traffic: ExpectedTraffic, calls: [ExpectedCall]) {
    var uses: [String: [Use]] = [:]
    for (number, call) in calls.enumerated() {
      for (place, attempts) in call.attempts.enumerated() {
        uses[call.chain[place].name, default: []].append(
          Use(call: number, place: place, attempts: attempts))
      }
    }
    (self.scenario, self.traffic, self.calls, self.uses) = (scenario, traffic, calls, uses)
  }

  /// One a target that any call is sent to and a limit that it has.
  /// Empty with conversations: how long their prompts are no formula tells.
  package func loads() -> [Expectation.QuotaLoad] {
    guard !scenario.hasConversations else { return [] }
    return targets().flatMap { target -> [Expectation.QuotaLoad] in
      let quota = scenario.behaviours[target.model.index].quota
      return quota.isUnlimited ? [] : loads(of: load(on: target.name, model: target.model), quota)
    }
  }

  /// Attempts a second on a target, in each time class.
  package func attempts(on target: String, model: ModelID) -> [Double] {
    load(on: target, model: model).attempts
  }

  /// Attempts a minute on a target.
  package func meanRequests(on target: String) -> Double {
    let minutes = traffic.timeClasses.reduce(0) { $0 + $1.seconds } / 60
    return uses[target, default: []].reduce(0.0) { sum, use in
      let call = calls[use.call]
      let flows =
        traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
      return sum + flows * call.perFlow * use.attempts / minutes
    }
  }

  /// In catalog order, then that of the regions.
  private func targets() -> [(name: String, model: ModelID)] {
    var seen: Set<String> = []
    return calls.flatMap(\.chain).filter { seen.insert($0.name).inserted }
      .sorted { ($0.model, $0.name) < ($1.model, $1.name) }.map { ($0.name, $0.model) }
  }

  private func loads(of load: Load, _ quota: QuotaLimits) -> [Expectation.QuotaLoad] {
    var result: [Expectation.QuotaLoad] = []
    if let limit = quota.requestsPerMinute {
      let perMinute = load.attempts.map { 60 * $0 }
      result.append(
        row(load, "requests/min", allowed: Self.effective(limit, quota), perMinute))
    }
    if let limit = quota.tokensPerMinute {
      let perMinute = load.tokens.map { 60 * $0 }
      result.append(row(load, "tokens/min", allowed: Self.effective(limit, quota), perMinute))
    }
    if let limit = quota.concurrent {
      let duration = meanDuration(load.model)
      result.append(
        row(
          load, "concurrent jobs", allowed: Double(limit),
          zip(load.attempts, load.spokenSeconds).map { $0 * duration + $1 }))
    }
    if let limit = quota.audioPerDay {
      let mean = average(load.audioSeconds) * 24
      let busiest = (load.audioDays.max() ?? 0) / 3_600
      result.append(
        row(load, "audio hours/day", allowed: limit.seconds / 3_600, mean: mean, busiest: busiest))
    }
    return result
  }

  /// A window lets through whole calls only: floor(limit·window/60) of them.
  package static func effective(_ limit: Int64, _ quota: QuotaLimits) -> Double {
    guard let window = quota.window else { return Double(limit) }
    let minutes = window.seconds / 60
    return (Double(limit) * minutes + 1e-9).rounded(.down) / minutes
  }

  /// Seconds from start to outcome.
  private func meanDuration(_ model: ModelID) -> Double {
    meanDuration(model, scenario.behaviours[model.index].latency)
  }

  private func meanDuration(_ model: ModelID, _ latency: Distribution) -> Double {
    let timeout = scenario.behaviours[model.index].timeout.map { Double($0.microseconds) }
    return latency.moments(cappedAt: timeout ?? .infinity).first / 1e6
  }

  /// Seconds that a call's audio adds to those from start to outcome.
  private func spokenDuration(_ model: ModelID, _ call: ExpectedCall) -> Double {
    let behaviour = scenario.behaviours[model.index]
    guard behaviour.latencyPerAudioSecond > .zero else { return 0 }
    return meanDuration(model, behaviour.latency(of: call.variant)) - meanDuration(model)
  }

  private func average(_ byTime: [Double]) -> Double {
    let seconds = traffic.timeClasses.reduce(0) { $0 + $1.seconds }
    return zip(byTime, traffic.timeClasses).reduce(0.0) { $0 + $1.0 * $1.1.seconds } / seconds
  }

  private func row(
    _ load: Load, _ limit: String, allowed: Double, _ byTime: [Double]
  ) -> Expectation.QuotaLoad {
    let busiest = byTime.max() ?? 0
    var row = row(load, limit, allowed: allowed, mean: average(byTime), busiest: busiest)
    if byTime.count > 1 {
      row.busiestHour = zip(byTime, traffic.timeClasses).lazy
        .filter { $0.0 == busiest }.map(\.1.firstHour).min()
    }
    return row
  }

  private func row(
    _ load: Load, _ limit: String, allowed: Double, mean: Double, busiest: Double
  ) -> Expectation.QuotaLoad {
    let users = Double(traffic.users)
    return Expectation.QuotaLoad(
      target: load.target, limit: limit, allowed: allowed, offeredMean: mean,
      offeredBusiestHour: busiest, saturatesAtUsersMean: users * allowed / mean,
      saturatesAtUsersBusiestHour: users * allowed / busiest)
  }

  private func load(on target: String, model: ModelID) -> Load {
    let quota = scenario.behaviours[model.index].quota
    let none = Array(repeating: 0.0, count: traffic.timeClasses.count)
    var load = Load(
      target: target, model: model, attempts: none, tokens: none, audioSeconds: none,
      spokenSeconds: none, audioDays: [])
    var audioOfWorkload = Array(repeating: 0.0, count: scenario.workloads.count)
    for use in uses[target, default: []] {
      let call = calls[use.call]
      let aMonth =
        traffic.flows[call.workload][call.accountPlan] * call.perFlow * use.attempts
      let (tokens, audio) = (charged(call, use.place, quota, model), call.shape.meanAudio)
      let spoken = spokenDuration(model, call)
      for (i, time) in traffic.timeClasses.enumerated() {
        let rate = aMonth * time.pace[call.workload]
        load.attempts[i] += rate
        load.tokens[i] += rate * tokens
        load.audioSeconds[i] += rate * audio
        load.spokenSeconds[i] += rate * spoken
      }
      audioOfWorkload[call.workload] += aMonth * call.shape.meanAudio
    }
    if quota.audioPerDay != nil { load.audioDays = audioDays(audioOfWorkload) }
    return load
  }

  /// Tokens that an attempt charges.
  private func charged(
    _ call: ExpectedCall, _ place: Int, _ quota: QuotaLimits, _ model: ModelID
  ) -> Double {
    let size = call.passage(place)
    switch quota.charge {
    case .actual: return size.input + size.output
    case .uncached:
      let target = call.chain[place]
      return size.input + size.output - target.prefixRead * target.prefixHit
    case .reserved:
      let reserved = call.variant.maxTokens ?? scenario.catalog[model].maxOutputTokens ?? 0
      return size.input + Double(reserved)
    }
  }

  /// Audio seconds of every UTC day of the period.
  private func audioDays(_ aMonth: [Double]) -> [Double] {
    let period = scenario.period
    let day = SimDuration.day.microseconds
    let first = period.start.microseconds / day
    let last = (period.end.microseconds - 1) / day
    var result = Array(repeating: 0.0, count: Int(last - first) + 1)
    for (workload, seconds) in zip(scenario.workloads, aMonth) where seconds > 0 {
      let timeline = Timeline(period: period, profile: workload.profile)
      for number in result.indices {
        let from = SimTime(microseconds: (first + Int64(number)) * day)
        let to = SimTime(microseconds: from.microseconds + day)
        result[number] +=
          seconds
          * (timeline.operational(at: min(to, period.end))
            - timeline.operational(at: max(from, period.start)))
      }
    }
    return result
  }
}
