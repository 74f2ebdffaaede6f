import CostModel

/// Months in which the budget acts: closed forms let all calls pass, so these are simulated.
extension ForecastMonth {
  /// Whether a line that acts may be crossed.
  package var budgetMayAct: Bool {
    scenario.budget?.mayAct(mean: bill.mean, deviation: bill.deviation) == true
  }

  /// Takes the simulated bills for the closed form's.
  package mutating func takeSimulated(after total: MonthBill) {
    let costs = simulated.map(\.dollars)
    let mean = costs.reduce(0, +) / Double(costs.count)
    withoutActions = bill.mean
    leftOut = []
    bill.mean = mean
    // One month has no variance of its own: the closed form's is more than an acting budget leaves.
    if costs.count > 1 {
      let variance = costs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(costs.count - 1)
      // What months share stays what it is; the rest is each month's own.
      bill.byInputs = []
      bill.sharedDeviation = min(bill.sharedDeviation, variance.squareRoot())
      bill.callVariance = variance - bill.sharedDeviation * bill.sharedDeviation
    }
    self.total = total + bill
    expectedCrossing = firstRun?.budgetMonths[0].crossedAt
    overBudgetProbability = budget.flatMap { budget in
      costs.count == 1
        ? nil : Double(simulated.count { $0 > budget }) / Double(costs.count)
    }
  }

  /// When run 1 has spent so many dollars, a day's cost spread over the day; scaled to the mean of
  /// all runs.
  package func simulatedCrossing(of dollars: Double) -> SimTime? {
    guard let result = firstRun else { return nil }
    let scale = result.cost > .zero ? bill.mean / result.cost.dollars : 1
    let costs = Dictionary(result.days.map { ($0.date, $0.cost.dollars) }, uniquingKeysWith: +)
    var spent = 0.0
    for (index, day) in period.days.enumerated() {
      let end = index + 1 < period.days.count ? period.days[index + 1].start : period.end
      let cost = scale * (costs[day.date] ?? 0)
      if spent + cost > dollars {
        let part = max(0, dollars - spent) / cost * Double((end - day.start).microseconds)
        return day.start + SimDuration(microseconds: Int64(part))
      }
      spent += cost
    }
    return nil
  }
}
