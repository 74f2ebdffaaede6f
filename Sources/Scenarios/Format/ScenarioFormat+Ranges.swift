import Support

/// The keys that say how well a number is known.
extension ScenarioFormat {
  /// What may stand in place of a number.
  package static let ranges = [range, normalRange, lognormalRange]

  package static let range = FormatObject(
    name: "range",
    summary:
      "In place of any number of a workload, the cache, a price and so on: how well it is known. "
      + "Without `likely` all values from `low` to `high` alike, with it a triangle. A run takes "
      + "the likely value, or the mean; `--runs` draws.",
    fields: [
      FormatField(
        "low", .text, "Least that it can be, as the number itself is written.", example: "200",
        required: true),
      FormatField("likely", .text, "Most likely value.", default: "none", example: "300"),
      FormatField("high", .text, "Most that it can be.", example: "800", required: true),
    ])

  package static let normalRange = FormatObject(
    name: "normal range", summary: "Likewise: a number known up to a normal error.",
    fields: [
      FormatField(
        "normal", .object("normal"), "Cut at 0, a percentage also at 100%.",
        example: "{mean: 300, sd: 40}", required: true)
    ])

  package static let normal = FormatObject(
    name: "normal", summary: "In the input's own unit.",
    fields: [
      FormatField("mean", .text, "Its mean.", required: true),
      FormatField("sd", .text, "Its standard deviation.", required: true),
    ])

  package static let lognormalRange = FormatObject(
    name: "lognormal range", summary: "Likewise: a number known up to a factor.",
    fields: [
      FormatField(
        "lognormal", .object("lognormal"), "Never below 0, a percentage cut at 100%.",
        example: "{mean: 300, cv: 0.5}", required: true)
    ])

  package static let lognormal = FormatObject(
    name: "lognormal", summary: "In the input's own unit.",
    fields: [
      FormatField("mean", .text, "Its mean.", required: true),
      FormatField("cv", .number, "Its coefficient of variation.", required: true),
    ])
}
