import Scenarios
import Support

/// A distribution made ready to draw from: whole numbers ≥ 0, one word of randomness each.
///
/// Plain numbers only (tables lie in `SamplerTables`), so that drawing neither allocates nor
/// counts references.
package struct Sampler: Sendable, BitwiseCopyable {
  package enum Form: UInt8, BitwiseCopyable { case fixed, uniform, lognormal, histogram }

  package fileprivate(set) var form: Form
  /// Of a lognormal: μ, σ and the cap.
  package fileprivate(set) var a: Double
  package fileprivate(set) var b: Double
  package fileprivate(set) var c: Double
  fileprivate var firstBin: Int32 = 0
  fileprivate var binCount: Int32 = 0
  /// Of a fixed one.
  fileprivate var value: Int64 = 0

  /// The value if it never varies.
  package var constant: Int64? { form == .fixed ? value : nil }

  /// Nearest whole number, halves away from zero, never below 0.
  @inline(__always)
  package static func whole(_ x: Double) -> Int64 { Int64(max(0, x + 0.5)) }
}

extension Distribution.Bin {
  /// Just less than its length, so that a draw near 1 is not rounded up past its end.
  fileprivate var width: Double { high > low ? high.nextDown - low : 0 }
}

/// The alias tables of all histograms of a scenario, in one place.
package struct SamplerTables: Sendable {
  private struct Bin: Sendable {
    /// Share of the cell that belongs to the cell's own bin.
    var own: Double
    var alias: Int32
    var low: Double
    var width: Double
  }
  private var bins: [Bin] = []
  private let normals = Ziggurat.normal

  /// Values are multiplied by `scale` (for units).
  package mutating func sampler(for distribution: Distribution, scale: Double = 1) -> Sampler {
    switch distribution {
    case .fixed(let value):
      return Self.fixed(value * scale)
    case .uniform(let low, let high):
      let law = Distribution.beforeRounding(low: low * scale, high: high * scale)
      return Sampler(form: .uniform, a: law.low, b: law.width, c: 0)
    case .lognormal(let mean, let cv, let cap):
      guard mean > 0 else { return Self.fixed(0) }
      let variance = ExactMath.log(1 + cv * cv)
      let mu = ExactMath.log(mean * scale) - variance / 2
      return Sampler(
        form: .lognormal, a: mu, b: variance.squareRoot(),
        c: (cap ?? 1e15) * (cap == nil ? 1 : scale))
    case .histogram(let source):
      var sampler = Sampler(form: .histogram, a: 0, b: 0, c: 0)
      sampler.firstBin = Int32(bins.count)
      sampler.binCount = Int32(source.count)
      let (own, alias) = AliasTable.build(weights: source.map(\.weight))
      let scaled = source.map {
        Distribution.Bin(low: $0.low * scale, high: $0.high * scale, weight: $0.weight)
      }
      for (i, bin) in Distribution.beforeRounding(scaled).enumerated() {
        bins.append(Bin(own: own[i], alias: Int32(alias[i]), low: bin.low, width: bin.width))
      }
      return sampler
    }
  }

  private static func fixed(_ x: Double) -> Sampler {
    Sampler(form: .fixed, a: 0, b: 0, c: 0, value: Sampler.whole(x))
  }

  /// Where the layers lie that normal variates are drawn from.
  @inline(__always)
  package var normalLayers: Ziggurat.Layers { normals.base }

  @inline(__always)
  package func draw(_ sampler: Sampler, _ word: UInt64) -> Int64 {
    switch sampler.form {
    case .fixed: return sampler.value
    case .uniform: return Sampler.whole(sampler.a + word.unit * sampler.b)
    case .lognormal:
      let z = Ziggurat.normal(word, normals.base)
      return Sampler.whole(min(ExactMath.exp(sampler.a + sampler.b * z), sampler.c))
    case .histogram: return drawBin(Int(sampler.firstBin), Int(sampler.binCount), word.unit)
    }
  }

  private func drawBin(_ first: Int, _ count: Int, _ u: Double) -> Int64 {
    let x = u * Double(count)
    let cell = min(Int(x), count - 1)
    let fraction = x - Double(cell)
    let bin = bins[first + cell]
    if fraction < bin.own { return Sampler.whole(bin.low + fraction / bin.own * bin.width) }
    let other = bins[first + Int(bin.alias)]
    return Sampler.whole(other.low + (fraction - bin.own) / (1 - bin.own) * other.width)
  }
}

/// Walker's alias method with Vose's construction (M. Vose, IEEE TSE 17(9), 1991).
package enum AliasTable {
  /// For each cell: the share of it that is its own, and to whom the rest goes.
  package static func build(weights: [Double]) -> (own: [Double], alias: [Int]) {
    let count = weights.count
    let total = weights.reduce(0, +)
    var scaled = weights.map { $0 * Double(count) / total }
    var own = Array(repeating: 1.0, count: count)
    var alias = Array(0..<count)
    var small = (0..<count).filter { scaled[$0] < 1 }
    var large = (0..<count).filter { scaled[$0] >= 1 }
    while let s = small.popLast() {
      guard let l = large.last else { break }
      own[s] = scaled[s]
      alias[s] = l
      scaled[l] -= 1 - scaled[s]
      if scaled[l] < 1 { small.append(large.removeLast()) }
    }
    return (own, alias)
  }

  /// The place that a word draws.
  @inline(__always)
  package static func draw(own: [Double], alias: [Int], _ word: UInt64) -> Int {
    let x = word.unit * Double(own.count)
    let cell = min(Int(x), own.count - 1)
    return x - Double(cell) < own[cell] ? cell : alias[cell]
  }
}
