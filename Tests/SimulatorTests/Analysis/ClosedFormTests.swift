import Foundation
import Testing

@testable import Analysis
@testable import Support

@Suite struct ClosedFormTests {
  /// ∫ of f by the midpoint rule.
  private func integral(_ low: Double, _ high: Double, steps: Int, _ f: (Double) -> Double)
    -> Double
  {
    let h = (high - low) / Double(steps)
    return (0..<steps).reduce(0.0) { $0 + f(low + (Double($1) + 0.5) * h) } * h
  }

  @Test func normalDistribution() {
    for z in [-3.0, -0.5, 0, 1.2, 4] {
      let area = integral(-12, z, steps: 20_000) { exp(-$0 * $0 / 2) / (2 * .pi).squareRoot() }
      #expect((Normal.cdf(z) - area).magnitude < 1e-7)
      #expect((Normal.quantile(Normal.cdf(z)) - z).magnitude < 1e-10)
    }
  }

  @Test(arguments: [0.2, 1, 3])
  func lognormalMoments(cv: Double) {
    let law = Lognormal(mean: 400, cv: cv)
    #expect(isClose(law.moment(1), 400))
    #expect(isClose(law.moment(2), 400 * 400 * (1 + cv * cv)))
    for cap in [150.0, 700, 5_000] {
      for k in 0...3 {
        let brute = integral(-10, 10, steps: 40_000) { z in
          pow(min(exp(law.mu + law.sigma * z), cap), Double(k)) * exp(-z * z / 2)
            / (2 * .pi).squareRoot()
        }
        #expect(isClose(law.cappedMoment(k, cap: cap), brute, within: 1e-5))
      }
    }
  }

  @Test(arguments: [0.5, 3])
  func activityCellsKeepUsersAndVolume(cv: Double) {
    let cells = Lognormal.activityCells(cv: cv)
    #expect(isClose(cells.reduce(0) { $0 + $1.share }, 1))
    #expect(isClose(cells.reduce(0) { $0 + $1.share * $1.weight }, 1))
    let square = cells.reduce(0) { $0 + $1.share * $1.weight * $1.weight }
    #expect(isClose(square, 1 + cv * cv, within: 0.005))
  }

