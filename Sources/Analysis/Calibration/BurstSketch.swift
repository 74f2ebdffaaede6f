import CostModel
import Simulator

/// The second pass: gaps between the calls of each user in each workload, in operational time
/// (which the profile has made even).
package struct BurstSketch: Sendable {
  private struct Source {
    var last = -1.0
    var gaps = 0.0
    var sum = 0.0
    var squares = 0.0
  }

  private let timelines: [Timeline]
  private let users: Int
  /// workload · (users + 1) + user; the last one: users that the log does not name.
  private var sources: [Source]

  package init(timelines: [Timeline], users: Int) {
    self.timelines = timelines
    self.users = users
    sources = Array(repeating: Source(), count: timelines.count * (users + 1))
  }

  package mutating func add(_ row: TraceRow, workload: Int) {
    let user = row.user == TraceRow.none ? users : Int(row.user)
    let index = workload * (users + 1) + user
    let position = timelines[workload].operational(at: SimTime(microseconds: row.time))
    if sources[index].last >= 0 {
      let gap = position - sources[index].last
      sources[index].gaps += 1
      sources[index].sum += gap
      sources[index].squares += gap * gap
    }
    sources[index].last = position
  }

  /// Burstiness of one workload.
  package struct Fit: Sendable {
    /// nil: no more than Poisson arrivals would show.
    package var cv: Double?
    /// Gaps that the estimate rests on.
    package var gaps: Int64
    /// The estimate, whether it counts or not; 1 where there are too few gaps.
    package var estimate: Double

    /// c² has the variance (2c⁴ + 2c⁶)/gaps.
    package var range: FittedRange {
      let square = estimate * estimate
      let error = square * (2 * (1 + square) / Double(max(1, gaps))).squareRoot() / (2 * estimate)
      return FittedRange(estimate, error: error, in: 0.01...100)
    }
  }

  /// Users with fewer gaps tell little, and their longest gaps are cut off.
  private static let leastGaps = 20.0

  /// For n gaps of a gamma renewal process of squared coefficient c², the expectation of
  /// Σ(g/ḡ − 1)² is n(n−1)c²/(n+c²), whatever the rate: solved for c².
  package func fit(workload: Int) -> Fit {
    let own = sources[workload * (users + 1)..<(workload + 1) * (users + 1)]
      .filter { $0.gaps >= Self.leastGaps && $0.sum > 0 }
    let gaps = own.reduce(0.0) { $0 + $1.gaps }
    guard gaps >= 100 else { return Fit(cv: nil, gaps: Int64(gaps), estimate: 1) }
    let seen = own.reduce(0.0) {
      let mean = $1.sum / $1.gaps
      return $0 + $1.squares / (mean * mean) - $1.gaps
    }
    var low = 0.0
    var high = 10_000.0
    for _ in 0..<80 {
      let middle = (low + high) / 2
      let expected = own.reduce(0.0) {
        $0 + $1.gaps * ($1.gaps - 1) * middle / ($1.gaps + middle)
      }
      if expected < seen { low = middle } else { high = middle }
    }
    let square = (low + high) / 2
    let cv = min(100, max(0.01, square.squareRoot()))
    // The estimate's standard error for Poisson arrivals is 2/√gaps.
    let isPoisson = abs(square - 1) < 5 * 2 / gaps.squareRoot()
    return Fit(cv: isPoisson ? nil : cv, gaps: Int64(gaps), estimate: cv)
  }
}
