extension ScenarioFormat {
  static let forecast = FormatObject(
    name: "forecast", summary: "What `forecast` goes by; its options say the same.",
    fields: [
      FormatField("months", .count, "Months to come, the period's first included.", default: "12"),
      FormatField("users", .count, "Users of the first month.", default: "the first plan's"),
      FormatField(
        "growth", .either([.text, .list(.count), .object("s-curve")]),
        "Growth a month; or users by month, the last of them for all that follow.",
        default: "0%", example: "12%"),
      FormatField(
        "budget", .either([.money, .list(.money)]),
        "Of a month; or month by month, the last of them for all that follow.",
        default: "the scenario's"),
      FormatField("prepaid", .money, "Paid ahead, for all months.", example: "$5,000"),
    ])

  static let sCurve = FormatObject(
    name: "s-curve", summary: "Logistic growth from the first month's users.",
    fields: [
      FormatField(
        "ceiling", .count, "Users that are never passed; more than twice the first month's.",
        example: "1000", required: true),
      FormatField(
        "half_by", .number, "The month, from 1, in which half of the ceiling is reached.",
        example: "6", required: true),
    ])
}
