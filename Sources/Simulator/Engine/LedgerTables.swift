import CostModel

/// Turns the ledger's dense numbers back into names, for the reports.
struct LedgerTables {
  private let compiled: CompiledScenario
  private let cells: [Ledger.Cell]
  private let daySums: [Ledger.Sum]
  private let userSums: [Ledger.Sum]
  private let noAccount: Ledger.Sum
  private let fixed: [MoneySum]
  private let userNames: [String]
  /// What a table calls each row, and whose it is.
  private let rows: [(name: String, provider: String)]

  init(compiled: CompiledScenario, ledger: borrowing Ledger, userNames: [String]) {
    self.userNames = userNames
    self.compiled = compiled
    cells = ledger.cells.array
    daySums = ledger.days.array
    userSums = ledger.users.array
    noAccount = ledger.noAccount
    fixed = ledger.fixed
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
          let cell = self.cells[(useCase * compiled.tiers.count + tier) * rows.count + row]
          if !cell.isEmpty {
            cells.append(
              CostCell(
                cell, useCase: name, model: model.name, provider: model.provider, tier: tierName))
          }
        }
      }
    }
    for (row, price) in fixed.enumerated() where price != .zero {
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
    let deal = UserDeal(population: compiled.scenario.users, users: users)
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
    outputTokens = cell.outputTokens
    reasoningTokens = cell.reasoningTokens
    audio = SimDuration(microseconds: cell.audio)
    inputCost = cell.inputCost
    outputCost = cell.outputCost
    otherCost = cell.otherCost
  }
}
