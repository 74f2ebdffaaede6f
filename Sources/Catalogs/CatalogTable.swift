import CostModel
import Support

/// A catalog's models for people and programs.
package enum CatalogTable {
  /// One row a model, with the prices of its last sheet; an empty price is none, never $0.
  package static func table(_ models: [Model]) -> OutputTable {
    OutputTable(
      columns: [
        "model", "provider", "input_usd_per_1m", "cached_usd_per_1m", "output_usd_per_1m",
        "context_window", "deprecated", "other_prices",
      ], rows: models.map(row))
  }

  private static func row(_ model: Model) -> [OutputTable.Cell] {
    let sheet = model.prices.last
    func price(_ dimension: BillingDimension) -> OutputTable.Cell {
      guard let rate = sheet?.statedRate(dimension) else { return .unknown }
      let perMillion = DecimalText.ratio(
        Int128(rate.picodollars), Int128(rate.per) * 1_000_000, places: 12)
      return .number(DecimalText.trimmed(perMillion))
    }
    let others = CatalogFact.list(model).filter { fact in
      fact.kind == .price && !["input", "cache_read", "output", "price"].contains(fact.label)
    }
    let isUnpriced = model.prices.allSatisfy(\.isUnpriced)
    let shown =
      isUnpriced
      ? "unpriced"
      : others.count > 2
        ? "\(others.count) more" : others.map { $0.label + " " + $0.text }.joined(separator: ", ")
    return [
      .text(model.name), .text(model.provider),
      price(.inputTokens), price(.cacheReadTokens), price(.outputTokens),
      model.contextWindow.map { .number(String($0)) } ?? .unknown,
      model.deprecated.map { .plain($0.description) }
        ?? (model.isRetiring ? .text("announced") : .unknown),
      shown.isEmpty ? .unknown : .text(shown),
    ]
  }

  /// Everything of one model.
  package static func text(_ model: Model) -> String {
    let facts = CatalogFact.list(model)
    let width = facts.map(\.label.count).max() ?? 0
    return HumanFormat.visible(model.name) + "\n"
      + facts.map { fact in
        let pad = String(repeating: " ", count: width - fact.label.count)
        return "  \(HumanFormat.visible(fact.label))\(pad)  \(HumanFormat.visible(fact.text))\n"
      }.joined()
  }

  package static func json(_ models: [Model]) -> JSONValue {
    .array(
      models.map { model in
        .object(
          [("model", .string(model.name))]
            + CatalogFact.list(model).map { ($0.label, JSONValue.string($0.text)) })
      })
  }
}
