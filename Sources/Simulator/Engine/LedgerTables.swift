import CostModel
import Support

/// Turns the ledger's dense numbers back into names, for the reports.
package struct LedgerTables {
  private let compiled: CompiledScenario
  private let cells: [Ledger.Cell]
  private let daySums: [Ledger.Sum]
  private let userSums: [Ledger.Sum]
  private let noAccount: Ledger.Sum
  private let fixed: [MoneySum]
  private let accountMonths: AccountMonths?
  private let userNames: [String]
  private let cacheMisses: [Int64]
  /// What a table calls each row, and whose it is.
  private let rows: [(name: String, provider: String)]

  package init(
    compiled: CompiledScenario, ledger: borrowing Ledger, userNames: [String], cacheMisses: [Int64]
  ) {
    self.cacheMisses = cacheMisses
    self.userNames = userNames
    self.compiled = compiled
    cells = ledger.cells.array
    daySums = ledger.days.array
    userSums = ledger.users.array
    noAccount = ledger.noAccount
    fixed = ledger.fixed
    accountMonths = ledger.accountMonths
    let catalog = compiled.scenario.catalog
    var rows = compiled.targets.map { ($0.name, catalog[$0.model].provider) }
    for (model, targets) in zip(catalog.models, compiled.targetsOfModel) where targets.count > 1 {
      rows.append((model.name, model.provider))
    }
    self.rows = rows
  }

  package func fill(_ result: inout PlanResult, hours: [HourWatch.Sample], quality: QualityTally) {
    if quality.isTold(in: compiled) { result.quality = qualityCells(quality) }
    fillPerformance(&result)
    result.hours = hours.map { sample in
      HourCell(model: sample.row < rows.count ? rows[sample.row].name : nil, sample: sample)
    }
    result.costs = costs()
    result.labelled = labelled()
    result.estimates = estimates()
    result.days = days()
    result.accounts = accounts(population: result.plan.users)
    result.accountMonths = accountMonthCells(result.accounts)
  }

  package func qualityCells(_ quality: QualityTally) -> [QualityCell] {
    quality.cells(compiled, rows: rows.map(\.name))
  }

  /// What targets cost and what their models' calls found in the response cache.
  private func fillPerformance(_ result: inout PlanResult) {
    for (model, targets) in compiled.targetsOfModel.enumerated() {
      let row = targets.count == 1 ? targets.lowerBound : self.row(ofModel: model)
      let hits = sum(row).cacheHits
      for target in targets {
        let own = sum(target)
        result.performance[target].cost = own.inputCost + own.outputCost + own.otherCost
        result.performance[target].billedTokens = own.inputTokens + own.outputTokens
        result.performance[target].cacheHits = hits
        result.performance[target].cacheMisses = cacheMisses[model]
      }
      result.performance[targets.lowerBound].cost += fixed[row]
    }
  }

  /// The row of a model of several regions.
  private func row(ofModel model: Int) -> Int {
    compiled.targets.count
      + compiled.targetsOfModel[..<model].count { $0.count > 1 }
  }

  /// Of all groups of calls.
  private func sum(_ row: Int) -> Ledger.Cell {
    compiled.groups.indices.reduce(into: Ledger.Cell()) { $0 += cells[$1 * rows.count + row] }
  }

  private func costs() -> [CostCell] {
    let tiers = compiled.tiers.count
    var merged = Array(
      repeating: Ledger.Cell(), count: compiled.useCases.count * tiers * rows.count)
    for (number, group) in compiled.groups.enumerated() {
      let first = (group.useCase * tiers + group.tier) * rows.count
      for row in rows.indices {
        var cell = cells[number * rows.count + row]
        // A use case and tier may have groups of calls for one message and for several.
        cell.moreMsgs += (group.msgs - 1) * cell.calls
        merged[first + row] += cell
      }
    }
    return cells(merged) {
      CallGroup(useCase: $0 / tiers, tier: $0 % tiers)
    }
  }

  /// Where any group of calls says more than its use case and tier.
  private func labelled() -> [CostCell] { isLabelled ? byLabel() : [] }

  /// Whether any group of calls says more than its use case and tier.
  package var isLabelled: Bool {
    cells.contains { $0.moreMsgs != 0 } || compiled.groups.contains(where: \.isLabelled)
  }

  /// By group of calls.
  package func byLabel() -> [CostCell] {
    guard compiled.groups.contains(where: { $0.rule != nil }) else {
      return cells(cells) { compiled.groups[$0] }
    }
    // Which rule decides calls is no label.
    var places: [CallGroup: Int] = [:]
    var groups: [CallGroup] = []
    var sums: [Ledger.Cell] = []
    for (number, var group) in compiled.groups.enumerated() {
      group.rule = nil
      let place = places[group] ?? groups.count
      if place == groups.count {
        places[group] = place
        groups.append(group)
        sums += Array(repeating: Ledger.Cell(), count: rows.count)
      }
      for row in rows.indices { sums[place * rows.count + row] += cells[number * rows.count + row] }
    }
    return cells(sums) { groups[$0] }
  }

  /// Of a log: what a policy's rules say that the calls which they decide cost, beside what these did.
  private func estimates() -> [RuleEstimate] {
    let rules = compiled.scenario.policy.rules
    var sums = Array(repeating: Ledger.Cell(), count: rules.count)
    for (number, group) in compiled.groups.enumerated() {
      guard let rule = group.rule else { continue }
      for row in rows.indices { sums[rule] += cells[number * rows.count + row] }
    }
    return zip(rules, sums).filter { $0.1.calls > 0 }.map { rule, sum in
      RuleEstimate(
        rule: rule.name, estimate: rule.estimatedCost, calls: sum.calls,
        cost: sum.inputCost + sum.outputCost + sum.otherCost)
    }
  }

  /// Those that are not empty, and fixed prices.
  /// - Parameter sums: by group, then row.
  private func cells(_ sums: [Ledger.Cell], _ group: (Int) -> CallGroup) -> [CostCell] {
    var cells: [CostCell] = []
    for (place, sum) in sums.enumerated() where !sum.isEmpty {
      let (number, row) = place.quotientAndRemainder(dividingBy: rows.count)
      let group = group(number)
      var cell = CostCell(
        sum, useCase: compiled.useCases[group.useCase], model: rows[row].name,
        provider: rows[row].provider, tier: compiled.tiers[group.tier])
      (cell.action, cell.segment) = (group.action, group.segment)
      cell.msgs = group.msgs * sum.calls + sum.moreMsgs
      cells.append(cell)
    }
    for (row, price) in fixed.enumerated() where price != .zero {
      var cell = CostCell(
        useCase: nil, model: rows[row].name, provider: rows[row].provider, tier: "")
      cell.otherCost = price
      cells.append(cell)
    }
    return cells.sorted {
      ($0.useCase ?? "", $0.model, $0.tier, $0.action ?? "", $0.segment ?? "")
        < ($1.useCase ?? "", $1.model, $1.tier, $1.action ?? "", $1.segment ?? "")
    }
  }

  /// By account in the order of `accounts`, month and model; what belongs to no account is last.
  private func accountMonthCells(_ accounts: [AccountCell]) -> [AccountMonthCell] {
    guard let accountMonths else { return [] }
    let months = compiled.scenario.period.months
    let order = rows.indices.sorted { rows[$0].name < rows[$1].name }
    func cells(_ account: AccountCell, _ sum: (Int) -> Ledger.Sum?) -> [AccountMonthCell] {
      months.indices.flatMap { month in
        order.compactMap { row in
          guard let sum = sum(month * rows.count + row), sum.calls > 0 || sum.cost != .zero
          else { return nil }
          return AccountMonthCell(
            account: account, month: months[month], model: rows[row].name, calls: sum.calls,
            cost: sum.cost)
        }
      }
    }
    return accounts.flatMap { account in
      cells(account) { place in
        guard let user = account.user else { return accountMonths.noAccount[place] }
        let sums = accountMonths.sums[place]
        return user <= sums.count ? sums[user - 1] : nil
      }
    }
  }

  private func days() -> [DayCell] {
    var cells: [DayCell] = []
    for (day, date) in compiled.scenario.period.days.enumerated() {
      let first = cells.count
      for (row, model) in rows.enumerated() {
        let sum = daySums[day * rows.count + row]
        if sum.calls > 0 || sum.cost != .zero {
          cells.append(
            DayCell(date: date.date, model: model.name, calls: sum.calls, cost: sum.cost))
        }
      }
      cells[first...].sort { $0.model < $1.model }
    }
    return cells
  }

  private func accounts(population users: Int) -> [AccountCell] {
    let deal = UserAllocation(population: compiled.scenario.users, users: users)
    let plans = compiled.scenario.users.accountPlans
    var cells = userSums.enumerated().map { user, sum in
      AccountCell(
        user: user + 1, name: userNames.isEmpty ? nil : userNames[user],
        accountPlan: deal.accountPlan.isEmpty ? nil : plans[Int(deal.accountPlan[user])].name,
        calls: sum.calls, cost: sum.cost)
    }
    let unowned = fixed.reduce(noAccount.cost, +)
    if unowned != .zero || noAccount.calls > 0 {
      cells.append(
        AccountCell(user: nil, accountPlan: nil, calls: noAccount.calls, cost: unowned))
    }
    return cells
  }
}

extension CostCell {
  fileprivate init(
    _ cell: Ledger.Cell, useCase: String, model: String, provider: String, tier: String
  ) {
    self.init(useCase: useCase, model: model, provider: provider, tier: tier)
    calls = cell.calls
    cacheHits = cell.cacheHits
    attempts = cell.attempts
    failures = cell.failures
    inputTokens = cell.inputTokens
    cachedInputTokens = cell.cachedInputTokens
    writtenTokens = cell.writtenTokens
    writtenLongTokens = cell.writtenLongTokens
    outputTokens = cell.outputTokens
    reasoningTokens = cell.reasoningTokens
    audio = SimDuration(microseconds: cell.audio)
    inputCost = cell.inputCost
    outputCost = cell.outputCost
    otherCost = cell.otherCost
  }
}
