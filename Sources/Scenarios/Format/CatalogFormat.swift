import CostModel
import Support

/// Every key of a catalog file (docs/catalog-format.md).
package enum CatalogFormat {
  package static let file = FileFormat(
    title: "costsim price catalog",
    objects: [
      catalog, model, latency, imageTokens, imageTiles, sheet, tier, change, timeOfDay, provisioned,
    ])

  /// The key of each billing dimension, and what its price must be for.
  package static let rates:
    [(key: String, dimension: BillingDimension, unit: Quantity.PriceUnit.Kind)] = [
      ("input", .inputTokens, .tokens), ("cache_read", .cacheReadTokens, .tokens),
      ("cache_write", .cacheWriteTokens, .tokens),
      ("cache_write_long", .cacheWriteLongTokens, .tokens),
      ("output", .outputTokens, .tokens), ("reasoning", .reasoningTokens, .tokens),
      ("audio_input", .inputAudioTokens, .tokens), ("audio_output", .outputAudioTokens, .tokens),
      ("image_input", .inputImageTokens, .tokens), ("image_output", .outputImageTokens, .tokens),
      ("audio", .audioSeconds, .time), ("video", .videoSeconds, .time),
      ("characters", .characters, .characters),
      ("images", .images, .images), ("pages", .pages, .pages), ("searches", .searches, .searches),
      ("documents", .documents, .documents),
      ("calls", .calls, .calls),
    ]

  package static let rateFields: [FormatField] = rates.map { rate in
    let name = rate.key.replacing("_", with: " ")
    let share = rate.dimension.parent.map { " Or a share: `25% of \(Self.key($0))`." } ?? ""
    return FormatField(rate.key, .price, "Price of \(name), for \(rate.unit.rawValue)." + share)
  }

  /// What catalogs call a dimension's price.
  package static func key(_ dimension: BillingDimension) -> String {
    rates.first { $0.dimension == dimension }?.key ?? dimension.label
  }

  package static let sheetFields: [FormatField] =
    rateFields + [
      FormatField("fixed_monthly", .money, "Due at each month's start, whatever the traffic."),
      FormatField(
        "provisioned", .object("provisioned"), "Capacity paid by the hour, whatever the traffic."),
      FormatField("minimum_audio", .duration, "Audio is billed as at least this long."),
      FormatField(
        "audio_step", .duration,
        "Audio, after `minimum_audio`, is billed in whole steps of so long.",
        default: "as it is", example: "15s"),
      FormatField(
        "video_step", .duration, "Video is billed in whole steps of so long.", default: "as it is",
        example: "1s"),
      FormatField(
        "search_documents", .count,
        "Documents of one billed search: 140 documents are 2 of 100 each.",
        default: "documents have a price of their own", example: "100"),
      FormatField(
        "tiers", .list(.object("tier")), "Prices of the whole call above an input size."),
      FormatField("batch", .object("change"), "Batch prices."),
      FormatField(
        "service_tiers", .map(.object("change")), "Prices by service tier.", names: "service tier"),
      FormatField(
        "regions", .map(.object("change")), "Prices by region; `*` in a name is any characters.",
        names: "region"),
      FormatField(
        "searches_by_size", .map(.price), "Prices of a search by its context size: low, high.",
        names: "search size"),
      FormatField("time_of_day", .list(.object("time of day")), "Prices by UTC time of day."),
      FormatField("source", .text, "Where the figures come from."),
      FormatField("checked", .date, "When they were last looked at."),
      FormatField("assumption", .text, "Why a figure that no source gives was assumed."),
    ]

  package static let catalog = FormatObject(
    name: "catalog", summary: "The file itself.",
    fields: [
      FormatField("name", .text, "For people."),
      FormatField(
        "extends", .text,
        "Catalog that this one changes (negotiated prices): its models are listed by name with "
          + "what differs, new ones are added. Relative to this file.", example: "market.yaml"),
      FormatField("source", .text, "Where the figures come from, unless a model says otherwise."),
      FormatField("checked", .date, "When they were last looked at, likewise."),
      FormatField(
        "models", .map(.object("catalog model")), "By id; required unless it extends another.",
        names: "model"),
    ])

  package static let latency = FormatObject(
    name: "catalog latency", summary: "A latency that follows the length of a call's audio.",
    fields: [
      FormatField(
        "base", .duration, "Published, or a range, of a call without audio.", default: "0",
        example: "300ms"),
      perAudioSecond,
    ])

  package static let perAudioSecond = FormatField(
    "per_audio_second", .duration,
    "What each second of a call's audio adds, as it is stated, whatever the price bills of it.",
    example: "200ms", required: true)

  package static let model = FormatObject(
    name: "catalog model", summary: "One model with the keys of one price sheet, or `prices`.",
    fields: [
      FormatField("provider", .text, "Who sells it; required of a new model."),
      FormatField("aliases", .list(.text), "Other names."),
      FormatField(
        "context_window", .count,
        "Tokens of input and answer together, thinking included, that a call may hold."),
      FormatField(
        "over_window", .choice(OverWindow.allCases.map(\.rawValue)),
        "What happens to a larger call: it is refused and not billed, or its input is cut.",
        default: "refuse"),
      FormatField("max_output_tokens", .count, "Tokens."),
      FormatField(
        "latency", .either([.duration, .object("catalog latency")]), "Published, or a range.",
        example: "500ms..1000ms"),
      FormatField(
        "image_tokens", .object("image tokens"),
        "How many tokens an image is that a call sends with `image`.",
        example: "{per_pixel: 1/750}"),
      FormatField(
        "capabilities", .list(.text),
        "What it can do; a task of such a name falls back only to models that list it "
          + "(`selection: needs`)."),
      FormatField(
        "deprecated", .either([.date, .flag]),
        "When it is switched off; `true`: announced without a date."),
      FormatField("successor", .text, "What its provider names in its place."),
      FormatField(
        "source_keys", .map(.text), "What price lists call it, for `catalog refresh`: by list.",
        example: "{litellm: azure_ai/gpt-4o}"),
      FormatField("prices", .list(.object("price sheet")), "By `effective_from`, ascending."),
      FormatField("effective_from", .moment, "UTC.", default: "always"),
      FormatField(
        "factor", factor.kind,
        "Where another catalog is extended: multiplies its prices, before those stated here."),
    ] + sheetFields)

  package static let imageTokens = FormatObject(
    name: "image tokens", summary: "One of both.",
    fields: [
      FormatField("tiles", .object("image tiles"), "By the squares that it is cut into."),
      FormatField(
        "per_pixel", .text, "So many tokens for so many pixels, rounded up.", example: "1/750"),
    ])

  package static let imageTiles = FormatObject(
    name: "image tiles",
    summary:
      "`base`, and `tile` for each square, after the image was made smaller to fit into `long` × `long` "
      + "and then until its short side is `short`. At low detail `base` alone.",
    fields: [
      FormatField("base", .count, "Tokens of every image.", default: "0", example: "85"),
      FormatField("tile", .count, "Tokens of a square.", example: "170", required: true),
      FormatField("edge", .count, "Pixels of a square's side.", example: "512", required: true),
      FormatField("short", .count, "Pixels.", default: "not made smaller", example: "768"),
      FormatField("long", .count, "Pixels.", default: "not made smaller", example: "2048"),
    ])

  package static let sheet = FormatObject(
    name: "price sheet", summary: "What a model costs from one moment on.",
    fields: [FormatField("effective_from", .moment, "UTC.", default: "always")] + sheetFields)

  package static let tier = FormatObject(
    name: "tier", summary: "Prices of the whole call beyond a total input.",
    fields: [
      FormatField("above", .text, "More tokens than this.", example: "200K tokens"),
      FormatField("from", .text, "At least so many tokens."),
    ] + rateFields)

  package static let factor = FormatField(
    "factor", .either([.number, .text]), "Multiplies every price, exactly: `0.5`, `50%`.",
    default: "1")

  package static let change = FormatObject(
    name: "change", summary: "Prices in place of the base's, then a factor on all.",
    fields: rateFields + [changeTiers, factor])

  private static let changeTiers = FormatField(
    "tiers", .list(.object("tier")), "Own prices of the change above an input size.")

  package static let provisioned = FormatObject(
    name: "provisioned", summary: "Units of capacity, each at a price by the hour.",
    fields: [
      FormatField("units", .count, "How many.", required: true),
      FormatField("price", .price, "Of one unit.", example: "$2 per hour", required: true),
    ])

  package static let timeOfDay = FormatObject(
    name: "time of day", summary: "A change between two times of the UTC day.",
    fields: [
      FormatField(
        "days", .list(.choice(weekdays)), "Days of the call's arrival.", default: "all"),
      FormatField("from", .text, "Included.", example: "16:30", required: true),
      FormatField("to", .text, "Not included.", example: "00:30", required: true),
    ] + rateFields + [changeTiers, factor])

  /// From Monday, as `TimeOfDayPrice` counts them.
  package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
}

extension BillingDimension {
  /// The key of its price in catalogs.
  package var key: String { CatalogFormat.rates.first { $0.dimension == self }?.key ?? label }
}

extension PriceSheet {
  /// The ordinary price of a dimension that has one of its own, stated or as a share; nil: it has none.
  package func statedRate(_ dimension: BillingDimension) -> Rate? {
    rates.states(dimension) ? rate(dimension) : nil
  }
}
