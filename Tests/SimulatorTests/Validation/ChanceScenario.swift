import Foundation

@testable import Simulator

/// A random company whose months are few and small enough to be simulated by the thousand, yet have
/// everything that makes a bill spread: users who differ, skewed sizes, bursts, flows, caches,
/// failures, ranges of inputs.
struct ChanceScenario {
  let text: String

  static let catalog = """
    models:
      small:
        provider: p
        latency: 500ms..2s
        input: $1 per 1M tokens
        output: $4 per 1M tokens
        cache_read: $0.1 per 1M tokens
      large:
        provider: q
        latency: 1s..3s
        input: $3 per 1M tokens
        output: $15 per 1M tokens
        reasoning: $15 per 1M tokens
    """

  init(number: Int) {
    var random = TestRandom(seed: 0xC4A7_0000 + UInt64(number))
    text = Self.write(&random, number)
  }

  private static func pick<Item>(_ random: inout TestRandom, _ items: [Item]) -> Item {
    items[Int(random.uniform() * Double(items.count))]
  }

  private static func number(
    _ random: inout TestRandom, _ low: Double, _ high: Double
  ) -> Double { low * pow(high / low, random.uniform()) }

  private static func write(_ random: inout TestRandom, _ number: Int) -> String {
    let isKeyed = random.uniform() < 0.3
    let months = pick(&random, [1, 1, 1, 2, 3])
    let users = Int(Self.number(&random, 1, 40))
    var text = """
      name: chance-\(number)
      period: {start: 2025-11-03, days: 28, months: \(months)}
      plans: [\(users)]
      catalog: catalog.yaml
      seed: \(number)
      policy:
        rules:
          - {name: hard, when: {complexity: high}, model: large}
          - {name: rest, model: small}
      chains: {standard: [small, large]}
      breaker: none
      budget: $1000000
      users: {activity: \(activity(&random))}
      traffic: {hours: \(pick(&random, hours)), weekdays: \(pick(&random, weekdays))}

      """
    let hasPrefix = !isKeyed && random.uniform() < 0.15
    if hasPrefix {
      let ttl = pick(&random, ["5min", "1h", "24h"])
      let refresh = random.uniform() < 0.5
      text += "models: {small: {prompt_cache: {ttl: \(ttl), refresh: \(refresh)}}}\n"
    } else if random.uniform() < 0.15 {
      text += "models: {small: {failure_rate: \(pick(&random, ["0.5%", "3%", "20%"]))}}\n"
    }
    if isKeyed {
      let ttl = pick(&random, ["2min", "20min", "1h", "6h", "36h", "240h"])
      let scope = pick(&random, ["user", "global"])
      text += "cache: {mode: keyed, scope: \(scope), default: {ttl: \(ttl)}}\n"
    } else if random.uniform() < 0.3 {
      text +=
        "cache: {mode: rate, default: {ttl: 1h, hit_rate: \(pick(&random, ["20%", "70%"]))}}\n"
    }
    text += "workloads:\n"
    let calls = Self.number(&random, 15, 1_500)
    let count = isKeyed ? 1 : pick(&random, [1, 1, 2])
    for place in 0..<count {
      text += workload(
        &random, "w\(place)", volume: calls / Double(users * count), isKeyed: isKeyed)
      if hasPrefix {
        text += "    prefix: {tokens: 3000, per: \(pick(&random, ["user", "all"]))}\n"
      }
    }
    return text
  }

  private static let hours = [
    "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
    "[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]",
    "[1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 7, 6, 7, 9, 9, 8, 6, 4, 3, 3, 2, 2, 1]",
  ]
  private static let weekdays = ["[1, 1, 1, 1, 1, 1, 1]", "[1, 1, 1, 1, 1, 0.2, 0.1]"]

  private static func activity(_ random: inout TestRandom) -> String {
    switch random.uniform() {
    case ..<0.4: "equal"
    case ..<0.75: "{cv: \(pick(&random, [0.3, 1, 1, 2, 3]))}"
    default:
      "{classes: {idle: {share: 50%, weight: 0.1}, usual: {share: 40%, weight: 1}, "
        + "heavy: {share: 10%, weight: 8}}}"
    }
  }

  private static func workload(
    _ random: inout TestRandom, _ name: String, volume: Double, isKeyed: Bool
  ) -> String {
    let volume = (volume * 1_000).rounded() / 1_000
    let stated =
      random.uniform() < 0.3
      ? "{low: \(0.6 * volume), likely: \(volume), high: \(2.2 * volume)}" : "\(volume)"
    var text = "  \(name):\n    volume: \(stated)\n"
    if isKeyed {
      let per = pick(&random, ["user", "all"])
      let pool = pick(&random, [1, 3, 20, 300])
      text += "    prompts: {pool: \(pool), zipf: \(pick(&random, [0, 1])), per: \(per)}\n"
    } else {
      let arrivals = pick(
        &random, ["poisson", "poisson", "poisson", "exact", "{gamma: {cv: 1.6}}"])
      text += "    traffic: {arrivals: \(arrivals)}\n"
    }
    let hard = pick(&random, [0, 10, 40])
    let isFlow = !isKeyed && random.uniform() < 0.2
    let mix = """
      {easy: {share: \(100 - hard)%, \(sizes(&random))}, \
      hard: {share: \(hard)%, complexity: high, \(sizes(&random)), reasoning: {mean: 300, cv: 1}}}
      """
    if hard == 0 {
      text += "    input: \(law(&random, 600))\n    output: \(law(&random, 80))\n"
    } else if isFlow {
      text += "    stages:\n      - calls: {a: {mix: \(mix)}}\n"
      text += "      - {continue: 50%, delay: 1min, calls: {b: {\(sizes(&random))}}}\n"
    } else {
      text += "    mix: \(mix)\n"
    }
    return text
  }

  private static func sizes(_ random: inout TestRandom) -> String {
    "input: \(law(&random, 800)), output: \(law(&random, 100))"
  }

  private static func law(_ random: inout TestRandom, _ mean: Int) -> String {
    switch random.uniform() {
    case ..<0.3: "\(mean)"
    case ..<0.7: "{mean: \(mean), cv: \(pick(&random, [0.3, 1, 2]))}"
    case ..<0.8: "{mean: {low: \(mean / 2), likely: \(mean), high: \(mean * 2)}, cv: 1}"
    case ..<0.9: "\(mean / 2)..\(mean * 2)"
    default: "{histogram: {10..100: 3, \(mean)..\(mean * 3): 1}}"
    }
  }
}
