import CostModel
import Scenarios
import Simulator
import Support

/// The cases that a replay compares: the scenario under each `--policy` (or its own), and what each
/// `--against` changes of the first of them.
struct ReplayCases {
  let scenario: String
  let input: ScenarioOptions

  private static let logged = "logged"

  /// The first is the base of all comparisons.
  func variants(policies: [String], against: [String]) throws -> [Replay.Variant] {
    var variants = try (policies.isEmpty ? [nil] : policies.map(Optional.some)).map { policy in
      let scenario = try read(policy: policy)
      return Replay.Variant(name: scenario.policy.name, scenario: scenario)
    }
    for text in against { variants.append(try variant(text, base: policies.first)) }
    for name in Set(variants.map(\.name)) where variants.count(where: { $0.name == name }) > 1 {
      throw BadInput(
        message: against.isEmpty
          ? "--policy: error: two policies are named '\(name)'"
          : "--against: error: two cases are named '\(name)'")
    }
    return variants
  }

  /// `NAME: path=value; path=value`: overrides, with files as the user would name them. Without a
  /// name they are the name.
  private func variant(_ text: String, base: String?) throws -> Replay.Variant {
    var policy = base
    var changes: [String] = []
    var outside = false
    let named = text.wholeMatch(of: /\s*([^=:;{]+):\s(.*)/)
    let parts = (named?.output.2 ?? text[...]).split(separator: ";").map { $0.trimmed }.filter {
      !$0.isEmpty
    }
    guard !parts.isEmpty else {
      throw BadInput(message: "--against: error: expected path=value, not '\(text)'")
    }
    for part in parts {
      let sides = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
      guard sides.count == 2 else {
        throw BadInput(message: "--against: error: expected path=value, not '\(part)'")
      }
      switch sides[0] {
      case "policy": policy = sides[1]
      case "catalog":
        changes.append("catalog=\(try ScenarioOptions.absolute(sides[1]))")
        outside = true
      default: changes.append(part)
      }
    }
    let scenario: Scenario
    do {
      scenario = try read(policy: policy, changes: changes, outside: outside)
    } catch let error as InputErrors {
      throw BadInput(message: "--against '\(text)':\n\(error)")
    }
    return Replay.Variant(
      name: named.map { $0.output.1.trimmed } ?? parts.joined(separator: "; "),
      scenario: scenario)
  }

  /// - Parameters:
  ///   - policy: a file, `logged`, or nil for the scenario's own.
  ///   - changes: overrides beyond those of all cases.
  private func read(
    policy: String?, changes: [String] = [], outside: Bool = false
  ) throws -> Scenario {
    var overrides = try input.readerOverrides() + changes
    if let policy, policy != Self.logged {
      overrides.append("policy=\(try ScenarioOptions.absolute(policy))")
    }
    var scenario = try ScenarioReader.read(
      path: self.scenario, overrides: overrides,
      allowOutside: input.mayLeaveFolder || outside || policy != nil, forReplay: true)
    if policy == Self.logged {
      scenario.policy = Policy(
        name: Self.logged,
        rules: [Policy.Rule(name: Self.logged, conditions: [], choice: .logged)])
    }
    return scenario
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
