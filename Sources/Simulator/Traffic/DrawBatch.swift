import Support

/// Whole numbers that are drawn together: each loop does one thing to all of them, so that a
/// processor works on several at a time in place of waiting for one.
package struct DrawBatch: ~Copyable, Sendable {
  /// What was drawn, in the order in which it was added.
  private var values = Slab<Int64>(repeating: 0, count: capacity)
  /// Of the lognormal ones: the logarithm, later the value; the cap. Two columns in one place, so that
  /// both are found from one pointer.
  private var columns = Slab<Double>(repeating: 0, count: 2 * capacity)
  /// Places of the lognormal ones in `values`.
  private var slots = Slab<Int32>(repeating: 0, count: capacity)

  /// Draws at once, at most: what a batch of calls needs.
  private static let capacity = 3 * CallFactory.batchSize

  /// Adds draws: a copy of pointers, which no write makes a compiler read again.
  package struct Adder: BitwiseCopyable {
    fileprivate var values: UnsafeMutablePointer<Int64>
    fileprivate var columns: UnsafeMutablePointer<Double>
    fileprivate var slots: UnsafeMutablePointer<Int32>
    fileprivate var normals: Ziggurat.Layers
    fileprivate var count = 0
    fileprivate var lognormals = 0

    /// A lognormal draw is made later, any other here.
    @inline(__always)
    package mutating func add(_ sampler: Sampler, _ word: UInt64, _ tables: SamplerTables) {
      assert(count < DrawBatch.capacity)
      if sampler.form == .lognormal {
        columns[lognormals] = sampler.a + sampler.b * Ziggurat.normal(word, normals)
        columns[lognormals &+ DrawBatch.capacity] = sampler.c
        slots[lognormals] = Int32(truncatingIfNeeded: count)
        lognormals &+= 1
      } else {
        values[count] = tables.draw(sampler, word)
      }
      count &+= 1
    }
  }

  package func adder(_ tables: SamplerTables) -> Adder {
    Adder(
      values: values.base, columns: columns.base, slots: slots.base,
      normals: tables.normalLayers)
  }

  /// Makes the draws that were added; they lie there in order until others are added.
  package mutating func draw(_ added: Adder) -> UnsafePointer<Int64> {
    let (columns, caps, count) = (columns.base, columns.base + Self.capacity, added.lognormals)
    for n in 0..<count {
      let value = ExactMath.exp(columns[n])
      columns[n] = value < caps[n] ? value : caps[n]
    }
    let (slots, values) = (slots.base, values.base)
    for n in 0..<count { values[Int(slots[n])] = Sampler.whole(columns[n]) }
    return UnsafePointer(values)
  }
}
