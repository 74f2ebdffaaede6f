/// When random costs exceed a budget (docs/validation.md, "Budget").
package enum BudgetCrossing {
  /// Mean time until a compound Poisson process of that rate passes `budget`:
  /// (B + E C²/(2 E C))/(λ·E C).
  package static func meanTime(budget: Double, rate: Double, mean: Double, secondMoment: Double)
    -> Double
  {
    (budget + secondMoment / (2 * mean)) / (rate * mean)
  }
}
