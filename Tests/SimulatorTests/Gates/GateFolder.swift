import Foundation
import Testing

@testable import Decisions
@testable import Support

/// A scenario whose bill can be computed by hand, with its own catalog, for the gates.
struct GateFolder {
  let files: ScenarioFolder

  init(arrivals: String = "exact", extra: String = "") throws {
    files = try ScenarioFolder([
      "catalog.yaml": Self.catalog(output: "$10"),
      "policy.yaml": """
      rules:
        - { name: hard, when: { complexity: high }, model: large }
        - { name: rest, model: small }
      """,
      "s.yaml": Self.scenario(arrivals: arrivals, extra: extra),
    ])
  }

  static func catalog(output: String) -> String {
    """
    models:
      large: { provider: p, latency: 1s, input: $2 per 1M tokens, output: \(output) per 1M tokens }
      small: { provider: p, latency: 1s, input: $0.10 per 1M tokens, output: $0.40 per 1M tokens }
    """
  }

  static func scenario(
    arrivals: String = "exact", seed: Int = 1, hard: Int = 10, input: Int = 500, volume: Int = 100,
    extra: String = ""
  ) -> String {
    """
    period: { start: 2026-01-01, days: 30 }
    seed: \(seed)
    plans: [4, 10]
    catalog: catalog.yaml
    policy: policy.yaml
    traffic: { arrivals: \(arrivals) }
    \(extra)
    workloads:
      chat:
        volume: \(volume)
        input: \(input)
        output: 200
        mix:
          easy: { share: \(100 - hard)% }
          hard: { share: \(hard)%, complexity: high }
    """
  }

  func baseline(_ options: String...) throws {
    let outcome = try Program.run(
      ["baseline", files.path("s.yaml"), "-o", files.path("baseline.yaml")] + options)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  func check(_ options: String...) throws -> Program.Outcome { try check(options) }

  func check(_ options: [String]) throws -> Program.Outcome {
    try Program.run(
      ["check", files.path("s.yaml"), "--baseline", files.path("baseline.yaml")] + options)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: files.path(name), encoding: .utf8)
  }

  /// A JSON file of the folder as the YAML that it is, too.
  func json(_ name: String) throws -> YAMLNode {
    let log = InputLog()
    let file = SourceFile(path: name, order: 0, text: try text(name))
    return try #require(YAMLDocument.parse(file, log: log), "\(log.diagnostics)")
  }
}

extension YAMLNode {
  var items: [YAMLNode] {
    if case .sequence(let items) = content { return items }
    return []
  }

  var string: String {
    if case .scalar(let text, _) = content { return text }
    return ""
  }
}
