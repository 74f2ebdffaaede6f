import CostModel
import Foundation
import Support

/// How often a breaker opens, and how many attempts it turns away, where attempts are Poisson and fail
/// independently (docs/validation.md, "Breaker").
package struct BreakerShare: Sendable {
  /// Times a second, those after failed probes included.
  package var openings = 0.0
  /// Share of the attempts that find it shut.
  package var turnedAway = 0.0

  /// - Parameters:
  ///   - attempts: a second, made or turned away.
  ///   - failing: chance that one fails, above 0.
  package init(_ settings: BreakerSettings, attempts: Double, failing: Double) {
    guard attempts > 0, failing > 0 else { return }
    let closed = Self.meanCalls(settings, attempts, failing) / attempts
    guard closed.isFinite else { return }
    let open = settings.open.seconds
    // Of a probe that fails another follows: 1/(1 − p) openings, each with a wait for its probe.
    let rounds = settings.probes > 0 ? 1 / max(1 - failing, 1e-12) : 1
    let shut = rounds * open
    let cycle = closed + shut + (settings.probes > 0 ? rounds / attempts : 0)
    openings = rounds / cycle
    turnedAway = shut / cycle
  }

  /// Attempts until a closed breaker opens, its record being empty.
  private static func meanCalls(
    _ settings: BreakerSettings, _ attempts: Double, _ failing: Double
  ) -> Double {
    let calls = attempts * settings.window.seconds
    switch settings.rule {
    case .failures(let count, consecutive: false):
      return BreakerOpening.meanFailures(count, perWindow: calls * failing) / failing
    case .failures(let count, consecutive: true):
      return meanCalls(running: count, calls, failing)
    case .rate(let billionths, let minimum):
      let share = Double(billionths) / Double(BreakerSettings.shares.upperBound)
      return RateCrossing(share: share, minimum: minimum, calls: calls, failing: failing).meanCalls
    }
  }

  /// Attempts until k failures in a row lie within a window. The first k do with the chance g that
  /// so many attempts lie within it, and each further one with the chance that makes a run without
  /// end take as long as failures alone do.
  private static func meanCalls(running k: Int, _ calls: Double, _ failing: Double) -> Double {
    // Σ p^{−i} for i = 1…k.
    let run = failing < 1 ? expm1(-Double(k) * log(failing)) / (1 - failing) : Double(k)
    let missed = 1 - PoissonLaw(mean: calls).atLeast(k - 1)
    guard missed > 1e-12 else { return run }
    let alone = BreakerOpening.meanFailures(k, perWindow: calls)
    let next = min(1, missed / max(alone - Double(k), 1e-300))
    let goesOn = 1 - failing * (1 - next)
    return (run + missed / goesOn) / (1 - missed * (1 - failing) / goesOn)
  }
}

/// How soon the failures among the calls of a window come to be a share of them, of so many calls at
/// least: failures and successes of a window are independent Poisson numbers F and S.
private struct RateCrossing {
  let share: Double
  let minimum: Int
  /// Expected in a window.
  let calls: Double
  let failing: Double

  /// Beyond so many calls in a window, or asked for, their numbers are taken as normal.
  private static let countedUpTo = 2_000

  /// Calls until a window has enough of them; then, unless they meet the rule at once, until others
  /// newly do.
  var meanCalls: Double {
    let full = BreakerOpening.meanFailures(minimum, perWindow: calls)
    let missed = 1 - atOnce
    guard missed > 1e-12 else { return full }
    let (newly, below) = calls <= Double(Self.countedUpTo) ? crossings : normalCrossings
    return newly > 0 ? full + missed * below / newly : .infinity
  }

  /// P(share of the fewest calls failed).
  private var atOnce: Double {
    guard failing < 1 else { return 1 }
    let n = Double(minimum)
    let least = (share * n - 1e-9).rounded(.up)
    guard minimum <= Self.countedUpTo else {
      return Normal.cdf((failing * n - least + 0.5) / (n * failing * (1 - failing)).squareRoot())
    }
    var sum = 0.0
    for count in Int(least)...minimum {
      let k = Double(count)
      let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      sum += exp(ways + k * log(failing) + (n - k) * log1p(-failing))
    }
    return sum
  }

  /// Chance that an outcome newly meets the rule (by a failure, by the call that makes the number
  /// full, or by a success that has left the window, if the next outcome is a failure), and that a
  /// window does not meet it.
  private var crossings: (newly: Double, below: Double) {
    let failures = PoissonLaw(mean: calls * failing).masses
    let successes = PoissonLaw(mean: calls * (1 - failing)).masses
    var upTo = [0.0]
    for chance in successes { upTo.append(upTo[upTo.count - 1] + chance) }
    func between(_ low: Int, _ high: Int) -> Double {
      let (from, to) = (min(max(0, low), successes.count), min(high + 1, successes.count))
      return to > from ? upTo[to] - upTo[from] : 0
    }
    var (newly, below) = (0.0, 0.0)
    for (f, chance) in failures.enumerated() {
      // Successes with which f failures are the share, and f + 1.
      let (most, mostOfNext) = (mostSuccesses(f), mostSuccesses(f + 1))
      let least = minimum - f
      let met = between(least, most)
      let byFailure = failing * (between(least - 1, mostOfNext) - met)
      let full = least <= most ? (1 - failing) * between(least - 1, least - 1) : 0
      let left = least <= most ? (1 - failing) * failing * between(most, most) : 0
      newly += chance * (byFailure + full + left)
      below += chance * (1 - met)
    }
    return (newly, below)
  }

  /// Of f failures, so that they are the share.
  private func mostSuccesses(_ f: Int) -> Int {
    Int((Double(f) * (1 - share) / share + 1e-9).rounded(.down))
  }

  private var normalCrossings: (newly: Double, below: Double) {
    let enough = Normal.cdf((calls + 1 - Double(minimum)) / calls.squareRoot())
    let variance =
      failing * (1 - share) * (1 - share) + (1 - failing) * share * share
    let spread = (calls * variance).squareRoot()
    let z = (share - failing) * calls / spread
    let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot() / spread
    let step = failing * (1 - share) + (1 - failing) * failing * share
    return (enough * density * step, 1 - enough * Normal.cdf(-z))
  }
}
