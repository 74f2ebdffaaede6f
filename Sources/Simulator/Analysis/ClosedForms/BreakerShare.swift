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

  /// Outcomes a second that would open it, had nothing been cleared: an outcome sees the other
  /// outcomes of its window as they are at any time.
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
      return attempts
        * RateCrossing(share: share, minimum: minimum, calls: calls, failing: failing).hits
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

/// How often the failures among the calls of a window come to be a share of them, of so many calls at
/// least: failures and successes of a window are independent Poisson numbers F and S.
private struct RateCrossing {
  let share: Double
  let minimum: Int
  /// Expected in a window.
  let calls: Double
  let failing: Double

  /// Beyond so many calls in a window their numbers are taken as normal.
  private static let countedUpTo = 2_000.0

  /// By outcome. Where more fail than the share, nearly every one meets the rule; else those that
  /// newly do: by a failure, by the call that makes the number full, or by a success that has left the
  /// window, if the next outcome is a failure.
  var hits: Double {
    guard calls <= Self.countedUpTo else { return normalHits }
    let failures = Self.poisson(calls * failing)
    let successes = Self.poisson(calls * (1 - failing))
    var upTo = [0.0]
    for chance in successes { upTo.append(upTo[upTo.count - 1] + chance) }
    func between(_ low: Int, _ high: Int) -> Double {
      let (from, to) = (min(max(0, low), successes.count), min(high + 1, successes.count))
      return to > from ? upTo[to] - upTo[from] : 0
    }
    func exactly(_ count: Int) -> Double { between(count, count) }
    return failures.enumerated().reduce(0.0) { sum, item in
      let (f, chance) = item
      // Successes with which f failures are the share, and f + 1.
      let (most, mostOfNext) = (mostSuccesses(f), mostSuccesses(f + 1))
      let least = minimum - f
      let byFailure = between(least - 1, mostOfNext)
      if failing > share {
        return sum + chance
          * (failing * byFailure + (1 - failing) * between(least - 1, most - 1))
      }
      let newly = failing * (byFailure - between(least, most))
      let full = least <= most ? (1 - failing) * exactly(least - 1) : 0
      let left = least <= most ? (1 - failing) * failing * exactly(most) : 0
      return sum + chance * (newly + full + left)
    }
  }

  /// Of f failures, so that they are the share.
  private func mostSuccesses(_ f: Int) -> Int {
    Int((Double(f) * (1 - share) / share + 1e-9).rounded(.down))
  }

  private var normalHits: Double {
    let enough = Normal.cdf((calls + 1 - Double(minimum)) / calls.squareRoot())
    guard failing <= share else { return enough }
    let variance =
      failing * (1 - share) * (1 - share) + (1 - failing) * share * share
    let spread = (calls * variance).squareRoot()
    let z = (share - failing) * calls / spread
    let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot() / spread
    let step = failing * (1 - share) + (1 - failing) * failing * share
    return enough * density * step
  }

  /// The chances of 0, 1, 2 … as far as there are any.
  private static func poisson(_ mean: Double) -> [Double] {
    guard mean > 0 else { return [1] }
    let last = Int(mean + 12 * mean.squareRoot() + 30)
    return (0...last).map { exp(Double($0) * log(mean) - mean - lgamma(Double($0) + 1)) }
  }
}
