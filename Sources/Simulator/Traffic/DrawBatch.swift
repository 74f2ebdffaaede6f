/// Whole numbers that are drawn together: each loop does one thing to all of them, so that a
/// processor works on several at a time in place of waiting for one.
struct DrawBatch: ~Copyable, Sendable {
  /// What was drawn, in the order in which it was added.
  private var values = Slab<Int64>(repeating: 0, count: capacity)
  /// Of the lognormal ones: p in (0, 1), later the standard normal quantile, later the value; μ; σ;
  /// the cap. Four columns in one place, so that all are found from one pointer.
  private var columns = Slab<Double>(repeating: 0, count: 4 * capacity)
  /// Places of the lognormal ones in `values`.
  private var slots = Slab<Int32>(repeating: 0, count: capacity)
  private var tails = Slab<Int32>(repeating: 0, count: capacity)
  /// Of those in the tails: p, the root of its logarithm, the quantile.
  private var tailColumns = Slab<Double>(repeating: 0, count: 3 * capacity)

  /// Draws at once, at most: what a batch of calls needs.
  private static let capacity = 3 * CallFactory.batchSize

  /// Adds draws: a copy of pointers, which no write makes a compiler read again.
  struct Adder: BitwiseCopyable {
    fileprivate var values: UnsafeMutablePointer<Int64>
    fileprivate var columns: UnsafeMutablePointer<Double>
    fileprivate var slots: UnsafeMutablePointer<Int32>
    fileprivate var count = 0
    fileprivate var lognormals = 0

    /// A lognormal draw is made later, any other here.
    @inline(__always)
    mutating func add(_ sampler: Sampler, _ word: UInt64, _ tables: SamplerTables) {
      assert(count < DrawBatch.capacity)
      if sampler.form == .lognormal {
        columns[lognormals] = word.openUnit
        columns[lognormals &+ DrawBatch.capacity] = sampler.a
        columns[lognormals &+ 2 &* DrawBatch.capacity] = sampler.b
        columns[lognormals &+ 3 &* DrawBatch.capacity] = sampler.c
        slots[lognormals] = Int32(truncatingIfNeeded: count)
        lognormals &+= 1
      } else {
        values[count] = tables.draw(sampler, word)
      }
      count &+= 1
    }
  }

  func adder() -> Adder {
    Adder(values: values.base, columns: columns.base, slots: slots.base)
  }

  /// Makes the draws that were added; they lie there in order until others are added.
  mutating func draw(_ added: Adder) -> UnsafePointer<Int64> {
    let (columns, count) = (columns.base, added.lognormals)
    let tails = collectTails(count)
    for n in 0..<count { columns[n] = ExactMath.centralQuantile(columns[n] - 0.5) }
    drawTails(tails)
    let (mu, sigma) = (columns + Self.capacity, columns + 2 * Self.capacity)
    let cap = columns + 3 * Self.capacity
    for n in 0..<count {
      let value = ExactMath.exp(mu[n] + sigma[n] * columns[n])
      columns[n] = value < cap[n] ? value : cap[n]
    }
    let (slots, values) = (slots.base, values.base)
    for n in 0..<count { values[Int(slots[n])] = Sampler.whole(columns[n]) }
    return UnsafePointer(values)
  }

  /// Notes which draws lie in the tails, without a jump that depends on a draw.
  private mutating func collectTails(_ count: Int) -> Int {
    let (all, tails, p) = (columns.base, tails.base, tailColumns.base)
    var found = 0
    for n in 0..<count {
      tails[found] = Int32(truncatingIfNeeded: n)
      p[found] = all[n]
      found &+= ExactMath.isCentral(all[n] - 0.5) ? 0 : 1
    }
    return found
  }

  /// Puts the quantiles of the tails in their places.
  private mutating func drawTails(_ count: Int) {
    let (p, roots) = (tailColumns.base, tailColumns.base + Self.capacity)
    let near = tailColumns.base + 2 * Self.capacity
    for n in 0..<count {
      roots[n] = ExactMath.tailRoot(p[n])
      near[n] = ExactMath.nearTailQuantile(p[n], root: roots[n])
    }
    let (quantiles, tails) = (columns.base, tails.base)
    for n in 0..<count {
      let isNear = ExactMath.isNear(tailRoot: roots[n])
      quantiles[Int(tails[n])] = isNear ? near[n] : ExactMath.tailQuantile(p[n])
    }
  }
}
