/// Rules of thumb about prompt caches and long contexts, as formulas (docs/validation.md,
/// "Conversations").
package enum CacheDecisions {
  /// What one more token costs of each kind, in any unit.
  package struct Prices: Hashable, Sendable {
    package var input: Double
    package var read: Double
    package var write: Double
    package var output: Double

    package init(input: Double, read: Double, write: Double, output: Double) {
      (self.input, self.read, self.write, self.output) = (input, read, write, output)
    }
  }

  /// The size of context at which a compaction costs least, by a square-root rule: n calls between
  /// compactions cost, a call, r(C + nḡ/2) + wḡ + [r(C + nḡ) + (o + w)·to]/n with C the context right
  /// after one, so that n = √(2(rC + (o + w)·to)/(rḡ)). What a summary loses in quality is not in it.
  /// - Parameters:
  ///   - prefix: tokens that stay in any case.
  ///   - summary: tokens of a summary.
  ///   - growth: tokens that a call adds to the context.
  ///   - hit: chance that a call finds what the one before has left in the cache; a miss writes it.
  /// - Returns: Calls between two compactions, and the context at which one is due.
  package static func bestThreshold(
    prefix: Double, summary: Double, growth: Double, prices: Prices, hit: Double = 1
  ) -> (calls: Double, at: Double) {
    let again = hit * prices.read + (1 - hit) * prices.write
    let least = prefix + summary
    let fixed = again * least + (prices.output + prices.write) * summary
    let calls = (2 * fixed / (again * growth)).squareRoot()
    return (calls, least + calls * growth)
  }

  /// What input costs with a cache, in multiples of fresh input: w − (w − r)ρ.
  /// - Parameters:
  ///   - share: of the input that is read; the rest is written.
  ///   - write, read: prices in multiples of fresh input.
  package static func inputCost(readShare share: Double, write: Double, read: Double) -> Double {
    write - (write - read) * share
  }

  /// Whether keeping entries for long costs less than for a short time.
  /// - Parameters:
  ///   - short, long: shares of the input that are then read.
  ///   - write, longWrite, read: prices in multiples of fresh input.
  package static func longIsCheaper(
    short: Double, long: Double, write: Double, longWrite: Double, read: Double
  ) -> Bool {
    inputCost(readShare: long, write: longWrite, read: read)
      < inputCost(readShare: short, write: write, read: read)
  }

  /// The read share from which on a cache costs less than none: (w − 1)/(w − r).
  package static func leastReadShare(write: Double, read: Double) -> Double {
    (write - 1) / (write - read)
  }

  /// Whether going on with another model pays in the middle of a conversation: what the calls that are
  /// left save must be more than its cache costs to fill.
  /// - Parameters:
  ///   - prompt: tokens of the context so far, which the new model has not seen.
  ///   - callsLeft: calls to come.
  ///   - saving: what a call costs less on the new model.
  ///   - read: price of a read token on the old model.
  ///   - write: price of a written token on the new one.
  package static func switchingPays(
    prompt: Double, callsLeft: Double, saving: Double, read: Double, write: Double
  ) -> Bool {
    callsLeft * saving > (write - read) * prompt
  }

  /// How many empty reads, one a lifetime, are at most worth keeping a prefix warm: ⌊(w − r)/r⌋.
  package static func warmingReads(write: Double, read: Double) -> Int {
    // A ratio of prices that is whole but for its last digits is that whole number.
    read > 0 ? Int(((write - read) / read + 1e-9).rounded(.down)) : Int.max
  }
}
