import CostModel

/// Holds the growth of a plan's bill to `--max-increase` and `--max-increase-usd`.
struct IncreaseJudge {
  let limits: GateLimits

  /// None for a plan that has no baseline.
  func checks(_ plan: PlanComparison) -> [GateCheck] {
    guard let base = plan.base, let head = plan.head, let change = plan.change,
      let bill = plan.bills.base
    else { return [] }
    var checks: [GateCheck] = []
    let add = { (checks: inout [GateCheck], words: String, limit: MoneySum) in
      let isIgnored = plan.status(ignoring: limits.ignoreBelow) == .same
      let isOver = !isIgnored && breaks(base, head, limit)
      checks.append(
        GateCheck(
          scenario: plan.scenario, plan: plan.plan, name: "increase of at most \(words)",
          isIncrease: true, passed: !isOver,
          message: message(plan, change, limit: words, isOver: isOver)))
    }
    if let share = limits.maxIncrease {
      add(&checks, GateWords.share(share), MoneySum(dollars: share * bill.dollars))
    }
    if let most = limits.maxIncreaseUSD { add(&checks, PlainEnglish.usd(most), most) }
    return checks
  }

  private func breaks(_ base: PlanFigures, _ head: PlanFigures, _ limit: MoneySum) -> Bool {
    let isSimulated = PlanComparison.isSimulated(base, head)
    let simulated = isSimulated ? (head.bill - base.bill).dollars : nil
    var expected: Double?
    if let before = base.expected, let after = head.expected {
      expected = (after - before).dollars
    }
    let error = (base.standardError * base.standardError + head.standardError * head.standardError)
      .squareRoot()
    return BillJudge.breaks(
      expected: expected, simulated: simulated, standardError: error,
      isExact: base.isExact && head.isExact
    ) { $0.breaks(.atMost, limit.dollars) }
  }

  private func message(
    _ plan: PlanComparison, _ change: MoneySum, limit: String, isOver: Bool
  ) -> String {
    let words = GateText.change(plan)
    if isOver { return "\(words), more than \(limit)" }
    let isBeyond =
      limits.maxIncreaseUSD.map { change > $0 } ?? false
      || limits.maxIncrease.map { change.dollars > $0 * (plan.bills.base?.dollars ?? 0) } ?? false
    return isBeyond ? "\(words), which chance alone could explain" : words
  }
}
