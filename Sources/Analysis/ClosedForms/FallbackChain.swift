/// What a chain of independent targets costs and answers (docs/validation.md, "Fallback").
package enum FallbackChain {
  package struct Link: Sendable {
    /// Chance that an attempt fails.
    package var failure: Double
    /// Expected cost of an attempt that succeeds, and of one that fails.
    package var success: Double
    package var failed: Double
    /// Attempts before the chain moves on (1 + retries).
    package var attempts = 1

    /// Chance that every attempt fails.
    package var exhausted: Double { (0..<attempts).reduce(1.0) { p, _ in p * failure } }
    /// Expected attempts of a call that comes here.
    package var expectedAttempts: Double {
      failure < 1 ? (1 - exhausted) / (1 - failure) : Double(attempts)
    }
  }

  /// Σ_i(∏_{j<i} q_j)[(1−q_i)c_i + q_i·f_i], with retries.
  package static func cost(_ links: [Link]) -> Double {
    var reached = 1.0
    return links.reduce(0.0) { sum, link in
      let tries = link.expectedAttempts
      defer { reached *= link.exhausted }
      return sum + reached * tries
        * ((1 - link.failure) * link.success + link.failure * link.failed)
    }
  }

  /// 1 − ∏ q_i.
  package static func availability(_ links: [Link]) -> Double {
    1 - links.reduce(1.0) { $0 * $1.exhausted }
  }
}
