import CostModel
import Support

/// Reads the knowledge base, and marks the calls that it may answer.
package struct KnowledgeReader {
  package let log: InputLog

  package func read(_ node: YAMLNode, into workloads: inout [PlacedWorkload]) -> KnowledgeBase? {
    guard let fields = Fields(node, as: ScenarioFormat.knowledgeBase, log: log),
      let ceiling = fields.share("ceiling"),
      let half = fields.count("half_at", in: 1...1_000_000_000_000)
    else { return nil }
    var base = KnowledgeBase(ceiling: ceiling, halfAt: Double(half), workloads: [])
    base.known = Double(fields.count("known", in: 0...1_000_000_000_000) ?? 0)
    base.prompt = fields.share("prompt")
    for item in fields["workloads"].map({ log.texts($0) }) ?? [] {
      let (name, place) = (item.text, item.place)
      guard let found = workloads.firstIndex(where: { $0.workload.name == name }) else {
        log.unknown("workload", name, at: place, among: workloads.map(\.workload.name))
        continue
      }
      if !mark(&workloads[found].workload) {
        log.add(
          place, "no call of workload '\(name)' has a 'conversion', so that nothing could be learnt"
        )
      }
      base.workloads.append(name)
    }
    return base
  }

  /// Marks the calls that may convert; false: there is none.
  private func mark(_ workload: inout Workload) -> Bool {
    var found = false
    for stage in workload.stages.indices {
      for call in workload.stages[stage].calls.indices {
        for variant in workload.stages[stage].calls[call].mix.indices
        where workload.stages[stage].calls[call].mix[variant].conversion != nil {
          workload.stages[stage].calls[call].mix[variant].asksKnowledge = true
          found = true
        }
      }
    }
    return found
  }
}
