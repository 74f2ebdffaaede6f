import CostModel

/// A catalog's models for people and programs.
enum CatalogTable {
  private static let headers = [
    "model", "provider", "input", "cached", "output", "other prices", "context", "deprecated",
  ]

  /// One line a model, columns aligned.
  static func text(_ models: [Model]) -> String {
    let rows = [headers] + models.map(row)
    let widths = headers.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let pad = String(repeating: " ", count: cell.1 - cell.0.count)
        return (2...4).contains(column) ? pad + cell.0 : cell.0 + pad
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined() + "\(PlainEnglish.plural(Int64(models.count), "model"))\n"
  }

  private static func row(_ model: Model) -> [String] {
    let sheet = model.prices.last
    func price(_ dimension: BillingDimension) -> String {
      guard let rate = sheet?.rates[dimension] else { return "–" }
      return rate.picodollars == 0
        ? "free" : String(RateText.text(rate, .tokens).prefix { $0 != " " })
    }
    let others = CatalogFact.list(model).filter { fact in
      fact.kind == .price && !["input", "cache_read", "output", "price"].contains(fact.label)
    }
    let shown =
      others.count > 2
      ? "\(others.count) more"
      : others.map { $0.label + " " + $0.text }
        .joined(separator: ", ")
    return [
      PlainEnglish.visible(model.name), PlainEnglish.visible(model.provider),
      price(.inputTokens), price(.cacheReadTokens), price(.outputTokens), shown,
      model.contextWindow.map(PlainEnglish.count) ?? "–", model.deprecated?.description ?? "",
    ]
  }

  /// Everything of one model.
  static func text(_ model: Model) -> String {
    let facts = CatalogFact.list(model)
    let width = facts.map(\.label.count).max() ?? 0
    return PlainEnglish.visible(model.name) + "\n"
      + facts.map { fact in
        let pad = String(repeating: " ", count: width - fact.label.count)
        return "  \(PlainEnglish.visible(fact.label))\(pad)  \(PlainEnglish.visible(fact.text))\n"
      }.joined()
  }

  static func json(_ models: [Model]) -> JSONValue {
    .array(
      models.map { model in
        .object(
          [("model", .string(model.name))]
            + CatalogFact.list(model).map { ($0.label, JSONValue.string($0.text)) })
      })
  }
}
