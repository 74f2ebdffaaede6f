import CostModel
import Foundation
import Simulator
import Support

/// Misses of one key of a cache that starts empty, is asked for at a Poisson rate that follows a
/// profile, and holds an entry for a time T from its write.
///
/// With Λ(t) the rate and N(t) the misses from t to the end, if the cache is empty at t,
///
///     f = E N:    f′ = Λ·(f − 1 − f(t + T))
///     v = Var N:  v′ = Λ·(v − v(t + T) − (1 + f(t + T) − f)²)
///
/// backwards from f = v = 0 at the end: the next miss comes at rate Λ, and T later the cache is empty
/// again, at a flush sooner. So any T is right under any profile (docs/validation.md, "TTL cache").
/// Where only a share s of the misses is answered and stored, these come at rate sΛ, and the others,
/// which change nothing, add (1 − s)Λ to f and to v while the cache is empty.
package struct KeyRenewal: Sendable {
  /// What becomes of one key.
  package struct Misses: Hashable, Sendable {
    /// Of the look-ups, expected.
    package var ratio: Double
    /// Variance of their number over its mean.
    package var dispersion: Double
  }

  /// Operational time that passes in each step, in months.
  private let steps: [Double]
  /// Steps in a lifetime; nil: it is short against the profile's changes.
  private let lifetime: Int?
  private let segments: [(operational: Double, seconds: Double)]
  private let length: Double
  private let ttl: Double
  private let latency: Double
  /// Share of the misses that are answered.
  private let stored: Double
  /// By step: the first one after the next flush.
  private let flushAfter: [Int]
  /// Starts with an empty cache.
  private let starts: Double

  /// Up to here, hours are long against the lifetime: what a change of rate leaves behind is
  /// gone before the next one.
  private static let short = 600.0
  private static let cells = 12.0

  /// - Parameters:
  ///   - ttl: seconds, at least `latency`.
  ///   - latency: seconds from a miss to its write.
  ///   - stored: share of the misses that are answered, and so written.
  package init(
    timeline: Timeline, period: Period, flushes: [SimTime], ttl: Double, latency: Double,
    stored: Double = 1
  ) {
    let (start, end) = (period.start, period.end)
    let span = (end - start).seconds
    let flushes = flushes.filter { start <= $0 && $0 < end }
    self.ttl = ttl
    self.latency = latency
    self.stored = stored
    length = timeline.length
    starts = 1 + Double(flushes.count)
    segments = timeline.segments.array.map {
      let seconds = Double($0.end - $0.start) / 1e6
      return (seconds * $0.slope * 1e6, seconds)
    }
    guard ttl > Self.short else {
      (steps, lifetime, flushAfter) = ([], nil, [])
      return
    }
    let whole = ttl + latency
    let step = whole / max(Self.cells, (whole / 900).rounded(.up))
    let count = Int((span / step).rounded(.up))
    let edges = (0...count).map { edge in
      SimTime(
        microseconds: min(
          end.microseconds, start.microseconds + Int64((Double(edge) * step * 1e6).rounded())))
    }
    let operational = edges.map(timeline.operational(at:))
    steps = zip(operational, operational.dropFirst()).map { $1 - $0 }
    lifetime = Int((whole / step).rounded())
    let places = flushes.map { Int((($0 - start).seconds / step).rounded()) }
    flushAfter = (0..<count).map { step in places.first { $0 > step } ?? Int.max }
  }

  /// - Parameter volume: look-ups a month.
  package func misses(volume: Double) -> Misses {
    guard volume > 0, stored > 0 else { return Misses(ratio: 1, dispersion: 1) }
    return lifetime.map { integrated(volume, lifetime: $0) } ?? steady(volume)
  }

  /// Stationary in every hour; a change of rate from hit ratio h₁ to h₂ costs h₂(h₂ − h₁)/2 misses
  /// more, and an empty cache has h₁ = 0; 1/s as many where only a share s is stored.
  private func steady(_ volume: Double) -> Misses {
    var (misses, spread, before) = (0.0, 0.0, 0.0)
    var last = 0.0
    for segment in segments where segment.operational > 0 {
      let rate = volume * segment.operational / segment.seconds
      let h = CacheHitRatio.withLatency(
        rate: rate, ttl: ttl, latency: latency, stored: stored)
      let made = volume * segment.operational * (1 - h) + h * (h - before) / (2 * stored)
      misses += made
      spread += made * ((1 - h) * (1 - h) + h * h * (1 - stored) / stored)
      (before, last) = (h, max(last, h))
    }
    misses += (starts - 1) * last * last / (2 * stored)
    let ratio = min(1, max(0, misses / (volume * length)))
    return Misses(ratio: ratio, dispersion: misses > 0 ? max(0, spread / misses) : 1)
  }

  private func integrated(_ volume: Double, lifetime: Int) -> Misses {
    let count = steps.count
    var mean = [Double](repeating: 0, count: count + 1)
    var variance = mean
    let stepSeconds = (ttl + latency) / Double(lifetime)
    for step in stride(from: count - 1, through: 0, by: -1) {
      // Misses that are stored, and those that are not before the first of these or the step's end.
      let a = volume * steps[step] * stored
      let failing = volume * steps[step] * (1 - stored) * (a > 1e-9 ? -expm1(-a) / a : 1)
      // Misses while the answer is on its way: what is stored of them is so much later.
      let meanwhile = volume * steps[step] / stepSeconds * latency
      let anew = meanwhile * stored
      let delay = anew > 1e-6 ? latency * (1 + expm1(-anew) / anew) / stepSeconds : 0
      let (whole, part) = (Int(delay), delay - delay.rounded(.down))
      let moved = exp(-a)
      let passed = 1 - moved
      // The first miss of a step comes early in it where the rate is high.
      let early = a > 1e-6 ? 1 - (1 / a - moved / passed) : 0.5
      let weights = (
        early * (1 - part), early * part + (1 - early) * (1 - part), (1 - early) * part
      )
      let last = min(count, flushAfter[step])
      let next = step + lifetime + whole
      let places = (min(next, last), min(next + 1, last), min(next + 2, last))
      func later(_ values: [Double]) -> Double {
        values[places.0] * weights.0 + values[places.1] * weights.1 + values[places.2] * weights.2
      }
      let follow = 1 + meanwhile + later(mean)
      let value = moved * mean[step + 1] + passed * follow + failing
      let jump = follow - early * value - (1 - early) * mean[step + 1]
      variance[step] =
        moved * variance[step + 1] + passed * (later(variance) + meanwhile + jump * jump) + failing
      mean[step] = value
    }
    let made = max(mean[0], 1e-300)
    return Misses(
      ratio: min(1, made / (volume * length)), dispersion: max(0, variance[0] / made))
  }
}
