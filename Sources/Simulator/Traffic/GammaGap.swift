import Support

/// Gaps of a gamma renewal process of mean 1 (Marsaglia and Tsang, "A simple method for
/// generating gamma variables", ACM TOMS 26(3), 2000), started in equilibrium: the first gap is
/// uniform in a length-biased one, so that the expected number of calls is exact from the start.
package struct GammaGap {
  private let shape: Double

  package init(cv: Double) { shape = 1 / (cv * cv) }

  package func gap(
    _ draws: Draws, first: Bool, uniform: UInt64, call: UInt64, user: UInt64, workload: UInt64
  ) -> Double {
    let wanted = first ? shape + 1 : shape
    let d = max(wanted, wanted < 1 ? wanted + 1 : wanted) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    var attempt: UInt64 = 0
    while true {
      let word = draws.block(.gamma, call: call, user: user, workload: workload, part: attempt)
      attempt += 1
      let z = ExactMath.normalQuantile(word.0.openUnit)
      let root = 1 + c * z
      guard root > 0 else { continue }
      let v = root * root * root
      let u = word.1.openUnit
      guard ExactMath.log(u) < 0.5 * z * z + d - d * v + d * ExactMath.log(v) else { continue }
      var variate = d * v
      if wanted < 1 {
        variate *= ExactMath.exp(ExactMath.log(word.2.openUnit) / wanted)
      }
      return variate / shape * (first ? uniform.unit : 1)
    }
  }
}
