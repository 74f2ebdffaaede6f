import Foundation
import Testing

@testable import Support

@Suite struct ExactMathTests {
  @Test func expAndLogAgreeWithTheCLibraryToAnUlp() {
    for i in 1...20_000 {
      let x = Double(i) * 0.0371 + 1e-9
      #expect((ExactMath.log(x) - Foundation.log(x)).magnitude <= Foundation.log(x).magnitude.ulp)
      let y = Double(i - 10_000) * 0.0613
      #expect((ExactMath.exp(y) - Foundation.exp(y)).magnitude <= Foundation.exp(y).ulp)
    }
  }

  @Test func normalQuantileInvertsTheDistributionFunction() {
    for i in 1..<4_000 {
      let p = Double(i) / 4_000
      let back = 0.5 * erfc(-ExactMath.normalQuantile(p) / 2.0.squareRoot())
      #expect((back - p).magnitude < 1e-14)
    }
    for exponent in [-20, -40, -52] {
      let p = Foundation.exp2(Double(exponent))
      let back = 0.5 * erfc(-ExactMath.normalQuantile(p) / 2.0.squareRoot())
      #expect((back / p - 1).magnitude < 1e-12)
    }
  }
}
