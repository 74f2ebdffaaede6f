import CostModel

/// Every key of a catalog file.
enum CatalogFormat {
  static let file = FileFormat(title: "costsim price catalog", objects: [catalog, model])

  /// The key of each billing dimension, and what its price must be for.
  static let rates: [(key: String, dimension: BillingDimension, unit: Quantity.PriceUnit.Kind)] = [
    ("input", .inputTokens, .tokens), ("cache_read", .cacheReadTokens, .tokens),
    ("cache_write", .cacheWriteTokens, .tokens),
    ("cache_write_long", .cacheWriteLongTokens, .tokens),
    ("output", .outputTokens, .tokens), ("reasoning", .reasoningTokens, .tokens),
    ("audio_input", .inputAudioTokens, .tokens), ("audio_output", .outputAudioTokens, .tokens),
    ("image_input", .inputImageTokens, .tokens), ("image_output", .outputImageTokens, .tokens),
    ("audio", .audioSeconds, .time), ("characters", .characters, .characters),
    ("images", .images, .images), ("pages", .pages, .pages), ("searches", .searches, .searches),
    ("calls", .calls, .calls),
  ]

  static let rateFields: [FormatField] = rates.map { rate in
    FormatField(
      rate.key, .price, "Price of \(rate.key.replacing("_", with: " ")), for \(rate.unit.rawValue)."
    )
  }

  static let catalog = FormatObject(
    name: "catalog", summary: "The file itself.",
    fields: [
      FormatField("name", .text, "For people."),
      FormatField("models", .map(.object("catalog model")), "By id.", required: true),
    ])

  static let model = FormatObject(
    name: "catalog model", summary: "One model with its prices.",
    fields: [
      FormatField("provider", .text, "Who sells it.", required: true),
      FormatField("aliases", .list(.text), "Other names."),
      FormatField("context_window", .count, "Tokens."),
      FormatField("max_output_tokens", .count, "Tokens."),
      FormatField("latency", .text, "Published range.", example: "500ms..1000ms"),
      FormatField("fixed_monthly", .money, "Due each month whatever the traffic."),
      FormatField("source", .text, "Where the figures come from."),
      FormatField("checked", .date, "When they were last looked at."),
      FormatField("assumption", .text, "Why a figure that no source gives was assumed."),
    ] + rateFields)
}
