import CostModel
import Scenarios
import Support

/// What all pieces of a log came to together, as one replay of the whole would have found it.
package struct PartedLog: Sendable {
  /// In order.
  package let pieces: [LogPiece]
  package let facts: TraceFacts
  package let readAs: [NameReading]
  /// Of the pieces before each: requests, and rows of all sorts.
  private let callsBefore: [Int64]
  private let rowsBefore: [Int64]

  private static let shownRows = 20

  package init(_ pieces: [LogPiece]) {
    self.pieces = pieces
    var facts = pieces[0].facts
    var callsBefore: [Int64] = [0]
    var rowsBefore: [Int64] = [0]
    var names: Set<NameReading> = Set(pieces[0].readAs)
    var rows = pieces[0].rows
    for piece in pieces.dropFirst() {
      callsBefore.append(facts.accepted)
      rowsBefore.append(rows)
      facts.add(piece.facts, after: rows, shown: Self.shownRows)
      rows += piece.rows
      names.formUnion(piece.readAs)
    }
    self.facts = facts
    readAs = names.sorted { $0.name < $1.name }
    (self.callsBefore, self.rowsBefore) = (callsBefore, rowsBefore)
  }

  /// Requests of the log before a piece.
  package func calls(before piece: Int) -> Int64 { callsBefore[piece] }

  package func rank(_ place: PartPlace) -> Int64 { callsBefore[place.piece] + place.number }

  package func row(_ place: PartPlace) -> Int64 { rowsBefore[place.piece] + place.number }

  /// Malformed rows with their numbers in the whole.
  package var rejected: [RejectedRow] {
    zip(pieces, rowsBefore).flatMap { piece, before in
      piece.rejected.map { rejected in
        var rejected = rejected
        rejected.row.number += before
        return rejected
      }
    }
  }
}

extension CasePart {
  /// The outcome of the whole log.
  /// - Parameter spending: the attempts of a minute, in the order of their ends; nil: not known.
  package func outcome(
    of scenario: Scenario, _ log: PartedLog, hash: FileHash?,
    spending: (_ minute: Int64) throws -> [SpentAttempt]?
  ) throws -> Replay.Outcome {
    let compiled = ReplaySource.compiled(
      scenario, from: log.facts.first.microseconds, to: log.facts.last.microseconds,
      facts: log.facts)
    var use = LoggedUse()
    use.used = used
    use.empty = Array(repeating: LoggedUse.Empty(), count: used.count)
    for row in empty.rows {
      guard let target = Int(row.key[0] ?? ""), use.empty.indices.contains(target) else { continue }
      use.empty[target] = LoggedUse.Empty(
        calls: Int64(wide: row.sums[0]), firstRow: log.row(row.first))
    }
    for row in told.rows {
      guard let target = Int(row.key[0] ?? "") else { continue }
      let variant = BillingVariant(
        batch: row.key[1] != nil, serviceTier: row.key[2], region: row.key[3],
        searchSize: row.key[4])
      use.told[LoggedUse.ToldBilling(variant: variant, target: target)] = Int64(
        wide: row.sums[0])
    }
    var outScenario = compiled.scenario
    outScenario.unbilled = use.unbilled(compiled)
    let (result, vagueMinutes) = try result(compiled, spending: spending)
    return Replay.Outcome(
      scenario: outScenario, result: result, facts: log.facts, hash: hash, logged: totals,
      outliers: outliers(compiled, log), costCheck: costCheck(log),
      untold: use.untold(compiled), unlisted: use.unlisted(compiled), readAs: log.readAs,
      targets: compiled.targets.map(\.name), columns: log.pieces[0].columns,
      isJSON: log.pieces[0].isJSON, vagueMinutes: vagueMinutes)
  }

  private var totals: LoggedTotals {
    var totals = LoggedTotals()
    for row in logged.rows {
      let sum = MoneySum(picodollars: row.sums[1])
      guard let key = row.key[0], let place = Int(key), (0...Int(UInt16.max)).contains(place) else {
        (totals.calls, totals.cost) = (Int64(wide: row.sums[0]), sum)
        continue
      }
      while totals.sums.count <= place { totals.sums.append(nil) }
      totals.sums[place] = sum
    }
    return totals
  }

  private func outliers(_ compiled: CompiledScenario, _ log: PartedLog) -> [Outlier] {
    func found(
      _ source: Outlier.Source, _ costs: [PartCosts], _ number: (PartPlace) -> Int64
    ) -> [Outlier] {
      // The first group is that of calls without a model.
      let named = costs.filter { !$0.model.isEmpty }
      let groups =
        [costs.first { $0.model.isEmpty }?.group(number) ?? OutlierFinder.Group()]
        + named.map { $0.group(number) }
      return OutlierFinder(source: source, groups: groups).found { named[$0].model }
    }
    return found(.simulated, simulatedCosts, log.rank) + found(.logged, loggedCosts, log.row)
  }

