import CostModel
import Foundation

/// How often a breaker opens, and how many attempts it turns away, where attempts are Poisson and fail
/// independently (docs/validation.md, "Breaker").
struct BreakerShare: Sendable {
  /// Times a second, those after failed probes included.
  var openings = 0.0
  /// Share of the attempts that find it shut.
  var turnedAway = 0.0

  /// - Parameters:
  ///   - attempts: a second, made or turned away.
  ///   - failing: chance that one fails, above 0.
  init(_ settings: BreakerSettings, attempts: Double, failing: Double) {
    guard attempts > 0, failing > 0 else { return }
    let hits = Self.hits(settings, attempts, failing)
    guard hits > 0 else { return }
    let closed = 1 / hits + Self.gathering(settings.rule, attempts, failing)
    let open = settings.open.seconds
    // Of a probe that fails another follows: 1/(1 − p) openings, each with a wait for its probe.
    let rounds = settings.probes > 0 ? 1 / max(1 - failing, 1e-12) : 1
    let shut = rounds * open
    let cycle = closed + shut + (settings.probes > 0 ? rounds / attempts : 0)
    openings = rounds / cycle
    turnedAway = shut / cycle
  }

  /// Outcomes a second that would open it, had nothing been cleared: by Palm calculus an outcome sees
  /// the other outcomes of its window as they are at any time.
  private static func hits(
    _ settings: BreakerSettings, _ attempts: Double, _ failing: Double
  ) -> Double {
    let calls = attempts * settings.window.seconds
    switch settings.rule {
    case .failures(let count, consecutive: false):
      return attempts * failing * atLeast(count - 1, mean: calls * failing)
    case .failures(let count, consecutive: true):
      return attempts * pow(failing, Double(count)) * atLeast(count - 1, mean: calls)
    case .rate(let billionths, let minimum):
      let share = Double(billionths) / Double(BreakerSettings.shares.upperBound)
      return attempts * reached(share, minimum: minimum, calls: calls, failing: failing)
    }
  }

  /// Seconds that a closed breaker needs at least, its record being empty.
  private static func gathering(
    _ rule: BreakerSettings.Rule, _ attempts: Double, _ failing: Double
  ) -> Double {
    switch rule {
    case .failures(let count, consecutive: false): Double(count - 1) / (attempts * failing)
    case .failures(let count, consecutive: true): Double(count - 1) / attempts
    case .rate(_, let minimum): Double(minimum - 1) / attempts
    }
  }

  /// Beyond so many calls in a window their numbers are taken as normal.
  private static let countedUpTo = 300.0

  /// Chance that an outcome and those before it in its window are `minimum` or more, and that `share`
  /// of them are failures: N' ~ Poisson(`calls`) others, F of N = N' + 1 binomial.
  private static func reached(
    _ share: Double, minimum: Int, calls: Double, failing p: Double
  ) -> Double {
    if p < share {
      // Chernoff: P(F ≥ qn) ≤ e^{−n·KL(q, p)}, at n = minimum or the usual number, whichever is more.
      let rest = share < 1 ? (1 - share) * log((1 - share) / (1 - p)) : 0
      let exponent = share * log(share / p) + rest
      let least = max(Double(minimum), calls / 2)
      if exponent * least > 60 { return 0 }
    }
    guard calls <= countedUpTo else {
      let n = calls + 1
      let spread = (n * (p * (1 - share) * (1 - share) + (1 - p) * share * share)).squareRoot()
      let enough = Normal.cdf((n - Double(minimum)) / n.squareRoot())
      return enough * (spread > 0 ? Normal.cdf((p - share) * n / spread) : p >= share ? 1 : 0)
    }
    var sum = 0.0
    let last = Int(calls + 12 * calls.squareRoot() + 30)
    for others in stride(from: max(0, minimum - 1), through: max(last, minimum + 30), by: 1) {
      let weight = exp(Double(others) * log(calls) - calls - lgamma(Double(others) + 1))
      if weight < 1e-18 { continue }
      let n = others + 1
      let least = Int((share * Double(n) - 1e-9).rounded(.up))
      sum += weight * binomialTail(n, p, from: least)
    }
    return min(1, sum)
  }

  /// P(F ≥ k) of n calls.
  private static func binomialTail(_ n: Int, _ p: Double, from k: Int) -> Double {
    guard k > 0 else { return 1 }
    guard k <= n else { return 0 }
    guard p < 1 else { return 1 }
    var sum = 0.0
    for f in k...n {
      let ways = lgamma(Double(n) + 1) - lgamma(Double(f) + 1) - lgamma(Double(n - f) + 1)
      sum += exp(ways + Double(f) * log(p) + Double(n - f) * log1p(-p))
    }
    return min(1, sum)
  }

  /// P(N ≥ k) of a Poisson number.
  private static func atLeast(_ k: Int, mean: Double) -> Double {
    guard k > 0 else { return 1 }
    let spread = mean.squareRoot()
    if Double(k) < mean - 10 * spread { return 1 }
    if Double(k) > mean + 40 * spread + 40 { return 0 }
    // The sum of the terms from k on keeps its digits where they are tiny.
    var term = exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1))
    var sum = term
    var next = Double(k)
    while term > 1e-17 * sum, term > 0 {
      next += 1
      term *= mean / next
      sum += term
    }
    return min(1, sum)
  }
}
