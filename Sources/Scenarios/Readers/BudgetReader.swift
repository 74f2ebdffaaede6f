import CostModel
import Support

/// Reads the monthly budget and the lines that tell when it is being used up.
package struct BudgetReader {
  package let log: InputLog
  package let actions: BudgetActionReader

  package func read(_ node: YAMLNode) -> Budget? {
    if case .scalar = node.content {
      return amount(node).map { Budget(amount: $0, thresholds: []) }
    }
    guard let fields = Fields(node, as: ScenarioFormat.budget, log: log),
      let amount = fields["amount"].flatMap(amount)
    else { return nil }
    var budget = Budget(amount: amount, thresholds: [])
    budget.evaluateEvery = fields.positiveDuration("evaluate_every")
    budget.dataLag = fields.duration("data_lag") ?? .zero
    var names: Set<String> = []
    for item in fields.list("thresholds") {
      guard let threshold = threshold(item, of: amount) else { continue }
      if !names.insert(threshold.name).inserted {
        log.add(item.place, "two thresholds are named '\(threshold.name)'")
      }
      if let node = item["act"], !node.isNull,
        let action = actions.read(node, line: budget.thresholds.count)
      {
        budget.actions.append(action)
      }
      budget.thresholds.append(threshold)
    }
    return budget
  }

  private func amount(_ node: YAMLNode) -> MoneySum? {
    guard let amount = log.money(node) else { return nil }
    if amount == .zero {
      log.add(node.place, "a budget must be more than $0")
      return nil
    }
    return amount
  }

  private func threshold(_ node: YAMLNode, of budget: MoneySum) -> Budget.Threshold? {
    if case .scalar = node.content {
      return line(node, of: budget).map {
        make($0, name: nil, kind: .actual, severity: .high, message: nil)
      }
    }
    guard let fields = Fields(node, as: ScenarioFormat.threshold, log: log),
      let at = fields["at"], let line = line(at, of: budget)
    else { return nil }
    return make(
      line, name: fields.text("name"),
      kind: fields.choice("kind", of: Budget.Threshold.Kind.self) ?? .actual,
      severity: fields.choice("severity", of: Severity.self) ?? .high,
      message: fields.text("message"))
  }

  private func make(
    _ line: Line, name: String?, kind: Budget.Threshold.Kind,
    severity: Severity, message: String?
  ) -> Budget.Threshold {
    let about = kind == .actual ? "month to date exceeds" : "the month is forecast to exceed"
    let suffix = kind == .actual ? "" : "-forecast"
    let amount = HumanFormat.usd(line.amount)
    let share = line.label.hasPrefix("$") ? "" : " (\(line.label) of the budget)"
    return Budget.Threshold(
      name: name ?? "budget-\(line.label)\(suffix)", kind: kind, amount: line.amount,
      severity: severity, message: message ?? "\(about) \(amount)\(share)", percent: line.percent)
  }

  /// A line's amount, and how it was written.
  private struct Line {
    var amount: MoneySum
    var label: String
    var percent: ExactDecimal?
  }

  /// A share of the budget up to 1000 %, or an amount: exact.
  private func line(_ node: YAMLNode, of budget: MoneySum) -> Line? {
    guard let text = log.scalar(node, "a percentage like 75% or an amount like $750") else {
      return nil
    }
    guard text.hasSuffix("%") else {
      return amount(node).map { Line(amount: $0, label: "$" + $0.exactDecimal) }
    }
    guard let percent = ExactDecimal(Quantity.trimmed(text.dropLast())), percent.digits > 0,
      percent.double <= 1_000, percent.places <= 6
    else {
      log.add(node.place, "expected a percentage above 0% up to 1000%, not '\(text)'")
      return nil
    }
    return Line(
      amount: Budget.amount(of: percent, of: budget), label: text.filter { $0 != " " },
      percent: percent)
  }
}

extension Budget {
  /// A percentage of an amount, half to even.
  fileprivate static func amount(of percent: ExactDecimal, of budget: MoneySum) -> MoneySum {
    var divisor: UInt128 = 100
    for _ in 0..<max(0, percent.places) { divisor *= 10 }
    let product = budget.picodollars.magnitude * percent.digits.magnitude
    return MoneySum(picodollars: Int128(product.dividedHalfToEven(by: divisor)))
  }

  /// With another amount; lines that are stated as shares of it follow.
  package func changed(to amount: MoneySum) -> Budget {
    var result = self
    result.amount = amount
    for line in result.thresholds.indices {
      guard let percent = result.thresholds[line].percent else { continue }
      result.thresholds[line].amount = Self.amount(of: percent, of: amount)
    }
    return result
  }
}
