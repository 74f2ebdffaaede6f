import CostModel

/// Turns the ledger's dense numbers back into names, for the reports.
struct LedgerTables {
  private let compiled: CompiledScenario
  private let ledger: Ledger
  private let userNames: [String]
  /// What a table calls each row, and whose it is.
  private let rows: [(name: String, provider: String)]

  init(compiled: CompiledScenario, ledger: Ledger, userNames: [String]) {
    self.userNames = userNames
    self.compiled = compiled
    self.ledger = ledger
    let catalog = compiled.scenario.catalog
    var rows = compiled.targets.map { ($0.name, catalog[$0.model].provider) }
    for (model, targets) in zip(catalog.models, compiled.targetsOfModel) where targets.count > 1 {
      rows.append((model.name, model.provider))
    }
    self.rows = rows
  }

  func fill(_ result: inout PlanResult) {
    result.costs = costs()
    result.days = days()
    result.accounts = accounts(population: result.plan.users)
  }

  private func costs() -> [CostCell] {
    var cells: [CostCell] = []
    for (useCase, name) in compiled.useCases.enumerated() {
      for (tier, tierName) in compiled.tiers.enumerated() {
        for (row, model) in rows.enumerated() {
          let cell = ledger.cells[ledger.index(useCase: useCase, tier: tier, row: row)]
          if !cell.isEmpty {
            cells.append(
              CostCell(
                cell, useCase: name, model: model.name, provider: model.provider, tier: tierName))
          }
        }
      }
    }
    for (row, price) in ledger.fixed.enumerated() where price != .zero {
      var cell = CostCell(
        useCase: nil, model: rows[row].name, provider: rows[row].provider, tier: "")
      cell.otherCost = price
      cells.append(cell)
    }
    return cells.sorted {
      ($0.useCase ?? "", $0.model, $0.tier) < ($1.useCase ?? "", $1.model, $1.tier)
    }
  }

  private func days() -> [DayCell] {
    var cells: [DayCell] = []
    for (day, date) in compiled.scenario.period.days.enumerated() {
      let first = cells.count
      for (row, model) in rows.enumerated() {
        let sum = ledger.days[day * ledger.rows + row]
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
    let deal = UserDeal(population: compiled.scenario.users, users: users)
    let plans = compiled.scenario.users.accountPlans
    var cells = ledger.users.enumerated().map { user, sum in
      AccountCell(
        user: user + 1, name: userNames.isEmpty ? nil : userNames[user],
        accountPlan: deal.accountPlan.isEmpty ? nil : plans[Int(deal.accountPlan[user])].name,
        calls: sum.calls, cost: sum.cost)
    }
    let unowned = ledger.fixed.reduce(ledger.noAccount.cost, +)
    if unowned != .zero || ledger.noAccount.calls > 0 {
      cells.append(
        AccountCell(user: nil, accountPlan: nil, calls: ledger.noAccount.calls, cost: unowned))
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
    outputTokens = cell.outputTokens
    reasoningTokens = cell.reasoningTokens
    audio = SimDuration(microseconds: cell.audio)
    inputCost = cell.inputCost
    outputCost = cell.outputCost
    otherCost = cell.otherCost
  }
}