  private func costCheck(_ log: PartedLog) -> CostCheck {
    var check = CostCheck()
    for row in checks.rows {
      guard let target = Int(row.key[0] ?? ""), (0...Int(UInt16.max)).contains(target) else {
        continue
      }
      while check.rows.count <= target { check.rows.append(CostCheck.Row()) }
      SumField.fill(&check.rows[target], CostCheck.Row.sums, from: row.sums)
    }
    check.largest = differences.map { $0.difference(log.rank) }
    return check
  }

  // MARK: Result

  private func result(
    _ compiled: CompiledScenario,
    spending: (Int64) throws -> [SpentAttempt]?
  ) throws -> (PlanResult, vagueMinutes: [Int64]) {
    let scenario = compiled.scenario
    var result = PlanResult(
      plan: PlanSpec(name: name, users: 0, isPolicy: true), run: 1)
    SumField.fill(&result, PlanResult.sums, from: sums)
    result.latency = latency
    result.costs = costs.rows.map { Self.costCell($0) }.sorted(by: Self.comesFirst)
    if isLabelled { result.labelled = labelled.rows.map(Self.costCell).sorted(by: Self.comesFirst) }
    result.estimates = estimates.rows.compactMap { row in
      guard let place = Int(row.key[0] ?? ""), scenario.policy.rules.indices.contains(place) else {
        return nil
      }
      return (place, row.sums)
    }.sorted { (a: (Int, [Int128]), b: (Int, [Int128])) in a.0 < b.0 }.map { place, sums in
      let rule = scenario.policy.rules[place]
      return RuleEstimate(
        rule: rule.name, estimate: rule.estimatedCost, calls: Int64(wide: sums[0]),
        cost: MoneySum(picodollars: sums[1]))
    }
    result.days = days.rows.map { row in
      DayCell(
        date: CivilDate(daysSinceEpoch: Int(row.key[0] ?? "") ?? 0), model: row.key[1] ?? "",
        calls: Int64(wide: row.sums[0]), cost: MoneySum(picodollars: row.sums[1]))
    }.sorted { ($0.date, $0.model) < ($1.date, $1.model) }
    fillAccounts(&result, scenario.period)
    if quality.rows.contains(where: { row in Self.counts(row).isTold }) {
      result.quality = quality.rows.map { row in
        QualityCell(
          useCase: row.key[0] ?? "", model: row.key[1] ?? "", accountPlan: row.key[2],
          date: CivilDate(daysSinceEpoch: Int(row.key[3] ?? "") ?? 0), counts: Self.counts(row))
      }.sorted {
        ($0.useCase, $0.model, $0.accountPlan ?? "", $0.date)
          < ($1.useCase, $1.model, $1.accountPlan ?? "", $1.date)
      }
    }
    result.cacheClasses = cacheClasses.inOrder.map {
      CacheClassResult(
        name: $0.key[0], hits: Int64(wide: $0.sums[0]), misses: Int64(wide: $0.sums[1]))
    }
    fillPerformance(&result, compiled)
    let vagueMinutes = try fillBudget(&result, compiled, spending)
    return (result, vagueMinutes)
  }

  private static func counts(_ row: PartRow) -> QualityCounts {
    var counts = QualityCounts()
    counts.numbers = row.sums.map { Int64(wide: $0) }
    return counts
  }

  private static func costCell(_ row: PartRow) -> CostCell {
    var cell = CostCell(
      useCase: row.key[0], model: row.key[1] ?? "", provider: row.key[2] ?? "",
      tier: row.key[3] ?? "")
    if row.key.count > 5 { (cell.action, cell.segment) = (row.key[4], row.key[5]) }
    SumField.fill(&cell, CostCell.sums, from: row.sums)
    return cell
  }

  private static func comesFirst(_ a: CostCell, _ b: CostCell) -> Bool {
    (a.useCase ?? "", a.model, a.tier, a.action ?? "", a.segment ?? "")
      < (b.useCase ?? "", b.model, b.tier, b.action ?? "", b.segment ?? "")
  }

