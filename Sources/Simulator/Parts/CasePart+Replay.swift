import CostModel
import Scenarios
import Support

/// What a replay of one piece of a log came to, as a part.
extension PlanEngine {
  /// After the run.
  package mutating func part(named name: String, _ result: PlanResult, _ source: ReplaySource)
    -> CasePart
  {
    var part = CasePart()
    part.name = name
    part.sums = SumField.sums(result, PlanResult.sums)
    // Places are then numbers in the whole log, and not in this piece.
    let isNumbered = source.numbers != nil
    part.latency = result.latency
    let tables = LedgerTables(
      compiled: compiled, ledger: ledger, userNames: logged.userNames,
      cacheMisses: lookup.misses.array)
    part.costs = PartTable(
      result.costs.map {
        PartRow([$0.useCase, $0.model, $0.provider, $0.tier], SumField.sums($0, CostCell.sums))
      })
    part.labelled = PartTable(
      tables.byLabel().map {
        PartRow(
          [$0.useCase, $0.model, $0.provider, $0.tier, $0.action, $0.segment],
          SumField.sums($0, CostCell.sums))
      })
    part.isLabelled = tables.isLabelled
    part.estimates = PartTable(
      result.estimates.map { estimate in
        let place = compiled.scenario.policy.rules.firstIndex { $0.name == estimate.rule } ?? 0
        return PartRow([String(place)], [Int128(estimate.calls), estimate.cost.picodollars])
      })
    part.days = PartTable(
      result.days.map {
        PartRow(
          [String($0.date.daysSinceEpoch), $0.model], [Int128($0.calls), $0.cost.picodollars])
      })
    part.accounts = PartTable(
      result.accounts.enumerated().map { place, account in
        PartRow(
          [account.name], [Int128(account.calls), account.cost.picodollars],
          first: isNumbered
            ? account.user.map { source.first(ofAccount: $0 - 1) } ?? 0 : Int64(place),
          label: account.accountPlan)
      })
    part.accountMonths = PartTable(
      result.accountMonths.map {
        PartRow(
          [$0.account.name, String($0.month.start.microseconds), $0.model],
          [Int128($0.calls), $0.cost.picodollars])
      })
    part.meters = PartTable(
      result.meters.map {
        PartRow(
          [$0.useCase, $0.model, $0.dimension.key], [$0.quantity, $0.cost.picodollars])
      })
    if observers.quality.isOn {
      part.quality = PartTable(
        tables.qualityCells(observers.quality).map {
          PartRow(
            [$0.useCase, $0.model, $0.accountPlan, String($0.date.daysSinceEpoch)],
            $0.counts.numbers.map { Int128($0) })
        })
    }
    part.cacheClasses = PartTable(
      result.cacheClasses.enumerated().map {
        PartRow(
          [$1.name], [Int128($1.hits), Int128($1.misses)],
          first: isNumbered ? source.first(ofCacheClass: $0) : Int64($0))
      })
    addTargets(result, to: &part)
    part.spent = budget.spent?.minutes() ?? []
    addFindings(source, to: &part)
    return part
  }

  private mutating func addTargets(_ result: PlanResult, to part: inout CasePart) {
    part.performance = PartTable(
      result.performance.enumerated().map {
        PartRow([$1.model], SumField.sums($1, TargetPerformance.sums), first: Int64($0))
      })
    for (target, performance) in result.performance.enumerated() {
      part.queues.append(performance.queue)
      part.latencies.append(performance.latency)
      part.firstTokens.append(performance.firstToken)
      let minutes = targets[target].minutes
      if !minutes.isEmpty { part.starts.append(PartMinutes(owner: Int64(target), minutes)) }
    }
  }

  /// What the log says that its calls cost, and what they used.
  private mutating func addFindings(_ source: ReplaySource, to part: inout CasePart) {
    let before = source.numbers == nil ? logged.callsBefore : 0
    let groups = observers.outliers?.groups ?? []
    part.simulatedCosts = groups.enumerated().filter { !$0.element.buckets.isEmpty }.map {
      PartCosts(
        model: $0 == 0 ? "" : compiled.targets[$0 - 1].name, $1, before: before)
    }
    // Their numbers are rows of this piece.
    part.loggedCosts = source.loggedCosts.filter { !$0.group.buckets.isEmpty }.map {
      PartCosts(model: $0.model, $0.group, before: 0)
    }
    part.simulatedCosts = PartCosts.sum([], part.simulatedCosts)
    part.loggedCosts = PartCosts.sum([], part.loggedCosts)
    part.checks = PartTable(
      (observers.costCheck?.rows ?? []).enumerated().map {
        PartRow([String($0)], SumField.sums($1, CostCheck.Row.sums))
      })
    part.differences = (observers.costCheck?.largest ?? []).map {
      PartDifference($0, before: before)
    }
    part.used = observers.use?.used ?? []
    part.empty = PartTable(
      (observers.use?.empty ?? []).enumerated().filter { $0.element.calls > 0 }.map {
        PartRow([String($0)], [Int128($1.calls)], first: $1.firstRow)
      })
    part.told = PartTable(
      (observers.use?.told ?? [:]).map { told, calls in
        let way = told.variant
        return PartRow(
          [
            String(told.target), way.batch ? "batch" : nil, way.serviceTier, way.region,
            way.searchSize,
          ], [Int128(calls)])
      })
    var logged = source.logged.sums.enumerated().compactMap { place, sum in
      sum.map { PartRow([String(place)], [0, $0.picodollars]) }
    }
    if source.logged.calls > 0 {
      logged.append(PartRow([nil], [Int128(source.logged.calls), source.logged.cost.picodollars]))
    }
    part.logged = PartTable(logged)
  }
}

