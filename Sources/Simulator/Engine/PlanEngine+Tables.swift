import CostModel
import Support

/// What is due at the start, what grows with a log, and what is left at the end.
extension PlanEngine {
  /// Makes room for kinds, users and days that the log has brought.
  package mutating func grow(_ growth: ScenarioGrowth) {
    flushAggregates()
    price(waysOfBillingIn: growth.compiled)
    compiled = growth.compiled
    routing = growth.routing
    kinds = FixedTable(compiled.kinds)
    boundary = .min
    dayStarts = compiled.scenario.period.days.map(\.start.microseconds)
    monthStarts = compiled.scenario.period.months.map(\.start.microseconds)
    logged.userNames += growth.newUsers
    ledger.grow(compiled: compiled, users: logged.userNames.count)
    budget.grow(compiled: compiled)
    observers.quality.grow(compiled)
    enforcement.grow(compiled: compiled, users: logged.userNames.count)
    for target in 0..<targets.count { targets[target].grow(compiled.scenario.period) }
    for name in compiled.cacheClasses.dropFirst(lookup.counts.count) {
      lookup.counts.append(CacheClassResult(name: name, hits: 0, misses: 0))
    }
  }

  /// Fixed monthly prices of the models that calls may reach are due as each month starts.
  package mutating func addFixedPrices() {
    var reachable = routing.reachableModels(compiled)
    for action in enforcement.actions { reachable.formUnion(action.reachableModels(compiled)) }
    for (number, month) in compiled.scenario.period.months.enumerated() {
      for (target, place) in compiled.targets.enumerated()
      where reachable.contains(place.model.index) {
        guard
          let price = pricing.table.fixedPrice(target: target, from: month.start, to: month.end),
          compiled.targetsOfModel[place.model.index].lowerBound == target
        else { continue }
        let day = dayStarts.firstIndex(of: month.start.microseconds) ?? 0
        ledger.addFixed(price, row: ledger.row(ofModel: place.model.index), day: day)
        budget.add(price, month: number, at: month.start.microseconds)
      }
    }
  }

  /// A log does not tell beforehand where its requests may go: what is due for the months so far is
  /// added with the first request that may reach the model.
  package mutating func addFixedPrices(reachedBy call: Call) {
    let own = Int(batch.loggedFields[Int(call.fact)].model)
    let route = (Int(call.kind) << 16 | Int(call.routed)) << 16 | own
    guard logged.metRoutes.insert(route).inserted else { return }
    addFixedPrices(reachedBy: call, along: routing, as: Int(call.kind))
    for action in enforcement.actions
    where action.concerns(kind: Int(call.kind), accountPlan: 0)
      && !action.isUnable(kind: Int(call.kind))
    {
      guard case .reroute(let other, let tier) = action.effect else { continue }
      addFixedPrices(reachedBy: call, along: other, as: Int(call.kind) + (tier ?? 0))
    }
  }

  private mutating func addFixedPrices(
    reachedBy call: Call, along routing: CompiledRouting, as kind: Int
  ) {
    let shares = routing.shares(kind: Int(call.kind), accountPlan: 0).map(\.model)
    let chain = compiled.kinds[kind].chain
    let own = batch.loggedFields[Int(call.fact)].model
    let kept = ModelID(own == .max ? call.routed : own)
    for routed in shares.isEmpty ? [kept] : shares {
      for place in routing.chain(model: routed.index, kind: chain) {
        let model = compiled.targets[routing.target(at: place)].model.index
        guard logged.reachable.insert(model).inserted else { continue }
        for month in 0...month { addFixedPrice(model: model, month: month, at: call.time) }
      }
    }
  }

  /// A month of a log begins.
  @inline(never)
  package mutating func addFixedPricesOfMonth() {
    for model in logged.reachable.sorted() {
      addFixedPrice(model: model, month: month, at: monthStarts[month])
    }
  }

  private mutating func addFixedPrice(model: Int, month: Int, at time: Int64) {
    let start = monthStarts[month]
    guard
      let price = pricing.table.fixedPrice(
        target: compiled.targetsOfModel[model].lowerBound, from: SimTime(microseconds: start),
        to: compiled.scenario.period.months[month].end)
    else { return }
    ledger.addFixed(
      price, row: ledger.row(ofModel: model), day: dayStarts.firstIndex(of: start) ?? 0)
    // After all outcomes of that time.
    spend(price, month: month, at: time, order: .max)
  }

  /// Throws `BadInput` where a table by day or hour would have more rows than there is room for.
  package func checkRoom() throws {
    for (table, isFull) in [
      ("quality.csv", observers.quality.isFull), ("performance_hours.csv", observers.hours.isFull),
    ]
    where isFull {
      let most = InputLog.grouped(Int64(SimulationLimits.mostTableRows))
      throw BadInput(
        message: "\(compiled.scenario.name): error: \(table) would have more than \(most) rows "
          + "(limit 'table_rows'), expected a shorter period, or fewer use cases, models and plans")
    }
  }

  package mutating func finish() -> PlanResult {
    result.calls -= logged.callsBefore
    result.cost = ledger.total
    result.budgetMonths = budget.finish()
    result.enforcements = enforcements(result.budgetMonths)
    if observers.hasExperiments { result.experiments = observers.experiments.results() }
    result.flows = zip(compiled.workloads, flowRuns.results).filter { $0.0.isFlow }.map(\.1)
    result.cacheClasses = lookup.counts.array
    result.returns = observers.returns.cells(compiled)
    result.cacheHits = result.cacheClasses.reduce(0) { $0 + $1.hits }
    result.cacheMisses = result.cacheClasses.reduce(0) { $0 + $1.misses }
    result.latency.merge(latencies.histogram())
    for target in 0..<targets.count { result.latency.merge(targets[target].latencies.histogram()) }
    result.latency.add(lookup.latency, count: result.cacheHits)
    let period = compiled.scenario.period
    let minutes = max(1, (period.end - period.start).seconds / 60)
    for target in 0..<targets.count {
      var performance = targets[target].performance(minutes: minutes)
      if compiled.targetsOfModel[targets[target].model].lowerBound < target {
        performance.otherRegionCalls = performance.calls - performance.fallbackCalls
      }
      result.performance.append(performance)
    }
    let names = names
    let accountAlerts = observers.accounts.firings.map { $0.event(named: names.account($0.user)) }
    result.alerts = (budget.alerts + accountAlerts + observers.rolling.alerts).enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map(\.element)
    result.conversations = observers.conversations?.found ?? []
    result.meters = observers.meters?.cells(compiled) ?? []
    result.caching =
      observers.caching?.result(compiled, rowNames: compiled.targets.map(\.name)) ?? []
    LedgerTables(
      compiled: compiled, ledger: ledger, userNames: logged.userNames,
      cacheMisses: lookup.misses.array
    ).fill(&result, hours: observers.hours.samples, quality: observers.quality)
    return result
  }
}
