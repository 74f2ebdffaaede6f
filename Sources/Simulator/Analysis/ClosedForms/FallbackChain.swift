/// What a chain of independent targets costs and answers (docs/validation.md, "Fallback").
enum FallbackChain {
  struct Link: Sendable {
    /// Chance that an attempt fails.
    var failure: Double
    /// Expected cost of an attempt that succeeds, and of one that fails.
    var success: Double
    var failed: Double
    /// Attempts before the chain moves on (1 + retries).
    var attempts = 1

    /// Chance that every attempt fails.
    var exhausted: Double { (0..<attempts).reduce(1.0) { p, _ in p * failure } }
    /// Expected attempts of a call that comes here.
    var expectedAttempts: Double {
      failure < 1 ? (1 - exhausted) / (1 - failure) : Double(attempts)
    }
  }

  /// Σ_i(∏_{j<i} q_j)[(1−q_i)c_i + q_i·f_i], with retries.
  static func cost(_ links: [Link]) -> Double {
    var reached = 1.0
    return links.reduce(0.0) { sum, link in
      let tries = link.expectedAttempts
      defer { reached *= link.exhausted }
      return sum + reached * tries
        * ((1 - link.failure) * link.success + link.failure * link.failed)
    }
  }

  /// 1 − ∏ q_i.
  static func availability(_ links: [Link]) -> Double {
    1 - links.reduce(1.0) { $0 * $1.exhausted }
  }
}
