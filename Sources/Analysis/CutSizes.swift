import CostModel
import Scenarios

/// A size whose mean ends up well below the one that the scenario states, because its cap or
/// `max_tokens` lies at or near it.
package struct CutSize: Hashable, Sendable {
  /// `fan-messages: personal: output`.
  package var name: String
  package var stated: Double
  package var drawn: Double
  /// What cuts it: `its cap` or `max_tokens`.
  package var by: String
}

extension Scenario {
  /// Every size that caps cut by more than is usual.
  package var cutSizes: [CutSize] {
    workloads.flatMap { workload in
      workload.stages.flatMap(\.calls).flatMap { call in
        call.mix.enumerated().flatMap { number, variant -> [CutSize] in
          let own =
            variant.name.isEmpty && call.mix.count > 1 ? String(number + 1) : variant.name
          let parts = [workload.name, call.name, own].filter { !$0.isEmpty }
          return variant.cutSizes(named: parts.joined(separator: ": "))
        }
      }
    }.reduce(into: [CutSize]()) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension Variant {
  fileprivate func cutSizes(named name: String) -> [CutSize] {
    func cut(_ part: String, _ stated: Double, _ drawn: Double, _ by: String) -> CutSize? {
      guard drawn < stated * (1 - AttentionLimits.shipped.cutOff) else { return nil }
      return CutSize(name: "\(name): \(part)", stated: stated, drawn: drawn, by: by)
    }
    let parts = [("input", input), ("output", output), ("reasoning", reasoning)]
    let capped = parts.compactMap { cut($0, $1.statedMean, $1.mean, "its cap") }
    let answer = output.mean + reasoning.mean
    let limited = cut(
      reasoning.mean > 0 ? "output and reasoning" : "output", answer, CallShape(self).meanOutput,
      "max_tokens")
    return capped + [limited].compactMap(\.self)
  }
}

extension Distribution {
  /// Before the cap.
  fileprivate var statedMean: Double {
    if case .lognormal(let mean, _, _) = self { return mean }
    return mean
  }
}