/// Why the pieces of a log cannot be replayed apart.
package struct Coupling: Hashable, Sendable {
  /// The key of the scenario, and what would allow it.
  package var key: String
  package var reason: String
  package var remedy: String

  package var text: String { "'\(key)': \(reason), expected \(remedy)" }
}

extension Coupling {
  /// What the scenario says, whatever the log does.
  /// - Parameter wholeAccounts: pieces are not spans of time but all requests of some accounts.
  package static func all(of scenario: Scenario, wholeAccounts: Bool = false) -> [Coupling] {
    var found: [Coupling] = []
    func add(_ holds: Bool, _ key: String, _ reason: String, _ remedy: String) {
      if holds { found.append(Coupling(key: key, reason: reason, remedy: remedy)) }
    }
    if wholeAccounts {
      add(
        scenario.cache.mode == .keyed && scenario.cache.scope == .global, "cache.scope",
        "an answer that is kept for one account is given to others",
        "user (or cache.mode off or rate)")
      if case .dealt = scenario.replay.users {
        add(
          true, "replay.users",
          "unknown requests are dealt among accounts, so that no piece has all of one",
          "another of its values")
      }
    } else {
      add(
        scenario.cache.mode == .keyed, "cache.mode",
        "an answer that is kept for one request is given to later ones",
        scenario.cache.scope == .user
          ? "off or rate (or pieces by account: --numbers)" : "off or rate")
    }
    add(
      scenario.budget?.acts == true, "budget",
      "an action hangs on what all requests before have cost", "thresholds that only tell")
    for alert in scenario.alerts {
      add(
        true, "alerts", "'\(alert.name)' looks at requests that follow each other", "no alerts")
    }
    add(
      !scenario.performanceHours.isEmpty, "performance_hours",
      "the last hours look across the pieces of a log", "none")
    add(
      scenario.replay.users == .session, "replay.users",
      "accounts are numbered by sessions from the log's beginning", "another of its values")
    let keepsPrompts = scenario.behaviours.contains { $0.promptCache != nil }
    add(
      scenario.replay.sessionBlock != nil && keepsPrompts, "replay.session_block",
      "what a provider's cache keeps of one request is read by later ones", "no blocks of sessions")
    return found
  }

  /// What can be split no more because of what the log has met.
  package static func met(_ engine: inout PlanEngine, _ result: PlanResult) -> [Coupling] {
    var found: [Coupling] = []
    let scenario = engine.compiled.scenario
    for (place, target) in engine.compiled.targets.enumerated() {
      let counts = result.performance[place]
      let name = scenario.catalog[target.model].name
      let behaviour = scenario.behaviours[target.model.index]
      if !behaviour.quota.isUnlimited, counts.attempts + counts.throttledCalls > 0,
        !found.contains(where: { $0.key == "quotas.\(name)" })
      {
        found.append(
          Coupling(
            key: "quotas.\(name)", reason: "its requests share a quota",
            remedy: "--override quotas.\(name)=none"))
      }
      if behaviour.breaker != nil, counts.failures > 0,
        !found.contains(where: { $0.key == "breaker" })
      {
        found.append(
          Coupling(
            key: "breaker",
            reason: "failures at \(target.name) count towards the breaker of later requests",
            remedy: "--override breaker=none"))
      }
    }
    if engine.logged.asksPromptCache {
      found.append(
        Coupling(
          key: "prompt_cache",
          reason: "what a provider's cache keeps of one request's blocks is read by later ones",
          remedy: "no prompt cache, or a log that tells cached tokens"))
    }
    if engine.ledger.fixed.contains(where: { $0 != .zero }) {
      found.append(
        Coupling(
          key: "catalog", reason: "a model has a price by the month, which is due once",
          remedy: "models that are billed by use"))
    }
    return found
  }
}

extension Scenario {
  /// Whether something may be drawn by the rank of a log's request.
  package var mayDrawByRank: Bool {
    let draws = CompiledScenario(self).attemptDraws.contains(where: \.isDrawn)
    let chooses = policy.rules.contains { rule in
      if case .weighted = rule.choice { return true }
      return false
    }
    switch replay.users {
    case .request, .dealt: return true
    default: return draws || chooses || cache.mode == .rate
    }
  }
}
