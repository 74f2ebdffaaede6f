import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// The cases that a replay compares: the scenario under each `--policy` (or its own), and what each
/// `--against` changes of the first of them.
struct ReplayCases {
  let scenario: String
  /// The first is the base of all comparisons.
  private(set) var all: [ReplayCase] = []
  /// Of each, whether it may name files outside the scenario's folder.
  private var mayLeaveFolder: [Bool] = []
  private let against: [String]

  init(
    scenario: String, input: ScenarioOptions, policies: [String], against: [String]
  ) throws {
    self.scenario = scenario
    self.against = against
    let overrides = try input.readerOverrides()
    for policy in policies.isEmpty ? [nil] : policies.map(Optional.some) {
      all.append(try Self.case(overrides, policy: policy))
      mayLeaveFolder.append(input.mayLeaveFolder || policy != nil)
    }
    for text in against {
      let namesFile = try add(text, to: overrides, base: policies.first)
      mayLeaveFolder.append(input.mayLeaveFolder || namesFile)
    }
  }

  /// Read from there.
  func variants(source: FileSource = .disk) throws -> [Replay.Variant] {
    var variants: [Replay.Variant] = []
    for (place, found) in all.enumerated() {
      do throws(InputErrors) {
        variants.append(
          try found.variant(path: scenario, allowOutside: mayLeaveFolder[place], source: source))
      } catch {
        let number = place - (all.count - against.count)
        guard number >= 0 else { throw error }
        throw BadInput(message: "--against '\(against[number])':\n\(error)")
      }
    }
    for name in Set(variants.map(\.name)) where variants.count(where: { $0.name == name }) > 1 {
      throw BadInput(
        message: against.isEmpty
          ? "--policy: error: two policies are named '\(name)'"
          : "--against: error: two cases are named '\(name)'")
    }
    return variants
  }

  /// - Parameter policy: a file, `logged`, or nil for the scenario's own.
  private static func `case`(
    _ overrides: [String], policy: String?, name: String = ""
  ) throws -> ReplayCase {
    var overrides = overrides
    if let policy, policy != ReplayCase.logged {
      overrides.append("policy=\(try ScenarioOptions.absolute(policy))")
    }
    return ReplayCase(name: name, overrides: overrides, isLogged: policy == ReplayCase.logged)
  }

  /// `NAME: path=value; path=value`: overrides, with files as the user would name them. Without a
  /// name they are the name. Whether any is named.
  private mutating func add(
    _ text: String, to overrides: [String], base: String?
  ) throws -> Bool {
    var policy = base
    var namesCatalog = false
    var changes: [String] = []
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
        namesCatalog = true
      default: changes.append(part)
      }
    }
    all.append(
      try Self.case(
        overrides + changes, policy: policy,
        name: named.map { $0.output.1.trimmed } ?? parts.joined(separator: "; ")))
    return namesCatalog || policy != nil
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
