/// Lognormal draws that are made together: each loop does one thing to all of them, so that a
/// processor works on several at a time in place of waiting for one.
struct LognormalBatch: ~Copyable, Sendable {
  struct Item: BitwiseCopyable {
    /// Of the word of randomness.
    var p: Double
    var mu: Double
    var sigma: Double
    var cap: Double
    /// The standard normal quantile, then the value.
    var value = 0.0
  }
  private var items = Slab<Item>()
  private var tails = Slab<Int32>()
  private var taken = 0

  /// Notes a draw to be made, if it is a lognormal one.
  @inline(__always)
  mutating func add(_ sampler: Sampler, _ word: UInt64) {
    guard sampler.form == .lognormal else { return }
    items.append(Item(p: word.openUnit, mu: sampler.a, sigma: sampler.b, cap: sampler.c))
  }

  /// Makes the draws that were added since the last time.
  mutating func draw() {
    tails.resize(to: 0)
    tails.reserve(items.count + 1)
    var found = 0
    for n in 0..<items.count {
      let q = items[n].p - 0.5
      items[n].value = ExactMath.centralQuantile(q)
      // Without a jump that depends on a draw.
      tails.base[found] = Int32(truncatingIfNeeded: n)
      found &+= ExactMath.isCentral(q) ? 0 : 1
    }
    for tail in 0..<found {
      let n = Int(tails.base[tail])
      items[n].value = ExactMath.tailQuantile(items[n].p)
    }
    for n in 0..<items.count {
      let item = items.base + n
      let value = ExactMath.exp(item.pointee.mu + item.pointee.sigma * item.pointee.value)
      item.pointee.value = min(value, item.pointee.cap)
    }
    taken = 0
  }

  /// The draws again, in the order in which they were added; those that are not lognormal are
  /// made here.
  @inline(__always)
  mutating func take(_ sampler: Sampler, _ word: UInt64, _ tables: SamplerTables) -> Int64 {
    guard sampler.form == .lognormal else { return tables.draw(sampler, word) }
    taken &+= 1
    return Sampler.whole(items[taken &- 1].value)
  }

  /// Forgets what was taken.
  mutating func clear() { items.resize(to: 0) }
}
