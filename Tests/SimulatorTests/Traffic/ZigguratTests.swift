import Foundation
import Testing

@testable import Simulator

/// Two million words each, of the sequence that starts at 1.
@Suite struct ZigguratTests {
  private static let count = 2_000_000

  private func variates(_ draw: (UInt64) -> Double) -> [Double] {
    var words = SplitMix.Words(seed: 1)
    return (0..<Self.count).map { _ in draw(words.next()) }.sorted()
  }

  /// Kolmogorov and Smirnov: √n·D > 2.75 has a chance of 2·exp(−2·2.75²) = 5e-7.
  private func distance(_ sorted: [Double], _ distribution: (Double) -> Double) -> Double {
    let n = Double(sorted.count)
    let most = sorted.enumerated().map { place, x in
      let p = distribution(x)
      return max(abs(p - Double(place) / n), abs(p - Double(place + 1) / n))
    }.max()
    return (most ?? 1) * n.squareRoot()
  }

  /// Of the variates beyond x, whose number is Poisson but for a little: six standard errors are missed
  /// by chance once in 5e8.
  private func expectTail(_ found: Int, _ probability: Double) {
    let expected = probability * Double(Self.count)
    #expect(abs(Double(found) - expected) < 6 * expected.squareRoot(), "\(found), not \(expected)")
  }

  @Test func exponentialVariatesAreExponential() {
    let layers = Ziggurat.exponential.base
    let all = variates { Ziggurat.exponential($0, layers) }
    #expect(all.first.map { $0 >= 0 } == true)
    #expect(distance(all) { 1 - exp(-$0) } < 2.75)
    // The tail begins at 7.7.
    for x in [6.0, 7.6, 8, 9] { expectTail(all.count { $0 > x }, exp(-x)) }
  }

  @Test func normalVariatesAreNormal() {
    let layers = Ziggurat.normal.base
    let all = variates { Ziggurat.normal($0, layers) }
    #expect(distance(all) { 0.5 * erfc(-$0 / 2.0.squareRoot()) } < 2.75)
    // The tail begins at 3.65.
    for x in [3.0, 3.6, 3.7, 4] {
      let probability = 0.5 * erfc(x / 2.0.squareRoot())
      expectTail(all.count { $0 > x }, probability)
      expectTail(all.count { $0 < -x }, probability)
    }
  }

  /// 256 layers of equal area end exactly at the top.
  @Test(arguments: [true, false]) func layersAreOfEqualArea(isNormal: Bool) {
    let ziggurat = isNormal ? Ziggurat.normal : Ziggurat.exponential
    let layers = (0..<256).map { ziggurat.base[$0] }
    let area = layers[0].width * layers[0].high
    for (place, layer) in layers.enumerated().dropFirst() {
      #expect(abs(layer.width * (layer.high - layer.low) / area - 1) < 1e-12, "layer \(place)")
    }
    #expect(layers[255].high == 1 && layers[255].inner == 0)
  }
}
