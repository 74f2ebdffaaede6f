import Support

/// Reads what a scenario assumes.
package struct AssumptionReader {
  package let log: InputLog

  package func read(_ node: YAMLNode) -> Assumption? {
    guard case .mapping = node.content else { return log.text(node).map { Assumption(text: $0) } }
    guard let fields = Fields(node, as: ScenarioFormat.assumption, log: log),
      let text = fields.text("text")
    else { return nil }
    let levers = LeverReader(log: log)
    return Assumption(
      text: text,
      variants: fields.entries("instead").map {
        Assumption.Variant(title: $0.key, with: levers.overrides($0.value))
      })
  }
}
