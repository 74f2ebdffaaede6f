import CostModel
import Scenarios
import Support

/// The parts of a plan that the closed forms only approximate, or leave out, each with the reason: the
/// one list that every verb tells.
package struct Approximations {
  package let cost: ExpectedCost
  package let quotaLoads: QuotaLoads
  package let loads: [Expectation.QuotaLoad]

  package init(cost: ExpectedCost, quotaLoads: QuotaLoads, loads: [Expectation.QuotaLoad]) {
    (self.cost, self.quotaLoads, self.loads) = (cost, quotaLoads, loads)
  }

  package init(_ cost: ExpectedCost) {
    let quotas = QuotaLoads(scenario: cost.scenario, traffic: cost.traffic, calls: cost.calls)
    self.init(cost: cost, quotaLoads: quotas, loads: quotas.loads())
  }

  package var scenario: Scenario { cost.scenario }
  package var calls: [ExpectedCall] { cost.calls }

  /// The part that makes chances and percentiles wrong, and why; nil: they hold.
  package var whyNoChance: String? {
    list().first { $0.isTold || $0.hidesChance }.map { "\($0.part): \($0.reason)" }
  }

  /// Whether something that moves the bill by at most this share of it moves it by more than a
  /// twentieth of a standard deviation: chances are then off by up to 2 %.
  package func matters(_ share: Double) -> Bool {
    share * cost.total > 0.05 * cost.variance.squareRoot()
  }

  /// In a fixed order, each once.
  package func list() -> [Expectation.Approximation] {
    var seen: Set<Expectation.Approximation> = []
    let all =
      conversations() + tokens() + meters() + knowledge() + bursts() + cache()
      + flushes()
      + prefixes() + breakers()
      + outages()
      + quotas() + runQuotas() + prices() + actions() + experiments() + rogue() + exactActivity()
      + exactSurges() + sharedUsers()
    return all.filter { seen.insert($0).inserted }
  }

  /// Those of the list that are left out, or move the bill.
  package func leftOut() -> [Expectation.Approximation] {
    (conversations() + meters() + cache() + prefixes() + breakers() + quotas() + runQuotas()
      + actions())
      .filter(\.isTold)
  }

  private func actions() -> [Expectation.Approximation] {
    let month = cost.month
    guard let budget = scenario.budget,
      cost.conversations.obstacles.isEmpty,
      budget.mayAct(mean: month.mean, deviation: month.variance.squareRoot())
    else { return [] }
    return [
      Expectation.Approximation(
        part: "the budget",
        reason: "it refuses calls or sends them to other models, and the formula lets all pass",
        isLeftOut: true)
    ]
  }

  private func rogue() -> [Expectation.Approximation] {
    guard scenario.users.rogue != nil, cost.traffic.activityCV > 0 else { return [] }
    return [
      Expectation.Approximation(
        part: "the rogue user",
        reason: "which user is the heaviest is drawn; the expected activity of that user is taken",
        hidesChance: true)
    ]
  }

  /// Where the number of calls is stated and activities are drawn, these only move calls between
  /// users; between account plans that moves the bill.
  private func exactActivity() -> [Expectation.Approximation] {
    guard cost.traffic.activityCV > 0, cost.traffic.usersOfPlan.count > 1,
      scenario.workloads.contains(where: { $0.arrivals == .exact })
    else { return [] }
    return [
      Expectation.Approximation(
        part: "exact arrivals",
        reason: "drawn activities move a stated number of calls between account plans",
        hidesChance: true)
    ]
  }

  private func exactSurges() -> [Expectation.Approximation] {
    scenario.workloads.filter { $0.arrivals == .exact && !$0.profile.surges.isEmpty }.map {
      Expectation.Approximation(
        part: "\($0.name) arrivals",
        reason: "they are exact, but what surges add or take is met to within one call per user")
    }
  }

  private func sharedUsers() -> [Expectation.Approximation] {
    cost.traffic.months > 1 ? Self.sharedUsers(of: cost) : []
  }

  /// What several months say together of users whose activities are drawn once for all of them.
  package static func sharedUsers(of cost: ExpectedCost) -> [Expectation.Approximation] {
    guard cost.traffic.activityCV > 0, cost.traffic.usersOfPlan.count(where: { $0 > 0 }) > 1
    else { return [] }
    return [
      Expectation.Approximation(
        part: "several months",
        reason: "users of all account plans are taken to be busy or idle together in what months "
          + "share")
    ]
  }

  /// Users' keys are their own; what users of one variant share depends on how many they are.
  private func experiments() -> [Expectation.Approximation] {
    calls.compactMap { call in
      let isShared =
        call.lookup != nil && scenario.cache.mode == .keyed && scenario.cache.scope == .global
      let isCached = call.chain.contains { $0.prefixHit > 0 } && call.variant.prefixSharedByUsers
      guard call.assignment.isByUser, isShared || isCached,
        let experiment = call.assignment.experiment
      else { return nil }
      return Expectation.Approximation(
        part: "experiment \(scenario.experiments[experiment].name)",
        reason: "hit rates of caches that users share, at the mean number of users of each variant",
        hidesChance: true)
    }
  }

  private func tokens() -> [Expectation.Approximation] {
    calls.filter(\.shape.isCapApproximate).map {
      Expectation.Approximation(
        part: "\(scenario.workloads[$0.workload].name) output tokens",
        reason: "visible and reasoning tokens are both random and may meet max_tokens together")
    }
  }

  /// Parts of a total that are drawn apart from it.
  private func meters() -> [Expectation.Approximation] {
    calls.flatMap { call in
      call.variant.statedMeters.filter { call.variant.mayExceed($0.meter) }.map { meter, _ in
        Expectation.Approximation(
          part: "\(scenario.workloads[call.workload].name) \(meter.key)",
          reason:
            "it may be drawn larger than the \(meter.whole?.rawValue ?? "total") that it is part of, "
            + "which then cuts it: the formula does not",
          movesBill: true)
      }
    }
  }

  /// What is learnt grows by chance, and from month to month.
  private func knowledge() -> [Expectation.Approximation] {
    guard scenario.knowledge != nil, calls.contains(where: \.isKnown) else { return [] }
    return [
      Expectation.Approximation(
        part: "the knowledge base",
        reason:
          "its share is the mean over the period as the expected conversions come to be known",
        hidesChance: cost.traffic.months > 1)
    ]
  }

  /// A gamma renewal process has its variance when it has been through several bursts.
  private func bursts() -> [Expectation.Approximation] {
    scenario.workloads.indices.compactMap { number in
      guard case .gamma(let cv) = scenario.workloads[number].arrivals,
        let volume = cost.traffic.volumes[number].filter({ $0 > 0 }).min(),
        volume < 4 * cv * cv
      else { return nil }
      return Expectation.Approximation(
        part: "\(scenario.workloads[number].name) arrivals",
        reason: "a user makes fewer calls a month than a few bursts, whose spread is not known",
        hidesChance: true)
    }
  }

  private func flushes() -> [Expectation.Approximation] {
    let moments = scenario.cache.flushes.filter {
      scenario.period.start <= $0 && $0 < scenario.period.end
    }
    guard !moments.isEmpty, scenario.cache.mode == .rate,
      calls.contains(where: { $0.lookup != nil }),
      cost.hasPriceChanges || scenario.workloads.contains(where: { $0.stages.count > 1 })
    else { return [] }
    return [
      Expectation.Approximation(
        part: "the response cache",
        reason: "hits that a flush costs are spread over all arrivals, whatever their price",
        hidesChance: true)
    ]
  }

  private func breakers() -> [Expectation.Approximation] {
    let limits = AttentionLimits.shipped
    let breakers = ExpectedBreakers(
      scenario: scenario, traffic: cost.traffic, loads: quotaLoads)
    return breakers.openings(of: calls).compactMap { opening in
      guard opening.times >= limits.breakerOpenings else { return nil }
      let isLeftOut = opening.turnedAway >= limits.turnedAway
      return Expectation.Approximation(
        part: "\(opening.target) breaker",
        reason: isLeftOut
          ? "it opens time and again by the failures expected, and turns away "
            + (opening.isAtMost ? "" : "about ") + HumanFormat.share(opening.turnedAway)
            + " of the attempts" + (opening.isAtMost ? " or fewer" : "")
          : "attempts fail, so the breaker may open and send calls to the next model",
        isLeftOut: isLeftOut, hidesChance: matters(opening.turnedAway))
    }
  }

  private func outages() -> [Expectation.Approximation] {
    var result: [Expectation.Approximation] = []
    var seen: Set<String> = []
    for target in calls.flatMap(\.chain) where seen.insert(target.name).inserted {
      let period = scenario.period
      let isSick = scenario.outages.contains {
        $0.model == target.model && ($0.region == nil || $0.region == target.region)
          && $0.from < period.end && period.start < $0.to
      }
      if isSick {
        result.append(
          Expectation.Approximation(
            part: "\(target.name) outage", reason: "averaged over the period's time",
            hidesChance: true))
      }
    }
    return result
  }

  private func prices() -> [Expectation.Approximation] {
    var result: [Expectation.Approximation] = []
    if cost.hasPriceChanges, scenario.workloads.contains(where: { $0.stages.count > 1 }) {
      result.append(
        Expectation.Approximation(
          part: "prices", reason: "they change; a flow's later calls are priced at its arrival"))
    }
    return result
  }

  // MARK: Quotas

  private func quotas() -> [Expectation.Approximation] {
    let models = Dictionary(
      calls.lazy.flatMap(\.chain).map { ($0.name, $0.model) },
      uniquingKeysWith: { first, _ in first })
    return loads.compactMap { load in
      guard let model = models[load.target] else { return nil }
      let quota = scenario.behaviours[model.index].quota
      if let maxWait = quota.maxWait, refused(load, quota) > 1e-5 {
        // A queue takes up what a full bucket does not, unless the limit is reached on average.
        let isTurnedAway =
          maxWait == .zero
          ? refused(load, quota) >= AttentionLimits.shipped.turnedAway
          : load.offeredBusiestHour >= load.allowed
        return Expectation.Approximation(
          part: "\(load.target) quota",
          reason: "\(load.limit) near the limit: throttled calls go to the next model or fail",
          isLeftOut: isTurnedAway, hidesChance: matters(refused(load, quota)))
      }
      if quota.maxWait == nil, load.offeredMean >= load.allowed {
        let isCached =
          scenario.cache.mode == .keyed || scenario.behaviours[model.index].promptCache != nil
        return Expectation.Approximation(
          part: "\(load.target) quota",
          reason: "\(load.limit) saturated: calls wait ever longer, "
            + (isCached
              ? "so that answers are cached later than formulas say"
              : "which does not change the cost"),
          isLeftOut: isCached, hidesChance: cost.traffic.months > 1)
      }
      return nil
    }
  }

  /// Limits on whole flows and conversations: the formula lets all of them run at once.
  private func runQuotas() -> [Expectation.Approximation] {
    guard scenario.limitsRuns, cost.conversations.obstacles.isEmpty else { return [] }
    let runs = RunLoads(cost)
    return scenario.workloads.indices.compactMap { number in
      guard let limit = scenario.workloads[number].runLimit, let load = runs.load(of: number)
      else { return nil }
      let part = "\(scenario.workloads[number].name) quota"
      let places = HumanFormat.plural(Int64(limit.concurrent), "run")
      guard limit.maxWait != nil else {
        let isFull = load.mean >= Double(limit.concurrent)
        return Expectation.Approximation(
          part: part,
          reason: "at most \(places) at once, and the formula lets all run as they come: "
            + (isFull
              ? "more come than can, so they wait ever longer"
              : "those that wait are made later, which changes the cost only where times do"),
          isLeftOut: isFull)
      }
      // A run that may wait a while is refused less often than this.
      let refused = Erlang.blocked(load: load.busiestHour, places: limit.concurrent)
      return Expectation.Approximation(
        part: part,
        reason: "at most \(places) at once, and the formula refuses none: in the busiest hour "
          + "\(HumanFormat.share(refused)) of them or fewer find no place",
        isLeftOut: refused >= AttentionLimits.shipped.turnedAway, hidesChance: matters(refused))
    }
  }

  /// Share refused in the busiest hour if nothing could wait: an upper bound for any maxWait.
  private func refused(_ load: Expectation.QuotaLoad, _ quota: QuotaLimits) -> Double {
    let rho = load.offeredBusiestHour / load.allowed
    guard rho > 0 else { return 0 }
    switch load.limit {
    case "concurrent jobs":
      return Erlang.blocked(load: load.offeredBusiestHour, places: Int(load.allowed))
    case "audio hours/day":
      return rho > 0.5 ? rho : 0
    default:
      let perCall = load.limit == "tokens/min" ? chargedTokens(load) : 1
      let share = burstiness
      if let window = quota.window {
        let room = load.allowed * window.seconds / 60 / perCall / share
        return QuotaLoss.fixedWindow(mean: rho * room, limit: Int(room))
      }
      let bucket = perCall == 1 ? quota.burst.map(Double.init) ?? load.allowed : load.allowed
      return QuotaLoss.bucket(load: rho, burst: max(1, Int(bucket / perCall / share)))
    }
  }

  /// Tokens of a call, with what their spread adds to that of a Poisson number of them.
  private func chargedTokens(_ load: Expectation.QuotaLoad) -> Double {
    let requests = quotaLoads.meanRequests(on: load.target)
    return max(1, 2 * load.offeredMean / max(requests, 1e-300))
  }

  /// Variance of the number of calls over its mean: cv² of bursty arrivals.
  private var burstiness: Double {
    scenario.workloads.map { workload in
      let parallel = workload.stages.map(\.calls.count).max() ?? 1
      if case .gamma(let cv) = workload.arrivals { return max(1, cv * cv) * Double(parallel) }
      return Double(parallel)
    }.max() ?? 1
  }
}

extension Budget {
  /// Beyond so many standard deviations (one month in a billion) a line is not crossed.
  private static let farAway = 6.0

  /// Whether a line that acts may be crossed in a month of that expected bill, in dollars.
  package func mayAct(mean: Double, deviation: Double) -> Bool {
    actions.contains { action in
      let line = thresholds[action.line]
      // A projection may be wide of the mark on the first days.
      return line.kind == .forecast
        || line.amount.dollars < mean + Self.farAway * deviation
    }
  }
}

extension Expectation {
  /// What several closed forms leave out, each part once, in order.
  package static func union(_ lists: [[Expectation.Approximation]]) -> [Expectation.Approximation] {
    var parts: Set<String> = []
    return lists.joined().filter { parts.insert($0.part).inserted }
  }
}
