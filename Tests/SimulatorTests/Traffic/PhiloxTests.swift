import Foundation
import Testing

@testable import Simulator

/// Known answers from NumPy's Philox (`np.random.Philox(counter=…, key=…).random_raw(4)`, which
/// steps the counter before each block).
@Test(
  arguments: [
    (
      (1, 0, 0, 0), (0, 0),
      [0x02f4_ba64_08e4_d89b, 0x3dd6_2b0b_9ca8_c5b2, 0x1c86_67a5_5d90_2e79, 0x907d_7a05_2fd5_b4dc]
    ),
    (
      (6, 7, 11, 13), (42, 3),
      [0x2e1b_cf56_7c39_7a0b, 0x7f44_f44b_fcc2_2939, 0xacf1_8107_7596_fe96, 0x3937_7931_f38b_887e]
    ),
  ] as [(SplitMix.Block, (UInt64, UInt64), [UInt64])])
func philoxAgreesWithNumPy(counter: SplitMix.Block, key: (UInt64, UInt64), expected: [UInt64]) {
  let block = Philox.block(counter: counter, key: key)
  #expect([block.0, block.1, block.2, block.3] == expected)
}

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