  private func fillAccounts(_ result: inout PlanResult, _ period: Period) {
    var number = 0
    for row in accounts.inOrder where row.key[0] != nil {
      number += 1
      result.accounts.append(
        AccountCell(
          user: number, name: row.key[0], accountPlan: row.label, calls: Int64(wide: row.sums[0]),
          cost: MoneySum(picodollars: row.sums[1])))
    }
    result.plan.users = number
    if let row = accounts.rows.first(where: { $0.key[0] == nil }) {
      result.accounts.append(
        AccountCell(
          user: nil, accountPlan: nil, calls: Int64(wide: row.sums[0]),
          cost: MoneySum(picodollars: row.sums[1])))
    }
    let metered = BillingDimension.metered
    result.meters = meters.rows.compactMap { row -> (Int, MeterCell)? in
      guard let place = metered.firstIndex(where: { $0.key == row.key[2] }) else { return nil }
      return (
        place,
        MeterCell(
          useCase: row.key[0] ?? "", model: row.key[1] ?? "", dimension: metered[place],
          quantity: row.sums[0], cost: MoneySum(picodollars: row.sums[1]))
      )
    }.sorted { ($0.1.useCase, $0.1.model, $0.0) < ($1.1.useCase, $1.1.model, $1.0) }.map(\.1)
    guard !accountMonths.rows.isEmpty else { return }
    var places: [String?: Int] = [:]
    for (place, account) in result.accounts.enumerated() { places[account.name] = place }
    let cells = accountMonths.rows.compactMap { row -> (Int, AccountMonthCell)? in
      guard let place = places[row.key[0]],
        let month = period.months.first(where: { String($0.start.microseconds) == row.key[1] })
      else { return nil }
      return (
        place,
        AccountMonthCell(
          account: result.accounts[place], month: month, model: row.key[2] ?? "",
          calls: Int64(wide: row.sums[0]), cost: MoneySum(picodollars: row.sums[1]))
      )
    }
    result.accountMonths = cells.sorted {
      ($0.0, $0.1.month.start, $0.1.model) < ($1.0, $1.1.month.start, $1.1.model)
    }.map(\.1)
  }

  private func fillPerformance(_ result: inout PlanResult, _ compiled: CompiledScenario) {
    let period = compiled.scenario.period
    let minutes = max(1, (period.end - period.start).seconds / 60)
    for (target, row) in performance.inOrder.enumerated() {
      var cell = TargetPerformance(model: row.key[0] ?? "")
      SumField.fill(&cell, TargetPerformance.sums, from: row.sums)
      if target < queues.count { cell.queue = queues[target] }
      if target < latencies.count { cell.latency = latencies[target] }
      if target < firstTokens.count { cell.firstToken = firstTokens[target] }
      for found in starts.first(where: { $0.owner == Int64(target) })?.minutes ?? []
      where found.sums.count == 3 {
        let counts = found.sums.map { Int64(wide: $0) }
        cell.requestsPerMinutePeak = max(cell.requestsPerMinutePeak, counts[0])
        cell.tokensPerMinutePeak = max(cell.tokensPerMinutePeak, counts[1])
        cell.hours.add(
          minute: found.minute, requests: counts[0], tokens: counts[2], in: period)
      }
      cell.requestsPerMinuteMean = Double(cell.attempts) / minutes
      cell.tokensPerMinuteMean = Double(cell.tokens) / minutes
      result.performance.append(cell)
    }
  }

  /// Spends what was spent minute by minute; returns the minutes in which a moment is known to the minute
  /// alone.
  private func fillBudget(
    _ result: inout PlanResult, _ compiled: CompiledScenario,
    _ spending: (Int64) throws -> [SpentAttempt]?
  ) throws -> [Int64] {
    let scenario = compiled.scenario
    var watch = BudgetWatch(
      compiled: compiled,
      population: Population(scenario, users: 0, draws: Draws(seed: scenario.seed, run: 1)))
    let months = scenario.period.months.map(\.start)
    func place(_ month: SimTime) -> Int { months.firstIndex(of: month) ?? 0 }
    var sums: [Int64: [(month: Int, cost: MoneySum)]] = [:]
    for month in spent {
      let number = place(SimTime(microseconds: month.owner))
      for found in month.minutes where found.sums.count == 1 {
        sums[found.minute, default: []].append((number, MoneySum(picodollars: found.sums[0])))
      }
    }
    var unknown: Set<Int64> = []
    for (minute, costs) in sums.sorted(by: { $0.key < $1.key }) {
      let isKnown = try watch.add(minute, costs) {
        try spending(minute)?.map { (place($0.month), $0.attempt) }
      }
      if !isKnown { unknown.insert(minute) }
    }
    result.budgetMonths = watch.finish()
    result.alerts = watch.alerts
    for line in result.budgetMonths.flatMap(\.lines) {
      guard let crossed = line.crossedAt,
        unknown.contains(SpentMinutes.minute(of: crossed.microseconds))
      else { continue }
      for place in result.alerts.indices
      where result.alerts[place].rule == line.rule && result.alerts[place].at == line.alertedAt {
        result.alerts[place].message += " (known to the minute)"
      }
    }
    return unknown.sorted()
  }
}
