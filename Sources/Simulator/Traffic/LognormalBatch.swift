/// Lognormal draws that are made together: each loop does one thing to all of them, so that a
/// processor works on several at a time in place of waiting for one.
struct LognormalBatch: ~Copyable, Sendable {
  /// Words of randomness as p in (0, 1); then, by draw, μ, σ and the cap.
  private var p = Slab<Double>()
  private var mu = Slab<Double>()
  private var sigma = Slab<Double>()
  private var cap = Slab<Double>()
  /// The standard normal quantiles, then the values.
  private var values = Slab<Double>()
  private var tails = Slab<Int32>()
  private var count = 0
  private var taken = 0

  /// Forgets all draws and makes room for so many.
  mutating func clear(reserving draws: Int) {
    count = 0
    taken = 0
    p.reserve(draws)
    mu.reserve(draws)
    sigma.reserve(draws)
    cap.reserve(draws)
    values.reserve(draws)
    tails.reserve(draws + 1)
  }

  /// Notes a draw to be made, if it is a lognormal one; there must be room for it.
  @inline(__always)
  mutating func add(_ sampler: Sampler, _ word: UInt64) {
    guard sampler.form == .lognormal else { return }
    p.base[count] = word.openUnit
    mu.base[count] = sampler.a
    sigma.base[count] = sampler.b
    cap.base[count] = sampler.c
    count &+= 1
  }

  /// Makes the draws that were added.
  mutating func draw() {
    let (p, values) = (p.base, values.base)
    for n in 0..<count { values[n] = ExactMath.centralQuantile(p[n] - 0.5) }
    drawTails()
    let (mu, sigma, cap) = (mu.base, sigma.base, cap.base)
    for n in 0..<count {
      let value = ExactMath.exp(mu[n] + sigma[n] * values[n])
      values[n] = value < cap[n] ? value : cap[n]
    }
  }

  /// Again, those that lie in the tails.
  private mutating func drawTails() {
    let (p, tails) = (p.base, tails.base)
    var found = 0
    for n in 0..<count {
      // Without a jump that depends on a draw.
      tails[found] = Int32(truncatingIfNeeded: n)
      found &+= ExactMath.isCentral(p[n] - 0.5) ? 0 : 1
    }
    for tail in 0..<found {
      let n = Int(tails[tail])
      values.base[n] = ExactMath.tailQuantile(p[n])
    }
  }

  /// The draws again, in the order in which they were added; those that are not lognormal are
  /// made here.
  @inline(__always)
  mutating func take(_ sampler: Sampler, _ word: UInt64, _ tables: SamplerTables) -> Int64 {
    guard sampler.form == .lognormal else { return tables.draw(sampler, word) }
    taken &+= 1
    return Sampler.whole(values.base[taken &- 1])
  }
}
