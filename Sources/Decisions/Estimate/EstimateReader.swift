import CostModel
import Scenarios
import Support

/// What `estimate` reckons with where it is not told: two models, their prices, and a published
/// estimate to set beside, as the embedded file `Standard/estimate.yaml` states them.
package struct EstimateDefaults: Sendable {
  package var catalog: Catalog
  package var mini: String
  package var full: String
  package var published: PublishedEstimate

  package static func read() throws(InputErrors) -> EstimateDefaults {
    let log = InputLog()
    let file = SourceFile(
      path: "standard estimate", order: 0,
      text: String(decoding: PackageResources.estimate_yaml, as: UTF8.self))
    let defaults = YAMLDocument.parse(file, log: log).flatMap { read($0, log) }
    try log.throwIfAny()
    guard let defaults else { preconditionFailure("the embedded file says what is wrong with it") }
    return defaults
  }

  private static func read(_ root: YAMLNode, _ log: InputLog) -> EstimateDefaults? {
    guard let fields = Fields(root, as: EstimateFormat.file, log: log),
      let mini = fields.text("mini"), let full = fields.text("full"),
      let catalog = fields["catalog"].flatMap({
        let files = ScenarioFiles(scenario: "standard estimate", allowOutside: false, log: log)
        return CatalogReader(log: log).catalog(at: $0, in: files)
      }),
      let published = fields["published"].flatMap({ published($0, log) })
    else { return nil }
    return EstimateDefaults(catalog: catalog, mini: mini, full: full, published: published)
  }

  private static func published(_ node: YAMLNode, _ log: InputLog) -> PublishedEstimate? {
    guard let fields = Fields(node, as: EstimateFormat.published, log: log) else { return nil }
    func count(_ key: String) -> Int64? {
      fields[key].flatMap { log.count($0, in: 0...1_000_000_000) }
    }
    func money(_ key: String) -> MoneySum? { fields[key].flatMap(log.money) }
    guard let source = fields.text("source"), let assumes = fields.text("assumes"),
      let requests = count("requests_per_day"), let input = count("input"),
      let output = count("output"), let share = fields["mini"].flatMap(log.exactShare),
      let days = count("days"), days > 0, let miniCost = money("mini_cost"),
      let fullCost = money("full_cost"),
      let total = money("total"), let saving = money("saving")
    else { return nil }
    return PublishedEstimate(
      source: source,
      inputs: RouterEstimate.Inputs(
        requestsPerDay: requests, inputTokens: input, outputTokens: output, miniShare: share),
      days: days, miniCost: miniCost, fullCost: fullCost, total: total, saving: saving,
      assumes: assumes)
  }
}

/// The keys of `Standard/estimate.yaml`.
private enum EstimateFormat {
  static let file = FormatObject(
    name: "estimate", summary: "What an estimate reckons with.",
    fields: [
      FormatField("mini", .text, "The small model.", required: true),
      FormatField("full", .text, "The large model.", required: true),
      FormatField("catalog", .text, "Their prices.", required: true),
      FormatField("published", .text, "An estimate that was published.", required: true),
    ])

  static let published = FormatObject(
    name: "published estimate", summary: "What a document publishes for one set of inputs.",
    fields: [
      "source", "requests_per_day", "input", "output", "mini", "days", "mini_cost", "full_cost",
      "total",
      "saving", "assumes",
    ].map { FormatField($0, .text, "As published.", required: true) })
}
