import Simulator

/// Which prompts came back, and after how long. Beyond a limit of different prompts only those
/// are kept whose hash ends in zeros: a uniform sample of the prompts, in bounded memory.
package struct PromptSketch: Sendable {
  package static let ttls: [(name: String, microseconds: Int64)] = [
    ("5min", 300_000_000), ("10min", 600_000_000), ("30min", 1_800_000_000),
    ("1h", 3_600_000_000),
  ]

  /// One prompt, or one prompt of one user.
  package struct Seen: Sendable {
    package var hash: UInt64
    package var count: Int64 = 0
    /// When an answer was last stored, for each TTL; an answer is not renewed by a hit.
    package var stored = SIMD4<Int64>(repeating: .min / 2)
    package var hits = SIMD4<Int64>()

    package mutating func add(at time: Int64) {
      count += 1
      for (index, ttl) in PromptSketch.ttls.enumerated() {
        if time - stored[index] < ttl.microseconds {
          hits[index] += 1
        } else {
          stored[index] = time
        }
      }
    }
  }

  private static let limit = 100_000

  private var prompts: [UInt64: Seen] = [:]
  private var pairs: [UInt64: Seen] = [:]
  /// Trailing zeros that a kept hash has.
  private var level = 0
  /// Calls with a prompt, sampled or not.
  package private(set) var calls: Int64 = 0

  package mutating func add(prompt: UInt64, user: UInt32, at time: Int64) {
    calls += 1
    let hash = SplitMix.mixed(prompt)
    guard hash.trailingZeroBitCount >= level else { return }
    prompts[hash, default: Seen(hash: hash)].add(at: time)
    let pair = SplitMix.mixed(hash ^ SplitMix.mixed(UInt64(user)))
    pairs[pair, default: Seen(hash: hash)].add(at: time)
    while pairs.count > Self.limit, level < 63 { thin() }
  }

  private mutating func thin() {
    level += 1
    let level = level
    prompts = prompts.filter { $0.value.hash.trailingZeroBitCount >= level }
    pairs = pairs.filter { $0.value.hash.trailingZeroBitCount >= level }
  }

  /// Facts of one way to tell prompts apart, scaled up from the sample.
  package struct Repetition: Sendable {
    package var distinct = 0.0
    /// Σ c(c−1) over the prompts' counts c.
    package var repeats = 0.0
    /// By TTL.
    package var hitRates: [Double] = []
  }

  package var isSample: Bool { level > 0 }

  /// Different prompts, shared by all users or told apart by user.
  package func repetition(perUser: Bool) -> Repetition {
    let seen = perUser ? pairs.values : prompts.values
    let scale = Double(UInt64(1) << UInt64(min(level, 62)))
    var result = Repetition()
    var calls = 0.0
    var hits = SIMD4<Int64>()
    for one in seen {
      let count = Double(one.count)
      result.repeats += count * (count - 1) * scale
      calls += count
      hits &+= one.hits
    }
    result.distinct = Double(seen.count) * scale
    result.hitRates = (0..<4).map { calls == 0 ? 0 : Double(hits[$0]) / calls }
    return result
  }
}
