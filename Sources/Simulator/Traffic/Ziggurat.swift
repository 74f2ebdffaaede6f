import Support

/// Exponential and normal variates, exactly distributed, of one word each in most cases: Marsaglia and
/// Tsang, "The ziggurat method for generating random variables" (J. Stat. Softw. 5(8), 2000), with the
/// layer, the sign and the place in the layer from different bits (Doornik, "An improved ziggurat
/// method", 2005).
///
/// Layers of equal area cover a decreasing density f; almost all of each lies below it. A variate is a
/// function of its word alone: the rare ones that need more words take them from the SplitMix64 sequence
/// that starts at the word.
package final class Ziggurat: Sendable {
  package struct Layer: Sendable, BitwiseCopyable {
    /// Where the layer ends, and where the layer above it does: f is not below the layer until there.
    package var width: Double
    package var inner: Double
    /// f at these.
    package var low: Double
    package var high: Double
  }

  package static let exponential = Ziggurat(
    end: 7.69711747013104972, area: { ($0 + 1) * ExactMath.exp(-$0) },
    density: { ExactMath.exp(-$0) }, inverse: { -ExactMath.log($0) })
  /// The area beyond the end cannot be had from elementary functions.
  package static let normal = Ziggurat(
    end: 3.6541528853610088, area: { _ in 0.0049286732339746577 },
    density: { ExactMath.exp(-0.5 * $0 * $0) }, inverse: { (-2 * ExactMath.log($0)).squareRoot() })

  private let layers: FixedTable<Layer>

  /// - Parameters:
  ///   - end: where the tail begins, chosen so that the 256 layers end at the density's top.
  ///   - area: of a layer, that is, of the tail and what lies below f(end) before it.
  private init(
    end: Double, area: (Double) -> Double, density: (Double) -> Double,
    inverse: (Double) -> Double
  ) {
    let area = area(end)
    // The lowest layer as if the tail were part of its width.
    var widths = [area / density(end), end]
    while widths.count < Self.count {
      let last = widths[widths.count - 1]
      widths.append(inverse(density(last) + area / last))
    }
    widths.append(0)
    layers = FixedTable(
      (0..<Self.count).map { place in
        Layer(
          width: widths[place], inner: widths[place + 1], low: density(widths[place]),
          high: density(widths[place + 1]))
      })
  }

  private static let count = 256

  /// Where the layers lie, for loops.
  package typealias Layers = UnsafePointer<Layer>

  @inline(__always)
  package var base: Layers { layers.pointer(to: 0) }

  /// An exponential variate of mean 1, ≥ 0.
  @inline(__always)
  package static func exponential(_ word: UInt64, _ layers: Layers) -> Double {
    let layer = layers + Int(truncatingIfNeeded: word & 255)
    let x = word.unit * layer.pointee.width
    return x < layer.pointee.inner ? x : rareExponential(word, layers)
  }

  /// A standard normal variate.
  @inline(__always)
  package static func normal(_ word: UInt64, _ layers: Layers) -> Double {
    let layer = layers + Int(truncatingIfNeeded: word & 255)
    var x = word.unit * layer.pointee.width
    if x >= layer.pointee.inner { x = rareNormal(word, layers) }
    return Double(bitPattern: x.bitPattern | (word & 256) &<< 55)
  }

  @inline(never)
  private static func rareExponential(_ word: UInt64, _ layers: Layers) -> Double {
    var words = SplitMix.Words(seed: word)
    var (word, passed) = (word, 0.0)
    while true {
      let place = Int(truncatingIfNeeded: word & 255)
      let layer = layers[place]
      let x = word.unit * layer.width
      if x < layer.inner { return passed + x }
      if place == 0 {
        // What is left beyond the end is an exponential variate again.
        passed += layer.inner
      } else if layer.low + words.next().unit * (layer.high - layer.low) < ExactMath.exp(-x) {
        return passed + x
      }
      word = words.next()
    }
  }

  /// Without its sign.
  @inline(never)
  private static func rareNormal(_ word: UInt64, _ layers: Layers) -> Double {
    var words = SplitMix.Words(seed: word)
    var word = word
    while true {
      let place = Int(truncatingIfNeeded: word & 255)
      let layer = layers[place]
      let x = word.unit * layer.width
      if x < layer.inner { return x }
      if place == 0 { return layer.inner + excess(beyond: layer.inner, &words) }
      let y = layer.low + words.next().unit * (layer.high - layer.low)
      if y < ExactMath.exp(-0.5 * x * x) { return x }
      word = words.next()
    }
  }

  /// How far a normal variate lies beyond a far one, if it does (Marsaglia, Technometrics 6(1), 1964).
  private static func excess(beyond end: Double, _ words: inout SplitMix.Words) -> Double {
    while true {
      let x = -ExactMath.log(words.next().openUnit) / end
      if -2 * ExactMath.log(words.next().openUnit) > x * x { return x }
    }
  }
}
