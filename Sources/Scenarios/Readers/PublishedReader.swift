import CostModel
import Support

/// Reads what a budget document claims of a plan.
package struct PublishedReader {
  package let log: InputLog
  package let models: ModelNames

  package func read(_ node: YAMLNode) -> PublishedPlan? {
    guard let fields = Fields(node, as: ScenarioFormat.published, log: log) else { return nil }
    let rows = fields.list("rows").compactMap(row)
    guard let users = fields.count("users", in: 1...UserReader.maximumUsers),
      let total = fields.money("total"), let source = fields.text("source")
    else { return nil }
    return PublishedPlan(users: Int(users), total: total, rows: rows, source: source)
  }

  private func row(_ node: YAMLNode) -> PublishedPlan.Row? {
    guard let fields = Fields(node, as: ScenarioFormat.publishedRow, log: log) else { return nil }
    let covered = fields.list("models").compactMap { models.id($0) }
    guard let label = fields.text("label"), let cost = fields.money("cost") else { return nil }
    return PublishedPlan.Row(label: label, models: covered, cost: cost)
  }
}
