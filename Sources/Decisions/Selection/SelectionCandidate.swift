import Analysis
import Audit
import CostModel
import Scenarios

/// One model, judged for one kind of call.
package struct SelectionCandidate: Sendable {
  package enum Verdict: Hashable, Sendable {
    /// Why it cannot take such calls.
    case incapable(String)
    /// What is not known of it.
    case unscored(String)
    /// The limits that it breaks.
    case dropped([String])
    case scored
  }
  package struct Quality: Sendable {
    package var value: Double
    /// The source of the figure; nil for a stand-in where nobody gives one.
    package var source: String?
  }
  /// The four parts of a score, weighted.
  package struct Score: Hashable, Sendable {
    package var quality: Double
    package var latency: Double
    package var cost: Double
    package var conversion: Double

    package var total: Double { quality + latency + cost + conversion }
  }

  package var model: ModelID
  package var verdict: Verdict
  /// Dollars of the mean call; nil where it cannot take one.
  package var cost: Double?
  /// Mean, in microseconds; nil: not known.
  package var latency: Double?
  package var quality: Quality?
  package var score: Score?
  /// No model that is left is better and not dearer, or cheaper and not worse.
  package var isOnFrontier = false

  /// Whether it keeps the limits and has a score.
  package var isLeft: Bool { verdict == .scored }
}

/// Judges models for one kind of call.
package struct SelectionJudge {
  package let scenario: Scenario
  package let rules: SelectionRules
  package let calls: SelectionCase
  package let plan: PlanSpec

  /// The scale that compares most: the first with figures of two models that can take the calls, else
  /// the first with one.
  package func scale(among capable: [ModelID]) -> SelectionRules.Scale? {
    func count(_ scale: SelectionRules.Scale) -> Int {
      capable.count { scale.figure(of: $0, for: calls.attributes) != nil }
    }
    return rules.scales.first { count($0) >= 2 } ?? rules.scales.first { count($0) == 1 }
  }

  // MARK: Who can take the calls

  /// Why a model is not chosen for them; nil: it can be.
  package func obstacle(_ id: ModelID) -> String? {
    let fit = ModelFit(scenario: scenario, rules: rules)
    let variants = calls.parts.map(\.call.variant)
    if let obstacle = fit.obstacle(
      id, to: variants,
      fitting: { window in calls.mean { $0.shape.fitting($0.variant, window: window) } })
    {
      return obstacle
    }
    let isRented = scenario.catalog[id].prices.contains(where: \.hasFixedPrice)
    return isRented ? "it costs a fixed sum a month" : nil
  }

  // MARK: Figures

  /// Expected dollars of an answered call, by the model's own prices over the period; NaN where no closed
  /// form tells.
  package func cost(_ id: ModelID) -> Double {
    if calls.workload.conversation != nil { return costInConversation(id) }
    let region = scenario.regions[id]?.first
    let target = ExpectedCall.Target(
      model: id, region: region, name: scenario.catalog[id].name, failure: 0, attempts: 1)
    let eras = PriceEras.eras(
      of: calls.workload, models: [id], catalog: scenario.catalog, period: scenario.period)
    return calls.mean { call in
      var call = call
      call.send(along: [target], in: scenario.catalog)
      return eras.reduce(0) { sum, era in
        sum + era.share
          * AttemptCosts(scenario: scenario).cost(of: call, at: era.time).moments.mean
      }
    }
  }

  /// What a call costs rests on those before it: the plan's conversations, had the model alone answered
  /// all such calls in them.
  private func costInConversation(_ id: ModelID) -> Double {
    var changed = scenario
    guard let place = changed.workloads.firstIndex(where: { $0.name == calls.workload.name }) else {
      return .nan
    }
    for part in calls.parts {
      let call = part.call
      changed.workloads[place].stages[call.stage].calls[call.call].mix[call.variantNumber].pinned =
        Policy.Rule(name: "selection", conditions: [], choice: .model(id))
    }
    let cost = ExpectedCost(scenario: changed, plan: plan)
    guard cost.total.isFinite else { return .nan }
    var (dollars, made) = (0.0, 0.0)
    for (call, bill) in zip(cost.calls, cost.callCosts)
    where call.workload == place
      && SelectionCase.name(of: call, in: changed.workloads[place]) == calls.name
    {
      dollars += bill
      made +=
        cost.traffic.volumeMonths[place] * cost.traffic.flows[place][call.accountPlan]
        * call.perFlow
    }
    return made > 0 ? dollars / made : .nan
  }

  /// Mean microseconds; nil where neither the catalog nor the scenario tells.
  private func latency(_ id: ModelID) -> Double? {
    let behaviour = scenario.behaviours[id.index]
    let mean =
      behaviour.latencyPerAudioSecond > .zero
      ? calls.mean { behaviour.latency(of: $0.variant).mean } : behaviour.latency.mean
    return mean > 0 ? mean : nil
  }

  private func quality(
    _ id: ModelID, on scale: SelectionRules.Scale?
  ) -> SelectionCandidate.Quality? {
    if let figure = scale?.figure(of: id, for: calls.attributes) {
      return SelectionCandidate.Quality(value: figure.quality, source: figure.source)
    }
    return rules.standIn.map { SelectionCandidate.Quality(value: $0, source: nil) }
  }

  // MARK: Verdict

  package func candidate(
    _ id: ModelID, on scale: SelectionRules.Scale?
  ) -> SelectionCandidate {
    if let reason = obstacle(id) {
      return SelectionCandidate(model: id, verdict: .incapable(reason))
    }
    let dollars = cost(id)
    guard dollars.isFinite else {
      return SelectionCandidate(
        model: id, verdict: .incapable("no closed form tells what its conversations cost"))
    }
    var result = SelectionCandidate(
      model: id, verdict: .scored, cost: dollars, latency: latency(id),
      quality: quality(id, on: scale))
    let broken = broken(result)
    guard let latency = result.latency, let quality = result.quality, let cost = result.cost else {
      let unknown = [
        result.quality == nil ? "quality" : nil, result.latency == nil ? "latency" : nil,
      ].compactMap { $0 }
      result.verdict =
        broken.isEmpty ? .unscored(unknown.joined(separator: " and ")) : .dropped(broken)
      return result
    }
    result.score = score(quality: quality.value, latency: latency, cost: cost)
    if !broken.isEmpty { result.verdict = .dropped(broken) }
    return result
  }

  private func broken(_ candidate: SelectionCandidate) -> [String] {
    var broken: [String] = []
    if let limit = rules.maxLatency, let latency = candidate.latency,
      latency > Double(limit.microseconds)
    {
      broken.append("max_latency")
    }
    if let limit = rules.maxCost, let cost = candidate.cost, cost > limit.dollars {
      broken.append("max_cost")
    }
    if let limit = rules.minQuality, let quality = candidate.quality, quality.value < limit {
      broken.append("min_quality")
    }
    return broken
  }

  /// complete-guide.md:3040-3045; parts below 0 are taken as they come.
  private func score(quality: Double, latency: Double, cost: Double) -> SelectionCandidate.Score {
    let weights = rules.weights
    return SelectionCandidate.Score(
      quality: weights.quality * quality,
      latency: weights.latency * (1 - latency / Double(rules.latencyScale.microseconds)),
      cost: weights.cost * (1 - cost / rules.costScale.dollars),
      conversion: weights.conversion * (calls.conversion ?? 0))
  }
}