  /// Look-ups of one key, one by one; batches of 2,000 give the error.
  @Test(arguments: [(0.01, 0.0), (0.003, 0.0), (0.01, 60.0), (0.05, 200)])
  func cacheHitRatios(rate: Double, latency: Double) {
    let ttl = 300.0
    var random = TestRandom(seed: 11)
    var plain = SampleMean()
    var refreshed = SampleMean()
    var now = 0.0
    var expiry = -Double.infinity
    var lastUse = -Double.infinity
    var writes: [Double] = []
    for _ in 0..<200 {
      var hits = 0.0
      var freshHits = 0.0
      for _ in 0..<2_000 {
        now += random.exponential() / rate
        while let write = writes.first, write <= now {
          expiry = write + ttl
          writes.removeFirst()
        }
        if now < expiry { hits += 1 } else { writes.append(now + latency) }
        if now - lastUse < ttl { freshHits += 1 }
        lastUse = now
      }
      plain.add(hits / 2_000)
      refreshed.add(freshHits / 2_000)
    }
    #expect(
      plain.agrees(with: CacheHitRatio.withLatency(rate: rate, ttl: ttl, latency: latency)))
    #expect(refreshed.agrees(with: CacheHitRatio.refreshing(rate: rate, ttl: ttl)))
    if latency == 0 {
      #expect(
        isClose(
          CacheHitRatio.withLatency(rate: rate, ttl: ttl, latency: 0),
          CacheHitRatio.fixed(rate: rate, ttl: ttl)))
    }
  }

  /// From an empty cache, over a span of a few TTLs.
  @Test func coldStart() {
    let (rate, ttl, span) = (0.02, 100.0, 2_000.0)
    var random = TestRandom(seed: 12)
    var hits = SampleMean()
    for _ in 0..<40_000 {
      var now = random.exponential() / rate
      var expiry = -Double.infinity
      var count = 0.0
      while now < span {
        if now < expiry { count += 1 } else { expiry = now + ttl }
        now += random.exponential() / rate
      }
      hits.add(count)
    }
    let ratio = CacheHitRatio.fixed(rate: rate, ttl: ttl)
    let loss = CacheHitRatio.coldStartLoss(hitRatio: ratio, ttl: ttl, span: span)
    #expect(hits.agrees(with: rate * span * ratio * (1 - loss)))
    #expect(!hits.agrees(with: rate * span * ratio))
  }

  /// docs/validation.md: "83 a minute" (5,000 an hour) against a limit of 100, to the
  /// rounding of two published digits.
  @Test func publishedRefusals() {
    let perMinute = 250.0 / 3
    for (window, limit, refused) in [(60.0, 100, 0.0017), (10, 16, 0.049), (1, 1, 0.46)] {
      let loss = QuotaLoss.fixedWindow(mean: perMinute * window / 60, limit: limit)
      #expect((loss / refused - 1).magnitude < 0.03)
    }
    #expect((QuotaLoss.bucket(load: 0.83, burst: 20) / 0.0002 - 1).magnitude < 0.25)
  }

  @Test(arguments: [(0.8, 1), (0.83, 5), (1.3, 4), (0.95, 12), (0.97, 40)])
  func bucketLoss(load: Double, burst: Int) {
    var random = TestRandom(seed: 13)
    var loss = SampleMean()
    var level = Double(burst)
    for _ in 0..<100 {
      var refused = 0.0
      for _ in 0..<10_000 {
        level = min(Double(burst), level + random.exponential() / load)
        if level >= 1 { level -= 1 } else { refused += 1 }
      }
      loss.add(refused / 10_000)
    }
    #expect(loss.agrees(with: QuotaLoss.bucket(load: load, burst: burst)))
  }

  /// Lindley's recursion of the queue behind a bucket.
  @Test(arguments: [(0.7, 1, 2.0), (0.9, 5, 3.5), (0.95, 30, 8)])
  func queueWait(load: Double, burst: Int, within: Double) {
    var random = TestRandom(seed: 14)
    var share = SampleMean()
    var level = Double(burst)
    for _ in 0..<100 {
      var prompt = 0.0
      for _ in 0..<10_000 {
        level = min(Double(burst), level + random.exponential() / load)
        if 1 - level <= within { prompt += 1 }
        level -= 1
      }
      share.add(prompt / 10_000)
    }
    #expect(share.agrees(with: QuotaLoss.waitWithin(calls: within, load: load, burst: burst)))
  }

  /// Steady state of the birth-and-death chain, by its balance equations.
  @Test func erlang() {
    for (load, places) in [(0.3, 1), (4, 5), (9.5, 10)] {
      var weights = [1.0]
      for n in 1...400 { weights.append(weights[n - 1] * load / Double(min(n, places))) }
      let all = weights.reduce(0, +)
      let waiting = weights[places...].reduce(0, +) / all
      #expect(isClose(Erlang.waiting(load: load, places: places), waiting, within: 1e-6))
      let kept = weights[0...places].reduce(0, +)
      #expect(isClose(Erlang.blocked(load: load, places: places), weights[places] / kept))
    }
  }

  @Test(arguments: [0.2, 1, 1.3862943611198906, 1.4, 2, 6])
  func breaker(failuresAWindow x: Double) {
    let window = 300.0
    let rate = x / window
    var random = TestRandom(seed: 15)
    var times = SampleMean()
    for _ in 0..<20_000 {
      var last = (-Double.infinity, -Double.infinity)
      var now = random.exponential() / rate
      while now - last.0 >= window {
        last = (last.1, now)
        now += random.exponential() / rate
      }
      times.add(now)
    }
    #expect(times.agrees(with: BreakerOpening.meanFailures(3, perWindow: x) / rate))
  }

  /// Every way a chain of two may go, with one retry each.
  @Test func fallback() {
    let links = [
      FallbackChain.Link(failure: 0.3, success: 5, failed: 2, attempts: 2),
      FallbackChain.Link(failure: 0.1, success: 7, failed: 1, attempts: 2),
    ]
    let ways: [(Double, Double)] = [
      (0.7, 5), (0.3 * 0.7, 2 + 5), (0.09 * 0.9, 4 + 7), (0.09 * 0.1 * 0.9, 4 + 1 + 7),
      (0.09 * 0.01, 4 + 2),
    ]
    #expect(isClose(ways.reduce(0) { $0 + $1.0 }, 1))
    #expect(isClose(FallbackChain.cost(links), ways.reduce(0) { $0 + $1.0 * $1.1 }))
    #expect(isClose(FallbackChain.availability(links), 1 - 0.0009))
  }

  /// Exponential costs overshoot by their mean, so the first passage is exact.
  @Test func budgetCrossing() {
    var random = TestRandom(seed: 16)
    var times = SampleMean()
    for _ in 0..<20_000 {
      var (now, spent) = (0.0, 0.0)
      while spent <= 50 {
        now += random.exponential() / 4
        spent += 2 * random.exponential()
      }
      times.add(now)
    }
    #expect(
      times.agrees(
        with: BudgetCrossing.meanTime(budget: 50, rate: 4, mean: 2, secondMoment: 8)))
    #expect(FourierLaw(mean: 12.5, variance: 0) { _ in .zero }.exceedance(12) == 1)
    let normal = FourierLaw(mean: 10, variance: 4, floor: -.infinity) { t in
      Complex(real: -2 * t * t, imaginary: 0)
    }
    #expect((normal.exceedance(12) - 0.158655254).magnitude < 1e-4)
  }
}
