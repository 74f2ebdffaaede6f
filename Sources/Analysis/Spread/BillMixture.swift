/// Bills whose inputs are not known exactly: one law for each set of inputs, all as likely.
package struct BillMixture: Sendable {
  package let laws: [BillLaw]

  package init(_ laws: [BillLaw]) { self.laws = laws }

  package var mean: Double { average { $0.period.mean } }
  /// nil without a budget.
  package var monthOver: Double? { average(\.monthOver) }
  package var anyMonthOver: Double? { average(\.anyMonthOver) }

  /// P(bill of the period ≤ x).
  package func cdf(_ x: Double) -> Double { average { $0.period.cdf(x) } }

  /// The bill that is not exceeded with that probability.
  package func quantile(_ p: Double) -> Double {
    let parts = laws.map(\.period)
    guard var low = parts.map({ $0.lowest }).min(), var high = parts.map({ $0.highest }).max(),
      low < high
    else { return parts.first?.mean ?? 0 }
    for _ in 0..<50 {
      let middle = 0.5 * (low + high)
      if cdf(middle) < p { low = middle } else { high = middle }
    }
    return high
  }

  package var percentiles: Expectation.Percentiles {
    Expectation.Percentiles(p05: quantile(0.05), p50: quantile(0.5), p95: quantile(0.95))
  }

  private func average(_ value: (BillLaw) -> Double) -> Double {
    laws.reduce(0) { $0 + value($1) } / Double(laws.count)
  }

  private func average(_ value: KeyPath<BillLaw, Double?>) -> Double? {
    let known = laws.compactMap { $0[keyPath: value] }
    return known.count < laws.count ? nil : known.reduce(0, +) / Double(known.count)
  }
}
